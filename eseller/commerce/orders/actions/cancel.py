"""Cancel an order."""

from eseller.commerce.customers.rules import tidy
from eseller.commerce.inventory.actions.reserve import release
from eseller.commerce.orders import rules
from eseller.commerce.orders.actions.refund import push_refund, write_refund
from eseller.commerce.orders.actions.settle import let_go
from eseller.commerce.orders.actions.write_credit import write_credit
from eseller.commerce.orders.errors import NotAllowed
from eseller.commerce.orders.locking import allowed_now, locked_order, note_event
from eseller.commerce.orders.mails import tell
from eseller.commerce.orders.models import Order
from eseller.commerce.payments.models import Payment
from eseller.commerce.payments.records import PaymentState
from eseller.kernel import clock
from eseller.services.jobs import defer
from eseller.tenancy.scope import shop_transaction


def cancel(*, shop_id: int, number: str, reason: str = "", actor: str) -> None:
    """Cancel an order of which nothing was shipped: give stock back, void or refund, credit what is invoiced, tell.

    Call it outside any transaction. The second call does nothing. The money is given back after the commit, by a job
    as well, so that it is given back whatever happens in between.

    Args:
        shop_id: the shop.
        number: of the order.
        reason: for the timeline, at most 500 characters.
        actor: who does it.

    Raises:
        UnknownOrder: when there is no such order.
        NotAllowed: when something was shipped.
    """
    from eseller.commerce.orders.tasks import finish_cancel

    with shop_transaction(shop_id, actor=actor, durable=True, label="cancel"):
        order = locked_order(number)
        if order.state == rules.State.CANCELLED:
            return
        if "cancel" not in allowed_now(order):
            raise NotAllowed
        order.state = rules.move(order.state, "cancel")
        order.cancelled_at = clock.now()
        order.save(update_fields=["state", "cancelled_at"])
        release(key=order.checkout_key)
        note_event(order, "cancelled", actor, reason=tidy(reason)[:500])
        write_credit(order=order, key=f"cancel:{order.pk}", amount=None, actor=actor)
        tell(
            "order_cancelled", order_id=order.pk, recipient=order.email, language=order.language, reason="merchant"
        )
        defer(finish_cancel, order=order.pk)
    return_money(shop_id=shop_id, order_id=order.pk, actor=actor)


def return_money(*, shop_id: int, order_id: int, actor: str) -> None:
    """Void or refund whatever was paid for a cancelled order. Call it outside any transaction; repeat as you like."""
    with shop_transaction(shop_id, label="cancel"):
        payments = list(Payment.objects.filter(order_id=order_id, order__state=rules.State.CANCELLED).order_by("id"))
    for payment in payments:
        if payment.captured > payment.refunded:
            _refund_all(shop_id, order_id, payment, actor)
        elif payment.state not in (PaymentState.CAPTURED, PaymentState.DECLINED):
            # Voiding is repeated: what the provider began too late is let go as well.
            let_go(shop_id=shop_id, payment_token=payment.token, kind="cancelled", actor=actor)


def _refund_all(shop_id: int, order_id: int, payment: Payment, actor: str) -> None:
    with shop_transaction(shop_id, actor=actor, durable=True, label="cancel"):
        order = locked_order(Order.objects.values_list("number", flat=True).get(pk=order_id))
        write_refund(
            order=order,
            key=f"cancel:{payment.pk}:{payment.captured}",
            amount=None,
            lines=None,
            restock=False,
            reason="",
            actor=actor,
        )
    push_refund(shop_id=shop_id, payment_id=payment.pk)
