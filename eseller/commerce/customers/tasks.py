"""Jobs of customers."""

from procrastinate.contrib.django import app

from eseller.kernel import clock
from eseller.services.shops import each_shop
from eseller.tenancy.scope import shop_transaction
from eseller.tenancy.sql import execute

_SHOPS = "SELECT DISTINCT shop_id FROM customers_customersession WHERE expires_at < %s LIMIT 1000"
_PURGE = """
DELETE FROM customers_customersession WHERE id IN (
    SELECT id FROM customers_customersession WHERE expires_at < %s ORDER BY expires_at LIMIT %s)
"""
_BATCH = 500


@app.periodic(cron="23 * * * *")
@app.task(name="customers.purge_sessions", queue="upkeep", queueing_lock="customers.purge_sessions")
def purge_sessions(timestamp: int) -> None:  # noqa: ARG001  (passed by name)
    """Delete sessions that are over."""

    def purge(shop_id: int) -> None:
        deleted = _BATCH
        while deleted == _BATCH:
            with shop_transaction(shop_id, actor="job:purge_sessions"):
                deleted = execute(_PURGE, [clock.now(), _BATCH])

    each_shop(_SHOPS, purge)
