"""A customer's account."""

import json
import secrets
from typing import Any

import pytest

from eseller.channels.storefront.site import Site
from eseller.channels.storefront.views.sign_in import own_path
from eseller.commerce.customers.actions.reset_password import reset_token
from eseller.commerce.customers.models import Address, Customer
from eseller.services.models import OutboxMessage
from eseller.tenancy.scope import shop_transaction
from tests.channels.storefront.shoppers import Shopper, plain
from tests.channels.storefront.shops import Stocked, stocked_shop
from tests.channels.storefront.test_checkout import FORM, hidden, place

PASSWORD = "sæbe boble 4 ever"
ADDRESS = {
    "name": "Ida Munk",
    "line1": "Havnegade 4",
    "postcode": "1058",
    "city": "København K",
    "country": "DK",
    "is_default": "on",
}


def email() -> str:
    return f"ida-{secrets.token_hex(5)}@people.example"


def register(shopper: Shopper, address: str, **more: Any) -> Any:
    return shopper.post("/account/register", {"name": "Ida Munk", "email": address, "password": PASSWORD, **more})


@pytest.fixture
def member(stocked: Stocked) -> Shopper:
    """A new customer who has signed in."""
    shopper = Shopper(stocked)
    shopper.email = email()  # type: ignore[attr-defined]
    assert register(shopper, shopper.email).status_code == 303  # type: ignore[attr-defined]
    return shopper


def test_an_account_is_opened_and_left(shopper: Shopper) -> None:
    address = email()
    response = register(shopper, address)
    assert response["Location"] == "/account"
    cookie = response.cookies["customer"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert "No orders yet" in shopper.text("/account")
    assert shopper.post("/account/sign-out")["Location"] == "/"
    assert shopper.get("/account")["Location"] == "/account/sign-in?next=%2Faccount"
    entered = shopper.post(
        "/account/sign-in", {"email": address.upper(), "password": PASSWORD, "next": "/account/addresses"}
    )
    assert entered["Location"] == "/account/addresses"
    assert shopper.get("/account/addresses").status_code == 200


def test_signing_out_ends_the_session_and_not_only_the_cookie(member: Shopper) -> None:
    token = member.cookies["customer"].value
    member.post("/account/sign-out")
    member.cookies["customer"] = token
    assert member.get("/account").status_code == 303


def test_wrong_passwords_tell_nothing(shopper: Shopper, member: Shopper) -> None:
    known = shopper.post("/account/sign-in", {"email": member.email, "password": "wrong wrong"})  # type: ignore[attr-defined]
    unknown = shopper.post("/account/sign-in", {"email": "nobody@people.example", "password": "wrong wrong"})
    for response in (known, unknown):
        assert response.status_code == 422
        assert "don&#39;t belong together" in plain(response)
        assert "wrong wrong" not in plain(response)
        assert "customer" not in response.cookies


def test_too_many_attempts_wait(stocked: Stocked) -> None:
    shopper = Shopper(stocked, REMOTE_ADDR="127.9.9.9")
    form = {"email": "target@people.example", "password": "wrong wrong"}
    codes = [shopper.post("/account/sign-in", form).status_code for _ in range(30)]
    assert codes[0] == 422
    assert codes[-1] == 429
    assert "Too many attempts" in plain(shopper.post("/account/sign-in", form))


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"email": "no address"}, "email"),
        ({"email": ""}, "email"),
        ({"name": ""}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"password": "short"}, "password"),
        ({"password": "1234567890"}, "password"),
    ],
)
def test_registering_tells_each_mistake_at_its_field(shopper: Shopper, changes: dict[str, str], field: str) -> None:
    response = register(shopper, email(), **changes)
    assert response.status_code == 422
    assert f'id="id_{field}_error"' in plain(response)
    assert "customer" not in response.cookies


def test_who_tries_which_addresses_have_an_account_is_stopped(shopper: Shopper, member: Shopper) -> None:
    tries = [register(shopper, member.email).status_code for _ in range(21)]  # type: ignore[attr-defined]
    assert tries == [422] * 20 + [429]
    assert register(shopper, email()).status_code == 429


def test_an_address_has_one_account(shopper: Shopper, member: Shopper) -> None:
    response = register(shopper, member.email)  # type: ignore[attr-defined]
    assert response.status_code == 422
    assert 'id="id_email_error"' in plain(response)


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "evil",
        "/a\nb",
        "/" + "x" * 600,
    ],
)
def test_signing_in_never_leads_to_another_site(member: Shopper, target: str) -> None:
    form = {"email": member.email, "password": PASSWORD, "next": target}  # type: ignore[attr-defined]
    assert member.post("/account/sign-in", form)["Location"] == "/account"
    from eseller.tenancy.hosts import find_shop

    shop = find_shop(member.stocked.host)
    assert shop is not None
    assert own_path(Site(shop, "da", "/da"), target) == "/da/account"


def test_the_cart_comes_along(stocked: Stocked) -> None:
    address = email()
    member = Shopper(stocked)
    register(member, address)
    member.add("CARD")
    visitor = Shopper(stocked)
    visitor.add("VASE", 2)
    response = visitor.post("/account/sign-in", {"email": address, "password": PASSWORD})
    assert response.cookies["cart"].value == ""
    text = visitor.text("/cart")
    assert "Moon vase" in text
    assert "Card holder" in text
    assert '<span class="tool-count">3</span>' in visitor.text("/fragments/header")
    visitor.post("/account/sign-out")
    assert "Your cart is empty" in visitor.text("/cart")


def test_a_session_of_another_shop_is_none_here(member: Shopper) -> None:
    other = Shopper(stocked_shop())
    other.cookies["customer"] = member.cookies["customer"].value
    assert other.get("/account").status_code == 303


def test_orders_of_the_customer_are_listed_with_their_links(stocked: Stocked) -> None:
    member = Shopper(stocked)
    register(member, email())
    member.add("VASE")
    path = place(member, payment_method="invoice")["Location"]
    text = member.text("/account")
    assert f'href="{path}"' in text
    assert "DKK 459.00" in text
    stranger = Shopper(stocked)
    register(stranger, email())
    assert "No orders yet" in stranger.text("/account")
    assert "No more orders" in member.text("/account?page=9")
    assert member.get("/account?page=x").status_code == 200


def test_the_checkout_knows_the_customer(member: Shopper) -> None:
    member.post("/account/addresses", ADDRESS)
    member.add("VASE")
    text = member.text("/checkout")
    assert f'value="{member.email}"' in text  # type: ignore[attr-defined]
    assert 'value="Havnegade 4"' in text
    assert "I have an account" not in text
    assert hidden(member)["checkout_key"]
    assert FORM["shipping_line1"] == ADDRESS["line1"]


def test_addresses_are_kept_changed_and_deleted(member: Shopper) -> None:
    assert member.post("/account/addresses", ADDRESS).status_code == 303
    wrong = member.post("/account/addresses", ADDRESS | {"city": "", "country": "XX"})
    assert wrong.status_code == 422
    for field in ("city", "country"):
        assert f'id="id_{field}_error"' in plain(wrong)
    with shop_transaction(member.stocked.shop.pk):
        pk = Address.objects.filter(customer__email=member.email).values_list("pk", flat=True).get()  # type: ignore[attr-defined]
    assert member.post(f"/account/addresses/{pk}", ADDRESS | {"line1": "Toldbodgade 9"}).status_code == 303
    assert "Toldbodgade 9" in member.text("/account/addresses")
    stranger = Shopper(member.stocked)
    register(stranger, email())
    assert stranger.get(f"/account/addresses/{pk}").status_code == 404
    assert stranger.post(f"/account/addresses/{pk}", {"delete": "1"}).status_code == 404
    assert "Toldbodgade 9" in member.text("/account/addresses")
    assert member.post(f"/account/addresses/{pk}", {"delete": "1"}).status_code == 303
    assert "Toldbodgade 9" not in member.text("/account/addresses")
    assert member.get("/account/addresses/99999999999999999999").status_code == 404


def test_name_language_and_password_are_changed(member: Shopper) -> None:
    saved = member.post("/account/settings", {"part": "profile", "name": "Ida Holm", "language": "da"})
    assert saved.status_code == 303
    assert "Account of Ida Holm" in member.text("/fragments/header")
    assert member.post("/account/settings", {"part": "profile", "name": "", "language": "xx"}).status_code == 422
    wrong = member.post("/account/settings", {"part": "password", "old": "not it at all", "new": "noget helt andet 7"})
    assert wrong.status_code == 422
    assert 'id="id_old_error"' in plain(wrong)
    old = member.cookies["customer"].value
    done = member.post("/account/settings", {"part": "password", "old": PASSWORD, "new": "noget helt andet 7"})
    assert done.status_code == 303
    assert member.get("/account").status_code == 200
    thief = Shopper(member.stocked)
    thief.cookies["customer"] = old
    assert thief.get("/account").status_code == 303


def test_all_that_is_kept_is_sent_on_request(member: Shopper) -> None:
    response = member.get("/account/data")
    assert response["Content-Disposition"].startswith("attachment")
    assert member.email in json.dumps(json.loads(response.content))  # type: ignore[attr-defined]
    assert Shopper(member.stocked).get("/account/data").status_code == 303


def test_an_account_is_erased_by_who_knows_its_password(member: Shopper) -> None:
    assert member.post("/account/settings", {"part": "erase", "password": "guess guess"}).status_code == 422
    assert member.get("/account").status_code == 200
    assert member.post("/account/settings", {"part": "erase", "password": PASSWORD})["Location"] == "/"
    with shop_transaction(member.stocked.shop.pk):
        assert not Customer.objects.filter(email=member.email).exists()  # type: ignore[attr-defined]
    assert member.get("/account").status_code == 303


def test_a_forgotten_password_is_set_anew(member: Shopper) -> None:
    visitor = Shopper(member.stocked)
    known = visitor.post("/account/forgot", {"email": member.email})  # type: ignore[attr-defined]
    unknown = visitor.post("/account/forgot", {"email": email()})
    assert plain(known) == plain(unknown)
    with shop_transaction(member.stocked.shop.pk):
        mails = OutboxMessage.objects.filter(recipient=member.email, kind="customer_password_reset")  # type: ignore[attr-defined]
        assert mails.count() == 1
        token = reset_token(Customer.objects.get(email=member.email))  # type: ignore[attr-defined]
    path = f"/account/reset/{token}"
    assert "Choose a new password" in visitor.text(path)
    assert visitor.post(path, {"password": "short"}).status_code == 422
    done = visitor.post(path, {"password": "noget helt andet 7"})
    assert (done.status_code, done["Location"]) == (303, "/account")
    assert visitor.get("/account").status_code == 200
    assert member.get("/account").status_code == 303
    assert Shopper(member.stocked).post(path, {"password": "noget tredje 777"}).status_code == 410


def test_a_made_up_link_sets_no_password(shopper: Shopper) -> None:
    assert shopper.post("/account/forgot", {"email": "nothing"}).status_code == 422
    made_up = shopper.post("/account/reset/made-up-token", {"password": "noget helt andet 7"})
    assert made_up.status_code == 410
    assert "too old" in plain(made_up)
    assert "customer" not in made_up.cookies
