"""Jobs of carts."""

from datetime import timedelta

from procrastinate.contrib.django import app

from eseller.kernel import clock
from eseller.services.shops import each_shop
from eseller.tenancy.scope import shop_transaction
from eseller.tenancy.sql import execute

KEPT = timedelta(days=60)
_BATCH = 500
_SHOPS = "SELECT DISTINCT shop_id FROM cart_cart WHERE updated_at < %s - interval '60 days' LIMIT 1000"
_PURGE = """
DELETE FROM cart_cart WHERE id IN (SELECT id FROM cart_cart WHERE updated_at < %s ORDER BY updated_at LIMIT %s)
"""


@app.periodic(cron="41 * * * *")
@app.task(name="cart.purge_old", queue="upkeep", queueing_lock="cart.purge_old")
def purge_old_carts(timestamp: int) -> None:  # noqa: ARG001  (passed by name)
    """Delete carts that nobody touched for 60 days."""

    def purge(shop_id: int) -> None:
        deleted = _BATCH
        while deleted == _BATCH:
            with shop_transaction(shop_id, actor="job:purge_old_carts"):
                deleted = execute(_PURGE, [clock.now() - KEPT, _BATCH])

    each_shop(_SHOPS, purge)
