"""Change a customer's address book. Call these inside a ``shop_transaction``."""

from eseller.commerce.customers.records import PostalAddress


def save_address(
    *, customer_id: int, address: PostalAddress, address_id: int | None = None, default: bool = False, actor: str
) -> int:
    """Write an address, a new one where ``address_id`` is None, and return its id.

    Raises:
        InvalidFields: by the names of the fields of PostalAddress; ``address`` when the book is full.
    """
    raise NotImplementedError


def delete_address(*, customer_id: int, address_id: int, actor: str) -> None:
    """Take an address out of the book; unknown ones are ignored."""
    raise NotImplementedError


def update_profile(*, customer_id: int, name: str, language: str, actor: str) -> None:
    """Change name and language.

    Raises:
        InvalidFields: with ``name`` or ``language``.
    """
    raise NotImplementedError
