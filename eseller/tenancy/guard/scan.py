"""Walk all guarded tables, a batch at a time, so that a bad row is found although nobody reads or writes it.

Each table's place is kept in the database with every batch: after a restart the walk goes on. Between batches the
scanner rests, so that it never takes more than its share of a connection's time.
"""

import time
from collections.abc import Callable, Iterable

import msgspec
from django.db import connections

from eseller.resilience.records.kind import Kind, kinds
from eseller.tenancy.guard import figures, findings
from eseller.tenancy.guard.duplicates import duplicates
from eseller.tenancy.guard.rows import after, judge
from eseller.tenancy.guard.trees import cycles
from eseller.tenancy.guard.watch import ACTOR, judge_rows
from eseller.tenancy.scope import PLATFORM, platform_transaction
from eseller.tenancy.sql import raw

BATCH = 2000
SHARE = 0.25
"""Of the time; the rest of it the scanner rests."""
LEAST = -(2**63)
_PLACE = "SELECT last_id, rows FROM public.tenancy_scanplace WHERE table_name = %s"
_KEEP = """
INSERT INTO public.tenancy_scanplace AS p (table_name, last_id, rows, round_began_at, round_ended_at)
VALUES (%(table)s, %(last)s, %(rows)s, now(), CASE WHEN %(ended)s THEN now() END)
ON CONFLICT (table_name) DO UPDATE SET last_id = excluded.last_id, rows = excluded.rows,
    round_began_at = CASE WHEN p.last_id = 0 THEN now() ELSE p.round_began_at END,
    round_ended_at = CASE WHEN %(ended)s THEN now() ELSE p.round_ended_at END
"""
_OPEN_BETWEEN = """
SELECT row_id FROM public.tenancy_finding
WHERE table_name = %s AND state <> 'closed' AND row_id >= %s AND (row_id <= %s OR %s)
"""


class Step(msgspec.Struct, frozen=True):
    """One batch: of which table, how many rows in this round so far, how many of the batch are bad, and if it ended."""

    table: str
    rows: int
    bad: int
    ended: bool
    seconds: float


def start_over(tables: Iterable[str]) -> None:
    """Let the next scan of some tables begin at their first rows."""
    with platform_transaction(actor=ACTOR):
        names = list(tables)
        raw(connections[PLATFORM], "DELETE FROM public.tenancy_scanplace WHERE table_name = ANY (%s)", [names])


def scan_step(kind: Kind, *, most: int = BATCH) -> Step:
    """Judge the next batch of a table and keep the place, in one transaction."""
    began = time.monotonic()
    with platform_transaction(actor=ACTOR):
        connection = connections[PLATFORM]
        ((place, before),) = raw(connection, _PLACE, [kind.table]) or [(0, 0)]
        where, values = after(place or None)
        batch = judge(connection, kind, where, values, most=most)
        ended = batch.rows < most
        bad = {one.row_id: one for one in batch.bad}
        if ended:
            bad |= {one.row_id: one for one in duplicates(connection, kind) if one.row_id not in bad}
        if bad:
            findings.note(connection, list(bad.values()), found_by="scan")
        last = max(batch.last or 0, place + 1)  # always onwards, and 0 is the beginning
        known = {row for (row,) in raw(connection, _OPEN_BETWEEN, [kind.table, place or LEAST, last, ended])}
        rows = before + batch.rows
        kept = {"table": kind.table, "last": 0 if ended else last, "rows": 0 if ended else rows, "ended": ended}
        raw(connection, _KEEP, kept)
    mended = known - bad.keys()
    if mended:
        judge_rows({kind.table: mended}, found_by="scan")
    figures.scanned(kind.table, rows, batch.rows)
    return Step(kind.table, rows, len(bad), ended, time.monotonic() - began)


def scan(
    wanted: Iterable[Kind] | None = None,
    *,
    share: float = SHARE,
    until: float | None = None,
    told: Callable[[Step], object] = lambda _step: None,
) -> bool:
    """Walk tables to their end; return whether all came to it in time.

    Args:
        wanted: the kinds whose tables are walked; all otherwise.
        share: of the time that the scanner works, above 0, at most 1.
        until: the moment of ``time.monotonic`` at which it stops where it is.
        told: of every step.
    """
    for kind in list(wanted or kinds().values()):
        ended = False
        while not ended:
            if until is not None and time.monotonic() >= until:
                return False
            step = scan_step(kind)
            told(step)
            ended = step.ended
            rest = step.seconds * (1 / share - 1)
            time.sleep(min(rest, 5.0, max(0.0, until - time.monotonic()) if until is not None else 5.0))
        if kind.tree is not None:
            _scan_trees(kind)
    return True


def _scan_trees(kind: Kind) -> None:
    with platform_transaction(actor=ACTOR):
        connection = connections[PLATFORM]
        shops = raw(connection, f"SELECT DISTINCT {kind.shop} FROM public.{kind.table}")  # noqa: S608  (our own names)
        for (shop_id,) in shops:
            found = cycles(connection, shop_id)
            if found:
                findings.note(connection, found, found_by="scan")
