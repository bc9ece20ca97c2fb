"""An order, as its buyer sees it by the link in the mail: confirmation first, status later."""

from datetime import timedelta
from typing import Any

from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _

from eseller.channels.storefront import pages
from eseller.channels.storefront.answers import private
from eseller.channels.storefront.forms.fields import country_name
from eseller.channels.storefront.site import Site
from eseller.channels.storefront.visitors import visitor_of
from eseller.commerce.orders.links import is_signed, order_path
from eseller.commerce.orders.papers import invoice_pdf
from eseller.commerce.orders.queries import order_status
from eseller.commerce.orders.records import OrderRow, OrderStatus
from eseller.kernel import clock
from eseller.kernel.money import Money

FRESH = timedelta(minutes=30)
"""So long the page says thank you first."""


@private
def order(request: Any, site: Site, public_id: str) -> HttpResponse:
    """Show an order to whoever has its signed link."""
    signature = _signature(request, site, public_id)
    with site.transaction("order"):
        found = order_status(public_id)
        context = {
            "order": found,
            "signature": signature,
            "fresh": _is_fresh(found),
            "state": headline(found),
            "steps": steps(found),
            "goods_total": _sum_of(found, "goods"),
            "delivery_total": _sum_of(found, "shipping"),
            "second_step": _second_step(site, found),
            "country_name": country_name,
        }
        title = _("Order %(number)s") % {"number": found.number}
        return pages.show_private(request, site, visitor_of(request), "storefront/order.html", title, context)


@private
def paper(request: Any, site: Site, public_id: str, paper_id: int) -> HttpResponse:
    """Send an invoice or credit note of the order as PDF."""
    _signature(request, site, public_id)
    with site.transaction("order-paper"):
        found = order_status(public_id)
        for known in found.papers:
            if known.id == paper_id:
                data = invoice_pdf(paper_id, language=found.language)
                response = HttpResponse(data, content_type="application/pdf")
                response.headers["Content-Disposition"] = f'inline; filename="{known.kind}-{paper_id}.pdf"'
                return response
    raise Http404


def _signature(request: Any, site: Site, public_id: str) -> str:
    signature: str = request.GET.get("s", "")[:200]
    if not is_signed(public_id, signature, shop_id=site.shop.id):
        raise Http404
    return signature


def _sum_of(found: OrderStatus, kind: str) -> Money:
    """Add up the lines of a kind as the shop shows prices: with or without VAT."""
    amounts = (line.total if found.prices_include_vat else line.net for line in found.lines if line.kind == kind)
    return sum(amounts, start=Money(0, found.currency))


def _second_step(site: Site, found: OrderStatus) -> str | None:
    """Return where a payment that waits for the shopper goes on."""
    if found.state != "pending" or not found.payment_reference:
        return None
    return site.path(f"/pay/testcard/{found.payment_reference}")


def _is_fresh(found: OrderStatus) -> bool:
    return found.placed_at is not None and found.cancelled_at is None and clock.now() - found.placed_at < FRESH


def headline(found: OrderStatus | OrderRow) -> tuple[str, str]:
    """Return the order's state in a few words, and the tone of the badge."""
    if found.state == "cancelled":
        return _("Cancelled"), "neutral"
    if found.state == "pending":
        return _("Waiting for your payment"), "warning"
    if found.fulfilment_state == "fulfilled":
        return _("Sent"), "success"
    if found.fulfilment_state == "partially_fulfilled":
        return _("Partly sent"), "info"
    if found.fulfilment_state == "returned":
        return _("Refunded") if found.payment_state == "refunded" else _("Returned"), "neutral"
    return _("We are preparing it"), "info"


def steps(found: OrderStatus) -> list[dict[str, Any]]:
    """Return what has happened with the order and what comes next, in the order of time."""
    taken: list[dict[str, Any]] = []
    if found.placed_at:
        taken.append({"title": _("Ordered"), "at": found.placed_at, "state": "done"})
    if found.state == "cancelled":
        return [*taken, {"title": _("Cancelled"), "at": found.cancelled_at, "state": "danger"}]
    taken.append(_payment_step(found))
    for parcel in found.parcels:
        text = _("Tracking number %(number)s") % {"number": parcel.tracking_number} if parcel.tracking_number else ""
        taken.append({"title": _("Sent"), "at": parcel.at, "text": text, "state": "done"})
    if found.fulfilment_state in ("unfulfilled", "partially_fulfilled"):
        rest = _("We send the rest") if found.parcels else _("We pack and send it")
        taken.append({"title": rest, "text": _("You get a mail when it leaves.")})
    return taken


def _payment_step(found: OrderStatus) -> dict[str, Any]:
    match found.payment_state:
        case "paid":
            return {"title": _("Paid"), "state": "done"}
        case "authorised":
            return {"title": _("Card accepted"), "text": _("It is charged when we send the goods."), "state": "done"}
        case "refunded" | "partially_refunded":
            whole = found.payment_state == "refunded"
            return {"title": _("Refunded") if whole else _("Partly refunded"), "state": "done"}
        case "partially_paid":
            return {"title": _("Partly paid")}
        case "voided":
            return {"title": _("Nothing was charged")}
    return {"title": _("Payment to come"), "text": found.payment_name}


def order_row(site: Site, row: OrderRow) -> dict[str, Any]:
    """Return an order of a list as the page shows it, with its signed link."""
    label, tone = headline(row)
    return {
        "number": row.number,
        "path": order_path(row.public_id, shop_id=site.shop.id, language_prefix=site.base),
        "placed_at": row.placed_at or row.created_at,
        "total": row.total,
        "label": label,
        "tone": tone,
    }
