"""The cart: what is in it, putting in, changing, taking out."""

from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from eseller.channels.storefront import pages
from eseller.channels.storefront.answers import posted, posted_from_public, private, repeatable, see
from eseller.channels.storefront.choice import variant_of
from eseller.channels.storefront.numbers import whole
from eseller.channels.storefront.site import Site
from eseller.channels.storefront.visitors import Visitor, keep_cart, pieces, visitor_of
from eseller.commerce.cart.actions.add_line import add_line
from eseller.commerce.cart.actions.set_quantity import set_quantities
from eseller.commerce.cart.errors import CartFull, NotEnough, NotForSale, QuantityOutOfRange
from eseller.commerce.cart.models import MAX_LINES, MAX_QUANTITY
from eseller.commerce.cart.queries import cart_view
from eseller.commerce.cart.records import Added
from eseller.commerce.catalog.queries import product_page
from eseller.commerce.catalog.rules import is_slug
from eseller.kernel.errors import EsellerError

_REFUSED = (CartFull, NotEnough, NotForSale, QuantityOutOfRange)


@private
def cart(request: Any, site: Site) -> HttpResponse:
    """Show the cart."""
    with site.transaction("cart"):
        return _cart_page(request, site, visitor_of(request))


@posted_from_public
@repeatable
def add(request: Any, site: Site) -> HttpResponse:
    """Put a variant in the cart. A page with script stays where it is; without, the cart follows."""
    quantity = whole(request.POST.get("quantity", "1"))
    swaps = "HX-Request" in request.headers
    try:
        with site.transaction("cart-add"):
            visitor = visitor_of(request)
            variant = _variant_meant(request, site)
            if quantity is None:
                raise QuantityOutOfRange
            added = add_line(
                owner=visitor.owner, shop=site.shop, variant_id=variant, quantity=quantity, actor=visitor.actor
            )
    except _REFUSED as error:
        sentence = _sentence(error)
        return _toast(site, sentence, "danger") if swaps else _refused(request, site, sentence, error.status)
    return _added(site, added, swaps=swaps)


@posted
@repeatable
def update(request: Any, site: Site) -> HttpResponse:
    """Set quantities (fields ``q-VARIANT``) or take one variant out (button ``remove``)."""
    quantities: dict[int, int] = {}
    for name, value in list(request.POST.items())[: MAX_LINES + 10]:
        variant = whole(name.removeprefix("q-"), least=1) if name.startswith("q-") else None
        if variant is not None:
            wanted = whole(value, most=MAX_QUANTITY)
            if wanted is None:
                return _refused(request, site, _sentence(QuantityOutOfRange()), 400)
            quantities[variant] = wanted
    removed = whole(request.POST.get("remove"), least=1)
    if removed is not None:
        quantities = {removed: 0}
    try:
        with site.transaction("cart-update"):
            visitor = visitor_of(request)
            if quantities:
                set_quantities(owner=visitor.owner, quantities=quantities, actor=visitor.actor)
    except QuantityOutOfRange as error:
        return _refused(request, site, _sentence(error), error.status)
    return see(site.path("/cart"))


@private
def header(request: Any, site: Site) -> HttpResponse:
    """The personal part of each page's head: pieces in the cart, and who is signed in."""
    with site.transaction("header"):
        visitor = visitor_of(request)
        count = pieces(visitor)
    return pages.respond("storefront/fragments/tools.html", {"site": site, "visitor": visitor, "pieces": count})


def _variant_meant(request: Any, site: Site) -> int:
    """Return the variant of a form: named outright, or by a product and one value of each of its options.

    Raises:
        NotForSale: when there is none.
    """
    named = whole(request.POST.get("variant"), least=1)
    if named is not None:
        return named
    slug = request.POST.get("product", "")[:200]
    product = product_page(slug, site.language, site.shop.currency) if is_slug(slug) else None
    meant = variant_of(product, request.POST) if product else None
    if meant is None:
        raise NotForSale
    return meant.id


def _added(site: Site, added: Added, *, swaps: bool) -> HttpResponse:
    response = _toast(site, _("It is in your cart."), "success") if swaps else see(site.path("/cart"))
    if swaps:
        response.headers["HX-Trigger"] = "cart-changed"
    if added.new_token:
        keep_cart(response, added.new_token)
    return response


def _cart_page(
    request: Any, site: Site, visitor: Visitor, *, complaint: str | None = None, status: int = 200
) -> HttpResponse:
    view = cart_view(visitor.owner, shop=site.shop, language=site.language)
    context = {"cart": view, "complaint": complaint, "pieces": view.count}
    return pages.show_private(request, site, visitor, "storefront/cart.html", _("Cart"), context, status=status)


def _refused(request: Any, site: Site, sentence: str, status: int) -> HttpResponse:
    with site.transaction("cart"):
        return _cart_page(request, site, visitor_of(request), complaint=sentence, status=status)


def _toast(site: Site, text: str, tone: str) -> HttpResponse:
    return pages.respond("storefront/fragments/toast.html", {"site": site, "text": text, "tone": tone})


def _sentence(error: EsellerError) -> str:
    match error:
        case NotEnough(left=0):
            return _("This has just sold out.")
        case NotEnough(left=left):
            return ngettext("Only %(num)s is left of this.", "Only %(num)s are left of this.", left) % {"num": left}
        case CartFull():
            return _("Your cart is full. Take something out first.")
        case QuantityOutOfRange():
            return _("Please enter a quantity between 1 and %(most)s.") % {"most": MAX_QUANTITY}
    return _("This is not for sale at present.")
