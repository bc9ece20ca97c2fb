"""VAT where shoppers and machines meet it: the feed's prices, and a shop whose country has no rates."""

from xml.etree import ElementTree

from eseller.commerce.pricing.models import Price
from eseller.tenancy.scope import shop_transaction
from tests.channels.storefront.shoppers import Shopper
from tests.channels.storefront.shops import stocked_shop

G = "{http://base.google.com/ns/1.0}"


def prices(shopper: Shopper) -> dict[str, tuple[str | None, str | None]]:
    answer = shopper.get("/feeds/google.xml")
    assert answer.status_code == 200
    items = ElementTree.fromstring(answer.getvalue()).iter("item")
    return {str(i.findtext(f"{G}id")): (i.findtext(f"{G}price"), i.findtext(f"{G}sale_price")) for i in items}


def test_the_feed_adds_vat_to_prices_without_it() -> None:
    stocked = stocked_shop(prices_include_vat=False)
    with shop_transaction(stocked.shop.pk, actor="test"):
        Price.objects.filter(variant_id=stocked.variants["CARD"]).update(amount=9_998)
    found = prices(Shopper(stocked))
    assert found["VASE"] == ("650.00 DKK", "525.00 DKK")
    assert found["CARD"] == ("124.98 DKK", None)  # 124.975, rounded half up


def test_the_feed_leaves_prices_with_vat_as_they_are() -> None:
    assert prices(Shopper(stocked_shop()))["VASE"] == ("520.00 DKK", "420.00 DKK")


def test_a_shop_without_vat_rates_takes_no_orders_and_says_so() -> None:
    shopper = Shopper(stocked_shop(country="QD", prices_include_vat=False))
    assert shopper.add("VASE").status_code in (200, 303)
    placing = shopper.post("/checkout", {"place": "1"})
    for answer in (shopper.get("/checkout"), placing, shopper.get("/feeds/google.xml")):
        assert answer.status_code == 503
        assert "can&#39;t take orders yet" in answer.content.decode()
    assert "Moon vase" in shopper.text("/cart")
