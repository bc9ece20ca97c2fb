"""Some shops by chance, by the snapshot that a web process has in memory; the watch looks at them from outside."""

from __future__ import annotations

import json
import random

from eseller.config.environment import Environment
from eseller.tenancy.snapshots import active

MOST = 20


def some_shops(env: Environment) -> tuple[int, str, bytes]:
    """Addresses of the front pages of up to twenty open shops, as an answer of the private port."""
    snapshot = active.current()
    hosts = [
        shop.primary_host for part in (snapshot.of("routing") if snapshot is not None else ())
        for shop in part.shops.values() if shop.state == "open" and shop.primary_host
    ]  # fmt: skip
    chosen = random.sample(hosts, min(MOST, len(hosts)))
    return 200, "application/json", json.dumps([env.link(host) for host in chosen]).encode()
