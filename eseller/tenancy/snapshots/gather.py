"""Read the rows that go into parts of a snapshot: as they are where they are good, as they last were where not."""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

import msgspec

from eseller.resilience.records.check import problems
from eseller.resilience.records.kind import Kind, kinds
from eseller.resilience.records.mend import patch_of
from eseller.tenancy.guard.duplicates import duplicates
from eseller.tenancy.guard.rows import BadRow, read
from eseller.tenancy.guard.watch import judge_rows
from eseller.tenancy.snapshots.content import Rows, canonical
from eseller.tenancy.snapshots.reference import Reference
from eseller.tenancy.sql import raw

BY_TRIAL = "trial"
"""Who has found what pages fail over although it is what its kind must be."""
_FINDINGS = """
SELECT row_id, found_by = %s AND state = 'open', patch FROM public.tenancy_finding
WHERE state <> 'closed' AND table_name = %s
"""
Parts = dict[str, Rows]
"""The rows of some parts, by the name of the part."""


class Known(msgspec.Struct, frozen=True):
    """What the findings of a table say: what is shown instead, and which rows a trial has spoken against."""

    patches: Mapping[int, Mapping[str, Any] | None]
    held: Collection[int]


def gather(connection: Any, reference: Reference, before: Parts, *, again: bool = False) -> Parts:
    """Return the rows of some parts as they should be in the next snapshot.

    A bad row is written down, and stays as it was before; one that was never good is mended if it can be, or left out.

    Args:
        connection: the platform role's.
        reference: what the parts belong to.
        before: their rows in the present snapshot, whose keys are the parts that are wanted.
        again: whether to try those rows again that pages have failed over.
    """
    after: Parts = {part: {table: {} for table in reference.tables} for part in before}
    for table in reference.tables:
        for part, row_id, row in _rows(connection, reference, kinds()[table], before, again):
            after[part][table][row_id] = row
    return after


def _rows(
    connection: Any, reference: Reference, kind: Kind, before: Parts, again: bool
) -> Iterator[tuple[str, int, bytes]]:
    """Yield part, id and JSON of the rows of one table."""
    earlier = {row_id: (part, row) for part, rows in before.items() for row_id, row in rows.get(kind.table, {}).items()}
    rows, judged = read(connection, kind, *_wanted(reference, kind, before, earlier))
    bad = {one.row_id: one for one in judged}
    for one in duplicates(connection, kind):
        if one.row_id in rows:
            bad.setdefault(one.row_id, one)
    known = _written_down(connection, kind, bad, rows)
    held = set() if again else known.held
    for row_id, (shop_id, row) in rows.items():
        if row_id in held or row_id in bad:
            continue
        part = reference.part(shop_id)
        if part in before:
            yield part, row_id, canonical(kind, row)
    for row_id in {*held, *bad} & {*rows, *earlier}:
        yield from _last_good(reference, kind, bad.get(row_id), earlier.get(row_id), known.patches.get(row_id), before)


def _wanted(
    reference: Reference, kind: Kind, before: Parts, earlier: Collection[int]
) -> tuple[str, list[Any]]:
    """Return the condition for the rows of the wanted parts, and for those that were in them and may be elsewhere."""
    if reference.split == 1 or len(before) == reference.split:
        return "true", []
    numbers = [number for number in range(reference.split) if reference.part(number) in before]
    return f"t.{kind.shop} %% {reference.split} = ANY (%s) OR t.id = ANY (%s)", [numbers, list(earlier)]


def _last_good(
    reference: Reference,
    kind: Kind,
    bad: BadRow | None,
    earlier: tuple[str, bytes] | None,
    patch: Mapping[str, Any] | None,
    wanted: Collection[str],
) -> Iterator[tuple[str, int, bytes]]:
    """Yield what is shown of a row that is bad, or that a trial has spoken against; nothing where nothing is good."""
    if earlier is not None:
        part, row = earlier
        mended = _mended(kind, bad, row) if bad is not None else row
        at_home = reference.part(_shop_of(kind, mended)) == part
        yield part, _id_of(row), mended if at_home else row
    elif bad is not None and patch is not None and problems(kind, bad.row):
        row = json.dumps(json.loads(bad.row) | dict(patch)).encode()
        part = reference.part(_shop_of(kind, row))
        if part in wanted and not problems(kind, row):
            yield part, bad.row_id, canonical(kind, row)


def _mended(kind: Kind, bad: BadRow, earlier: bytes) -> bytes:
    """Return a bad row with the fields that are bad as they were before; all of it as it was where that won't do."""
    patch = patch_of(kind, bad.row, {one.column for one in bad.problems}, [json.loads(earlier)])
    if patch is None:
        return earlier
    return canonical(kind, json.dumps(json.loads(bad.row) | dict(patch)).encode())


def _shop_of(kind: Kind, row: bytes) -> int | None:
    return json.loads(row)[kind.shop] if kind.shop else None


def _id_of(row: bytes) -> int:
    return int(json.loads(row)["id"])


def _written_down(connection: Any, kind: Kind, bad: Mapping[int, BadRow], rows: Collection[int]) -> Known:
    """See to it that there is a finding for each bad row and none for a good one, and return what there is."""
    known = _findings(connection, kind)
    noted = {row_id for row_id in known.patches if row_id not in known.held}
    wrong = (bad.keys() - noted) | ((noted & set(rows)) - bad.keys())
    if wrong:
        judge_rows({kind.table: wrong}, found_by="scan")
        known = _findings(connection, kind)
    return known


def _findings(connection: Any, kind: Kind) -> Known:
    found = raw(connection, _FINDINGS, [BY_TRIAL, kind.table])
    patches = {row_id: json.loads(patch) if isinstance(patch, str) else patch for row_id, _held, patch in found}
    return Known(patches, {row_id for row_id, held, _patch in found if held})


class Difference(msgspec.Struct, frozen=True):
    """A row in which two states of a part differ, as JSON; None where it is not."""

    part: str
    table: str
    row_id: int
    before: bytes | None
    after: bytes | None

    def shop_id(self) -> int | None:
        """Return the shop that the row belongs to; None for rows of the platform."""
        return _shop_of(kinds()[self.table], self.after or self.before or b"")


def differences(before: Parts, after: Parts) -> list[Difference]:
    """Return the rows in which two states of the same parts differ."""
    return [
        Difference(part, table, row_id, before.get(part, {}).get(table, {}).get(row_id), after[part][table].get(row_id))
        for part in after
        for table in after[part]
        for row_id in sorted(after[part][table].keys() | before.get(part, {}).get(table, {}).keys())
        if after[part][table].get(row_id) != before.get(part, {}).get(table, {}).get(row_id)
    ]


def applied(before: Parts, some: Iterable[Difference]) -> Parts:
    """Return a state with some of the differences to a later one."""
    after = {part: {table: dict(rows) for table, rows in tables.items()} for part, tables in before.items()}
    for one in some:
        rows = after.setdefault(one.part, {}).setdefault(one.table, {})
        if one.after is None:
            rows.pop(one.row_id, None)
        else:
            rows[one.row_id] = one.after
    return after
