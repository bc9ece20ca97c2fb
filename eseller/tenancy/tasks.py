"""Jobs of tenancy."""

import time
from datetime import timedelta

from django.db import connections
from procrastinate.contrib.django import app

from eseller.kernel import clock
from eseller.tenancy.guard.scan import scan
from eseller.tenancy.scope import PLATFORM, platform_transaction

SCAN_SECONDS = 50
"""A job's; the next minute's goes on where it stopped."""
_BATCH = 1000
# A row that is being renewed is locked, and stays.
_PURGE = """
DELETE FROM {table} WHERE {key} IN (
    SELECT {key} FROM {table} WHERE {end} < %s ORDER BY {end} LIMIT %s FOR UPDATE SKIP LOCKED)
"""
_PURGES = [
    (_PURGE.format(table="tenancy_throttlecounter", key="key", end="window_ends_at"), timedelta(0)),
    (_PURGE.format(table="django_session", key="session_key", end="expire_date"), timedelta(0)),
    # Longer than any process may have looked away, and than a diagnosis looks back.
    (_PURGE.format(table="tenancy_change", key="id", end="at"), timedelta(hours=6)),
    (_PURGE.format(table="tenancy_finding", key="id", end="closed_at"), timedelta(days=400)),
]


@app.periodic(cron="7 * * * *")
@app.task(name="tenancy.purge_expired", queue="upkeep", queueing_lock="tenancy.purge_expired")
def purge_expired(timestamp: int) -> None:  # noqa: ARG001  (passed by name)
    """Delete what is over, in small batches: counted attempts, members' sessions, changes that all have heard of."""
    for purge, kept in _PURGES:
        deleted = _BATCH
        while deleted == _BATCH:
            with platform_transaction(actor="job:purge_expired"), connections[PLATFORM].cursor() as cursor:
                cursor.execute(purge, [clock.now() - kept, _BATCH])
                deleted = cursor.rowcount


@app.periodic(cron="* * * * *")
@app.task(name="tenancy.scan_records", queue="scan", lock="tenancy.scan_records", queueing_lock="tenancy.scan_records")
def scan_records(timestamp: int) -> None:  # noqa: ARG001  (passed by name)
    """Go on judging the rows of all guarded tables, for most of a minute at most."""
    scan(until=time.monotonic() + SCAN_SECONDS)
