"""Write a credit note."""

import msgspec

from eseller.commerce.orders.actions.issue_invoice import write_paper
from eseller.commerce.orders.models import Invoice, Order
from eseller.commerce.orders.refunds import apportion, remaining
from eseller.commerce.pricing.rules import VatPart


def write_credit(*, order: Order, key: str, amount: int | None, parts: tuple[VatPart, ...] = (), actor: str) -> None:
    """Write a credit note of a locked order, where anything is invoiced and not credited yet.

    Args:
        order: locked.
        key: what it is written for; once each.
        amount: minor units, VAT included; no more than is left is credited, and all of that where None.
        parts: what the amount is made of, by rate; in the proportion of what is left where there are none.
        actor: who does it.
    """
    papers = list(order.invoices.order_by("id"))
    left = remaining(_split_of(papers, Invoice.Kind.INVOICE), _split_of(papers, Invoice.Kind.CREDIT_NOTE))
    whole = sum(part.net + part.vat for part in left)
    if not whole:
        return
    room = {part.rate_bp: part for part in left}
    fits = parts and all(
        (have := room.get(part.rate_bp)) is not None and part.net <= have.net and part.vat <= have.vat
        for part in parts
    )
    credited = list(parts) if fits else apportion(whole if amount is None else min(amount, whole), left)
    write_paper(order=order, kind=Invoice.Kind.CREDIT_NOTE, key=key, parts=credited, actor=actor)


def _split_of(papers: list[Invoice], kind: str) -> list[VatPart]:
    return [msgspec.convert(part, VatPart) for paper in papers if paper.kind == kind for part in paper.vat_split]
