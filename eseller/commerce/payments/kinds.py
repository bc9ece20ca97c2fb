"""What rows of payments must be."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, Literal

from msgspec import Meta

from eseller.commerce.payments.records import ProviderCode
from eseller.resilience.records.fields import (
    BLOCK,
    LINE,
    NEVER,
    WORDS,
    Actor,
    Amount,
    Code,
    Currency,
    Flag,
    Id,
    Labels,
    Language,
    MethodCode,
    Position,
    Token,
)
from eseller.resilience.records.kind import Fate, Kind, Row, Rule, register

Reference = Annotated[str, Meta(max_length=100, pattern=LINE, description="at most 100 characters in a line")]
Line200 = Annotated[str, Meta(max_length=200, pattern=LINE, description="at most 200 characters in a line")]
Instructions = dict[
    Language, Annotated[str, Meta(max_length=2000, pattern=BLOCK, description="a text of at most 2000 characters")]
]


def _not_above(name: str, above: str, words: str) -> Rule:
    holds: Callable[[Any], bool] = lambda row: getattr(row, name) <= getattr(row, above)  # noqa: E731
    return Rule(name, words, holds)


class PaymentMethodRow(Row):
    """A way to pay."""

    id: Id
    shop_id: Id
    code: MethodCode
    provider: ProviderCode
    names: Labels
    instructions: Instructions
    active: Flag
    position: Position

    rules = (Rule("names", "a name in one language at least", lambda row: any(row.names.values())),)


class PaymentRow(Row):
    """An attempt to pay."""

    id: Id
    shop_id: Id
    order_id: Id
    token: Token
    provider: ProviderCode
    state: Literal["pending", "action_required", "authorised", "captured", "declined", "voided"]
    currency: Currency
    amount: Amount
    authorised: Amount
    captured: Amount
    refunded: Amount
    reference: Reference
    failure: Line200
    created_at: datetime

    rules = (
        _not_above("authorised", "amount", "no more than the payment"),
        _not_above("captured", "authorised", "no more than was authorised"),
        _not_above("refunded", "captured", "no more than was taken"),
    )


class PaymentEventRow(Row):
    """What a provider told."""

    id: Id
    shop_id: Id
    payment_id: Id
    event_id: Annotated[str, Meta(max_length=100, pattern=WORDS, description="a line of 1 to 100")]
    kind: Annotated[str, Meta(max_length=20, pattern=WORDS, description="a line of 1 to 20 characters")]
    amount: Amount
    at: datetime


class RefundRow(Row):
    """Money given back."""

    id: Id
    shop_id: Id
    payment_id: Id
    key: Code
    amount: Annotated[int, Meta(ge=1, le=10**13, description="an amount of 1 to 10,000,000,000,000 in minor units")]
    off_bill: Amount
    reason: Line200
    actor: Actor
    at: datetime

    rules = (_not_above("off_bill", "amount", "no more than the refund"),)


class TestCardChargeRow(Row):
    """A row of the test card's ledger."""

    __test__ = False  # its name begins like a test's

    id: Id
    shop_id: Id
    reference: Token
    idempotency_key: Token
    payment_token: Token
    last4: Annotated[str, Meta(pattern="^[0-9]{0,4}$", description="up to four digits")]
    state: Literal["pending", "action_required", "authorised", "captured", "declined", "insufficient", "voided"]
    currency: Currency
    amount: Amount
    captured: Amount
    refunded: Amount
    created_at: datetime

    rules = (
        _not_above("captured", "amount", "no more than the charge"),
        _not_above("refunded", "captured", "no more than was taken"),
    )


register(
    Kind(
        table="payments_paymentmethod",
        row=PaymentMethodRow,
        label="way to pay",
        pages=("checkout", "order status", "mails", "back office"),
        stand_ins={"instructions": {}, "position": 0},
    ),
    Kind(
        table="payments_payment",
        row=PaymentRow,
        label="payment",
        secret=frozenset({"token"}),
        pages=("order status", "back office"),
        stand_ins={"reference": "", "failure": "", "created_at": NEVER},
    ),
    Kind(
        table="payments_paymentevent",
        row=PaymentEventRow,
        label="word of a payment provider",
        fate=Fate.LEFT_OUT,
        pages=("back office",),
    ),
    Kind(
        table="payments_refund",
        row=RefundRow,
        label="refund",
        pages=("mails",),
        stand_ins={"reason": "", "actor": "", "at": NEVER},
    ),
    Kind(
        table="payments_testcardcharge",
        row=TestCardChargeRow,
        label="charge of the test card",
        fate=Fate.LEFT_OUT,
        secret=frozenset({"idempotency_key", "payment_token"}),
        pages=("second step of a payment",),
    ),
)
