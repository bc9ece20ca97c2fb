"""A merchant's day in a real browser, with and without a script: sign in, publish a product, handle an order."""

import re
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from eseller.commerce.catalog.office import products_list
from eseller.commerce.orders import queries
from eseller.tenancy.scope import shop_transaction
from tests.channels.backoffice.world import make_order, make_world, picture_file
from tests.commerce import shopping
from tests.factories import make_member

pytestmark = pytest.mark.browser
OFFICE = "backoffice.localhost"
PASSWORD = "correct horse battery"
SIZES = [{"width": 1440, "height": 900}, {"width": 390, "height": 844}]


def sign_in(page: Any, web: Any, user: Any, path: str) -> None:
    page.goto(web.url(OFFICE, path))
    page.get_by_label("E-mail").fill(user.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(web.url(OFFICE, path))


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_a_product_is_made_with_variants_and_a_picture_and_published(
    web: Any, open_page: Any, shop: Any, tmp_path: Path, script: bool
) -> None:
    shopping.make_ready(shop)
    page = open_page(java_script_enabled=script)
    page.expected_errors = ["422"]
    sign_in(page, web, make_member(shop, "manager"), f"/{shop.slug}/")
    page.get_by_role("link", name="Products", exact=True).first.click()
    page.get_by_role("link", name="New product").first.click()

    page.locator("[name='texts.en.title']").fill("Mug Ro")
    page.locator("[name='variants.0.price']").fill("129,50")
    page.get_by_role("button", name="Add an option").click()
    page.locator("[name='options.0.names.en']").fill("Colour")
    page.locator("[name='options.0.values.0.labels.en']").fill("Sea")
    page.get_by_role("button", name="Add a value").click()
    page.locator("[name='options.0.values.1.labels.en']").fill("Ash")
    page.get_by_role("button", name="Make all variants").click()
    page.locator("[name='variants.1.sku']").fill("MUG-ASH")
    assert page.locator("[name='texts.en.title']").input_value() == "Mug Ro"
    assert page.locator("[name='variants.1.price']").input_value() == "129,50"

    picture = tmp_path / "mug.png"
    picture.write_bytes(picture_file().read())
    page.locator("[name=upload]").set_input_files(picture)
    page.get_by_role("button", name="Upload").click()
    page.locator(".image-list img").wait_for()
    if script:
        page.wait_for_function("() => document.querySelector('.image-list img').naturalWidth > 0")

    page.locator("[name='variants.1.on_hand']").fill("many")
    page.get_by_role("button", name="Save").last.click()
    page.get_by_text("Please check the form.").wait_for()
    assert page.locator("#f-variants-1-on_hand-error").is_visible()
    page.locator("[name='variants.1.on_hand']").fill("4")
    page.get_by_label("State").select_option("published")
    page.get_by_role("button", name="Save").last.click()
    page.wait_for_url(re.compile(r"/products/\d+\?done=created"))
    assert page.get_by_text("Created.").is_visible()

    with shop_transaction(shop.pk):
        (row,) = products_list(language="en", currency=shop.currency).rows
    assert (row.title, row.state, row.variants, row.on_hand) == ("Mug Ro", "published", 2, 4)
    assert row.picture is not None
    page.goto(web.url(shop.slug, "/p/mug-ro"))
    assert page.get_by_role("heading", name="Mug Ro").first.is_visible()


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
@pytest.mark.parametrize("size", SIZES, ids=["desktop", "phone"])
def test_an_order_is_paid_shipped_and_partly_refunded(
    web: Any, open_page: Any, shop: Any, script: bool, size: dict[str, int]
) -> None:
    info = shopping.make_ready(shop)
    number = make_order(info, shopping.make_variant(shop, title="Cup", price=10000), 3, card=shopping.APPROVED)
    page = open_page(java_script_enabled=script, viewport=size)
    sign_in(page, web, make_member(shop, "clerk"), f"/{shop.slug}/orders")
    page.get_by_role("link", name=number, exact=True).click()

    page.get_by_role("link", name="Take payment").click()
    page.get_by_role("button", name="Take payment").click()
    page.get_by_text("The money was taken.").wait_for()

    page.get_by_role("link", name="Ship", exact=True).click()
    page.get_by_label("Cup").fill("2")
    page.get_by_label("Tracking number").fill("TRACK-7")
    page.get_by_role("button", name="Ship").dblclick()
    # The second click breaks off what the first one began.
    expect(page).to_have_url(re.compile(r"done=shipped"), timeout=10_000)
    assert page.get_by_text("Partly shipped").first.is_visible()
    assert page.get_by_text("TRACK-7").first.is_visible()

    page.get_by_role("link", name="Refund").click()
    page.get_by_label("An amount").check()
    page.locator("[name=amount]").fill("12,00")
    page.get_by_role("button", name="Go on").click()
    page.get_by_role("button", name="Refund").dblclick()
    # The second click breaks off what the first one began.
    expect(page).to_have_url(re.compile(r"done=refunded"), timeout=10_000)

    page.get_by_label("Add a note").fill("Broken handle")
    page.get_by_role("button", name="Add note").click()
    page.get_by_text("Broken handle").wait_for()
    with shop_transaction(shop.pk):
        order = queries.order_detail(number, language="en")
    assert len(order.parcels) == 1
    assert order.payments[0].refunded.amount == 1200


def test_the_look_is_tried_live(web: Any, open_page: Any, shop: Any) -> None:
    page = open_page()
    sign_in(page, web, make_member(shop), f"/{shop.slug}/settings")
    before = page.locator("#theme-frame").get_attribute("src")
    page.get_by_label("Corners").select_option("round")
    page.wait_for_function(
        "before => document.querySelector('#theme-frame').getAttribute('src') !== before", arg=before
    )
    frame = page.frame_locator("#theme-frame")
    button = frame.get_by_role("button", name="Add to cart")
    expect(button).to_have_css("border-top-left-radius", "999px")


PAGES = (
    "orders",
    "orders/{number}",
    "orders/{number}/ship",
    "orders/{number}/cancel",
    "products",
    "products/new",
    "products/{product}",
    "categories",
    "categories/new",
    "content",
    "content/front",
    "settings",
    "shipping",
    "shipping/parcel",
    "payments",
    "payments/invoice",
    "domains",
    "staff",
    "history",
)


@pytest.mark.parametrize(("size", "scheme"), [(SIZES[0], "light"), (SIZES[1], "dark")], ids=["desktop", "phone"])
def test_every_page_fits_the_screen_and_axe_finds_nothing(
    web: Any, open_page: Any, shop: Any, size: dict[str, int], scheme: str
) -> None:
    world = make_world(shop)
    page = open_page(viewport=size, color_scheme=scheme, bypass_csp=True)  # axe is put into the page as a script
    sign_in(page, web, make_member(shop), f"/{shop.slug}/")
    found = _wrong_with(page)
    for rest in PAGES:
        path = rest.format(number=world.invoice_order, product=world.product_id)
        page.goto(web.url(OFFICE, f"/{shop.slug}/{path}"))
        found += [f"{rest}: {problem}" for problem in _wrong_with(page)]
    assert found == []


def _wrong_with(page: Any) -> list[str]:
    """Return what axe says of a page, and whether it is wider than the screen."""
    found = []
    if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
        found.append("wider than the screen")
    violations = Axe().run(page, options={"iframes": False}).response["violations"]
    found += [f"{rule['id']} {[node['html'][:160] for node in rule['nodes'][:3]]}" for rule in violations]
    return found


def test_the_menu_of_a_phone_opens_and_leads(web: Any, open_page: Any, shop: Any) -> None:
    page = open_page(viewport=SIZES[1])
    sign_in(page, web, make_member(shop), f"/{shop.slug}/")
    page.locator(".office-drawer > summary").click()
    page.locator(".office-drawer").get_by_role("link", name="Staff").click()
    page.wait_for_url(web.url(OFFICE, f"/{shop.slug}/staff"))
