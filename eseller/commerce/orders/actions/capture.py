"""Take money that was authorised."""

import logging

from eseller.commerce.orders.actions.settle import settle
from eseller.commerce.orders.errors import NotAllowed
from eseller.commerce.orders.locking import allowed_now, locked_order, note_event
from eseller.commerce.orders.models import OrderEvent
from eseller.commerce.payments.models import Payment
from eseller.commerce.payments.provider import provider
from eseller.commerce.payments.records import PaymentState
from eseller.kernel.errors import EsellerError
from eseller.tenancy.scope import shop_transaction

log = logging.getLogger(__name__)
FAILED = "capture_failed"


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


def capture_shipped(*, shop_id: int, number: str, actor: str) -> bool:
    """Charge for goods that have left; what goes wrong is written on the order's timeline, once, rather than raised.

    Call it outside any transaction; repeat as you like.

    Returns:
        Whether trying again may help.
    """
    try:
        capture(shop_id=shop_id, number=number, actor=actor)
    except NotAllowed:
        return False  # it was let go in between
    except Exception as error:
        log.exception("shop %s: the card of order %s could not be charged", shop_id, number)
        code = error.code if isinstance(error, EsellerError) else "no_answer"
        with shop_transaction(shop_id, actor=actor, label="capture"):
            order = locked_order(number)
            if not OrderEvent.objects.filter(order=order, kind=FAILED).exists():
                note_event(order, FAILED, actor, failure=code)
        return not isinstance(error, EsellerError) or error.retryable
    return False
