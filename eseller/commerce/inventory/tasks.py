"""Jobs of the inventory."""

from procrastinate.contrib.django import app

from eseller.commerce.inventory.actions.reserve import release_expired
from eseller.services.shops import each_shop
from eseller.tenancy.scope import shop_transaction

_BATCH = 100
_SHOPS = "SELECT DISTINCT shop_id FROM inventory_reservation WHERE state = 'held' AND expires_at <= %s LIMIT 1000"


@app.periodic(cron="* * * * *")
@app.task(name="inventory.expire_reservations", queue="expiry", queueing_lock="inventory.expire_reservations")
def expire_reservations(timestamp: int) -> None:  # noqa: ARG001  (passed by name)
    """Give back the stock of checkouts that were given up, shop by shop, in small batches."""

    def expire(shop_id: int) -> None:
        released = _BATCH
        while released == _BATCH:
            with shop_transaction(shop_id, actor="job:expire_reservations"):
                released = release_expired(limit=_BATCH)

    each_shop(_SHOPS, expire)
