"""What passes between orders and payment providers."""

from enum import StrEnum
from typing import Literal

import msgspec

from eseller.kernel.money import Money

ProviderCode = Literal["invoice", "bank_transfer", "testcard"]


class CardInput(msgspec.Struct, frozen=True):
    """Card details as typed. Never stored, logged or shown: not even ``repr`` tells them."""

    number: str
    expiry: str  # MM/YY
    cvc: str

    def __repr__(self) -> str:
        """Hide all of it."""
        return "CardInput(…)"


class PaymentOption(msgspec.Struct, frozen=True):
    """A way to pay that the shop offers. ``needs_card`` asks for card fields."""

    code: str
    name: str
    provider: ProviderCode
    instructions: str
    needs_card: bool


class PaymentState(StrEnum):
    """Where a payment is; see the model."""

    PENDING = "pending"
    ACTION_REQUIRED = "action_required"
    AUTHORISED = "authorised"
    CAPTURED = "captured"
    DECLINED = "declined"
    VOIDED = "voided"


class SecondStep(msgspec.Struct, frozen=True):
    """What the page at ``/pay/testcard/<reference>`` shows. ``done`` when the step was taken already."""

    reference: str
    amount: Money
    last4: str
    done: bool
