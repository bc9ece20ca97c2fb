"""The checkout, from the form to the order."""

import re
from pathlib import Path
from typing import Any

import pytest

from eseller.cluster import receipts
from eseller.commerce.cart.models import CartLine
from eseller.commerce.inventory.actions.reserve import release, reserve
from eseller.commerce.orders.actions import place_order as placing
from eseller.commerce.orders.models import Order
from eseller.commerce.pricing.models import Price
from eseller.kernel.money import MAX_AMOUNT
from eseller.tenancy.scope import shop_transaction
from tests.channels.storefront.shoppers import Shopper, plain
from tests.channels.storefront.shops import stocked_shop

FORM = {
    "email": "ida@people.example",
    "shipping_name": "Ida Munk",
    "shipping_line1": "Havnegade 4",
    "shipping_postcode": "1058",
    "shipping_city": "København K",
    "shipping_country": "DK",
    "shipping_method": "parcel",
    "payment_method": "card",
    "card_number": "4242 4242 4242 4242",
    "card_expiry": "12/39",
    "card_cvc": "123",
    "note": "Ring on the door",
}
DECLINED = {"card_number": "4000 0000 0000 0002"}
SECOND_STEP = {"card_number": "4000 0000 0000 3220"}


@pytest.fixture
def own() -> Shopper:
    """A visitor with a vase in the cart, in a shop of the test's own."""
    shopper = Shopper(stocked_shop())
    shopper.add("VASE", 2)
    return shopper


def hidden(shopper: Shopper) -> dict[str, str]:
    """Return the hidden fields of the form as it is shown."""
    text = shopper.text("/checkout")
    return dict(re.findall(r'type="hidden" name="(checkout_key|expected_total)" value="([^"]*)"', text))


def place(shopper: Shopper, **changes: Any) -> Any:
    return shopper.post("/checkout", {**FORM, **hidden(shopper), "place": "1", **changes})


def orders(shopper: Shopper) -> list[dict[str, Any]]:
    with shop_transaction(shopper.stocked.shop.pk):
        return [dict(row) for row in Order.objects.order_by("id").values("number", "state", "payment_state", "total")]


def in_cart(shopper: Shopper) -> int:
    with shop_transaction(shopper.stocked.shop.pk):
        return sum(CartLine.objects.values_list("quantity", flat=True))


def test_a_guest_orders_and_sees_the_order(own: Shopper) -> None:
    response = place(own)
    assert response.status_code == 303
    text = own.text(response["Location"])
    assert "Thank you for your order" in text
    assert "ida@people.example" in text
    assert "DKK 879.00" in text
    assert "Ring on the door" in text
    assert [order["total"] for order in orders(own)] == [87_900]
    assert in_cart(own) == 0


def test_a_receipt_is_written_for_each_order_and_for_nothing_else(own: Shopper, tmp_path: Path) -> None:
    receipts.keep(receipts.Receipts(tmp_path, "web.0"))
    try:
        assert place(own, card_number="4000000000000002").status_code == 402
        assert list(receipts.read_receipts(tmp_path)) == []
        place(own)
    finally:
        receipts.keep(None)
    (*_declined, order), (receipt,) = orders(own), receipts.read_receipts(tmp_path)
    assert (receipt.number, receipt.total) == (order["number"], order["total"])


def test_the_form_shows_what_it_will_cost(own: Shopper) -> None:
    text = own.text("/checkout")
    assert "DKK 840.00" in text
    assert "DKK 39.00" in text
    assert "DKK 879.00" in text
    assert "of which VAT 25%" in text
    assert text.count("checked") == 2


def test_the_total_follows_country_and_delivery(own: Shopper) -> None:
    door = own.post("/checkout", {**FORM, "shipping_method": "home", "update": "1"})
    assert door.status_code == 200
    assert "DKK 899.00" in plain(door)
    germany = plain(own.post("/checkout", {**FORM, "shipping_country": "DE", "update": "1"}))
    assert "DKK 939.00" in germany
    assert "of which VAT 19%" in germany
    assert "Parcel shop" not in germany
    nowhere = plain(own.post("/checkout", {**FORM, "shipping_country": "GB", "update": "1"}))
    assert "We can't deliver this to that country" in nowhere
    assert re.search(r'<button[^>]*name="place"[^>]*disabled', nowhere)
    assert orders(own) == []


def test_recomputing_keeps_what_was_typed_and_complains_of_nothing(own: Shopper) -> None:
    text = plain(own.post("/checkout", {"email": "not yet", "shipping_city": "Århus <b>", "update": "1"}))
    assert 'value="not yet"' in text
    assert "Århus &lt;b&gt;" in text
    assert "field-error" not in text


def test_mistakes_are_told_at_their_fields_and_nothing_is_lost(own: Shopper) -> None:
    response = place(own, email="ida@", shipping_postcode="", shipping_line2="2. tv.")
    assert response.status_code == 422
    text = plain(response)
    for name in ("email", "shipping_postcode"):
        assert f'id="id_{name}_error"' in text
    for kept in ("Ida Munk", "2. tv.", "Ring on the door", "København K"):
        assert kept in text
    assert "data-form-errors" in text
    assert orders(own) == []
    assert in_cart(own) == 2


def test_card_details_are_never_sent_back(own: Shopper) -> None:
    for response in (place(own, email="x"), own.post("/checkout", {**FORM, "update": "1"}), place(own, **DECLINED)):
        text = plain(response)
        for secret in ("4242 4242", "4000 0000", 'value="123"', "12/39"):
            assert secret not in text


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"card_number": "1234 5678 9012 3456"}, "card_number"),
        ({"card_number": ""}, "card_number"),
        ({"card_expiry": "01/20"}, "card_expiry"),
        ({"card_expiry": "soon"}, "card_expiry"),
        ({"card_cvc": "12"}, "card_cvc"),
        ({"payment_method": "gold"}, "payment_method"),
        ({"payment_method": ""}, "payment_method"),
        ({"shipping_method": "balloon"}, "shipping_method"),
        ({"shipping_method": ""}, "shipping_method"),
        ({"shipping_country": "XX"}, "shipping_country"),
        ({"shipping_name": "x" * 101}, "shipping_name"),
        ({"note": "x" * 2001}, "note"),
        ({"email": "a" * 200 + "@x.example"}, "email"),
        ({"billing_differs": "on"}, "billing_name"),
    ],
)
def test_each_mistake_stands_at_its_field(own: Shopper, changes: dict[str, str], field: str) -> None:
    response = place(own, **changes)
    assert response.status_code == 422
    assert f'id="id_{field}_error"' in plain(response)
    assert orders(own) == []


def test_a_declined_card_leaves_the_cart_as_it_was(own: Shopper) -> None:
    response = place(own, **DECLINED)
    assert response.status_code == 402
    assert 'id="id_card_number_error"' in plain(response)
    assert in_cart(own) == 2
    assert place(own).status_code == 303
    assert [order["state"] for order in orders(own) if order["state"] == "open"] == ["open"]


def test_the_second_step_is_taken_at_the_bank(own: Shopper) -> None:
    response = place(own, **SECOND_STEP)
    step = response["Location"]
    assert step.startswith("/pay/testcard/")
    assert "•••• 3220" in own.text(step)
    done = own.post(step, {"answer": "approve"})
    assert "Thank you for your order" in own.text(done["Location"])
    assert own.post(step, {"answer": "approve"})["Location"] == done["Location"]
    assert [order["payment_state"] for order in orders(own)] == ["authorised"]
    assert "You have answered already" in own.text(step)


def test_refusing_the_second_step_leads_back_to_the_checkout(own: Shopper) -> None:
    step = place(own, **SECOND_STEP)["Location"]
    back = own.post(step, {"answer": "refuse"})
    assert back["Location"] == "/checkout"
    assert [order["state"] for order in orders(own)] == ["cancelled"]


def test_an_order_that_waits_for_its_payment_says_how_to_go_on(own: Shopper) -> None:
    step = place(own, **SECOND_STEP)["Location"]
    with shop_transaction(own.stocked.shop.pk):
        public_id = Order.objects.values_list("public_id", flat=True).get()
    from eseller.commerce.orders.links import order_path

    text = own.text(order_path(public_id, shop_id=own.stocked.shop.pk))
    assert "Your payment is not complete" in text
    assert f'href="{step}"' in text


def test_another_shops_second_step_is_not_found(own: Shopper) -> None:
    step = place(own, **SECOND_STEP)["Location"]
    other = Shopper(stocked_shop())
    assert other.get(step).status_code == 404
    assert other.post(step, {"answer": "approve"}).status_code == 404
    assert [order["state"] for order in orders(own)] == ["pending"]


def test_sending_the_form_twice_orders_once(own: Shopper) -> None:
    form = {**FORM, **hidden(own), "place": "1"}
    first, second = own.post("/checkout", form), own.post("/checkout", form)
    assert first["Location"] == second["Location"]
    assert len(orders(own)) == 1


def test_a_price_that_changed_is_shown_before_it_is_paid(own: Shopper) -> None:
    form = {**FORM, **hidden(own), "place": "1"}
    with shop_transaction(own.stocked.shop.pk, actor="test"):
        Price.objects.filter(variant_id=own.stocked.variants["VASE"]).update(amount=45_000)
    response = own.post("/checkout", form)
    assert response.status_code == 409
    text = plain(response)
    assert "The total has changed" in text
    assert "DKK 939.00" in text
    assert 'name="expected_total" value="93900"' in text
    assert orders(own) == []
    assert place(own).status_code == 303


def test_goods_that_somebody_else_bought_are_told(own: Shopper) -> None:
    slow = Shopper(own.stocked)
    slow.add("CARD")
    form = {**FORM, **hidden(slow), "place": "1"}
    quick = Shopper(own.stocked)
    quick.add("CARD")
    assert place(quick).status_code == 303
    response = slow.post("/checkout", form)
    assert response.status_code == 409
    assert "Somebody was quicker" in plain(response)
    assert len(orders(own)) == 1


def test_goods_whose_time_ran_out_in_the_middle_can_be_ordered_again(
    own: Shopper, monkeypatch: pytest.MonkeyPatch
) -> None:
    def reserved_too_long_ago(**values: Any) -> None:
        reserve(**values)
        with shop_transaction(values["shop_id"]):
            release(key=values["key"])

    invoice = {"payment_method": "invoice"}
    with monkeypatch.context() as slow:
        slow.setattr(placing, "reserve", reserved_too_long_ago)
        response = place(own, **invoice)
    assert response.status_code == 409
    assert "Ida Munk" in plain(response)
    assert orders(own) == []
    assert place(own, **invoice).status_code == 303


def test_more_than_can_be_invoiced_leads_back_to_the_cart_that_says_how_many(own: Shopper) -> None:
    form = {**FORM, **hidden(own), "place": "1"}
    with shop_transaction(own.stocked.shop.pk, actor="test"):
        Price.objects.filter(variant_id=own.stocked.variants["VASE"]).update(amount=MAX_AMOUNT, compare_at=None)
    for answer in (own.get("/checkout"), own.post("/checkout", form), own.post("/checkout", {**form, "update": "1"})):
        assert answer["Location"] == "/cart"
    assert "Only 1 " in own.text("/cart")


def test_a_transfer_tells_where_to_pay(own: Shopper) -> None:
    response = place(own, payment_method="transfer", card_number="", card_expiry="", card_cvc="")
    text = own.text(response["Location"])
    assert "How to pay" in text
    assert "DK00 1234" in text
    assert [order["payment_state"] for order in orders(own)] == ["unpaid"]


def test_an_invoice_goes_where_it_shall(own: Shopper) -> None:
    billing = {
        "billing_differs": "on",
        "billing_name": "Bog Holder",
        "billing_company": "Munk A/S",
        "billing_line1": "Regnvej 1",
        "billing_postcode": "2000",
        "billing_city": "Frederiksberg",
        "billing_country": "US",
        "customer_reference": "PO 77",
    }
    response = place(own, payment_method="invoice", **billing)
    text = own.text(response["Location"])
    assert "Munk A/S" in text
    assert "PO 77" in text
    assert "United States" in text


def test_nothing_can_be_ordered_from_an_empty_cart() -> None:
    empty = Shopper(stocked_shop())
    assert empty.get("/checkout")["Location"] == "/cart"
    response = empty.post("/checkout", {**FORM, "checkout_key": "x" * 30, "place": "1"})
    assert response["Location"] == "/cart"
    assert orders(empty) == []


@pytest.mark.parametrize("key", ["", "x" * 65, "\x00", "someone-elses"])
def test_a_made_up_key_orders_nothing_of_anybody_else(own: Shopper, key: str) -> None:
    response = place(own, checkout_key=key)
    assert response.status_code in (303, 409, 422)
    if response.status_code == 303:
        assert own.get(response["Location"]).status_code == 200
    assert len(orders(own)) <= 1


def test_the_checkout_speaks_the_language_of_its_address(own: Shopper) -> None:
    text = own.text("/da/checkout")
    assert "Bestil og betal" in text
    response = own.post("/da/checkout", {**FORM, **hidden(own), "place": "1"})
    assert response["Location"].startswith("/da/order/")
    assert "Tak for din ordre" in own.text(response["Location"])


def test_a_link_must_be_signed_and_of_this_shop(own: Shopper) -> None:
    path = place(own)["Location"]
    bare, _, signature = path.partition("?s=")
    for forged in (
        bare,
        f"{bare}?s=",
        f"{bare}?s={signature[:-1]}x",
        f"{bare}x?s={signature}",
        f"{bare}?s=%00{signature}",
    ):
        assert own.get(forged).status_code == 404
    assert Shopper(stocked_shop()).get(path).status_code == 404
    assert own.get(path)["Cache-Control"] == "private, no-store"
    assert 'name="robots" content="noindex"' in own.text(path)


def test_a_paper_is_only_sent_with_the_orders_link(own: Shopper) -> None:
    from eseller.commerce.orders.actions.issue_invoice import issue_invoice
    from eseller.commerce.orders.models import Invoice

    path = place(own, payment_method="invoice")["Location"]
    with shop_transaction(own.stocked.shop.pk, actor="test"):
        if not Invoice.objects.exists():
            issue_invoice(
                shop_id=own.stocked.shop.pk, number=Order.objects.values_list("number", flat=True).get(), actor="test"
            )
        paper = Invoice.objects.values_list("id", flat=True).get()
    assert f"/paper/{paper}?s=" in own.text(path)
    bare, _, signature = path.partition("?s=")
    response = own.get(f"{bare}/paper/{paper}?s={signature}")
    assert response["Content-Type"] == "application/pdf"
    assert response.content.startswith(b"%PDF")
    assert own.get(f"{bare}/paper/{paper}").status_code == 404
    assert own.get(f"{bare}/paper/{paper + 1}?s={signature}").status_code == 404


def test_callbacks_must_be_signed(own: Shopper) -> None:
    body = b'{"id":"1","kind":"captured"}'
    headers: Any = {"HTTP_WEBHOOK_ID": "1", "HTTP_WEBHOOK_TIMESTAMP": "1", "HTTP_WEBHOOK_SIGNATURE": "v1,AAAA"}
    send: Any = {"data": body, "content_type": "application/json"}
    assert own.post("/hooks/testcard", **send, **headers).status_code == 401
    assert own.post("/hooks/testcard", **send).status_code == 401
    assert own.post("/hooks/nobody", **send, **headers).status_code in (401, 404)
    assert own.get("/hooks/testcard").status_code == 405
    assert own.post("/hooks/testcard", data=b"x" * 100_000, content_type="application/json").status_code == 413
    foreign = own.post("/hooks/testcard", **send, **headers, HTTP_ORIGIN="https://pay.example")
    assert foreign.status_code == 401
