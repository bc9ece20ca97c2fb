"""What a shopper sees when something is wrong on our side."""

from typing import Any

import pytest
from django.db.utils import OperationalError

from eseller.channels.storefront import pages
from eseller.commerce.catalog import queries
from eseller.tenancy import hosts
from tests.channels.storefront.shoppers import Shopper, plain
from tests.channels.storefront.shops import stocked_shop


@pytest.fixture
def no_database(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every statement fail as if the database were gone; the shop is known from before."""

    def gone(*_args: Any, **_kwargs: Any) -> Any:
        raise OperationalError("the server closed the connection")

    monkeypatch.setattr("eseller.tenancy.scope._announce", gone)


def test_without_a_database_the_shop_asks_to_come_back(shopper: Shopper, no_database: None) -> None:
    hosts.find_shop(shopper.stocked.host)
    pages._frames.clear()
    for path in ("/", "/p/moon-vase", "/cart", "/da/c/table"):
        response = shopper.get(path)
        assert response.status_code == 503
        assert response["Retry-After"] == "5"
        assert response["Cache-Control"] == "private, no-store"
        assert "Testhus" in plain(response)
    assert "Vi er straks tilbage" in plain(shopper.get("/da/"))
    assert shopper.get("/nowhere").status_code == 404


def test_a_host_that_cannot_be_looked_up_gets_a_plain_503(shopper: Shopper, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(_host: str) -> Any:
        raise OperationalError("the server closed the connection")

    monkeypatch.setattr("eseller.channels.middleware.find_shop", gone)
    response = shopper.get("/")
    assert response.status_code == 503
    assert response["Retry-After"] == "5"


def test_a_fault_of_ours_is_told_without_database(shopper: Shopper, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_args: Any) -> Any:
        raise ZeroDivisionError

    monkeypatch.setattr(queries, "home_page", broken)
    monkeypatch.setattr(pages, "frame_of", broken)
    shopper.raise_request_exception = False
    response = shopper.get("/da/")
    assert response.status_code == 500
    text = plain(response)
    assert "Noget gik galt hos os" in text
    assert "Testhus" in text
    assert "ZeroDivisionError" not in text


def test_a_closed_shop_says_so_everywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    shopper = Shopper(stocked_shop(state="closed"))
    for path in ("/", "/p/moon-vase", "/cart", "/checkout", "/account"):
        response = shopper.get(path)
        assert response.status_code == 503
        assert "The shop is closed for the moment" in plain(response)
    assert shopper.add("VASE").status_code == 503
    assert shopper.get("/theme.css").status_code == 200
    assert shopper.get("/feeds/google.xml").status_code == 404


def test_a_form_from_another_site_is_refused(shopper: Shopper) -> None:
    shopper.add("VASE")
    response = shopper.post(
        "/cart/add", {"variant": shopper.stocked.variants["VASE"]}, HTTP_ORIGIN="https://evil.example"
    )
    assert response.status_code == 403
    assert '<span class="tool-count">1</span>' in shopper.text("/fragments/header")


def test_private_forms_need_their_token(shopper: Shopper) -> None:
    strict = Shopper(shopper.stocked, enforce_csrf_checks=True)
    strict.add("VASE")
    variant = strict.stocked.variants["VASE"]
    refused = strict.post("/cart/update", {f"q-{variant}": 5})
    assert refused.status_code == 403
    assert "That form is too old" in plain(refused)
    assert '<span class="tool-count">1</span>' in strict.text("/fragments/header")
