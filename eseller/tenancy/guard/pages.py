"""On which pages a bad row is seen, and to whose form it belongs, as far as a cheap look tells."""

from typing import Any

import msgspec

from eseller.resilience.records.check import values_of
from eseller.resilience.records.kind import Kind, kinds
from eseller.tenancy.guard.rows import BadRow, references
from eseller.tenancy.sql import raw

_STEPS = 4


class Root(msgspec.Struct, frozen=True):
    """The row that a bad one is a part of, such as the product of a price; itself where it is part of none."""

    kind: Kind
    row_id: int
    values: dict[str, Any] = {}


def root_of(connection: Any, kind: Kind, bad: BadRow) -> Root:
    """Return the row whose form mends a bad one."""
    return _root(connection, Root(kind, bad.row_id, values_of(bad.row)), _STEPS)


def pages_of(kind: Kind, root: Root) -> list[str]:
    """Return the address of the page that shows a row, and in words what else does."""
    address = [root.kind.path + str(root.values.get("slug"))[:150]] if root.kind.path else []
    return [*address, *kind.pages]


def _root(connection: Any, at: Root, steps: int) -> Root:
    above = at.values.get(at.kind.owner)
    target = next((table for column, table, _same in references(at.kind.table) if column == at.kind.owner), None)
    if target is None or target not in kinds() or not isinstance(above, int) or not steps:
        return at
    found = raw(connection, f"SELECT to_jsonb(t)::text FROM public.{target} t WHERE id = %s", [above])  # noqa: S608  (our own names)
    return _root(connection, Root(kinds()[target], above, values_of(found[0][0])), steps - 1) if found else at
