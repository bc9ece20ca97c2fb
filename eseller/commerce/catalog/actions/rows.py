"""Rows in bulk: one statement for any number of rows of a table, in the current shop."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from eseller.tenancy.scope import require_scope
from eseller.tenancy.sql import execute, fetch


class Table(msgspec.Struct, frozen=True):
    """A shop-owned table and the SQL types of the columns that are written. Both are constants of the code."""

    name: str
    columns: Mapping[str, str]

    def _record(self, extra: str = "") -> str:
        return extra + ", ".join(f"{column} {kind}" for column, kind in self.columns.items())


def insert(table: Table, rows: Sequence[Mapping[str, Any]]) -> list[int]:
    """Insert rows and return their ids, in the order of the rows."""
    if not rows:
        return []
    names = ", ".join(table.columns)
    ids = fetch(
        f"INSERT INTO {table.name} (shop_id, {names}) SELECT %s, {names} FROM ROWS FROM "  # noqa: S608
        f"(jsonb_to_recordset(%s) AS ({table._record()})) WITH ORDINALITY AS r ORDER BY ordinality RETURNING id",
        [require_scope(), msgspec.json.encode(rows).decode()],
    )
    # Ids are drawn in the order of insertion; RETURNING itself promises no order.
    return sorted(row[0] for row in ids)


def update(table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Give rows, named by ``id``, all of the table's columns."""
    if not rows:
        return
    setting = ", ".join(f"{column} = r.{column}" for column in table.columns)
    execute(
        f"UPDATE {table.name} t SET {setting} FROM "  # noqa: S608
        f"jsonb_to_recordset(%s) AS r({table._record('id bigint, ')}) WHERE t.id = r.id",
        [msgspec.json.encode(rows).decode()],
    )


def delete(table: Table, ids: Sequence[int]) -> None:
    """Delete rows; what hangs on them goes by the database's own cascades."""
    if ids:
        execute(f"DELETE FROM {table.name} WHERE id = ANY(%s)", [list(ids)])  # noqa: S608


class Sync(msgspec.Struct):
    """What must be done to rows so that they are as wanted.

    Attributes:
        ids: the wanted rows' ids by key; filled by ``apply`` for those that are new.
    """

    table: Table
    inserts: list[tuple[Any, dict[str, Any]]] = []
    updates: list[dict[str, Any]] = []
    deletes: list[int] = []
    ids: dict[Any, int] = {}

    def __bool__(self) -> bool:
        """Tell whether there is anything to do."""
        return bool(self.inserts or self.updates or self.deletes)

    def write(self) -> None:
        """Update, then insert; the deletes wait for ``remove``."""
        update(self.table, self.updates)
        new = insert(self.table, [row for _, row in self.inserts])
        self.ids.update(zip((key for key, _ in self.inserts), new, strict=True))

    def remove(self) -> None:
        """Delete."""
        delete(self.table, self.deletes)


def compare(table: Table, wanted: Mapping[Any, dict[str, Any]], stored: Mapping[Any, Any]) -> Sync:
    """Compare wanted rows with stored records (which have ``id`` and the table's columns) under the same keys."""
    sync = Sync(table)
    for key, row in wanted.items():
        old = stored.get(key)
        if old is None:
            sync.inserts.append((key, row))
            continue
        sync.ids[key] = old.id
        if any(row[column] != getattr(old, column) for column in table.columns if hasattr(old, column)):
            sync.updates.append({"id": old.id, **row})
    sync.deletes = [old.id for key, old in stored.items() if key not in wanted]
    return sync
