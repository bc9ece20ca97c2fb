"""When work has failed over what a row holds: find the row, quarantine it, and do the work again.

What changed lately is looked at first, since it is nearly always that; else all rows of the shop.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from django.core.exceptions import BadRequest, PermissionDenied, SuspiciousOperation
from django.db import connections
from django.db.utils import DatabaseError, DataError
from django.http import Http404
from psycopg import errors

from eseller.kernel.errors import EsellerError
from eseller.resilience.records.kind import Kind, kinds
from eseller.resilience.records.overlay import Overlay
from eseller.tenancy.faults import is_passing
from eseller.tenancy.guard import figures, findings, quarantine
from eseller.tenancy.guard.duplicates import duplicates
from eseller.tenancy.guard.rows import BadRow, after, among, judge
from eseller.tenancy.guard.trees import cycles
from eseller.tenancy.scope import WEB, current_scope, shop_transaction
from eseller.tenancy.sql import raw

log = logging.getLogger(__name__)

T = TypeVar("T")

ATTEMPTS = 8
"""Rows are found in several lots, each of which may come while a page is made."""
PAUSE_SECONDS = 0.1
LATELY = "1 hour"
_MOST_CHANGES = 2000
_BATCH = 5000
SECONDS = 6.0
"""After which no further table of a shop is looked at; the scanner finds the rest."""
_LATELY = """
SELECT table_name, row_ids FROM public.tenancy_change
WHERE shop_id = %s AND at > now() - %s::interval ORDER BY id DESC LIMIT %s
"""
_NOT_OURS = (Http404, PermissionDenied, SuspiciousOperation, BadRequest)
# Twins where there should be one row; values too large or too deep to compute with.
_OF_ROWS = (errors.CardinalityViolation, errors.ProgramLimitExceeded, errors.StatementTooComplex)
_looking: dict[int, threading.Lock] = {}
_guard = threading.Lock()


def healed(shop_id: int, work: Callable[[], T]) -> T:
    """Return what some work returns; where it fails over a bad row, quarantine the row and do it again.

    Args:
        shop_id: the shop that the work is for.
        work: opens its own transactions, and can be repeated after a failure.

    Raises:
        Exception: what the work raises, when no row explains it.
    """
    for attempt in range(ATTEMPTS):
        before = quarantine.of_shop(shop_id)
        try:
            result = work()
        except Exception as error:
            if attempt == ATTEMPTS - 1 or current_scope() is not None or not may_be_a_row(error):
                raise
            # Another thread may have found it meanwhile; then this one need not look.
            if quarantine.of_shop(shop_id) is before and not _diagnosed(shop_id, before):
                raise
            log.warning("shop %s: a bad row was quarantined after %r", shop_id, error)
        else:
            if attempt:
                figures.healed()
            return result
    raise AssertionError("unreachable")


def _diagnosed(shop_id: int, before: Overlay | None) -> bool:
    """Look for bad rows; tell whether the work may come through now.

    Args:
        shop_id: whose rows.
        before: what was quarantined when the work began.
    """
    began = time.monotonic()
    try:
        # What the database told of while we looked is nothing new to whoever looks, and new to the work.
        return diagnose(shop_id) or quarantine.of_shop(shop_id) is not before
    except Exception as error:
        if is_passing(error):
            # Others are writing the same finding down, most likely.
            time.sleep(PAUSE_SECONDS)
            return True
        # What went wrong with the work itself is what must be told.
        log.exception("shop %s could not be looked through for bad rows", shop_id)
        return False
    finally:
        figures.diagnosed(time.monotonic() - began)


def may_be_a_row(error: BaseException) -> bool:
    """Tell whether an error may come of what a row holds: not a refusal, and not a database that is away."""
    if isinstance(error, DatabaseError):
        return isinstance(error, DataError) or isinstance(error.__cause__, _OF_ROWS)
    if isinstance(error, EsellerError):
        return error.of_data
    return not isinstance(error, _NOT_OURS)


def diagnose(shop_id: int) -> bool:
    """Look for bad rows of a shop, write them down and quarantine them; tell whether any were found."""
    with _guard:
        lock = _looking.setdefault(shop_id, threading.Lock())
    before = quarantine.of_shop(shop_id)
    with lock:
        if quarantine.of_shop(shop_id) is not before:
            return True
        with shop_transaction(shop_id, actor="guard", label="diagnose"):
            connection = connections[WEB]
            for found in _looks(connection, shop_id):
                fresh = [bad for bad in found if _is_new(bad, shop_id)]
                if fresh:
                    _note(connection, fresh, shop_id)
                    return True
    return False


def _note(connection: Any, found: list[BadRow], shop_id: int) -> None:
    """Write down what belongs to the shop. A row of the platform, which a shop may not write of, is kept back here."""
    findings.note(connection, [bad for bad in found if bad.shop_id is not None], found_by="page")
    of_all = [bad for bad in found if bad.shop_id is None]
    for bad in of_all:
        log.error("%s %s is bad: %s; found by shop %s", bad.table, bad.row_id, bad.problems[0], shop_id)
    quarantine.add((None, bad.table, bad.row_id, findings.shown_instead(connection, bad)) for bad in of_all)


def _is_new(bad: BadRow, shop_id: int) -> bool:
    kept = quarantine.of_shop(shop_id)
    return kept is None or bad.row_id not in kept.tables.get(bad.table, {})


def _looks(connection: Any, shop_id: int) -> Iterator[list[BadRow]]:
    """Yield what is found, the likely first."""
    yield _changed_lately(connection, shop_id)
    yield cycles(connection, shop_id)
    deadline = time.monotonic() + SECONDS
    for kind in _of_pages(connection):
        yield duplicates(connection, kind)
        last: int | None = None
        rows = _BATCH
        while rows == _BATCH:
            if time.monotonic() > deadline:
                log.error("shop %s has too many rows to look at all of them now; at %s", shop_id, kind.table)
                return
            # Row-level security shows no rows but the shop's own and the platform's.
            where, values = after(last)
            batch = judge(connection, kind, where, values, most=_BATCH)
            yield batch.bad
            last, rows = batch.last, batch.rows if batch.last is not None else 0


def _of_pages(connection: Any) -> list[Kind]:
    """Return the kinds whose rows a page can read: the shop's, then those of the platform that shops may see."""
    of_all = [kind.table for kind in kinds().values() if kind.shop is None]
    seen = raw(connection, "SELECT t FROM unnest(%s::text[]) t WHERE has_table_privilege(t, 'SELECT')", [of_all])
    return [*(kind for kind in kinds().values() if kind.shop is not None), *(kinds()[table] for (table,) in seen)]


def _changed_lately(connection: Any, shop_id: int) -> list[BadRow]:
    rows = raw(connection, _LATELY, [shop_id, LATELY, _MOST_CHANGES])
    wanted: dict[str, set[int]] = {}
    for table, ids in rows:
        wanted.setdefault(table, set()).update(ids)
    found: list[BadRow] = []
    for table, ids in wanted.items():
        kind = kinds().get(table)
        if kind is not None and kind.shop is not None:
            found += judge(connection, kind, *among(ids)).bad
            found += duplicates(connection, kind, [*ids])
    return found
