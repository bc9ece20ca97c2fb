"""What operators do with snapshots: look at them, stay with one, go back to the one before."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec
from django.conf import settings
from django.db import connections

from eseller.kernel.errors import EsellerError
from eseller.resilience.rollout.decide import State
from eseller.resilience.rollout.journal import Journal
from eseller.resilience.rollout.runner import take_back
from eseller.tenancy.scope import PLATFORM, platform_transaction
from eseller.tenancy.snapshots import store
from eseller.tenancy.snapshots.content import rows_in
from eseller.tenancy.snapshots.gather import Parts, differences
from eseller.tenancy.sql import raw

_LIST = """
SELECT s.id, s.state, s.id = (SELECT version FROM eseller_snapshot(0, NULL)), s.pinned, s.made_at, s.reason
FROM public.tenancy_snapshot s ORDER BY s.id DESC LIMIT %s
"""
_SHOW = "SELECT state, reason, evidence::text FROM public.tenancy_snapshot WHERE id = %s"
_BEFORE = "SELECT max(id) FROM public.tenancy_snapshot WHERE state = 'taken' AND id < %s"
_UNPIN = "UPDATE public.tenancy_snapshot SET pinned = false WHERE pinned RETURNING id"
_PIN = "UPDATE public.tenancy_snapshot SET pinned = true WHERE id = %s AND state = 'taken' RETURNING id"
_TAKE_BACK = "UPDATE public.tenancy_snapshot SET state = %s, reason = left(%s, 500), pinned = false WHERE id = %s"


class UnknownSnapshot(EsellerError):
    """There is no such snapshot. See them with: eseller records snapshot list."""

    code = "unknown_snapshot"
    status = 404


class NotTaken(EsellerError):
    """Only a snapshot that was taken, and not taken back, can be pinned."""

    code = "snapshot_not_taken"


class NoneBefore(EsellerError):
    """There is no snapshot before the present one to go back to."""

    code = "no_snapshot_before"


def list_snapshots(*, most: int = 30) -> list[dict[str, Any]]:
    """Return versions, newest first, as JSON values; ``current`` is the one that processes go by."""
    names = ("version", "state", "current", "pinned", "made_at", "reason")
    with platform_transaction():
        rows = raw(connections[PLATFORM], _LIST, [most])
    return [msgspec.to_builtins(dict(zip(names, row, strict=True))) for row in rows]


def show_snapshot(version: int | None = None) -> dict[str, Any]:
    """Return all about a version, as JSON values; the present one unless given.

    Raises:
        UnknownSnapshot: when there is none.
    """
    with platform_transaction():
        connection = connections[PLATFORM]
        stored = _stored(connection, version)
        ((state, reason, evidence),) = raw(connection, _SHOW, [stored.version])
        bodies = store.bodies(connection, sorted(set(stored.manifest.parts.values())))
        parts = _parts(connection, stored)
    counts: dict[str, int] = {}
    for tables in parts.values():
        for table, rows in tables.items():
            counts[table] = counts.get(table, 0) + len(rows)
    told = {"version": stored.version, "state": state, "pinned": stored.pinned, "made_at": stored.made_at}
    told |= {"reason": reason, "rows": counts, "parts": len(parts)}
    told |= {"bytes": sum(map(len, bodies.values())), "evidence": json.loads(evidence)}
    found: dict[str, Any] = msgspec.to_builtins(told)
    return found


def diff(before: int, after: int) -> list[dict[str, Any]]:
    """Return the fields in which rows of two versions differ, as JSON values; None stands for a row that is not there.

    Raises:
        UnknownSnapshot: when one of them is not there.
    """
    with platform_transaction():
        connection = connections[PLATFORM]
        first, second = (_parts(connection, _stored(connection, version)) for version in (before, after))
    empty: Parts = {part: {} for part in first.keys() - second.keys()}
    return [
        {"table": one.table, "row": one.row_id, "field": field, "before": old, "after": new}
        for one in differences(first, _even(second | empty, first))
        for field, old, new in _fields(one.before, one.after)
    ]


def pin(version: int, *, by: str) -> None:
    """Let all processes go by one version until it is unpinned, whatever changes.

    Raises:
        UnknownSnapshot: when there is none.
        NotTaken: when it was refused or taken back.
    """
    with platform_transaction(actor=by):
        connection = connections[PLATFORM]
        _stored(connection, version)
        raw(connection, _UNPIN)
        if not raw(connection, _PIN, [version]):
            raise NotTaken
    _journal().write(f"snapshot {version}", State.TAKEN, f"pinned by {by}")


def unpin(*, by: str) -> int | None:
    """Let all processes go by the newest snapshot again; return which one was pinned, if any."""
    with platform_transaction(actor=by):
        rows = raw(connections[PLATFORM], _UNPIN)
    if not rows:
        return None
    _journal().write(f"snapshot {rows[0][0]}", State.TAKEN, f"unpinned by {by}")
    return int(rows[0][0])


def rollback(*, by: str, reason: str) -> tuple[int, int]:
    """Take the present snapshot back and stay with the one before, which is pinned: else the same would be made anew.

    Returns:
        The version that was taken back, and the one before.

    Raises:
        NoneBefore: when there is none to go back to.
    """
    with platform_transaction(actor=by):
        connection = connections[PLATFORM]
        current = store.newest(connection, None)
        if not isinstance(current, store.Stored):
            raise NoneBefore
        ((before,),) = raw(connection, _BEFORE, [current.version])
        if before is None:
            raise NoneBefore
        take_back(_Present(connection, current.version, before), _journal(), reason=f"{reason} ({by})")
    return current.version, before


class _Present:
    """The snapshot that all processes have."""

    def __init__(self, connection: Any, version: int, before: int) -> None:
        self._connection, self._version, self._before = connection, version, before

    @property
    def name(self) -> str:
        return f"snapshot {self._version}"

    def evidence(self) -> Mapping[str, Any]:
        return {"pinned": self._before}

    def take_back(self, state: State, reason: str) -> None:
        raw(self._connection, _TAKE_BACK, [str(state), reason, self._version])
        raw(self._connection, _PIN, [self._before])


def _journal() -> Journal:
    return Journal(Path(settings.DATA_DIR) / "journal")


def _stored(connection: Any, version: int | None) -> store.Stored:
    found = store.newest(connection, None) if version is None else store.look_up(connection, version)
    if not isinstance(found, store.Stored):
        raise UnknownSnapshot
    return found


def _parts(connection: Any, stored: store.Stored) -> Parts:
    bodies = store.bodies(connection, sorted(set(stored.manifest.parts.values())))
    return {part: rows_in(bodies[name]) for part, name in stored.manifest.parts.items() if name in bodies}


def _even(parts: Parts, others: Parts) -> Parts:
    """Return parts with a place for each table that the others have."""
    return {part: {**{table: {} for table in others.get(part, {})}, **tables} for part, tables in parts.items()}


def _fields(before: bytes | None, after: bytes | None) -> Iterator[tuple[str, Any, Any]]:
    old, new = (msgspec.json.decode(row) if row else {} for row in (before, after))
    for field in dict.fromkeys([*old, *new]):
        if old.get(field) != new.get(field):
            yield field, old.get(field), new.get(field)
