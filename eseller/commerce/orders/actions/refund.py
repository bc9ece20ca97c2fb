"""Give money back."""

from collections.abc import Mapping


def refund(
    *,
    shop_id: int,
    number: str,
    key: str,
    amount: int | None = None,
    lines: Mapping[int, int] | None = None,
    restock: bool = False,
    reason: str = "",
    actor: str,
) -> None:
    """Refund an amount or some lines, or all that is left; write a credit note where there is an invoice; tell the customer.

    Call it outside any transaction.

    Args:
        key: of the form that was sent, so that a double click refunds once.
        amount: minor units, VAT included; not together with lines.
        lines: pieces by order line id, at what was paid for them.
        restock: put the lines' pieces that were shipped back on the shelf.

    Raises:
        UnknownOrder, NotAllowed, BadAmount (fields ``amount``, ``lines``).
    """
    raise NotImplementedError
