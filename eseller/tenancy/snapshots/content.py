"""The content of snapshots: rows as JSON in parts, parts by their hash, and what a process makes of them. Pure."""

import hashlib
import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from eseller.resilience.records.check import problems
from eseller.resilience.records.kind import Kind, kinds
from eseller.tenancy.snapshots.reference import Reference, reference_of, references

log = logging.getLogger(__name__)

Rows = dict[str, dict[int, bytes]]
"""The rows of a part: JSON by table and id."""
Bodies = Mapping[str, bytes]
"""Parts as they are stored, by hash."""
UNREADABLE = (msgspec.MsgspecError, ValueError, KeyError, TypeError, AttributeError, RecursionError)


class Unusable(Exception):
    """A snapshot that this process cannot use: damaged, or made by a release that knew less."""


class Manifest(msgspec.Struct, frozen=True):
    """What a snapshot consists of: the hash of each part, and the columns that the rows of each table have."""

    parts: dict[str, str]
    tables: dict[str, list[str]]


class Loaded(msgspec.Struct, frozen=True, eq=False):
    """A snapshot in memory. Never altered: the next one shares the parts that are the same."""

    version: int
    made_at: datetime
    manifest: Manifest
    views: Mapping[str, Any]
    by_name: Mapping[str, tuple[Any, ...]]

    def of(self, name: str) -> tuple[Any, ...]:
        """Return the views of all parts of a reference; none where the snapshot is older than it."""
        return self.by_name.get(name, ())

    def part(self, name: str, shop_id: int | None = None) -> Any:
        """Return the view of a part of a reference, or None."""
        reference = references().get(name)
        return self.views.get(reference.part(shop_id)) if reference is not None else None


class _Named(msgspec.Struct):
    id: int


def canonical(kind: Kind, row: bytes) -> bytes:
    """Return a good row with the columns that this release knows, in their order."""
    return msgspec.json.encode(msgspec.json.decode(row, type=kind.row))


def columns() -> dict[str, list[str]]:
    """Return the columns that rows have which this release writes."""
    tables = sorted({table for reference in references().values() for table in reference.tables})
    return {table: list(kinds()[table].row.__struct_fields__) for table in tables}


def body_of(rows: Rows) -> bytes:
    """Return rows as they are stored."""
    tables = (
        b'"%s":[%s]' % (table.encode(), b",".join(row for _id, row in sorted(rows[table].items())))
        for table in sorted(rows)
    )
    return b"{" + b",".join(tables) + b"}"


def rows_in(body: bytes) -> Rows:
    """Return the rows of a stored part.

    Raises:
        Unusable: when it is no part.
    """
    try:
        tables = msgspec.json.decode(body, type=dict[str, list[msgspec.Raw]])
        return {
            table: {msgspec.json.decode(row, type=_Named).id: bytes(row) for row in rows}
            for table, rows in tables.items()
        }
    except UNREADABLE as error:
        raise Unusable(f"a part cannot be read: {error}") from error


def digest(body: bytes) -> str:
    """Return the name that a stored part has: its SHA-256."""
    return hashlib.sha256(body).hexdigest()


def build(
    version: int,
    made_at: datetime,
    manifest: Manifest,
    *,
    before: Loaded | None,
    fetch: Callable[[Sequence[str]], Bodies],
) -> Loaded:
    """Make a snapshot of its parts; those that the one before has are shared and not fetched.

    Args:
        version: its number.
        made_at: when it was compiled.
        manifest: what it consists of.
        before: the snapshot that the process has.
        fetch: returns stored parts by hash.

    Raises:
        Unusable: when a part is missing or damaged, or lacks what this release needs.
    """
    _check_columns(manifest)
    known = {name: value for name, value in manifest.parts.items() if reference_of(name) is not None}
    views = {name: before.views[name] for name, value in known.items() if before and _same(before, name, value)}
    missing = sorted({value for name, value in known.items() if name not in views})
    bodies = fetch(missing) if missing else {}
    for name, value in known.items():
        if name not in views:
            views[name] = _view(name, bodies.get(value), value)
    by_name = {
        name: tuple(views[part] for part in reference.parts() if part in views)
        for name, reference in references().items()
    }
    return Loaded(version, made_at, manifest, views, by_name)


def _same(before: Loaded, name: str, value: str) -> bool:
    return before.manifest.parts.get(name) == value and name in before.views


def _check_columns(manifest: Manifest) -> None:
    for table, there in manifest.tables.items():
        kind = kinds().get(table)
        needed = {field.encode_name for field in msgspec.structs.fields(kind.row) if field.required} if kind else set()
        if not needed <= set(there):
            raise Unusable(f"its rows of {table} lack {', '.join(sorted(needed - set(there)))}")


def _view(name: str, body: bytes | None, value: str) -> Any:
    reference = reference_of(name)
    if body is None or reference is None:
        raise Unusable(f"the part {name} is missing")
    if digest(body) != value:
        raise Unusable(f"the part {name} is not what was stored")
    try:
        return reference.view(_typed(reference, body))
    except UNREADABLE as error:
        raise Unusable(f"the part {name} cannot be read: {type(error).__name__}: {error}") from error


def _typed(reference: Reference, body: bytes) -> dict[str, list[Any]]:
    tables = msgspec.json.decode(body, type=dict[str, list[msgspec.Raw]])
    return {table: _rows(kinds()[table], tables.get(table, ())) for table in reference.tables}


def _rows(kind: Kind, rows: Iterable[msgspec.Raw]) -> list[Any]:
    """Decode all rows at once; only where that fails, one by one, without those that are bad to this release."""
    found = [bytes(row) for row in rows]
    try:
        return msgspec.json.decode(b"[" + b",".join(found) + b"]", type=list[kind.row])  # type: ignore[name-defined]
    except UNREADABLE:
        good = [row for row in found if not problems(kind, row)]
        log.exception("%d rows of %s in a snapshot are left out", len(found) - len(good), kind.table)
        return [msgspec.json.decode(row, type=kind.row) for row in good]
