"""The cart: putting in, changing, and everything that stands in the way."""

import re
from typing import Any

import pytest

from eseller.commerce.cart.models import CartLine
from eseller.commerce.catalog.models import Product
from eseller.tenancy.scope import shop_transaction
from tests.channels.storefront.shoppers import Shopper, plain
from tests.channels.storefront.shops import Stocked, stocked_shop


def lines(stocked: Stocked) -> dict[int, int]:
    """Return what is in the carts of the shop."""
    with shop_transaction(stocked.shop.pk):
        return dict(CartLine.objects.values_list("variant_id", "quantity"))


@pytest.fixture
def own() -> Shopper:
    """A visitor of a shop of the test's own."""
    return Shopper(stocked_shop())


def test_what_is_put_in_is_shown_with_its_price(own: Shopper) -> None:
    response = own.add("VASE", 2)
    assert (response.status_code, response["Location"]) == (303, "/cart")
    text = own.text("/cart")
    assert "Moon vase" in text
    assert "DKK 840.00" in text
    assert 'href="/checkout"' in text
    assert lines(own.stocked) == {own.stocked.variants["VASE"]: 2}


def test_the_cookie_tells_nothing_and_is_sent_nowhere_else(own: Shopper) -> None:
    cookie = own.add("VASE").cookies["cart"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert cookie["path"] == "/"
    assert not cookie["domain"]
    assert len(cookie.value) >= 32
    assert "cart" not in own.add("VASE").cookies


def test_with_script_the_page_stays_and_the_header_is_told(own: Shopper) -> None:
    response = own.add("VASE", 1, HTTP_HX_REQUEST="true")
    assert response.status_code == 200
    assert response["HX-Trigger"] == "cart-changed"
    assert "It is in your cart." in plain(response)
    assert "beforeend:#toasts" in plain(response)
    refused = own.post("/cart/add", {"variant": own.stocked.variants["BOWL"]}, HTTP_HX_REQUEST="true")
    assert refused.status_code == 200
    assert "This has just sold out." in plain(refused)
    assert "HX-Trigger" not in refused


def test_options_are_understood_without_script(own: Shopper) -> None:
    text = own.text("/p/morning-mug")
    size, colour = (re.findall(rf'name="{name}" value="(\d+)"', text) for name in ("o1", "o2"))
    form = {"product": "morning-mug", "o1": size[1], "o2": colour[0], "quantity": "1"}
    assert own.post("/cart/add", form).status_code == 303
    assert lines(own.stocked) == {own.stocked.variants["MUG-L-SAND"]: 1}
    for wrong in ({"o2": colour[1]}, {"o1": "x"}, {"product": "hidden-tray"}, {"product": "a b"}, {"o2": ""}):
        assert own.post("/cart/add", form | wrong).status_code == 404
    assert lines(own.stocked) == {own.stocked.variants["MUG-L-SAND"]: 1}


@pytest.mark.parametrize(
    ("form", "status", "said"),
    [
        ({"variant": "0"}, 404, "not for sale"),
        ({"variant": "999999999999999999"}, 404, "not for sale"),
        ({"variant": "9" * 5000}, 404, "not for sale"),
        ({"variant": "1; DROP TABLE"}, 404, "not for sale"),
        ({"variant": "\x00"}, 404, "not for sale"),
        ({}, 404, "not for sale"),
        ({"sku": "BOWL"}, 409, "sold out"),
        ({"sku": "TRAY"}, 404, "not for sale"),
        ({"sku": "CARD", "quantity": "2"}, 409, "Only 1 is left"),
        ({"sku": "VASE", "quantity": "0"}, 400, "quantity between"),
        ({"sku": "VASE", "quantity": "-1"}, 400, "quantity between"),
        ({"sku": "VASE", "quantity": "1.5"}, 400, "quantity between"),
        ({"sku": "VASE", "quantity": "99999999999999999999"}, 400, "quantity between"),
        ({"sku": "VASE", "quantity": "²"}, 400, "quantity between"),
    ],
)
def test_what_cannot_be_put_in_is_refused_with_its_reason(
    own: Shopper, form: dict[str, str], status: int, said: str
) -> None:
    sku = form.get("sku")
    if sku:
        form = {**form, "variant": str(own.stocked.variants[sku])}
    response = own.post("/cart/add", form)
    assert response.status_code == status
    assert said in plain(response)
    assert lines(own.stocked) == {}


def test_another_shops_variant_is_not_for_sale_here(own: Shopper) -> None:
    other = stocked_shop()
    response = own.post("/cart/add", {"variant": other.variants["VASE"]})
    assert response.status_code == 404
    assert lines(own.stocked) == lines(other) == {}


def test_a_cookie_of_another_shop_opens_no_cart(own: Shopper) -> None:
    own.add("VASE", 3)
    other = Shopper(stocked_shop())
    other.cookies["cart"] = own.cookies["cart"].value
    assert "Your cart is empty" in other.text("/cart")


@pytest.mark.parametrize("token", ["", "x", "x" * 90, "x" * 5000, "é", "'; DROP TABLE cart_cart;--"])
def test_a_made_up_cookie_is_an_empty_cart(own: Shopper, token: str) -> None:
    own.cookies["cart"] = token
    assert "Your cart is empty" in own.text("/cart")
    assert own.get("/checkout")["Location"] == "/cart"


def test_quantities_are_changed_and_lines_removed(own: Shopper) -> None:
    own.add("VASE", 2)
    own.add("CARD")
    vase, card = own.stocked.variants["VASE"], own.stocked.variants["CARD"]
    assert own.post("/cart/update", {f"q-{vase}": "4", f"q-{card}": "1"})["Location"] == "/cart"
    assert lines(own.stocked) == {vase: 4, card: 1}
    own.post("/cart/update", {f"q-{vase}": "4", "remove": str(card)})
    assert lines(own.stocked) == {vase: 4}
    own.post("/cart/update", {f"q-{vase}": "0"})
    assert lines(own.stocked) == {}
    assert "Your cart is empty" in own.text("/cart")


@pytest.mark.parametrize("wanted", ["-1", "x", "", "10000", "9" * 400, "1e3"])
def test_a_quantity_that_is_none_changes_nothing(own: Shopper, wanted: str) -> None:
    own.add("VASE", 2)
    response = own.post("/cart/update", {f"q-{own.stocked.variants['VASE']}": wanted})
    assert response.status_code == 400
    assert "Please enter a quantity" in plain(response)
    assert lines(own.stocked) == {own.stocked.variants["VASE"]: 2}


def test_what_became_of_the_goods_meanwhile_is_told(own: Shopper) -> None:
    own.add("VASE", 2)
    own.post("/cart/update", {f"q-{own.stocked.variants['VASE']}": "50"})
    text = own.text("/cart")
    assert "Only 9 are left." in text
    assert 'href="/checkout"' not in text
    with shop_transaction(own.stocked.shop.pk, actor="test"):
        Product.objects.filter(slug="moon-vase").update(state="archived")
    text = own.text("/cart")
    assert "No longer on sale." in text


def test_only_forms_are_taken(own: Shopper) -> None:
    for path in ("/cart/add", "/cart/update", "/account/sign-out"):
        assert own.get(path).status_code == 405
    assert own.post("/cart").status_code == 200
    assert own.put("/cart").status_code == 405


def test_a_thousand_fields_are_no_trouble(own: Shopper) -> None:
    own.add("VASE")
    fields: dict[str, Any] = {f"q-{number}": "1" for number in range(1000)}
    assert own.post("/cart/update", fields).status_code in (303, 400)
    assert sum(lines(own.stocked).values()) == 1
