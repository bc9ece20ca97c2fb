"""Rows that make a tree, and don't: a row that is above itself."""

from typing import Any

from eseller.resilience.records.check import Problem
from eseller.resilience.records.kind import Kind, kinds
from eseller.tenancy.guard.rows import BadRow
from eseller.tenancy.sql import raw

RULE = "a place below another, which is not below it"


def cycles(connection: Any, shop_id: int) -> list[BadRow]:
    """Return the rows of a shop's trees that stand on a cycle; one of each cycle, the one written last as ids tell."""
    found: list[BadRow] = []
    for kind in kinds().values():
        if kind.tree is not None:
            found += _of_kind(connection, kind, shop_id)
    return found


def _of_kind(connection: Any, kind: Kind, shop_id: int) -> list[BadRow]:
    sql = f"SELECT id, {kind.tree} FROM public.{kind.table} WHERE {kind.shop} = %s AND id IS NOT NULL"  # noqa: S608
    above: dict[int, int | None] = dict(raw(connection, sql, [shop_id]))
    return [_bad(connection, kind, shop_id, row) for row in on_cycles(above)]


def on_cycles(above: dict[int, int | None]) -> list[int]:
    """Return the highest id of each cycle in a mapping from a row to the one above it. Pure."""
    done: set[int] = set()
    found: list[int] = []
    for start in above:
        path: dict[int, None] = {}
        at: int | None = start
        while at is not None and at in above and at not in done and at not in path:
            path[at] = None
            at = above[at]
        if at is not None and at in path:
            steps = list(path)
            found.append(max(steps[steps.index(at) :]))
        done.update(path)
    return found


def _bad(connection: Any, kind: Kind, shop_id: int, row: int) -> BadRow:
    assert kind.tree is not None  # noqa: S101  (only trees come here)
    ((text, value),) = raw(
        connection,
        f"SELECT to_jsonb(t)::text, {kind.tree} FROM public.{kind.table} t WHERE id = %s",  # noqa: S608
        [row],
    )
    return BadRow(kind.table, row, shop_id, (Problem(kind.tree, RULE, str(value)),), text.encode())
