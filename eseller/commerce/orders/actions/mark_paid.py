"""Note money that came by bank."""

from django.utils.translation import gettext as _

from eseller.commerce.orders.actions.settle import apply_told
from eseller.commerce.orders.errors import BadAmount, NotAllowed
from eseller.commerce.orders.locking import allowed_now, locked_order
from eseller.commerce.orders.mails import tell
from eseller.commerce.payments.models import Payment, PaymentEvent
from eseller.commerce.payments.records import PaymentState
from eseller.commerce.payments.rules import Told
from eseller.tenancy.scope import shop_transaction


def mark_paid(*, shop_id: int, number: str, actor: str, amount: int | None = None, key: str = "") -> None:
    """Note that an invoice or bank transfer was paid, and tell the customer. The second full note does nothing.

    Args:
        shop_id: the shop.
        number: of the order.
        actor: who does it.
        amount: minor units that came; all that is outstanding where None.
        key: of the form that was sent, so that a double click notes an amount once; needed with one.

    Raises:
        ValueError: when an amount has no key.
        UnknownOrder: when there is no such order.
        NotAllowed: when it is not paid that way, or cancelled.
        BadAmount: with field ``amount``, when it is not between 1 and what is outstanding.
    """
    if amount is not None and not key:
        raise ValueError("an amount without the key of its form")
    with shop_transaction(shop_id, actor=actor, label="mark-paid"):
        order = locked_order(number)
        payment = Payment.objects.filter(order_id=order.pk).order_by("id").last()
        if payment is None:
            raise NotAllowed
        event = f"paid:{key[:64]}" if key else ""
        if event and PaymentEvent.objects.filter(payment=payment, event_id=event).exists():
            return
        outstanding = order.due - payment.captured
        if "mark_paid" not in allowed_now(order):
            if amount is None and payment.state == PaymentState.CAPTURED and not outstanding:
                return
            raise NotAllowed
        if amount is not None and not 1 <= amount <= outstanding:
            raise BadAmount({"amount": _("Write an amount up to what is outstanding.")})
        paid = payment.captured + (outstanding if amount is None else amount)
        told = Told(state=PaymentState.CAPTURED, authorised=paid, captured=paid, refunded=payment.refunded)
        apply_told(payment.token, event or f"paid:{paid}", "paid", told, actor)
        tell("payment_received", order_id=order.pk, recipient=order.email, language=order.language, about=paid)
