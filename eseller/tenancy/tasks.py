"""Jobs of tenancy."""

from django.db import connections
from procrastinate.contrib.django import app

from eseller.kernel import clock
from eseller.tenancy.scope import PLATFORM, platform_transaction

_BATCH = 1000
# A row that is being renewed is locked, and stays.
_PURGE = """
DELETE FROM {table} WHERE {key} IN (
    SELECT {key} FROM {table} WHERE {end} < %s ORDER BY {end} LIMIT %s FOR UPDATE SKIP LOCKED)
"""
_PURGES = [
    _PURGE.format(table="tenancy_throttlecounter", key="key", end="window_ends_at"),
    _PURGE.format(table="django_session", key="session_key", end="expire_date"),
]


@app.periodic(cron="7 * * * *")
@app.task(name="tenancy.purge_expired", queue="upkeep", queueing_lock="tenancy.purge_expired")
def purge_expired(timestamp: int) -> None:  # noqa: ARG001  (passed by name)
    """Delete counted attempts whose window is over and members' sessions that are, in small batches."""
    for purge in _PURGES:
        deleted = _BATCH
        while deleted == _BATCH:
            with platform_transaction(actor="job:purge_expired"), connections[PLATFORM].cursor() as cursor:
                cursor.execute(purge, [clock.now(), _BATCH])
                deleted = cursor.rowcount
