"""How a payment moves: pure. Amounts only grow, in order; a state never goes back."""

import msgspec

from eseller.commerce.payments.errors import BadEvent
from eseller.commerce.payments.records import PaymentState

_RANK = {
    PaymentState.PENDING: 0,
    PaymentState.ACTION_REQUIRED: 1,
    PaymentState.AUTHORISED: 2,
    PaymentState.CAPTURED: 3,
    PaymentState.DECLINED: 4,
    PaymentState.VOIDED: 4,
}
FINAL = frozenset({PaymentState.DECLINED, PaymentState.VOIDED})
LIVE = frozenset(PaymentState) - FINAL
HELD = frozenset({PaymentState.AUTHORISED, PaymentState.CAPTURED})
"""The money is there. Judge by these, not by the sums: an amount of nothing is held, too."""


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """Where a payment is; ``amount >= authorised >= captured >= refunded >= 0``."""

    state: PaymentState
    amount: int
    authorised: int = 0
    captured: int = 0
    refunded: int = 0


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """What a provider says of a payment: its state and the sums so far, not differences: order doesn't matter."""

    state: PaymentState
    authorised: int = 0
    captured: int = 0
    refunded: int = 0
    reference: str = ""
    failure: str = ""


def advance(before: Facts, told: Told) -> Facts:
    """Return where the payment is after the provider spoke; the same when that is old news.

    Raises:
        BadEvent: when the sums cannot be true of this payment.
    """
    if not 0 <= told.refunded <= told.captured <= before.amount or not 0 <= told.authorised <= before.amount:
        raise BadEvent
    if before.state in FINAL:
        return before
    if told.state is PaymentState.DECLINED:
        return _declined(before)
    if told.state is PaymentState.VOIDED:
        return _voided(before)
    captured = max(before.captured, told.captured)
    return Facts(
        state=max(before.state, told.state, _state_of(captured), key=_RANK.__getitem__),
        amount=before.amount,
        authorised=max(before.authorised, told.authorised, captured),
        captured=captured,
        refunded=max(before.refunded, told.refunded),
    )


def _declined(before: Facts) -> Facts:
    """Only what waits can be declined: money that is there stays there."""
    if before.state in HELD:
        return before
    return msgspec.structs.replace(before, state=PaymentState.DECLINED)


def _voided(before: Facts) -> Facts:
    """What was captured can only be refunded."""
    if before.state is PaymentState.CAPTURED:
        return before
    return msgspec.structs.replace(before, state=PaymentState.VOIDED)


def _state_of(captured: int) -> PaymentState:
    return PaymentState.CAPTURED if captured else PaymentState.PENDING
