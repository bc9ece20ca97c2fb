"""The buying path in each of the three demo shops, with and without JavaScript."""

from typing import Any

import pytest

from eseller.commerce.orders.models import Order
from eseller.demo.content import records
from eseller.tenancy.models import Shop
from eseller.tenancy.scope import PLATFORM, shop_transaction
from tests.browser.conftest import PHONE, OpenPage, Web
from tests.browser.shopping import fill_checkout, total
from tests.demo.loading import load_once

pytestmark = pytest.mark.browser
SHOPS = records.shops()


@pytest.fixture(scope="module", autouse=True)
def _demo(database: None) -> None:
    load_once()


def placed(slug: str) -> list[Any]:
    shop = Shop.objects.using(PLATFORM).get(slug=slug)
    with shop_transaction(shop.pk):
        return list(Order.objects.filter(state="open").order_by("id"))


def to_a_product(page: Any) -> None:
    """Go from the front page through its first product that can be had."""
    page.locator(".product-card:not(.product-card-soldout) .product-card-name a").first.click()
    page.wait_for_selector("[data-buy]")


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
@pytest.mark.parametrize("slug", SHOPS)
def test_a_stranger_buys(web: Web, open_page: OpenPage, slug: str, script: bool) -> None:
    page = open_page(java_script_enabled=script)
    before = len(placed(slug))
    page.goto(web.url(slug))
    to_a_product(page)
    name = page.locator("h1").inner_text()
    page.click("[data-buy]")
    if script:
        page.wait_for_selector(".toast")
        page.wait_for_selector(".tool-count")
        page.click("a.tool[href$='/cart']")
    page.wait_for_url("**/cart")
    assert page.locator(".cart-line").count() == 1
    assert name in page.locator(".cart-line-name").inner_text()
    page.click("a.button-primary[href$='/checkout']")
    fill_checkout(page)
    expected = total(page)
    page.click("[name=place]")
    page.wait_for_selector(".thanks")
    assert total(page) == expected
    orders = placed(slug)
    assert len(orders) == before + 1
    assert orders[-1].number in page.locator(".thanks").inner_text()
    assert orders[-1].payment_state == "authorised"
    page.reload()
    assert page.locator(".thanks").count() == 1
    assert len(placed(slug)) == before + 1


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
@pytest.mark.parametrize("slug", SHOPS)
def test_a_search_on_the_phone_finds_its_way(web: Web, open_page: OpenPage, slug: str, script: bool) -> None:
    page = open_page(java_script_enabled=script, viewport=PHONE, has_touch=True)
    page.goto(web.url(slug))
    wanted = page.locator(".product-card-name a").first.inner_text()
    page.fill("[name=q]", wanted)
    page.press("[name=q]", "Enter")
    page.wait_for_url("**/search?q=*")
    assert wanted in page.locator(".product-card-name").all_inner_texts()
    page.locator(".shop-menu > summary").click()
    page.locator(".shop-menu-panel nav a").first.click()
    page.wait_for_url("**/c/*")
    assert page.locator("h1").count() == 1


@pytest.mark.parametrize("slug", SHOPS)
def test_every_language_is_a_click_away(web: Web, open_page: OpenPage, slug: str) -> None:
    page = open_page(java_script_enabled=False)
    page.goto(web.url(slug))
    to_a_product(page)
    languages = page.locator(".shop-tools .menu-panel a")
    paths = [str(link.get_attribute("href")) for link in languages.all()]
    assert len(paths) == len(records.load_shop(slug).shop.languages)
    titles = set()
    for path in paths:
        response = page.goto(web.url(slug, path))
        assert response.status == 200
        titles.add((page.locator("html").get_attribute("lang"), page.locator("h1").inner_text()))
    assert len({language for language, _ in titles}) == len(paths)


def test_businesses_pay_vat_on_top(web: Web, open_page: OpenPage) -> None:
    business = next(slug for slug in SHOPS if not records.load_shop(slug).shop.prices_include_vat)
    page = open_page(java_script_enabled=False)
    page.goto(web.url(business))
    to_a_product(page)
    page.click("[data-buy]")
    page.click("a.button-primary[href$='/checkout']")
    rows = page.locator(".totals > div").all_inner_texts()
    assert len(rows) == 4  # goods, delivery, VAT, total
    fill_checkout(page)
    page.click("[name=place]")
    page.wait_for_selector(".thanks")
    order = placed(business)[-1]
    assert order.total == order.net + order.vat
    assert order.vat > 0
