"""On which pages a bad row is seen, as far as a cheap look tells."""

from typing import Any

import msgspec

from eseller.resilience.records.kind import Kind, kinds
from eseller.tenancy.guard.rows import BadRow, references
from eseller.tenancy.sql import raw

_STEPS = 4


def pages_of(connection: Any, kind: Kind, bad: BadRow) -> list[str]:
    """Return the address of the page that a row is shown on, and in words what else shows it."""
    address = _address(connection, kind, bad.row, _STEPS)
    return [*([address] if address else []), *kind.pages]


def _address(connection: Any, kind: Kind, row: bytes | str, steps: int) -> str:
    try:
        values: dict[str, Any] = msgspec.json.decode(row)
    except msgspec.MsgspecError:
        return ""
    if kind.path:
        return kind.path + str(values.get("slug"))[:150]
    wanted = values.get(kind.owner)
    target = next((table for column, table, _same in references(kind.table) if column == kind.owner), None)
    if target is None or target not in kinds() or not isinstance(wanted, int) or not steps:
        return ""
    found = raw(connection, f"SELECT to_jsonb(t)::text FROM public.{target} t WHERE id = %s", [wanted])  # noqa: S608  (our own names)
    return _address(connection, kinds()[target], found[0][0], steps - 1) if found else ""
