"""Invoices and credit notes as PDF."""

from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec
from django.utils import translation
from django.utils.translation import gettext as _

from eseller.commerce.customers.records import PostalAddress
from eseller.commerce.orders.errors import UnknownOrder
from eseller.commerce.orders.imprint import Imprint, imprint_now
from eseller.commerce.orders.models import Invoice
from eseller.commerce.orders.paper_drawing import Paper, Row, draw
from eseller.commerce.orders.queries import order_for_mail, paper_number
from eseller.commerce.orders.records import OrderStatus
from eseller.commerce.pricing.rules import VatPart
from eseller.kernel.money import Money
from eseller.tenancy.hosts import ShopInfo, shop_info
from eseller.tenancy.scope import require_scope
from eseller.tenancy.sql import fetch_json
from eseller.ui import formats

_PAPER = """
SELECT json_build_object('order_id', order_id, 'kind', kind, 'number', number, 'printed_number', printed_number,
    'imprint', imprint, 'issued_at', issued_at, 'currency', currency, 'net', net, 'total', total,
    'vat_split', vat_split)::text
FROM orders_invoice WHERE id = %s
"""


class Issued(msgspec.Struct, frozen=True, kw_only=True):
    """A paper as it was issued; amounts in minor units."""

    order_id: int
    kind: str
    number: int
    printed_number: str
    imprint: Imprint | None
    issued_at: datetime
    currency: str
    net: int
    total: int
    vat_split: list[VatPart]


def invoice_pdf(invoice_id: int, *, language: str) -> bytes:
    """Draw an invoice or credit note. Call it inside a ``shop_transaction``.

    Args:
        invoice_id: of the paper.
        language: that it is written in.

    Raises:
        UnknownOrder: when there is no such paper.
    """
    paper = fetch_json(_PAPER, [invoice_id], Issued)
    if paper is None:
        raise UnknownOrder
    shop = shop_info(require_scope())
    with translation.override(language):
        order = order_for_mail(paper.order_id, language=language)
        # A release that kept none issued it.
        imprint = paper.imprint or imprint_now(paper.order_id, shop=shop, language=language)
        return draw(_content(shop, order, paper, imprint, language), brand=shop.theme.brand)


def _content(shop: ShopInfo, order: OrderStatus, paper: Issued, imprint: Imprint, language: str) -> Paper:
    is_invoice = paper.kind == Invoice.Kind.INVOICE
    number = paper.printed_number or paper_number(shop.order_prefix, paper.kind, paper.number)
    buyer = order.billing or order.shipping
    facts = [
        (_("Invoice number") if is_invoice else _("Credit note number"), number),
        (_("Date"), _day(paper.issued_at, shop, language)),
        (_("Order number"), order.number),
        (_("Ordered on"), _day(order.placed_at or order.created_at, shop, language)),
    ]
    if order.customer_reference:
        facts.append((_("Your reference"), order.customer_reference))
    return Paper(
        title=_("Invoice") if is_invoice else _("Credit note"),
        number=number,
        issued_at=paper.issued_at,
        language=language,
        seller=imprint.name,
        seller_lines=_seller(imprint),
        buyer_title=_("Invoice to"),
        buyer_lines=_address(buyer),
        ship_title=_("Delivery to"),
        ship_lines=_address(order.shipping) if order.billing and is_invoice else [],
        facts=facts,
        headings=(_("Description"), _("Quantity"), _("Price"), _("VAT"), _("Amount")),
        rows=_lines(order, language) if is_invoice else [_credit(order, paper, language)],
        totals=_totals(order, paper, language),
        notes=_notes(imprint) if is_invoice else [],
        page=_("Page %(page)s of %(pages)s"),
    )


def _lines(order: OrderStatus, language: str) -> list[Row]:
    rows = []
    for line in order.lines:
        details = " · ".join(part for part in (line.options, line.sku) if part)
        amount = line.total if order.prices_include_vat else line.net
        rows.append(
            Row(
                title=line.title,
                details=details,
                quantity=str(line.quantity),
                price=formats.money(line.unit_price, language),
                vat=_rate(line.vat_rate_bp, language),
                amount=formats.money(amount, language),
            )
        )
    return rows


def _credit(order: OrderStatus, paper: Issued, language: str) -> Row:
    title = _("Refund for order %(number)s") % {"number": order.number}
    total = formats.money(Money(paper.total, paper.currency), language)
    return Row(title=title, details="", quantity="", price="", vat="", amount=total)


def _totals(order: OrderStatus, paper: Issued, language: str) -> list[tuple[str, str, bool]]:
    """Return (label, amount, is the total); the VAT comes after the total where prices have it in them."""

    def written(amount: int) -> str:
        return formats.money(Money(amount, paper.currency), language)

    total = (_("Total"), written(paper.total), True)
    parts = [
        (
            _("VAT %(rate)s of %(net)s") % {"rate": _rate(part.rate_bp, language), "net": written(part.net)},
            written(part.vat),
            False,
        )
        for part in paper.vat_split
    ]
    net = (_("Net"), written(paper.net), False)
    return [total, net, *parts] if order.prices_include_vat else [net, *parts, total]


def _notes(imprint: Imprint) -> list[str]:
    if imprint.paid:
        return [_("Paid. Thank you.")]
    if not imprint.to_pay:
        return [imprint.payment_name]
    account = _("Account: %(account)s") % {"account": imprint.bank_account} if imprint.bank_account else ""
    reference = _("Please quote %(reference)s when you pay.") % {"reference": imprint.reference}
    return [part for part in (imprint.payment_name, imprint.instructions, account, reference) if part]


def _seller(imprint: Imprint) -> list[str]:
    lines = [line for line in imprint.address.splitlines() if line.strip()]
    if imprint.vat_number:
        lines.append(_("VAT no. %(number)s") % {"number": imprint.vat_number})
    return [*lines, imprint.contact_email]


def _address(address: PostalAddress) -> list[str]:
    place = f"{address.postcode} {address.city}"
    country = formats.locale_for(translation.get_language() or "en").territories.get(address.country, address.country)
    parts = [address.company, address.name, address.line1, address.line2, place, address.region, country]
    return [part for part in parts if part]


def _rate(rate_bp: int, language: str) -> str:
    return formats.percent(rate_bp / 10_000, language, 0 if rate_bp % 100 == 0 else 1)


def _day(at: datetime, shop: ShopInfo, language: str) -> str:
    return formats.day(at, language, ZoneInfo(shop.time_zone), "long")
