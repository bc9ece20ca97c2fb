"""What is done to which column, by whom it is met first, and to which rows."""

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple
from zlib import crc32

import psycopg

from eseller.resilience.records.kind import kinds
from eseller.tenancy.guard.rows import references
from tests.corruption.damage import Damage, damages

WATCHED, READ, UNWATCHED = "watched", "read", "unwatched"
"""Who meets it first: the process that watches changes, a page, or a page while no trigger has told of it."""
MODES = (READ, WATCHED, UNWATCHED)
_COLUMNS = """
SELECT r.relname, a.attname, format_type(a.atttypid, NULL) FROM pg_attribute a JOIN pg_class r ON r.oid = a.attrelid
WHERE r.relnamespace = 'public'::regnamespace AND r.relname = ANY (%s) AND a.attnum > 0 AND NOT a.attisdropped
    AND a.attgenerated = '' ORDER BY r.relname, a.attnum
"""


class Column(NamedTuple):
    """A column of a table that pages read. No name: the row as a whole."""

    table: str
    name: str
    type: str = ""
    refers_to: str | None = None

    @property
    def label(self) -> str:
        """``table.column``."""
        return f"{self.table}.{self.name}" if self.name else self.table


class Case(NamedTuple):
    """Something that is done to a cell or a row. Parameters of the statement: ``row``, ``new``, ``foreign``."""

    column: Column
    damage: str
    mode: str
    sql: str

    @property
    def label(self) -> str:
        """What the case is called in messages."""
        return f"{self.column.label} {self.damage} ({self.mode})"

    @property
    def is_cell(self) -> bool:
        """Tell whether one cell is damaged, rather than rows added or taken away."""
        return bool(self.column.name)


def columns_of(hand: psycopg.Connection[Any], tables: Iterable[str]) -> Iterator[Column]:
    """Yield all columns of some tables, as the catalogue has them."""
    for table, name, kind in hand.execute(_COLUMNS, [[*tables]]).fetchall():
        target = {column: target for column, target, _same in references(table)}.get(name)
        yield Column(table, name, kind, target)


def cell(column: Column, damage: Damage, mode: str) -> Case:
    """Return the case that writes something into a cell; no row is touched where it stands there already."""
    value = damage.sql.replace("{column}", column.name)
    other = f"{column.name}::text IS DISTINCT FROM ({value})::text"
    sql = f"UPDATE {column.table} SET {column.name} = {value} WHERE id = %(row)s AND {other}"
    return Case(column, damage.name, mode, sql)


def cases_of(column: Column, each: int | None) -> Iterator[Case]:
    """Yield what can be done to a column, all or so many, met in turn by a page or by the process that watches."""
    known = [*damages(column.type, refers_to=column.refers_to)]
    first = crc32(column.label.encode())
    step = max(1, len(known) // each) if each else 1
    for turn in range(min(each or len(known), len(known))):
        yield cell(column, known[(first + turn * step) % len(known)], MODES[(first + turn) % len(MODES)])


def rows_of(table: str) -> Iterator[Case]:
    """Yield what is done to whole rows: one stands twice, or is gone; a tree bites its tail."""
    whole = Column(table, "")
    yield Case(whole, "twin", READ, f"INSERT INTO {table} SELECT * FROM good_{table} WHERE id = %(row)s")
    other = "(jsonb_populate_record(g, jsonb_build_object('id', %(new)s::bigint))).*"
    yield Case(whole, "double", WATCHED, f"INSERT INTO {table} SELECT {other} FROM good_{table} g WHERE id = %(row)s")
    yield Case(whole, "removed", READ, f"DELETE FROM {table} WHERE id = %(row)s")
    if (tree := kinds()[table].tree) is not None:
        column = Column(table, tree, "bigint", table)
        yield cell(column, Damage("own parent", "%(row)s"), READ)
        below = f"(SELECT min(id) FROM good_{table} WHERE {tree} = %(row)s)"
        for mode in MODES:
            yield cell(column, Damage("cycle", below), mode)
