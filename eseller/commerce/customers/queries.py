"""Reads of customers. Call them inside a ``shop_transaction``."""

from typing import Any

from eseller.commerce.customers.records import CustomerInfo, SavedAddress


def customer_of_session(token: str) -> CustomerInfo | None:
    """Return who a session's token belongs to, or None when it is unknown or over. One statement."""
    raise NotImplementedError


def address_book(customer_id: int) -> tuple[SavedAddress, ...]:
    """Return a customer's addresses, the default first."""
    raise NotImplementedError


def export(customer_id: int) -> dict[str, Any]:
    """Return all that the shop keeps about a customer as JSON values (GDPR article 15)."""
    raise NotImplementedError
