"""What only a browser can tell of the storefront: the script helps, the policy is kept, a keyboard is enough."""

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from eseller.commerce.orders.models import Order
from eseller.tenancy.scope import shop_transaction
from tests.browser.conftest import DESKTOP, PHONE, OpenPage, Web
from tests.browser.shopping import fill_checkout, tab_to, total
from tests.channels.storefront.shops import Stocked, stocked_shop

pytestmark = pytest.mark.browser
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


@pytest.fixture(scope="module")
def stocked(database: None) -> Stocked:
    return stocked_shop(slug="browser-shop")


def orders(stocked: Stocked) -> int:
    with shop_transaction(stocked.shop.pk):
        return Order.objects.filter(state="open").count()


def test_another_choice_changes_price_picture_and_address(web: Web, open_page: OpenPage, stocked: Stocked) -> None:
    page = open_page()
    page.goto(web.url(stocked.host, "/p/morning-mug"))
    assert "149.00" in page.locator("#choice").inner_text()
    page.get_by_label("Large").check()
    assert "179.00" in page.locator("#choice").inner_text()
    assert page.url.endswith(f"?v={stocked.variants['MUG-L-SAND']}")
    assert page.locator("[data-buy]").is_enabled()
    page.get_by_label("Blue").check()
    assert "This combination is not made." in page.locator("#choice").inner_text()
    assert page.locator("[data-buy]").is_disabled()
    page.get_by_label("Small").check()
    assert "Sold out" in page.locator("#choice").inner_text()
    assert page.locator("[data-buy]").is_disabled()
    page.get_by_label("Sand").check()
    page.get_by_label("Large").check()
    page.click("[data-buy]")
    page.wait_for_selector(".tool-count")
    page.goto(web.url(stocked.host, "/cart"))
    assert "Large / Sand" in page.locator(".cart-line").inner_text()


def test_the_count_follows_though_the_head_was_still_being_asked_for(
    web: Web, open_page: OpenPage, stocked: Stocked
) -> None:
    """On a slow line a shopper puts something in the cart before the page has learned whose it is."""
    page = open_page()
    held: list[Any] = []

    def hold_the_first(route: Any) -> None:
        if held:
            route.continue_()
        held.append(route)

    page.route("**/fragments/header", hold_the_first)
    page.goto(web.url(stocked.host, "/p/moon-vase"))
    page.click("[data-buy]")
    page.get_by_text("It is in your cart.").wait_for()
    held[0].fulfill(content_type="text/html", body="nothing in the cart yet")
    page.wait_for_selector(".tool-count")
    assert len(held) == 2


def test_the_choice_works_without_script(web: Web, open_page: OpenPage, stocked: Stocked) -> None:
    page = open_page(java_script_enabled=False)
    page.goto(web.url(stocked.host, "/p/morning-mug"))
    page.get_by_label("Large").check()
    page.get_by_role("button", name="Show price and availability").click()
    assert "179.00" in page.locator("#choice").inner_text()
    assert page.get_by_label("Large").is_checked()
    page.click("[data-buy]")
    assert "Large / Sand" in page.locator(".cart-line").inner_text()


def test_a_refusal_is_told_where_the_shopper_looks(web: Web, open_page: OpenPage, stocked: Stocked) -> None:
    page = open_page()
    page.goto(web.url(stocked.host, "/p/gift-card-holder"))
    page.click("[data-buy]")
    page.wait_for_selector(".tool-count")
    page.click("[data-buy]")
    page.get_by_text("Only 1 is left of this.").wait_for()
    assert page.locator(".tool-count").inner_text() == "1"


def test_quantities_change_in_place(web: Web, open_page: OpenPage, stocked: Stocked) -> None:
    page = open_page()
    page.goto(web.url(stocked.host, "/p/moon-vase"))
    page.click("[data-buy]")
    page.wait_for_selector(".tool-count")
    page.goto(web.url(stocked.host, "/cart"))
    page.get_by_role("button", name="One more").click()
    page.get_by_text("DKK 840.00").first.wait_for()
    assert page.locator(".tool-count").inner_text() == "2"
    page.get_by_role("button", name="Remove Moon vase").click()
    page.get_by_text("Your cart is empty").wait_for()
    assert page.locator(".tool-count").count() == 0


def to_checkout(page: Any, web: Web, stocked: Stocked) -> None:
    page.goto(web.url(stocked.host, "/p/moon-vase"))
    page.click("[data-buy]")
    page.wait_for_url("**/cart") if not page.context_script else page.wait_for_selector(".tool-count")
    page.goto(web.url(stocked.host, "/checkout"))


@pytest.fixture(params=[True, False], ids=["script", "no-script"])
def buyer(request: pytest.FixtureRequest, open_page: OpenPage, web: Web, stocked: Stocked) -> Any:
    """Somebody at the checkout with a vase in the cart."""
    page = open_page(java_script_enabled=request.param)
    page.context_script = request.param
    to_checkout(page, web, stocked)
    return page


def test_the_summary_follows_country_and_delivery(buyer: Any) -> None:
    before = total(buyer)
    buyer.select_option("[name=shipping_country]", "DE")
    if buyer.context_script:
        buyer.get_by_text("of which VAT 19%").wait_for()
    else:
        buyer.get_by_role("button", name="Show delivery to this country").click()
    assert "of which VAT 19%" in buyer.locator("#summary").inner_text()
    assert total(buyer) != before
    assert buyer.locator("[name=shipping_method]").count() == 1


def test_a_declined_card_is_told_at_its_field(buyer: Any, stocked: Stocked) -> None:
    before = orders(stocked)
    buyer.expected_errors.append("402")
    fill_checkout(buyer)
    buyer.fill("[name=card_number]", "4000 0000 0000 0002")
    buyer.click("[name=place]")
    buyer.wait_for_selector("#id_card_number_error")
    assert buyer.input_value("[name=shipping_city]") == "København K"
    assert buyer.input_value("[name=card_number]") == ""
    assert orders(stocked) == before
    fill_checkout(buyer)
    buyer.click("[name=place]")
    buyer.wait_for_selector(".thanks")
    assert orders(stocked) == before + 1


def test_mistakes_are_listed_and_lead_to_their_fields(buyer: Any) -> None:
    buyer.expected_errors.append("422")
    buyer.click("[name=place]")
    summary = buyer.locator("[data-form-errors]")
    summary.wait_for()
    summary.get_by_role("link", name="E-mail").click()
    assert buyer.url.endswith("#id_email")
    assert buyer.locator("#id_email").get_attribute("aria-invalid") == "true"


def test_the_bank_asks_and_the_order_is_placed(buyer: Any, stocked: Stocked) -> None:
    before = orders(stocked)
    fill_checkout(buyer)
    buyer.fill("[name=card_number]", "4000 0000 0000 3220")
    buyer.click("[name=place]")
    buyer.wait_for_url("**/pay/testcard/*")
    buyer.get_by_role("button", name="Confirm").click()
    buyer.wait_for_selector(".thanks")
    assert orders(stocked) == before + 1


def test_an_impatient_double_click_orders_once(web: Web, open_page: OpenPage, stocked: Stocked) -> None:
    page = open_page()
    page.context_script = True
    before = orders(stocked)
    to_checkout(page, web, stocked)
    fill_checkout(page)
    page.dblclick("[name=place]")
    page.wait_for_selector(".thanks")
    assert orders(stocked) == before + 1


def test_card_fields_show_only_for_the_card(buyer: Any) -> None:
    assert buyer.locator("[name=card_number]").is_visible()
    buyer.get_by_label("Bank transfer").check()
    assert not buyer.locator("[name=card_number]").is_visible()
    assert not buyer.locator("[name=billing_name]").is_visible()
    buyer.check("[name=billing_differs]")
    assert buyer.locator("[name=billing_name]").is_visible()


def test_a_keyboard_is_enough(web: Web, open_page: OpenPage, stocked: Stocked) -> None:
    page = open_page()
    before = orders(stocked)
    page.goto(web.url(stocked.host))
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.matches('.skip-link')")
    page.keyboard.press("Enter")
    tab_to(page, "a[href='/p/moon-vase']")
    page.keyboard.press("Enter")
    page.wait_for_url("**/p/moon-vase")
    tab_to(page, "[data-buy]")
    page.keyboard.press("Enter")
    page.wait_for_selector(".tool-count")
    page.goto(web.url(stocked.host, "/cart"))
    tab_to(page, "a[href='/checkout']")
    page.keyboard.press("Enter")
    page.wait_for_url("**/checkout")
    typed = {
        "email": "ida@people.example", "shipping_name": "Ida Munk", "shipping_line1": "Havnegade 4",
        "shipping_postcode": "1058", "shipping_city": "København K", "card_number": "4242424242424242",
        "card_expiry": "12/39", "card_cvc": "123",
    }  # fmt: skip
    for name, value in typed.items():
        tab_to(page, f"[name={name}]")
        page.keyboard.type(value)
    tab_to(page, "[name=place]")
    page.keyboard.press("Enter")
    page.wait_for_selector(".thanks")
    assert orders(stocked) == before + 1


def test_an_account_is_opened_and_its_order_found(web: Web, open_page: OpenPage, stocked: Stocked) -> None:
    page = open_page(viewport=PHONE)
    page.context_script = True
    page.goto(web.url(stocked.host, "/account/register"))
    page.fill("[name=name]", "Ida Munk")
    page.fill("[name=email]", "browser.ida@people.example")
    page.fill("[name=password]", "sæbe boble 4 ever")
    page.get_by_role("button", name="Create the account").click()
    page.wait_for_url("**/account")
    to_checkout(page, web, stocked)
    assert page.input_value("[name=email]") == "browser.ida@people.example"
    fill_checkout(page, email="browser.ida@people.example")
    page.click("[name=place]")
    page.wait_for_selector(".thanks")
    page.goto(web.url(stocked.host, "/account"))
    page.locator(".order-row a").first.click()
    page.wait_for_url("**/order/*")
    page.goto(web.url(stocked.host, "/account"))
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url(web.url(stocked.host))


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_pages_fit_and_are_accessible(
    web: Web, open_page: OpenPage, stocked: Stocked, viewport: dict[str, int], scheme: str
) -> None:
    page = open_page(viewport=viewport, color_scheme=scheme, reduced_motion="reduce")
    page.context_script = True
    page.expected_errors += ["404", "422"]
    to_checkout(page, web, stocked)
    wrong: list[str] = []

    def look(name: str) -> None:
        sideways = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        found = Axe().run(page, options=RULES).response["violations"]
        wrong.extend(f"{name}: {rule['id']} {rule['nodes'][0]['html'][:120]}" for rule in found)
        if sideways > 0:
            wrong.append(f"{name}: {sideways} px too wide")

    look("checkout")
    page.check("[name=billing_differs]")
    page.click("[name=place]")
    page.wait_for_selector("[data-form-errors]")
    look("checkout with mistakes")
    for path in (
        "/", "/c/table", "/c/lamps", "/p/morning-mug", "/p/deep-bowl", "/search?q=mug", "/search?q=qqqq", "/cart",
        "/pages/delivery", "/account/sign-in", "/account/register", "/account/forgot", "/nowhere", "/da/p/moon-vase",
    ):  # fmt: skip
        page.goto(web.url(stocked.host, path))
        look(path)
    assert wrong == []
