"""Who is looking, by two cookies: one for the cart, one for a customer who signed in.

The only other cookie is that of the forms' token.
"""

from datetime import datetime
from typing import Any

import msgspec
from django.conf import settings
from django.http import HttpResponse

from eseller.channels.clients import address_of
from eseller.channels.storefront.site import Site
from eseller.commerce.cart.queries import cart_summary
from eseller.commerce.cart.records import CartOwner
from eseller.commerce.customers.queries import customer_of_session
from eseller.commerce.customers.records import CustomerInfo, SignedIn
from eseller.kernel import clock

# The prefix binds a cookie to this very host; browsers take it over HTTPS only.
_PREFIX = "__Host-" if settings.SECURE else ""
CART_COOKIE = f"{_PREFIX}cart"
CUSTOMER_COOKIE = f"{_PREFIX}customer"
CART_SECONDS = 90 * 24 * 3600
_LONGEST_TOKEN = 100


class Visitor(msgspec.Struct, frozen=True):
    """A visitor as far as we know them."""

    owner: CartOwner
    customer: CustomerInfo | None
    actor: str
    """What is written to history."""


def visitor_of(request: Any) -> Visitor:
    """Return who is looking. Call it inside the shop's transaction; costs a statement only for a signed-in customer."""
    token = _token(request, CUSTOMER_COOKIE)
    customer = customer_of_session(token) if token else None
    cart = _token(request, CART_COOKIE)
    if customer is None:
        return Visitor(CartOwner(token=cart), None, "visitor")
    return Visitor(CartOwner(token=cart, customer_id=customer.id), customer, f"customer:{customer.id}")


def pieces(visitor: Visitor) -> int:
    """Return how many pieces are in the visitor's cart; without statement where there is no cart."""
    owner = visitor.owner
    return cart_summary(owner).count if owner.token or owner.customer_id else 0


def cart_token(request: Any) -> str | None:
    """Return the token of the visitor's cart cookie."""
    return _token(request, CART_COOKIE)


def customer_token(request: Any) -> str | None:
    """Return the token of the visitor's sign-in."""
    return _token(request, CUSTOMER_COOKIE)


def keep_cart(response: HttpResponse, token: str) -> None:
    """Give the browser its cart."""
    _set(response, CART_COOKIE, token, CART_SECONDS)


def signed_in(response: HttpResponse, session: SignedIn) -> None:
    """Give the browser the customer's session; the cart is the customer's now and needs no cookie."""
    _set(response, CUSTOMER_COOKIE, session.token, _seconds_until(session.expires_at))
    _delete(response, CART_COOKIE)


def signed_out(response: HttpResponse) -> None:
    """Take the customer's session from the browser."""
    _delete(response, CUSTOMER_COOKIE)


def client_of(request: Any, site: Site) -> str:
    """Return where a request comes from, for throttling within the shop."""
    return f"{site.shop.id}/{address_of(request)}"


def _token(request: Any, name: str) -> str | None:
    value = request.COOKIES.get(name)
    return value if value and len(value) <= _LONGEST_TOKEN and value.isascii() else None


def _seconds_until(moment: datetime) -> int:
    return max(0, int((moment - clock.now()).total_seconds()))


def _set(response: HttpResponse, name: str, value: str, seconds: int) -> None:
    response.set_cookie(name, value, max_age=seconds, path="/", secure=settings.SECURE, httponly=True, samesite="Lax")


def _delete(response: HttpResponse, name: str) -> None:
    response.set_cookie(name, "", max_age=0, path="/", secure=settings.SECURE, httponly=True, samesite="Lax")
