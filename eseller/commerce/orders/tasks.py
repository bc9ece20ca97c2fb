"""Jobs of orders."""

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from eseller.commerce.orders.actions.cancel import return_money
from eseller.commerce.orders.actions.capture import capture_shipped
from eseller.commerce.orders.actions.expire import expire_pending
from eseller.commerce.orders.actions.refund import push_refund
from eseller.commerce.orders.models import Order
from eseller.commerce.payments.errors import ProviderSilent
from eseller.services.shops import each_shop
from eseller.tenancy.scope import shop_transaction

_BATCH = 50
# A shop's own time may be shorter than others'; the action looks again.
_SHOPS = """
SELECT DISTINCT o.shop_id FROM orders_order o JOIN tenancy_shop s ON s.id = o.shop_id
WHERE o.state = 'pending' AND o.created_at < %s - s.reservation_minutes * interval '1 minute' LIMIT 1000
"""
_PATIENCE = RetryStrategy(max_attempts=9, exponential_wait=3)


@app.task(name="orders.finish_cancel", queue="payments", retry=_PATIENCE)
def finish_cancel(shop_id: int, order: int) -> None:
    """Give back the money of a cancelled order, if that was not done at once."""
    return_money(shop_id=shop_id, order_id=order, actor="job:finish_cancel")


@app.task(name="orders.finish_capture", queue="payments", retry=_PATIENCE)
def finish_capture(shop_id: int, order: int) -> None:
    """Charge for goods that have left, if that was not done at once.

    Raises:
        ProviderSilent: so that the job is tried again.
    """
    with shop_transaction(shop_id, label="capture"):
        number = Order.objects.values_list("number", flat=True).get(pk=order)
    if capture_shipped(shop_id=shop_id, number=number, actor="job:finish_capture"):
        raise ProviderSilent


@app.task(name="orders.finish_refund", queue="payments", retry=_PATIENCE)
def finish_refund(shop_id: int, payment: int) -> None:
    """Have the provider give back what is written as refunded, if that was not done at once."""
    push_refund(shop_id=shop_id, payment_id=payment)


@app.periodic(cron="* * * * *")
@app.task(name="orders.expire_pending", queue="expiry", queueing_lock="orders.expire_pending")
def expire_orders(timestamp: int) -> None:  # noqa: ARG001  (passed by name)
    """Give up orders whose payment never came, shop by shop, in small batches."""

    def expire(shop_id: int) -> None:
        while expire_pending(shop_id=shop_id, limit=_BATCH, actor="job:expire_pending") == _BATCH:
            pass

    each_shop(_SHOPS, expire)
