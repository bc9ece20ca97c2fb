"""The edge page cache before a web process's Django, and how it hears of changes."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import msgspec

from eseller.config.caching import cache_client, cache_settings
from eseller.config.environment import Environment, derived
from eseller.kernel.wsgi import Application
from eseller.node.health import State
from eseller.resilience.edge.edge import Edge
from eseller.resilience.edge.lent import LentPages

if TYPE_CHECKING:
    from eseller.tenancy.changes import Look

PURPOSE = "pages that nodes lend each other"


def edge_before(
    origin: Application, env: Environment, process: State, refuse: Application | None = None
) -> tuple[Edge, Callable[[Look], None]]:
    """Return an edge before an origin, and what has to hear of each look at what has changed.

    Call it when Django is set up.

    Args:
        origin: makes pages.
        env: the settings.
        refuse: answers who finds no place.
        process: whose gauge counts what is answered at the edge, and who tells the figures.
    """
    assert process.gauge is not None  # noqa: S101  (a web process counts)
    from django.db import connections

    from eseller.channels.storefront import kept
    from eseller.tenancy.platform_settings import PlatformSettings, listen
    from eseller.tenancy.scope import WEB
    from eseller.tenancy.snapshots import active

    client = cache_client(env)
    site = kept.Pages()
    edge = Edge(
        origin,
        site,
        process.gauge,
        budget=env.edge_mb << 20,
        # The other half is for those whose page is here already.
        places=env.connections // 2,
        seconds=env.page_seconds,
        refuse=refuse,
        shared=None if client is None else LentPages(client, derived(env.signing_key, PURPOSE).encode()),
    )

    def configure(platform: PlatformSettings) -> None:
        """Go by the platform's settings where it has any, else by the node's."""
        settings = cache_settings(env, msgspec.to_builtins(platform))
        edge.seconds = settings.ttl_seconds
        if client is not None:
            client.reconfigure(settings)

    listen(configure)
    process.parts["edge"] = edge.figures
    if client is not None:
        process.parts["cache"] = client.figures
    routed = active.of_process()

    def hear(seen: Look) -> None:
        nonlocal routed
        # In this order: what is made from now on is made of what is new.
        kept.forget(seen)
        site.seen = seen.snapshot
        edge.changed(kept.touched(seen, connections[WEB]), seen.snapshot)
        now = active.of_process()
        if now is not routed:
            routed = now
            edge.rerouted()

    return edge, hear
