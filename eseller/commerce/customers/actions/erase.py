"""Erase an account."""


def erase(*, customer_id: int, actor: str) -> None:
    """Erase the account: sessions, address book, cart. Orders stay for bookkeeping and lose the tie to the account."""
    raise NotImplementedError
