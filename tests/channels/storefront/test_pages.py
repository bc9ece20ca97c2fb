"""The pages that everybody sees."""

import json
import re
from typing import Any

import pytest
from django.test import Client

from eseller.commerce.catalog.actions.save_product import save_product
from eseller.commerce.catalog.drafts import PriceDraft, ProductDraft, StockDraft, TextDraft, VariantDraft
from eseller.tenancy.scope import shop_transaction
from tests.channels.storefront.shoppers import Shopper
from tests.channels.storefront.shops import Stocked, stocked_shop


def test_home_shows_hero_featured_newest_and_categories(shopper: Shopper) -> None:
    text = shopper.text("/")
    assert "<h1>Made by hand</h1>" in text
    assert "In Prøveby." in text
    assert 'href="/c/table"' in text
    assert 'href="/p/morning-mug"' in text
    assert "DKK 420.00" in text
    assert "Hidden tray" not in text
    assert "Secret" not in text


def test_a_page_speaks_the_language_of_its_address(shopper: Shopper) -> None:
    text = shopper.text("/da/p/morning-mug")
    assert '<html lang="da">' in text
    assert "Morgenkrus" in text
    assert "149,00 kr." in text
    assert 'href="/da/c/table"' in text
    assert 'hreflang="de" href="http://' in text
    assert re.search(r'<link rel="canonical" href="http://[^/]+/da/p/morning-mug">', text)


def test_the_first_language_has_one_address(shopper: Shopper) -> None:
    response = shopper.get("/en/p/morning-mug?v=1")
    assert (response.status_code, response["Location"]) == (301, "/p/morning-mug?v=1")
    shopper.text("/en//evil.example/", 404)


@pytest.mark.parametrize("path", ["/fr/", "/fr/p/morning-mug", "/xx/cart"])
def test_a_language_that_the_shop_does_not_speak_is_not_found(shopper: Shopper, path: str) -> None:
    shopper.text(path, 404)


def test_category_lists_products_of_those_below_and_links_to_them(shopper: Shopper) -> None:
    text = shopper.text("/c/table")
    assert "The table, by hand." in text
    assert "4 products" in text
    assert 'href="/c/cups"' in text
    assert "Hidden tray" not in text
    assert 'aria-current="page">The table</a>' in text


def test_category_is_sorted_and_filtered(shopper: Shopper) -> None:
    dear = shopper.text("/c/table?sort=-price")
    assert dear.index("Moon vase") < dear.index("Deep bowl") < dear.index("Card holder")
    cheap = shopper.text("/c/table?sort=price")
    assert cheap.index("Card holder") < cheap.index("Moon vase")
    stocked_only = shopper.text("/c/table?stock=1")
    assert "Deep bowl" not in stocked_only
    assert "checked" in stocked_only
    assert 'name="robots" content="noindex"' in stocked_only


def test_an_empty_category_says_so(shopper: Shopper) -> None:
    assert "There is nothing here yet" in shopper.text("/c/lamps")


@pytest.mark.parametrize(
    "path",
    [
        "/c/secret", "/c/none", "/p/none", "/p/hidden-tray", "/pages/draft", "/pages/none", "/nowhere", "/c/",
        "/c/table?page=2", "/c/table?page=0", "/c/table?page=-1", "/c/table?page=x", "/c/table?page=",
        "/c/table?page=99999999999999999999999", "/search?q=mug&page=7", "/p/Morning-Mug", "/en/en/p/morning-mug",
    ],
)  # fmt: skip
def test_what_is_not_there_is_not_found_in_the_shops_look(shopper: Shopper, path: str) -> None:
    text = shopper.text(path, 404)
    assert "We can&#39;t find that page" in text
    assert "Testhus" in text
    assert 'href="/c/table"' in text


def test_another_shops_pages_are_not_found(shopper: Shopper) -> None:
    other = stocked_shop()
    with shop_transaction(other.shop.pk, actor="test"):
        draft = ProductDraft(
            slug="only-there",
            state="published",
            texts=(TextDraft(language="en", title="Only there"),),
            variants=(
                VariantDraft(sku="X", prices=(PriceDraft(currency="DKK", amount=100),), stock=StockDraft(on_hand=1)),
            ),
        )
        save_product(draft=draft, actor="test")
    assert "Only there" in Shopper(other).text("/p/only-there")
    shopper.text("/p/only-there", 404)
    assert "Only there" not in shopper.text("/search?q=only+there")


def test_product_shows_choice_price_stock_and_description(shopper: Shopper, stocked: Stocked) -> None:
    text = shopper.text("/p/morning-mug")
    assert "<strong>whole</strong>" in text
    assert "incl. VAT, plus delivery" in text
    assert "In stock, ready to send" in text
    assert text.count("<template data-choice=") == 3
    large = shopper.text(f"/p/morning-mug?v={stocked.variants['MUG-L-SAND']}")
    assert re.search(r'id="choice"[^>]*>.{0,200}DKK 179.00', large, re.S)


def test_a_choice_of_options_needs_no_script(shopper: Shopper) -> None:
    text = shopper.text("/p/morning-mug")
    size, colour = (re.findall(rf'name="{name}" value="(\d+)"', text) for name in ("o1", "o2"))
    large = shopper.text(f"/p/morning-mug?o1={size[1]}&o2={colour[0]}&quantity=1&product=morning-mug")
    assert re.search(r'id="choice"[^>]*>.{0,200}DKK 179.00', large, re.S)
    nothing = shopper.text(f"/p/morning-mug?o1={size[1]}&o2={colour[1]}")
    assert re.search(r'id="choice"[^>]*>.{0,200}DKK 149.00', nothing, re.S)


def test_sold_out_and_almost_sold_out_are_told(shopper: Shopper) -> None:
    sold = shopper.text("/p/deep-bowl")
    assert "Sold out" in sold
    assert re.search(r"<button[^>]* disabled[^>]* data-buy", sold)
    assert "Only 1 left" in shopper.text("/p/gift-card-holder")


def test_an_earlier_price_is_shown_beside(shopper: Shopper) -> None:
    text = shopper.text("/p/moon-vase")
    assert "DKK 520.00</s>" in text


def test_linked_data_is_whole_and_cannot_end_its_block(stocked: Stocked) -> None:
    shop = stocked_shop()
    with shop_transaction(shop.shop.pk, actor="test"):
        title = 'A </script><script>alert("1")</script> & more'
        draft = ProductDraft(
            slug="evil",
            state="published",
            texts=(TextDraft(language="en", title=title, description="<script>alert(2)</script>"),),
            variants=(
                VariantDraft(sku="E", prices=(PriceDraft(currency="DKK", amount=4200),), stock=StockDraft(on_hand=1)),
            ),
        )
        save_product(draft=draft, actor="test")
    text = Shopper(shop).text("/p/evil")
    assert "<script>alert" not in text
    things = [
        json.loads(block) for block in re.findall(r'<script type="application/ld\+json">(.*?)</script>', text, re.S)
    ]
    assert [thing["@type"] for thing in things] == ["Product", "BreadcrumbList"]
    assert things[0]["name"] == title
    assert things[0]["offers"][0]["price"] == "42.00"
    assert things[0]["offers"][0]["availability"].endswith("/InStock")


def test_search_finds_mends_and_owns_up(shopper: Shopper) -> None:
    found = shopper.text("/search?q=mug")
    assert "Morning mug" in found
    assert "Results for “mug”" in found
    mended = shopper.text("/search?q=mornnig")
    assert "Nothing matches “mornnig”" in mended
    assert "Morning mug" in mended
    assert "Nothing found for “qqqqqq”" in shopper.text("/search?q=qqqqqq")
    assert 'name="robots" content="noindex"' in found
    assert "What are you looking for?" in shopper.text("/search?q=%20%00%07")


def test_a_page_of_text(shopper: Shopper) -> None:
    text = shopper.text("/pages/delivery")
    assert "<h1>Delivery and returns</h1>" in text
    assert "<strong>post</strong>" in text
    assert "Med <strong>posten</strong>" in shopper.text("/da/pages/delivery")


@pytest.mark.parametrize(
    "query",
    [
        "q=" + "x" * 8000, "q=%00%00", "q=%ff%fe%c3%28", "q=" + "%27%22%3B--" * 50, "q=" + "((((" * 40 + "&%7C!:*",
        "q[a][b][c]=1&q=mug", "&".join(f"k{n}=1" for n in range(1500)), "q=%F0%9F%8D%B5", "q=mug&q=vase&q=%00",
        "q=" + "a+" * 300, "v=99999999999999999999&o1=x&o2=%00&sort=%00&stock=%ff",
    ],
)  # fmt: skip
@pytest.mark.parametrize("path", ["/search", "/c/table", "/p/morning-mug", "/", "/pages/delivery"])
def test_hostile_queries_get_a_page(shopper: Shopper, path: str, query: str) -> None:
    response = shopper.get(f"{path}?{query}")
    assert response.status_code == 200


def test_too_many_fields_are_a_bad_request(shopper: Shopper) -> None:
    response = shopper.get("/search?" + "&".join(f"k{n}=1" for n in range(3000)))
    assert response.status_code == 400
    assert "We couldn&#39;t read that" in response.content.decode()


def test_a_path_of_broken_letters_is_not_found(shopper: Shopper) -> None:
    environ: dict[str, Any] = {"PATH_INFO": "/p/\xff\xfe\x00"}
    assert shopper.get("/", **environ).status_code == 404


@pytest.mark.parametrize("path", ["/", "/c/table", "/p/morning-mug", "/search?q=mug", "/pages/delivery", "/robots.txt"])
def test_head_is_answered_and_nothing_else_is(shopper: Shopper, path: str) -> None:
    head = shopper.head(path)
    assert head.status_code == 200
    assert head.content == b""
    for method in (shopper.post, shopper.put, shopper.delete, shopper.patch):
        refused = method(path)
        assert refused.status_code == 405
        assert "GET" in refused["Allow"]


def test_an_unknown_host_is_told_so_plainly(stocked: Stocked) -> None:
    response = Client(HTTP_HOST="nobody.example").get("/")
    assert response.status_code == 404
    assert "There is no shop here" in response.content.decode()


def test_business_shops_show_prices_without_vat() -> None:
    business = Shopper(stocked_shop(prices_include_vat=False))
    assert "excl. VAT, plus delivery" in business.text("/p/moon-vase")


def test_links_between_pages_are_all_answered(shopper: Shopper) -> None:
    """Walk the shop as a robot would, from the front page."""
    seen: set[str] = set()
    waiting = ["/"]
    while waiting and len(seen) < 60:
        path = waiting.pop()
        if path in seen:
            continue
        seen.add(path)
        response = shopper.get(path)
        assert response.status_code in (200, 303), path
        if response.status_code == 200 and response["Content-Type"].startswith("text/html"):
            waiting += [
                link.replace("&amp;", "&")
                for link in re.findall(r'(?:href|src)="(/(?!static)[^"#]*)"', response.content.decode())
            ]
    assert len(seen) > 30
