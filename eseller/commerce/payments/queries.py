"""Reads of payments. Call them inside a ``shop_transaction``."""

from eseller.commerce.payments.records import PaymentOption, SecondStep


def payment_options(*, language: str, default_language: str) -> tuple[PaymentOption, ...]:
    """Return the ways to pay that the shop offers, in its order."""
    raise NotImplementedError


def second_step_page(reference: str) -> SecondStep | None:
    """Return what the test card's second step shows; None when there is no such charge."""
    raise NotImplementedError
