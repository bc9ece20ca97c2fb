"""Public pages are the same bytes for everybody; what is personal is kept by nobody."""

from contextlib import ExitStack
from typing import Any

import pytest
from django.db import connection

from tests.channels.storefront.shoppers import Shopper
from tests.channels.storefront.shops import Stocked

PUBLIC = ["/", "/da/", "/c/table", "/p/morning-mug", "/search?q=mug", "/pages/delivery"]
PRIVATE = ["/cart", "/checkout", "/account", "/account/sign-in", "/account/register", "/fragments/header", "/nowhere"]
KEPT = ["/robots.txt", "/sitemap.xml", "/feeds/google.xml", "/theme.css"]


@pytest.fixture(scope="module")
def customer(stocked: Stocked) -> Shopper:
    """Somebody with a cart, an account and cookies of other origin."""
    shopper = Shopper(stocked)
    shopper.add("VASE", 2)
    registered = shopper.post(
        "/account/register",
        {"name": "Ida Munk", "email": "ida@people.example", "password": "sæbe boble 4 ever"},
    )
    assert registered.status_code == 303, registered.content.decode()
    assert "cart" in shopper.text("/fragments/header").lower()
    shopper.cookies["sessionid"] = "stray"
    shopper.cookies["csrftoken"] = "stray"
    return shopper


@pytest.mark.parametrize("path", PUBLIC)
def test_two_visitors_get_identical_bytes(shopper: Shopper, customer: Shopper, path: str) -> None:
    one, two = shopper.get(path), customer.get(path)
    assert one.status_code == two.status_code == 200
    assert one.content == two.content
    for response in (one, two):
        assert not response.cookies
        assert "Set-Cookie" not in response.headers
        assert response["Cache-Control"] == "public, max-age=0, s-maxage=15"
        assert "Cookie" not in response.get("Vary", "")
    assert b"csrf" not in one.content
    assert b"Ida" not in two.content


@pytest.mark.parametrize("path", PRIVATE)
def test_the_rest_is_kept_by_nobody(customer: Shopper, path: str) -> None:
    assert customer.get(path)["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize("path", KEPT)
def test_files_for_machines_may_be_kept(customer: Shopper, path: str) -> None:
    response = customer.get(path)
    assert response["Cache-Control"].startswith("public, max-age=")
    assert not response.cookies


def test_the_header_tells_the_cart_and_the_name(shopper: Shopper, customer: Shopper) -> None:
    assert "tool-count" not in shopper.text("/fragments/header")
    text = customer.text("/fragments/header")
    assert '<span class="tool-count">2</span>' in text
    assert "Account of Ida Munk" in text


def test_security_headers_are_on_every_answer(shopper: Shopper) -> None:
    for path in (*PUBLIC, *PRIVATE, *KEPT):
        response = shopper.get(path)
        assert "default-src 'self'" in response["Content-Security-Policy"]
        assert "unsafe" not in response["Content-Security-Policy"]
        assert response["X-Content-Type-Options"] == "nosniff"


class Statements:
    """Counts what is sent to the database as the web role, besides what opens the shop's transaction."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if "set_config" not in sql:
            self.seen.append(sql)
        return execute(sql, params, many, context)


def count(shopper: Shopper, path: str) -> int:
    shopper.get(path)  # the frame is read once a second
    statements = Statements()
    with ExitStack() as stack:
        stack.enter_context(connection.execute_wrapper(statements))
        assert shopper.get(path).status_code == 200
    return len(statements.seen)


@pytest.mark.parametrize(
    ("path", "most"),
    [
        ("/p/morning-mug", 6),
        ("/c/table", 3),
        ("/search?q=mug", 3),
        ("/", 4),
        ("/pages/delivery", 3),
        ("/fragments/header", 2),
    ],
)
def test_pages_need_few_statements(shopper: Shopper, path: str, most: int) -> None:
    """The frame (two statements) and the host (one) may fall due meanwhile; they are counted, not excused."""
    assert count(shopper, path) <= most


def test_a_change_shows_on_the_next_page(stocked: Stocked) -> None:
    """What is remembered of drawing never outlives what it was drawn of."""
    from eseller.commerce.pricing.models import Price
    from eseller.tenancy.scope import shop_transaction

    shopper = Shopper(stocked)
    assert "DKK 420.00" in shopper.text("/p/moon-vase")
    assert "DKK 420.00" in shopper.text("/c/table")
    with shop_transaction(stocked.shop.pk, actor="test"):
        Price.objects.filter(variant_id=stocked.variants["VASE"]).update(amount=43_300)
    assert "DKK 433.00" in shopper.text("/p/moon-vase")
    assert "DKK 420.00" not in shopper.text("/c/table")
