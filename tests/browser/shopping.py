"""What a shopper does with a browser, by the names of fields and parts, so that it works in every language."""

from typing import Any

CARD = {"card_number": "4242 4242 4242 4242", "card_expiry": "12/39", "card_cvc": "123"}
PERSON = {
    "email": "ida.munk@people.example",
    "shipping_name": "Ida Munk",
    "shipping_line1": "Havnegade 4",
    "shipping_postcode": "1058",
    "shipping_city": "København K",
}


def fill_checkout(page: Any, **changes: str) -> None:
    """Fill in contact and address, and pay by card unless told otherwise."""
    for name, value in (PERSON | changes).items():
        page.fill(f"[name={name}]", value)
    page.check("[name=payment_method][data-card]")
    for name, value in CARD.items():
        if name not in changes:
            page.fill(f"[name={name}]", value)


def total(page: Any) -> str:
    """Return the sum that a page shows."""
    return str(page.locator(".totals .is-strong dd").last.inner_text())


def tab_to(page: Any, selector: str, most: int = 120) -> None:
    """Press Tab until something is reached, as somebody without a mouse does."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate("(s) => document.activeElement?.matches(s) ?? false", selector):
            return
    raise AssertionError(f"{selector} cannot be reached with the Tab key at {page.url}")
