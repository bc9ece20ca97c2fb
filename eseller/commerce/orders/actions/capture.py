"""Take money that was authorised."""

from eseller.commerce.orders.actions.settle import settle
from eseller.commerce.orders.errors import NotAllowed
from eseller.commerce.orders.locking import allowed_now, locked_order
from eseller.commerce.payments.models import Payment
from eseller.commerce.payments.provider import provider
from eseller.commerce.payments.records import PaymentState
from eseller.tenancy.scope import shop_transaction


def capture(*, shop_id: int, number: str, actor: str) -> None:
    """Capture the authorised payment in full. Call it outside any transaction; a second call does nothing more.

    The provider does it once, whoever asks how often, and the answer is applied once.

    Raises:
        UnknownOrder: when there is no such order.
        NotAllowed: when nothing is authorised.
        Refused: when the provider refuses.
    """
    with shop_transaction(shop_id, actor=actor, label="capture"):
        order = locked_order(number)
        payment = Payment.objects.filter(order_id=order.pk).order_by("id").last()
        if payment is None or ("capture" not in allowed_now(order) and payment.state != PaymentState.CAPTURED):
            raise NotAllowed
    if payment.state == PaymentState.CAPTURED:
        return
    told = provider(payment.provider).capture(
        shop_id=shop_id, reference=payment.reference, amount=payment.authorised
    )
    settle(shop_id=shop_id, payment_token=payment.token, kind="captured", told=told, actor=actor)
