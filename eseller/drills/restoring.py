"""``python -m eseller.drills.restoring DIRECTORY``: starts what was restored there, and tells which orders it holds."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import psycopg

from eseller.config.environment import environment
from eseller.node.backups import means
from eseller.node.sources import sources

_ORDERS = """
SELECT count(*), extract(epoch FROM max(placed_at))::float8 FROM orders_order WHERE placed_at IS NOT NULL
"""


def held(directory: Path) -> dict[str, object]:
    """Start PostgreSQL in a directory and count its orders; ``last`` is when the last one was placed."""
    env = environment()
    admin = sources().admin.at(env.role_url("web").name)
    with means(env).started(directory, admin) as address, psycopg.connect(address.url) as connection:
        count, last = connection.execute(_ORDERS).fetchone() or (0, None)
        return {"orders": count, "last": last}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(held(Path(sys.argv[1]))) + "\n")
