"""Note money that came by bank."""


def mark_paid(*, shop_id: int, number: str, actor: str, amount: int | None = None) -> None:
    """Note that an invoice or bank transfer was paid, in full or by ``amount`` minor units. The second full note does nothing.

    Raises:
        UnknownOrder, NotAllowed, BadAmount (field ``amount``).
    """
    raise NotImplementedError
