"""Write on an order's timeline."""


def add_note(*, shop_id: int, number: str, text: str, actor: str) -> None:
    """Add the merchant's own note, which the customer does not see.

    Raises:
        UnknownOrder, InvalidFields (field ``text``).
    """
    raise NotImplementedError
