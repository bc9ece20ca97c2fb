"""Write the invoice."""


def issue_invoice(*, shop_id: int, number: str, actor: str) -> int:
    """Write the order's invoice with the next number of its series, once, and return its id.

    Raises:
        UnknownOrder, NotAllowed.
    """
    raise NotImplementedError
