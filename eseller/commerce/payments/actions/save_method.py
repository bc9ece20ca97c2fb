"""Offer a way to pay, change it, or offer it no more."""

import re
from typing import get_args

import msgspec

from eseller.commerce.payments.models import PaymentMethod
from eseller.commerce.payments.records import ProviderCode
from eseller.kernel.errors import EsellerError
from eseller.tenancy.guard.mending import mend
from eseller.tenancy.scope import require_scope, shop_transaction

PROVIDERS: tuple[ProviderCode, ...] = get_args(ProviderCode)


class InvalidPaymentMethod(EsellerError):
    """The payment method cannot be used like this.

    ``detail["field"]`` names the field.
    """

    code = "invalid_payment_method"
    status = 422


class PaymentMethodDraft(msgspec.Struct, frozen=True, kw_only=True):
    """A way to pay. ``names`` and ``instructions`` are ``{language: text}``."""

    code: str
    provider: str
    names: dict[str, str]
    instructions: dict[str, str] = {}
    active: bool = True
    position: int = 0


def save_payment_method(*, draft: PaymentMethodDraft, actor: str) -> int:
    """Make the method with the draft's code like the draft. Call it in a shop's scope.

    Returns:
        The method's id.

    Raises:
        InvalidPaymentMethod: naming the field.
    """
    if not re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,39}", draft.code):
        raise InvalidPaymentMethod("A code is small letters, digits and hyphens, 40 at most.", field="code")
    if draft.provider not in PROVIDERS:
        raise InvalidPaymentMethod("There is no such payment provider.", field="provider")
    if not any(draft.names.values()) or any(len(name) > 120 for name in draft.names.values()):
        raise InvalidPaymentMethod("Give the method a name of at most 120 characters.", field="names")
    if any(len(text) > 2000 for text in draft.instructions.values()):
        raise InvalidPaymentMethod("Instructions have 2,000 characters at most.", field="instructions")
    with shop_transaction(require_scope(), actor=actor):
        mend("payments_paymentmethod", None, tables=("payments_paymentmethod",))
        values = {
            "provider": draft.provider,
            "names": draft.names,
            "instructions": draft.instructions,
            "active": draft.active,
            "position": draft.position,
        }
        method, _ = PaymentMethod.objects.update_or_create(code=draft.code, defaults=values)
    return method.pk
