"""Erase an account."""

from eseller.commerce.customers.models import Customer
from eseller.tenancy.sql import execute


def erase(*, customer_id: int, actor: str) -> None:  # noqa: ARG001
    """Erase the account: sessions, address book, cart. Orders stay for bookkeeping and lose the tie to the account.

    Call it inside a ``shop_transaction``.
    """
    execute("DELETE FROM cart_cart WHERE customer_id = %s", [customer_id])
    # The database cascades, and keeps orders; Django would load them all.
    execute(f"DELETE FROM {Customer._meta.db_table} WHERE id = %s", [customer_id])  # noqa: S608
