"""Give up an order that waits for its payment, since the shopper ordered otherwise."""

import logging

from eseller.commerce.orders.actions.cancel import return_money
from eseller.commerce.orders.actions.give_up import give_up
from eseller.commerce.orders.models import Order
from eseller.tenancy.scope import shop_transaction
from eseller.tenancy.sql import execute, fetch

log = logging.getLogger(__name__)


def replace(*, shop_id: int, key: str, successor: str, actor: str) -> bool:
    """Give up the pending order of a checkout key; its cart, if it is as it was, goes on under another key.

    Call it outside any transaction. The payment is let go at once, and by a job should that fail.

    Args:
        shop_id: the shop.
        key: of the checkout whose order waits.
        successor: the key that takes its place.
        actor: who does it.

    Returns:
        False where nothing was changed: the order waits no more, or the bank is thinking and its goods have left the
        cart.
    """
    with shop_transaction(shop_id, actor=actor, durable=True, label="replace"):
        order = Order.objects.select_for_update().filter(checkout_key=key, state=Order.State.PENDING).first()
        if order is None or not fetch("SELECT id FROM cart_cart WHERE id = %s FOR UPDATE", [order.from_cart]):
            return False
        execute("UPDATE cart_cart SET checkout_key = %s WHERE checkout_key = %s", [successor, key])
        give_up(order, kind="replaced", let_go=True, actor=actor)
    try:
        return_money(shop_id=shop_id, order_id=order.pk, actor=actor)
    except Exception:
        log.exception("shop %s: the payment of order %s could not be let go at once; a job does it", shop_id, order.pk)
    return True
