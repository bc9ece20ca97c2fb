"""The checkout, on one page."""

from typing import Any

from django.http import HttpResponse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from eseller.channels.storefront import errors, pages
from eseller.channels.storefront.answers import private, repeatable, see
from eseller.channels.storefront.forms.checkout import CheckoutForm, first_values
from eseller.channels.storefront.forms.fields import add_errors, has_regions
from eseller.channels.storefront.site import Site
from eseller.channels.storefront.visitors import Visitor, visitor_of
from eseller.cluster import receipts
from eseller.commerce.customers.errors import InvalidFields
from eseller.commerce.customers.queries import address_book
from eseller.commerce.inventory.errors import ReservationGone, SoldOut
from eseller.commerce.orders.actions.place_order import place_order
from eseller.commerce.orders.checkout import Quote, quote
from eseller.commerce.orders.errors import CartProblems, EmptyCart, TotalChanged
from eseller.commerce.pricing.errors import NoVatRates
from eseller.commerce.pricing.rules import AmountOutOfRange
from eseller.kernel.errors import EsellerError
from eseller.kernel.money import Money
from eseller.tenancy.platform_settings import notice, platform_settings
from eseller.ui.formats import money


@private
@repeatable
def checkout(request: Any, site: Site) -> HttpResponse:
    """Show the order form; take it when it is sent by the button that places the order."""
    try:
        if request.method != "POST":
            return _fresh(request, site)
        if "place" in request.POST:
            return _place(request, site)
        return _recomputed(request, site)
    except (EmptyCart, AmountOutOfRange):
        # More than can be invoiced, too, is the cart's to tell: it says how many of a thing can be had.
        return see(site.path("/cart"))
    except NoVatRates:
        return errors.not_ready_to_sell(request)


def _fresh(request: Any, site: Site) -> HttpResponse:
    with site.transaction("checkout"):
        visitor = visitor_of(request)
        book = address_book(visitor.customer.id) if visitor.customer else ()
        country = book[0].address.country if book else None
        quoted = quote(owner=visitor.owner, shop=site.shop, language=site.language, country=country)
        form = CheckoutForm(site.shop, initial=first_values(visitor.customer, book))
        return _page(request, site, visitor, form, quoted)


def _recomputed(request: Any, site: Site) -> HttpResponse:
    """Show the form as it was filled in, for another country or way of delivery; nothing is complained about yet."""
    form = CheckoutForm(site.shop, initial={name: request.POST.get(name) for name in request.POST})
    with site.transaction("checkout"):
        visitor = visitor_of(request)
        return _page(request, site, visitor, form, _quote_for(request, site, visitor))


def _place(request: Any, site: Site) -> HttpResponse:
    form = CheckoutForm(site.shop, request.POST)
    status, complaint = 422, None
    with site.transaction("checkout"):
        visitor = visitor_of(request)
    if form.is_valid():
        try:
            details = form.details(site.language)
            placed = place_order(shop=site.shop, owner=visitor.owner, details=details, actor=visitor.actor)
            receipts.note(shop=site.shop.id, order=placed.public_id, number=placed.number, total=placed.total)
            return see(placed.next_path)
        except InvalidFields as error:
            add_errors(form, error.fields)
            status = 402 if error.status == 402 else 422
        except (CartProblems, ReservationGone, SoldOut, TotalChanged) as error:
            status, complaint = error.status, _complaint(error)
    with site.transaction("checkout"):
        return _page(
            request, site, visitor, form, _quote_for(request, site, visitor), complaint=complaint, status=status
        )


def _complaint(error: EsellerError) -> str:
    if isinstance(error, TotalChanged):
        return _("The total has changed since you last saw it. Please look at it again; then place the order.")
    return _("Somebody was quicker: not everything in your cart can be had any more. Please look at your cart again.")


def _quote_for(request: Any, site: Site, visitor: Visitor) -> Quote:
    return quote(
        owner=visitor.owner,
        shop=site.shop,
        language=site.language,
        country=request.POST.get("shipping_country", "")[:2] or None,
        shipping_method=request.POST.get("shipping_method", "")[:40] or None,
    )


def price_of(price: Money) -> str:
    """Write a price of delivery, which may be nothing."""
    return money(price, get_language() or "en") if price else _("Free")


def _page(
    request: Any,
    site: Site,
    visitor: Visitor,
    form: CheckoutForm,
    quoted: Quote,
    *,
    complaint: str | None = None,
    status: int = 200,
) -> HttpResponse:
    form.offer(quoted)
    context = {
        "form": form,
        "quote": quoted,
        "complaint": complaint,
        "notice": notice(platform_settings().checkout_notice, site.language),
        "regions": has_regions(site.shop),
        "shipping_details": {option.code: {"value": price_of(option.price)} for option in quoted.shipping_options},
        "payment_details": {option.code: {"note": option.instructions} for option in quoted.payment_options},
    }
    return pages.show_private(request, site, visitor, "storefront/checkout.html", _("Checkout"), context, status=status)
