"""Placing an order."""
from typing import Any
from tests.commerce import shopping
from eseller.commerce.orders.actions.place_order import place_order


def test_an_invoice_order_is_open_at_once(shop: Any) -> None:
    info = shopping.make_ready(shop)
    goods = {shopping.make_variant(shop, price=price): n for price, n in ((10000, 1), (2500, 2), (333, 3))}
    owner = shopping.fill_cart(info, goods)
    placed = place_order(shop=info, owner=owner, details=shopping.details_for(info, owner), actor="shopper")
    assert placed.state == "open"


def test_card(shop: Any) -> None:
    info = shopping.make_ready(shop)
    goods = {shopping.make_variant(shop, price=price): n for price, n in ((10000, 1), (2500, 2), (333, 3))}
    owner = shopping.fill_cart(info, goods)
    placed = place_order(shop=info, owner=owner, details=shopping.details_for(info, owner, card=shopping.APPROVED), actor="shopper")
    assert (placed.state, placed.payment_state) == ("open", "authorised")
