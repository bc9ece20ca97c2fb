"""How an order moves: pure. Its three states are independent of each other."""

from collections.abc import Iterable
from typing import Protocol

from eseller.commerce.orders.errors import NotAllowed
from eseller.commerce.orders.models import Order
from eseller.commerce.payments.records import PaymentState
from eseller.commerce.payments.rules import FINAL, HELD, Facts

State, Paid, Sent = Order.State, Order.PaymentState, Order.FulfilmentState

MOVES: dict[tuple[str, str], str] = {
    (State.PENDING, "place"): State.OPEN,
    (State.PENDING, "decline"): State.CANCELLED,
    (State.PENDING, "expire"): State.CANCELLED,
    (State.PENDING, "cancel"): State.CANCELLED,
    # A payment that comes after the time was up still makes the order, as long as there is stock.
    (State.CANCELLED, "revive"): State.OPEN,
    (State.OPEN, "complete"): State.COMPLETED,
    (State.OPEN, "cancel"): State.CANCELLED,
}
"""From (state, verb) to the state after it. What is not here cannot be done."""


def move(state: str, verb: str) -> str:
    """Return the state after a verb.

    Raises:
        NotAllowed: when it cannot be done in this state.
    """
    try:
        return MOVES[state, verb]
    except KeyError:
        raise NotAllowed(verb=verb, state=state) from None


class PaymentFacts(Protocol):
    """What is looked at of a payment."""

    @property
    def state(self) -> str:
        """Where it is."""

    @property
    def authorised(self) -> int:
        """Minor units, in all."""

    @property
    def captured(self) -> int:
        """Minor units, in all."""

    @property
    def refunded(self) -> int:
        """Minor units, in all."""


def payment_state(due: int, payments: Iterable[PaymentFacts]) -> str:
    """Return the money's state, from what is to be paid in all (minor units) and all attempts to pay it."""
    attempts = list(payments)
    captured, refunded = (sum(p.captured for p in attempts), sum(p.refunded for p in attempts))
    if refunded:
        return Paid.REFUNDED if refunded == captured else Paid.PARTIALLY_REFUNDED
    if captured:
        return Paid.PAID if captured >= due else Paid.PARTIALLY_PAID
    if attempts and attempts[-1].state == PaymentState.VOIDED:
        return Paid.VOIDED
    if not due:
        return Paid.PAID
    return Paid.AUTHORISED if any(p.state == PaymentState.AUTHORISED for p in attempts) else Paid.UNPAID


class LineFacts(Protocol):
    """What is looked at of a line."""

    @property
    def kind(self) -> str:
        """Goods or shipping."""

    @property
    def quantity(self) -> int:
        """Pieces ordered."""

    @property
    def fulfilled(self) -> int:
        """Pieces that were shipped."""

    @property
    def refunded(self) -> int:
        """Pieces that were refunded: those not shipped first."""


def open_pieces(line: LineFacts) -> int:
    """Return how many pieces are still to be shipped."""
    return 0 if line.kind == "shipping" else max(0, line.quantity - line.fulfilled - line.refunded)


def fulfilment_state(lines: Iterable[LineFacts]) -> str:
    """Return the goods' state. What was refunded before it left counts as returned: nothing is left to ship."""
    goods = [line for line in lines if line.kind == "goods"]
    if goods and all(line.refunded >= line.quantity for line in goods):
        return Sent.RETURNED
    if not any(line.fulfilled for line in goods):
        return Sent.UNFULFILLED
    return Sent.PARTIALLY_FULFILLED if any(open_pieces(line) for line in goods) else Sent.FULFILLED


def is_complete(paid: str, sent: str, *, due: int) -> bool:
    """Tell whether nothing is left to do for an open order of which ``due`` is to be paid."""
    settled = not due or paid in (Paid.PAID, Paid.PARTIALLY_REFUNDED, Paid.REFUNDED)
    return settled and sent in (Sent.FULFILLED, Sent.RETURNED)


def creditable(*, state: str, due: int, online: bool, payments: Iterable[PaymentFacts], invoiced: bool) -> int:
    """Return how much a credit note may take off what is still to be paid, minor units; see ``allowed``.

    What was never invoiced needs no credit note, and what is authorised on a card is taken or let go.
    """
    open_ = state in (State.OPEN, State.COMPLETED) and invoiced and not online
    return max(0, due - sum(p.captured for p in payments)) if open_ else 0


def allowed(
    *,
    state: str,
    due: int,
    online: bool,
    payments: Iterable[PaymentFacts],
    lines: Iterable[LineFacts],
    invoiced: bool,
) -> frozenset[str]:
    """Return what the merchant may do now.

    Args:
        state: of the order.
        due: what is to be paid in all, minor units.
        online: whether a provider is asked for money; otherwise it comes by itself.
        payments: all attempts to pay.
        lines: of the order.
        invoiced: whether there is an invoice.
    """
    attempts, goods = list(payments), [line for line in lines if line.kind == "goods"]
    captured = sum(p.captured for p in attempts)
    live = state in (State.OPEN, State.COMPLETED)
    answers = {
        "capture": live and online and any(p.state == PaymentState.AUTHORISED for p in attempts),
        "mark_paid": live and not online and captured < due,
        "ship": state == State.OPEN and any(open_pieces(line) for line in goods),
        "cancel": state in (State.OPEN, State.PENDING) and not any(line.fulfilled for line in goods),
        "refund": captured > sum(p.refunded for p in attempts)
        or creditable(state=state, due=due, online=online, payments=attempts, invoiced=invoiced) > 0,
        "invoice": live and not invoiced,
    }
    return frozenset(verb for verb, answer in answers.items() if answer)


def consequence(state: str, *, placed: bool, before: Facts, after: Facts) -> str | None:
    """Return what follows for an order when its payment moved: place, revive, decline, or nothing.

    Args:
        state: of the order.
        placed: whether it was ever acknowledged to the shopper.
        before: the payment as it was.
        after: the payment as it is.
    """
    if after.state in HELD:
        if state == State.PENDING:
            return "place"
        return "revive" if state == State.CANCELLED and not placed and before.state not in HELD else None
    if after.state in FINAL and state == State.PENDING:
        return "decline"
    return None
