"""Judge what was just written, by whomever: bad rows are found before a shopper meets them, mended ones released."""

import logging
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import connections

from eseller.resilience.records.kind import Kind, kinds
from eseller.tenancy.changes import Look
from eseller.tenancy.guard import findings
from eseller.tenancy.guard.duplicates import duplicates
from eseller.tenancy.guard.rows import BadRow, among, judge
from eseller.tenancy.guard.trees import cycles
from eseller.tenancy.scope import PLATFORM, platform_transaction
from eseller.tenancy.sql import raw

log = logging.getLogger(__name__)

ACTOR = "guard"
MOST = 500
# What was found of these shops and tables, and of shops that are none: the row may be good since another has changed,
# or be gone. A row that moved to another shop had its twin there.
_OPEN_IN = """
SELECT table_name, row_id FROM public.tenancy_finding f
WHERE state <> 'closed' AND found_by <> 'trial' AND (f.shop_id = ANY (%s) OR f.table_name = ANY (%s)
    OR f.shop_id IS NULL OR NOT EXISTS (SELECT FROM public.tenancy_shop s WHERE s.id = f.shop_id))
ORDER BY id DESC LIMIT %s
"""
_OPEN = """
SELECT id, table_name, row_id, shop_id FROM public.tenancy_finding
WHERE state <> 'closed' AND table_name = %s AND row_id = ANY (%s) AND (found_by <> 'trial' OR %s = 'change')
"""


def judge_changes(seen: Look) -> int:
    """Judge the rows of a look; return how many are bad. A worker calls this for every look."""
    wanted: dict[str, set[int]] = {}
    shops: set[int] = set()
    for change in seen.changes:
        if change.table in kinds():
            wanted.setdefault(change.table, set()).update(change.ids)
            shops |= {change.shop_id} if change.shop_id is not None else set()
    count = judge_rows(wanted, found_by="change") if wanted else 0
    if wanted:
        _look_again(shops, wanted)
    return count


def _look_again(shops: Iterable[int], tables: Iterable[str]) -> None:
    """Close what was found of rows that are good because others have changed: twins, cycles, lost references."""
    with platform_transaction(actor=ACTOR):
        connection = connections[PLATFORM]
        known: dict[str, set[int]] = {}
        for table, row in raw(connection, _OPEN_IN, [[*shops], [*tables], MOST]):
            known.setdefault(table, set()).add(row)
        for table in known.keys() & kinds().keys():
            bad = {one.row_id for one in bad_among(connection, kinds()[table], [*known[table]])}
            _release(connection, table, known[table] - bad, "change")


def judge_rows(wanted: Mapping[str, Iterable[int]], *, found_by: str) -> int:
    """Judge some rows of some tables: write down the bad ones, close the findings of those that are good now."""
    count = 0
    for table, ids in wanted.items():
        with platform_transaction(actor=ACTOR):
            connection = connections[PLATFORM]
            found = bad_among(connection, kinds()[table], list(ids))
            if found:
                log.warning("%s: %d bad rows, such as %s", table, len(found), found[0].row_id)
                findings.note(connection, found, found_by=found_by)
            _release(connection, table, set(ids) - {bad.row_id for bad in found}, found_by)
            count += len(found)
    return count


def bad_among(connection: Any, kind: Kind, ids: list[int]) -> list[BadRow]:
    """Return those of some rows that are bad: by themselves, as second ones, or in a circle."""
    found = {bad.row_id: bad for bad in judge(connection, kind, *among(ids)).bad}
    for bad in duplicates(connection, kind, ids):
        found.setdefault(bad.row_id, bad)
    if kind.tree is not None:
        for shop_id in _shops(connection, kind, ids):
            for bad in cycles(connection, shop_id):
                found.setdefault(bad.row_id, bad)
    return list(found.values())


def _shops(connection: Any, kind: Kind, ids: list[int]) -> list[int]:
    sql = f"SELECT DISTINCT {kind.shop} FROM public.{kind.table} WHERE id = ANY (%s)"  # noqa: S608  (our own names)
    return [shop for (shop,) in raw(connection, sql, [ids]) if shop is not None]


def _release(connection: Any, table: str, good: set[int], found_by: str) -> None:
    """Close the findings of good rows; what pages have failed over is tried again only when it has changed."""
    if not good:
        return
    open_ids = [row[0] for row in raw(connection, _OPEN, [table, list(good), found_by])]
    if open_ids:
        findings.close(connection, open_ids, by=ACTOR, note="The row is good again, or gone.")
