"""Cancel an order."""


def cancel(*, shop_id: int, number: str, reason: str = "", actor: str) -> None:
    """Cancel an order of which nothing was shipped: give stock back, void or refund, tell the customer.

    Call it outside any transaction. The second call does nothing.

    Raises:
        UnknownOrder, NotAllowed.
    """
    raise NotImplementedError
