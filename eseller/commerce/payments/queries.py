"""Reads of payments. Call them inside a ``shop_transaction``."""

from eseller.commerce.payments.provider import provider
from eseller.commerce.payments.records import PaymentOption, SecondStep
from eseller.tenancy.sql import fetch, typed

_METHODS = """
SELECT code, coalesce(names ->> %s, names ->> %s, code), provider,
       coalesce(instructions ->> %s, instructions ->> %s, '')
FROM payments_paymentmethod WHERE active ORDER BY position, id
"""
_STEP = "SELECT amount, currency, last4, state FROM payments_testcardcharge WHERE reference = %s"


def payment_options(*, language: str, default_language: str) -> tuple[PaymentOption, ...]:
    """Return the ways to pay that the shop offers, in its order."""
    rows = fetch(_METHODS, [language, default_language] * 2)
    return tuple(
        typed(
            PaymentOption,
            code=code,
            name=name,
            provider=kind,
            instructions=instructions,
            needs_card=provider(kind).needs_card,
        )
        for code, name, kind, instructions in rows
    )


def second_step_page(reference: str) -> SecondStep | None:
    """Return what the test card's second step shows; None when there is no such charge."""
    rows = fetch(_STEP, [reference])
    if not rows:
        return None
    amount, currency, last4, state = rows[0]
    price = {"amount": amount, "currency": currency}
    return typed(SecondStep, reference=reference, amount=price, last4=last4, done=state != "action_required")
