"""What has changed since the last look, in all shops: read by every process, some times a second.

A look remembers PostgreSQL's snapshot. The next one asks for what that snapshot could not see, so that a change is
told once, whether its transaction took a moment or an hour. (NOTIFY would take a lock at commit that all shops share.)
"""

from typing import Any

import msgspec

from eseller.tenancy.sql import raw

MOST = 10_000
NO_ID = 0
"""Stands for the id of a row that has none, which only a table without its primary key can hold."""
_SINCE = "SELECT seen, shop_id, table_name, row_ids FROM eseller_changes_since(%s, %s)"


class Changed(msgspec.Struct, frozen=True):
    """Rows of a table that a statement touched; ``shop_id`` is None for tables of the platform."""

    shop_id: int | None
    table: str
    ids: tuple[int, ...]


class Look(msgspec.Struct, frozen=True):
    """What one look has seen. ``complete`` is False when there was more than it takes: then all may have changed."""

    snapshot: str
    changes: tuple[Changed, ...]
    complete: bool = True


def look(connection: Any, since: str | None) -> Look:
    """Return what has changed since a snapshot; the first look, ``since`` None, only takes its own.

    Args:
        connection: Django's, outside a transaction that keeps an older snapshot.
        since: ``snapshot`` of the look before.
    """
    if since is None:
        return Look(raw(connection, "SELECT pg_current_snapshot()::text")[0][0], ())
    rows = raw(
        connection, "SELECT seen, shop_id, table_name, row_ids FROM eseller_changes_since(%s, %s)", [since, MOST]
    )
    changes = tuple(
        Changed(shop, table, tuple(row or NO_ID for row in ids))
        for _seen, shop, table, ids in rows
        if table is not None
    )
    return Look(rows[0][0], changes, complete=len(changes) < MOST)
