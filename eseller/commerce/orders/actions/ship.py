"""Send goods."""

from collections.abc import Mapping


def ship(
    *,
    shop_id: int,
    number: str,
    key: str,
    lines: Mapping[int, int] | None = None,
    tracking_number: str = "",
    actor: str,
) -> None:
    """Note a parcel, take its goods out of stock, issue the invoice if this is the first, tell the customer.

    Args:
        key: of the form that was sent (a token made when it was shown), so that a double click ships once.
        lines: pieces by order line id; all that is open where None.

    Raises:
        UnknownOrder, NotAllowed, BadAmount (field ``lines``).
    """
    raise NotImplementedError
