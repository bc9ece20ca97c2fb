"""Give up orders whose payment never came."""

from datetime import timedelta

from eseller.commerce.orders.actions.give_up import give_up
from eseller.commerce.orders.models import Order
from eseller.commerce.payments.models import Payment
from eseller.kernel import clock
from eseller.kernel.ids import new_token
from eseller.tenancy.hosts import shop_info
from eseller.tenancy.scope import shop_transaction
from eseller.tenancy.sql import execute


def expire_pending(*, shop_id: int, limit: int = 50, actor: str) -> int:
    """Cancel pending orders that are older than a reservation lasts, a small batch. Call it outside any transaction.

    The payment stays as it is: if it comes after all, the order is made, as long as there is stock. Only a payment of
    which the provider never answered is let go, by a job of its own: a provider in trouble holds up no other order.

    Returns:
        How many were cancelled; as many as ``limit`` means that there may be more.
    """
    with shop_transaction(shop_id, actor=actor, durable=True, label="expire"):
        before = clock.now() - timedelta(minutes=shop_info(shop_id).reservation_minutes)
        orders = Order.objects.select_for_update(skip_locked=True).filter(state="pending", created_at__lt=before)
        expired = list(orders.order_by("id")[:limit])
        lost = Payment.objects.filter(order__in=expired, reference="", state="pending")
        unanswered = set(lost.values_list("order_id", flat=True))
        for order in expired:
            give_up(order, kind="expired", let_go=order.pk in unanswered, actor=actor)
            execute(
                "UPDATE cart_cart SET checkout_key = %s WHERE checkout_key = %s", [new_token(), order.checkout_key]
            )
    return len(expired)
