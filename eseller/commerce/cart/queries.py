"""Reads of carts. Call them inside a ``shop_transaction``."""

from eseller.commerce.cart.records import CartOwner, CartSummary, CartView
from eseller.tenancy.hosts import ShopInfo


def cart_view(owner: CartOwner, *, shop: ShopInfo, language: str) -> CartView:
    """Return the cart with prices, stock and titles of this moment; an empty one where there is none."""
    raise NotImplementedError


def cart_summary(owner: CartOwner) -> CartSummary:
    """Return how many pieces are in the cart, with one statement."""
    raise NotImplementedError
