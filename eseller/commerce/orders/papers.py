"""Invoices and credit notes as PDF."""


def invoice_pdf(invoice_id: int, *, language: str) -> bytes:
    """Draw an invoice or credit note. Call it inside a ``shop_transaction``.

    Raises:
        UnknownOrder: when there is no such paper.
    """
    raise NotImplementedError
