"""The test card: behaves like a card processor, with a ledger of its own that only this module touches.

What it is asked it does once for each idempotency key. What it does later, or because a shopper took the second step,
it tells by signed callbacks, which may come twice, late or out of order like everybody's.
"""

from collections.abc import Mapping
from datetime import timedelta

import msgspec
from django.utils.translation import gettext as _

from eseller.commerce.payments import cards, signing
from eseller.commerce.payments.errors import Forged, Refused
from eseller.commerce.payments.provider import ProviderEvent, Started, StartRequest
from eseller.commerce.payments.records import CardInput, PaymentState
from eseller.commerce.payments.rules import Told
from eseller.kernel import clock
from eseller.kernel.ids import new_token
from eseller.tenancy.faults import retrying
from eseller.tenancy.scope import shop_transaction
from eseller.tenancy.sql import fetch

CODE = "testcard"
LATE_SECONDS = 5
_COLUMNS = "reference, payment_token, state, amount, captured, refunded"
_CHARGE = f"""
INSERT INTO payments_testcardcharge
    (shop_id, reference, idempotency_key, payment_token, last4, state, currency, amount, captured, refunded,
     created_at)
VALUES (%(shop)s, %(reference)s, %(token)s, %(token)s, %(last4)s, %(state)s, %(currency)s, %(amount)s, 0, 0, now())
ON CONFLICT (shop_id, idempotency_key) DO NOTHING
RETURNING {_COLUMNS}
"""  # noqa: S608
_KNOWN = f"SELECT {_COLUMNS} FROM payments_testcardcharge WHERE idempotency_key = %s"  # noqa: S608
_LOOK = f"SELECT {_COLUMNS} FROM payments_testcardcharge WHERE reference = %s"  # noqa: S608
_CHANGE = (
    "UPDATE payments_testcardcharge SET {change} WHERE reference = %(reference)s AND {allowed} "  # noqa: S608
    f"RETURNING {_COLUMNS}"
)
_VOID = f"""
UPDATE payments_testcardcharge SET state = CASE WHEN state IN ('declined', 'insufficient') THEN state ELSE 'voided' END
WHERE idempotency_key = %s AND state <> 'captured' RETURNING {_COLUMNS}
"""  # noqa: S608
_FAILURES = {"declined": "card_declined", "insufficient": "insufficient_funds"}


class Charge(msgspec.Struct, frozen=True):
    """A row of the ledger."""

    reference: str
    payment_token: str
    state: str
    amount: int
    captured: int
    refunded: int

    def told(self) -> Told:
        """Return it as the platform hears it."""
        failure = _FAILURES.get(self.state, "")
        held = self.state in ("authorised", "captured")
        return Told(
            state=PaymentState.DECLINED if failure else PaymentState(self.state),
            authorised=self.amount if held else 0,
            captured=self.captured,
            refunded=self.refunded,
            reference=self.reference,
            failure=failure,
        )


class Message(msgspec.Struct, frozen=True):
    """The body of a callback."""

    kind: str
    payment_token: str
    told: Told


class TestCard:
    """The provider."""

    __test__ = False  # its name begins like a test's
    online = True
    needs_card = True

    def problems(self, card: CardInput | None) -> dict[str, str]:
        """Return a sentence for each card field that cannot be right."""
        if card is None:
            return {"card_number": _("Fill in the card.")}
        problems = {}
        if not cards.is_card_number(cards.digits_of(card.number)):
            problems["card_number"] = _("This is not a card number. Check it for a typing error.")
        expired = cards.has_expired(card.expiry, clock.now().date())
        if expired is None:
            problems["card_expiry"] = _("Write it like 08/29.")
        elif expired:
            problems["card_expiry"] = _("This card has expired.")
        if not (card.cvc.isascii() and card.cvc.isdigit() and len(card.cvc) in (3, 4)):
            problems["card_cvc"] = _("The three or four digits on the card.")
        return problems

    def start(self, request: StartRequest) -> Started:
        """Authorise, decline, or ask for more, by the number of the card; the same again for the same token."""
        number = cards.digits_of(request.card.number) if request.card else ""
        values = {
            "shop": request.shop_id,
            "reference": new_token(),
            "token": request.token,
            "last4": number[-4:],
            "state": cards.TEST_CARDS.get(number, "declined"),
            "currency": request.amount.currency,
            "amount": request.amount.amount,
        }

        def charge() -> Charge:
            with shop_transaction(request.shop_id, actor=CODE, durable=True, label="testcard"):
                rows = fetch(_CHARGE, values)
                if not rows:
                    return Charge(*fetch(_KNOWN, [request.token])[0])
                charge = Charge(*rows[0])
                if charge.state == PaymentState.PENDING:
                    _call_back_later(charge.reference, seconds=LATE_SECONDS)
                return charge

        made = retrying(charge)
        waits = made.state == PaymentState.ACTION_REQUIRED
        return Started(told=made.told(), action_path=f"/pay/testcard/{made.reference}" if waits else "")

    def capture(self, *, shop_id: int, reference: str, amount: int) -> Told:
        """Take an authorised amount; the same again when it was taken.

        Raises:
            Refused: when it was never authorised, or let go.
        """
        allowed = "(state = 'authorised' AND amount >= %(amount)s OR state = 'captured' AND captured = %(amount)s)"
        return _change(shop_id, reference, "state = 'captured', captured = %(amount)s", allowed, amount)

    def refund(self, *, shop_id: int, reference: str, total: int) -> Told:
        """Give money back until ``total`` has been given back in all.

        Raises:
            Refused: when that is more than was taken.
        """
        return _change(shop_id, reference, "refunded = greatest(refunded, %(amount)s)", "captured >= %(amount)s", total)

    def void(self, *, shop_id: int, token: str) -> Told:
        """Let go of what was not taken; a charge that was declined stays so, one that never began never will.

        Raises:
            Refused: when it was taken.
        """

        def run() -> Told:
            with shop_transaction(shop_id, actor=CODE, durable=True, label="testcard"):
                if not fetch(_KNOWN, [token]):
                    return Told(state=PaymentState.VOIDED)
                rows = fetch(_VOID, [token])
                if not rows:
                    raise Refused
                return Charge(*rows[0]).told()

        return retrying(run)

    def read_callback(self, *, shop_id: int, headers: Mapping[str, str], body: bytes) -> ProviderEvent:
        """Check a callback and read it.

        Raises:
            Forged: when it is not ours for this shop, too old, or no message at all.
        """
        event_id = signing.verify(shop_id=shop_id, headers=headers, body=body)
        try:
            message = msgspec.json.decode(body, type=Message)
        except msgspec.DecodeError:
            raise Forged from None
        return ProviderEvent(
            event_id=event_id, payment_token=message.payment_token, kind=message.kind, told=message.told
        )


def answer(*, shop_id: int, reference: str, approve: bool) -> bool:
    """Take the second step, or let a late answer fall; False when the charge did not wait for it.

    The processor's signed callback follows by itself.
    """

    def step() -> bool:
        with shop_transaction(shop_id, actor=CODE, durable=True, label="testcard"):
            change = _CHANGE.format(change="state = %(state)s", allowed="state IN ('action_required', 'pending')")
            state = "authorised" if approve else "declined"
            changed = bool(fetch(change, {"reference": reference, "state": state}))
            if changed:
                _call_back_later(reference, seconds=0)
            return changed

    return retrying(step)


def look(*, shop_id: int, reference: str) -> Charge | None:
    """Return a charge."""
    with shop_transaction(shop_id, label="testcard"):
        rows = fetch(_LOOK, [reference])
    return Charge(*rows[0]) if rows else None


def callback(charge: Charge, *, shop_id: int) -> tuple[dict[str, str], bytes]:
    """Return headers and body of the signed message that tells where a charge is."""
    body = msgspec.json.encode(Message(charge.state, charge.payment_token, charge.told()))
    message_id = f"{charge.reference}.{charge.state}.{charge.captured}.{charge.refunded}"
    return signing.signed_headers(shop_id=shop_id, message_id=message_id, body=body), body


def _change(shop_id: int, reference: str, change: str, allowed: str, amount: int = 0) -> Told:
    def run() -> Told:
        with shop_transaction(shop_id, actor=CODE, durable=True, label="testcard"):
            statement = _CHANGE.format(change=change, allowed=allowed)
            rows = fetch(statement, {"reference": reference, "amount": amount})
            if not rows:
                raise Refused
            return Charge(*rows[0]).told()

    return retrying(run)


def _call_back_later(reference: str, *, seconds: int) -> None:
    from eseller.commerce.payments.tasks import deliver_callback
    from eseller.services.jobs import defer

    at = clock.now() + timedelta(seconds=seconds) if seconds else None
    defer(deliver_callback, reference=reference, at=at)
