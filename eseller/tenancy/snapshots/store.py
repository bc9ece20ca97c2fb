"""Snapshots in the database: read by every process, written by the one that compiles and by operators."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import msgspec

from eseller.resilience.rollout.decide import State
from eseller.tenancy.snapshots.content import Bodies, Manifest, Unusable
from eseller.tenancy.sql import raw

TABLE = "tenancy_snapshot"
KEPT = 100
"""So many versions stay, and the pinned one."""
DIED = "the process that tried it died"
_LOCK = 7_368_051
"""Of the one process that compiles at a time; an arbitrary number, used nowhere else."""

_NEWEST = "SELECT version, made_at, manifest, pinned FROM eseller_snapshot(%s, %s)"
_LOOK_UP = "SELECT id, made_at, manifest::text, pinned FROM public.tenancy_snapshot WHERE id = %s"
_PROPOSE = """
INSERT INTO public.tenancy_snapshot (manifest, state, reason, evidence, pinned)
VALUES (%s, 'trying', left(%s, 500), '{}', false) RETURNING id, made_at
"""
_PART = """
INSERT INTO public.tenancy_snapshotpart AS p (hash, body) VALUES (%s, %s)
ON CONFLICT (hash) DO UPDATE SET body = excluded.body WHERE p.body <> excluded.body
"""
_SETTLE = """
UPDATE public.tenancy_snapshot SET state = %(state)s, reason = left(%(reason)s, 500), evidence = %(evidence)s
WHERE id = %(id)s AND state = 'trying' AND NOT EXISTS (
    SELECT FROM public.tenancy_snapshot later WHERE later.id > %(id)s AND later.state = 'taken' AND %(state)s = 'taken')
RETURNING id
"""
_GIVE_UP = "UPDATE public.tenancy_snapshot SET state = 'refused', reason = %s WHERE state = 'trying'"
_DEATHS = """
SELECT count(*) FROM public.tenancy_snapshot
WHERE state = 'refused' AND reason = %s AND manifest -> 'parts' = %s::jsonb AND made_at > now() - interval '1 hour'
"""
_FORGET = """
DELETE FROM public.tenancy_snapshot WHERE NOT pinned
    AND id < (SELECT min(id) FROM (SELECT id FROM public.tenancy_snapshot ORDER BY id DESC LIMIT %s) newest)
    AND id < (SELECT max(id) FROM public.tenancy_snapshot WHERE state = 'taken')
"""
_FORGET_PARTS = """
DELETE FROM public.tenancy_snapshotpart p WHERE made_at < now() - interval '1 hour' AND NOT EXISTS (
    SELECT FROM public.tenancy_snapshot s, jsonb_each_text(s.manifest -> 'parts') used WHERE used.value = p.hash)
"""


class Stored(msgspec.Struct, frozen=True):
    """A version as the database has it."""

    version: int
    made_at: datetime
    manifest: Manifest
    pinned: bool = False


def newest(connection: Any, known: tuple[int, datetime] | None) -> Stored | bool | None:
    """Return what processes should go by; True when it is the one that is known, None when there is none at all.

    Args:
        connection: Django's, of whichever role.
        known: version and time of the one that the process has.

    Raises:
        Unusable: when its manifest is damaged.
    """
    rows = raw(connection, _NEWEST, known or (0, None))
    if not rows:
        return None
    version, made_at, manifest, pinned = rows[0]
    return True if manifest is None else Stored(version, made_at, _manifest(manifest), pinned)


def bodies(connection: Any, hashes: Sequence[str]) -> Bodies:
    """Return stored parts by hash; those that are gone are left out."""
    rows = raw(connection, "SELECT hash, body FROM eseller_snapshot_parts(%s)", [list(hashes)]) if hashes else []
    return {name: bytes(body) for name, body in rows}


@contextmanager
def only_one(connection: Any) -> Iterator[bool]:
    """Be the only process that compiles while the block runs; False when another one is."""
    ((mine,),) = raw(connection, "SELECT pg_try_advisory_lock(%s)", [_LOCK])
    try:
        yield bool(mine)
    finally:
        if mine:
            raw(connection, "SELECT pg_advisory_unlock(%s)", [_LOCK])


def propose(connection: Any, manifest: Manifest, parts: Bodies, reason: str) -> tuple[int, datetime]:
    """Write a candidate with those of its parts that are not there yet; return its version and time."""
    write_parts(connection, parts)
    ((version, made_at),) = raw(connection, _PROPOSE, [msgspec.json.encode(manifest).decode(), reason])
    return version, made_at


def write_parts(connection: Any, parts: Bodies) -> None:
    """See to it that parts are there, and whole."""
    for name, body in parts.items():
        raw(connection, _PART, [name, body])


def settle(connection: Any, version: int, state: State, reason: str, evidence: Mapping[str, Any]) -> bool:
    """Say what became of a candidate; False when it is too late, since a later one was taken."""
    values = {"id": version, "state": str(state), "reason": reason, "evidence": json.dumps(dict(evidence))}
    return bool(raw(connection, _SETTLE, values))


def give_up(connection: Any) -> None:
    """Refuse candidates that nobody tries any more; call it as the only one."""
    raw(connection, _GIVE_UP, [DIED])


def deaths(connection: Any, manifest: Manifest) -> int:
    """Return how many processes have died of late over a candidate of the same parts."""
    ((count,),) = raw(connection, _DEATHS, [DIED, json.dumps(manifest.parts)])
    return int(count)


def forget(connection: Any) -> None:
    """Delete old versions, and parts that none has any more."""
    raw(connection, _FORGET, [KEPT])
    raw(connection, _FORGET_PARTS)


def look_up(connection: Any, version: int) -> Stored | None:
    """Return a version, whatever became of it; None when there is none.

    Raises:
        Unusable: when its manifest is damaged.
    """
    rows = raw(connection, _LOOK_UP, [version])
    return Stored(rows[0][0], rows[0][1], _manifest(rows[0][2]), rows[0][3]) if rows else None


def _manifest(value: Any) -> Manifest:
    try:
        return msgspec.json.decode(value, type=Manifest)
    except msgspec.MsgspecError as error:
        raise Unusable(f"its manifest cannot be read: {error}") from error
