"""What only a browser can tell: nothing scrolls sideways, axe is content, the policy is kept, the script helps."""

from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

pytestmark = pytest.mark.browser
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
LOOKS = [(390, "light"), (1440, "dark")]


@pytest.mark.parametrize(("width", "scheme"), LOOKS)
def test_axe_is_content_and_the_policy_is_kept(
    chromium: Any, site: str, gallery: Path, width: int, scheme: str
) -> None:
    context = chromium.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme, reduced_motion="reduce"
    )
    page = context.new_page()
    refused: list[str] = []
    page.on("console", lambda message: refused.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: refused.append(str(error)))
    wrong = []
    # Mails stay out: styles stand in them, and the policy rightly refuses those here. The other looks differ in colour
    # and type alone, so that one of the two rounds is enough for them.
    other_looks = [path for path in gallery.glob("*-*.html") if scheme == "light"]
    for path in sorted(set(gallery.glob("*.html")) - {gallery / "mail.html", *other_looks}):
        page.goto(f"{site}/{path.name}")
        found = Axe().run(page, options=RULES).response["violations"]
        wrong += [f"{path.name}: {rule['id']} {rule['nodes'][0]['html'][:120]}" for rule in found]
    context.close()
    assert wrong == []
    assert refused == []


@pytest.mark.parametrize("width", [320, 390, 768, 1440])
def test_nothing_scrolls_sideways(chromium: Any, site: str, gallery: Path, width: int) -> None:
    page = chromium.new_page(viewport={"width": width, "height": 900})
    wrong = []
    for path in sorted(gallery.glob("*.html")):
        page.goto(f"{site}/{path.name}", wait_until="domcontentloaded")
        sideways = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if sideways > 0:
            wrong.append(f"{path.name}: {sideways} px too wide")
    page.close()
    assert wrong == []


def test_quantity_steps_within_its_limits(chromium: Any, site: str) -> None:
    page = chromium.new_page()
    page.goto(f"{site}/product.html")
    field = page.get_by_role("spinbutton", name="Quantity")
    more, fewer = page.get_by_role("button", name="One more"), page.get_by_role("button", name="One fewer")
    assert fewer.is_disabled()
    for _ in range(6):
        more.click()
    assert field.input_value() == "7"
    assert more.is_disabled()
    fewer.click()
    assert field.input_value() == "6"
    page.close()


def test_a_dialog_asks_and_a_menu_closes_with_escape(chromium: Any, site: str) -> None:
    page = chromium.new_page()
    page.goto(f"{site}/office_order.html")
    page.get_by_role("link", name="Cancel order").click()
    asked = page.get_by_role("dialog", name="Cancel order LF-1043?")
    assert asked.is_visible()
    asked.get_by_role("button", name="Cancel", exact=True).click()
    assert not asked.is_visible()
    menu = page.locator("details.menu", has_text="Karen Holm")
    menu.locator("summary").click()
    assert menu.get_attribute("open") is not None
    page.keyboard.press("Escape")
    assert menu.get_attribute("open") is None
    page.close()


def test_a_thumbnail_shows_its_picture(chromium: Any, site: str) -> None:
    page = chromium.new_page()
    page.goto(f"{site}/product.html")
    page.locator(".product-thumbs a").nth(1).click()
    assert page.locator("#large-picture").get_attribute("src").endswith("/pictures/1.svg")
    assert page.url.endswith("/product.html")
    page.close()


def test_without_script_everything_is_there(chromium: Any, site: str) -> None:
    context = chromium.new_context(java_script_enabled=False, viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.goto(f"{site}/product.html")
    assert page.get_by_role("spinbutton", name="Quantity").is_visible()
    assert page.get_by_role("button", name="One more").count() == 0
    page.locator("summary", has=page.locator("use[href='#menu']")).click()
    assert page.get_by_role("navigation", name="Menu").get_by_role("link", name="The table").is_visible()
    page.goto(f"{site}/office_order.html")
    page.get_by_role("link", name="Cancel order").click()
    assert page.url.endswith("/confirm.html")
    context.close()


def test_an_impatient_second_click_sends_nothing(chromium: Any, site: str) -> None:
    page = chromium.new_page()
    page.goto(f"{site}/checkout.html")
    sent: list[str] = []

    def hold(route: Any) -> None:
        sent.append(route.request.url)

    page.route("**/confirmation.html", hold)
    page.evaluate("for (let n = 0; n < 3; n++) document.querySelector('form').requestSubmit()")
    page.wait_for_timeout(200)
    assert len(sent) == 1
    page.close()
