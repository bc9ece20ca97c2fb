"""Write the invoice."""

import msgspec

from eseller.commerce.orders.errors import NotAllowed
from eseller.commerce.orders.imprint import imprint_now
from eseller.commerce.orders.locking import locked_order, note_event
from eseller.commerce.orders.models import Invoice, Order
from eseller.commerce.orders.numbers import next_number
from eseller.commerce.orders.queries import paper_number
from eseller.commerce.orders.rules import State
from eseller.commerce.pricing.rules import VatPart
from eseller.kernel import clock
from eseller.tenancy.hosts import shop_info
from eseller.tenancy.scope import require_scope, shop_transaction


def issue_invoice(*, shop_id: int, number: str, actor: str) -> int:
    """Write the order's invoice with the next number of its series, once, and return its id.

    Raises:
        UnknownOrder: when there is no such order.
        NotAllowed: when it was never placed, or was cancelled.
    """
    with shop_transaction(shop_id, actor=actor, label="invoice"):
        order = locked_order(number)
        if order.state not in (State.OPEN, State.COMPLETED):
            raise NotAllowed
        return write_invoice(order_id=order.pk, actor=actor)


def write_invoice(*, order_id: int, actor: str) -> int:
    """Write the invoice of a locked order unless it is written; return its id. Call it inside a transaction."""
    key = f"invoice:{order_id}"
    known = Invoice.objects.filter(key=key).first()
    if known is not None:
        return known.pk
    order = Order.objects.get(pk=order_id)
    parts = [VatPart(part.rate_bp, part.net, part.vat) for part in order.vat_split.order_by("-rate_bp")]
    return write_paper(order=order, kind=Invoice.Kind.INVOICE, key=key, parts=parts, actor=actor)


def write_paper(*, order: Order, kind: str, key: str, parts: list[VatPart], actor: str) -> int:
    """Write an invoice or credit note over some VAT parts, with the next number of its series; return its id.

    What is printed on it and changes later is kept with it. The order's row must be up to date.
    """
    net, vat = sum(part.net for part in parts), sum(part.vat for part in parts)
    shop = shop_info(require_scope())
    imprint = imprint_now(order.pk, shop=shop, language=order.language)
    number = next_number(kind)
    paper = Invoice.objects.create(
        order=order,
        kind=kind,
        number=number,
        printed_number=paper_number(shop.order_prefix, kind, number),
        imprint=msgspec.to_builtins(imprint),
        key=key,
        issued_at=clock.now(),
        currency=order.currency,
        net=net,
        vat=vat,
        total=net + vat,
        vat_split=msgspec.to_builtins(parts),
    )
    note_event(order, f"{kind}_issued", actor, paper=paper.pk, number=paper.number, total=paper.total)
    return int(paper.pk)
