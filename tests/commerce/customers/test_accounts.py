"""Accounts: registering, signing in, sessions, passwords, addresses, erasure."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import msgspec
import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher

from eseller.commerce.cart.records import CartOwner
from eseller.commerce.customers.actions.address_book import delete_address, save_address, update_profile
from eseller.commerce.customers.actions.erase import erase
from eseller.commerce.customers.actions.register import register
from eseller.commerce.customers.actions.reset_password import ask_reset, change_password, reset_password, reset_token
from eseller.commerce.customers.actions.sign_in import sign_in, sign_out
from eseller.commerce.customers.errors import EmailTaken, InvalidFields, LinkExpired, WrongCredentials
from eseller.commerce.customers.models import Customer, CustomerSession
from eseller.commerce.customers.queries import address_book, customer_of_session, export
from eseller.commerce.customers.records import SignedIn
from eseller.commerce.customers.tasks import purge_sessions
from eseller.commerce.orders.actions.place_order import place_order
from eseller.commerce.orders.models import Order
from eseller.kernel import clock, context
from eseller.services.models import OutboxMessage
from eseller.tenancy.errors import Unscoped
from eseller.tenancy.models import History
from eseller.tenancy.scope import shop_transaction
from eseller.tenancy.throttle import TooManyAttempts
from tests.commerce import shopping

PASSWORD = "a kiln at dawn 7"


@pytest.fixture
def at(shop: Any) -> Iterator[int]:
    """Return the shop's id, within a request of the shop."""
    with context.use(shop_id=shop.pk):
        yield shop.pk


def join(email: str = "Karen@People.example", **values: Any) -> SignedIn:
    defaults = {"password": PASSWORD, "name": "Karen", "language": "da", "client": "192.0.2.1", "actor": "visitor"}
    return register(email=email, **(defaults | values))


def enter(email: str = "karen@people.example", password: str = PASSWORD, client: str = "192.0.2.1") -> SignedIn:
    return sign_in(email=email, password=password, client=client, actor="visitor")


def who(at: int, token: str) -> str | None:
    with shop_transaction(at):
        found = customer_of_session(token)
    return found.email if found else None


def test_registering_signs_in_and_keeps_neither_password_nor_token(at: int) -> None:
    session = join()
    assert who(at, session.token) == "karen@people.example"
    assert who(at, session.token + "x") is None
    with shop_transaction(at):
        kept = str([*Customer.objects.values(), *CustomerSession.objects.values(), *History.objects.values()])
        assert Customer.objects.get().password.startswith("argon2")
    assert PASSWORD not in kept
    assert session.token not in kept


@pytest.mark.parametrize(
    ("values", "fields"),
    [
        ({"email": "nonsense"}, {"email"}),
        ({"email": "a@b.example\nBcc: c@d.example"}, {"email"}),
        ({"email": "a" * 200 + "@b.example"}, {"email"}),
        ({"password": "short"}, {"password"}),
        ({"password": "karen@people.example"}, {"password"}),
        ({"name": " \x00 "}, {"name"}),
        ({"name": "x" * 101, "password": "1234567890"}, {"name", "password"}),
    ],
)
def test_what_cannot_be_used_is_said_at_its_field(at: int, values: dict[str, Any], fields: set[str]) -> None:
    with pytest.raises(InvalidFields) as refused:
        join(**values)
    assert set(refused.value.fields) == fields


def test_one_account_for_an_email_at_a_shop_but_another_at_another(at: int, make_shop: Any) -> None:
    join()
    with pytest.raises(EmailTaken) as taken:
        join(email="karen@PEOPLE.example")
    assert set(taken.value.fields) == {"email"}
    other = make_shop().pk
    with context.use(shop_id=other):
        session = join()
        with pytest.raises(WrongCredentials):
            enter(password="another one 123")
    assert who(other, session.token)
    assert who(at, session.token) is None


def test_signing_in_and_out(at: int) -> None:
    join()
    session = enter()
    with shop_transaction(at):
        sign_out(token=session.token, actor="customer")
    assert who(at, session.token) is None
    for email, password in (
        ("karen@people.example", "wrong"),
        ("nobody@people.example", PASSWORD),
        ("karen@people.example", "x" * 2000),
        ("\x00", ""),
    ):
        with pytest.raises(WrongCredentials):
            enter(email, password)


def test_without_a_shop_nobody_signs_in(db: None) -> None:
    with pytest.raises(Unscoped):
        enter()


def test_an_unknown_email_takes_the_same_work(at: int) -> None:
    join()
    with patch.object(
        Argon2PasswordHasher, "encode", autospec=True, side_effect=Argon2PasswordHasher.encode
    ) as hashed, pytest.raises(WrongCredentials):
        enter("nobody@people.example")
    assert hashed.call_count == 1


def test_too_many_attempts_are_refused_and_time_heals(at: int, make_shop: Any) -> None:
    join()
    for _ in range(10):
        with pytest.raises(WrongCredentials):
            enter(password="wrong")
    with pytest.raises(TooManyAttempts) as refused:
        enter()
    assert 890 < refused.value.seconds <= 900
    with context.use(shop_id=make_shop().pk), pytest.raises(WrongCredentials):
        enter()  # counted for each shop
    with clock.moved(timedelta(minutes=16)):
        assert enter()


def test_a_session_ends(at: int) -> None:
    session = join()
    with clock.moved(timedelta(days=29)):
        assert who(at, session.token)
    with clock.moved(timedelta(days=31)):
        assert who(at, session.token) is None
        purge_sessions(timestamp=0)
    with shop_transaction(at):
        assert not CustomerSession.objects.exists()


def test_a_new_password_ends_all_sessions(at: int) -> None:
    session = join()
    with pytest.raises(InvalidFields), shop_transaction(at):
        change_password(customer_id=session.customer.id, old="wrong", new="another kiln 88", actor="customer")
    with pytest.raises(InvalidFields), shop_transaction(at):
        change_password(customer_id=session.customer.id, old=PASSWORD, new="short", actor="customer")
    with shop_transaction(at):
        renewed = change_password(
            customer_id=session.customer.id, old=PASSWORD, new="another kiln 88", actor="customer"
        )
    assert who(at, session.token) is None
    assert who(at, renewed.token)
    assert enter(password="another kiln 88")


def test_a_reset_link_works_once_for_an_hour_here(at: int, make_shop: Any) -> None:
    session = join()
    ask_reset(email="Karen@people.example", client="192.0.2.1", language="da", actor="visitor")
    ask_reset(email="nobody@people.example", client="192.0.2.1", language="da", actor="visitor")
    with shop_transaction(at):
        mail = OutboxMessage.objects.get()
        token = reset_token(Customer.objects.get())
        assert (mail.kind, mail.recipient, mail.language) == ("customer_password_reset", "karen@people.example", "da")
        assert token not in str(mail.payload)
    for moment, wrong, where in (
        (timedelta(0), token[:-1], at),
        (timedelta(0), "", at),
        (timedelta(0), token, make_shop().pk),
    ):
        with clock.moved(moment), pytest.raises(LinkExpired), shop_transaction(where):
            reset_password(token=wrong, password="another kiln 88", actor="visitor")
    later = patch("time.time", return_value=clock.now().timestamp() + 3700)
    with later, pytest.raises(LinkExpired), shop_transaction(at):
        reset_password(token=token, password="another kiln 88", actor="visitor")
    with pytest.raises(InvalidFields), shop_transaction(at):
        reset_password(token=token, password="short", actor="visitor")
    with shop_transaction(at):
        renewed = reset_password(token=token, password="another kiln 88", actor="visitor")
    assert who(at, session.token) is None
    assert who(at, renewed.token)
    with pytest.raises(LinkExpired), shop_transaction(at):
        reset_password(token=token, password="yet another 99", actor="visitor")


def test_asking_for_links_again_and_again_is_refused(at: int) -> None:
    for _ in range(3):
        ask_reset(email="karen@people.example", client="192.0.2.1", language="en", actor="visitor")
    with pytest.raises(TooManyAttempts):
        ask_reset(email="karen@people.example", client="192.0.2.2", language="en", actor="visitor")


def test_the_address_book(at: int) -> None:
    customer = join().customer.id
    with shop_transaction(at):
        first = save_address(customer_id=customer, address=shopping.ADDRESS, default=True, actor="customer")
        work = msgspec.structs.replace(shopping.ADDRESS, company=" Prøve  ApS ", country="de")
        second = save_address(customer_id=customer, address=work, default=True, actor="customer")
        book = address_book(customer)
        assert [(entry.id, entry.is_default) for entry in book] == [(second, True), (first, False)]
        assert (book[0].address.company, book[0].address.country) == ("Prøve ApS", "DE")
        moved = msgspec.structs.replace(shopping.ADDRESS, city="Odense")
        assert save_address(customer_id=customer, address=moved, address_id=first, actor="customer") == first
        delete_address(customer_id=customer + 1, address_id=first, actor="customer")
        delete_address(customer_id=customer, address_id=second, actor="customer")
        assert [entry.address.city for entry in address_book(customer)] == ["Odense"]
        update_profile(customer_id=customer, name="Karen P.", language="de", actor="customer")
        assert Customer.objects.get().name == "Karen P."
    with pytest.raises(InvalidFields) as refused, shop_transaction(at):
        save_address(customer_id=customer, address=msgspec.structs.replace(work, city="", country="D"), actor="c")
    assert set(refused.value.fields) == {"city", "country"}


def test_a_full_address_book_says_so(at: int) -> None:
    customer = join().customer.id
    with shop_transaction(at):
        for _ in range(20):
            save_address(customer_id=customer, address=shopping.ADDRESS, actor="customer")
    with pytest.raises(InvalidFields) as refused, shop_transaction(at):
        save_address(customer_id=customer, address=shopping.ADDRESS, actor="customer")
    assert set(refused.value.fields) == {"address"}


def test_all_that_is_kept_can_be_had_and_erased(at: int, shop: Any) -> None:
    info = shopping.make_ready(shop)
    session = join()
    owner = CartOwner(customer_id=session.customer.id)
    with shop_transaction(at):
        save_address(customer_id=session.customer.id, address=shopping.ADDRESS, actor="customer")
    mug = shopping.make_variant(info, title="Mug")
    shopping.fill_cart(info, {mug: 1}, owner)
    placed = place_order(shop=info, owner=owner, details=shopping.details_for(info, owner), actor="customer")
    shopping.fill_cart(info, {mug: 2}, owner)
    with shop_transaction(at):
        kept = export(session.customer.id)
        assert kept is not None
        assert kept["email"] == "karen@people.example"
        assert kept["addresses"][0]["city"] == "Aarhus C"
        assert kept["orders"][0]["number"] == placed.number
        assert kept["orders"][0]["lines"][0]["title"] == "Mug"
        assert "argon2" not in str(kept)
        erase(customer_id=session.customer.id, actor="customer")
        assert export(session.customer.id) is None
        assert not CustomerSession.objects.exists()
        assert Order.objects.get().customer_id is None
    assert who(at, session.token) is None
    assert shopping.fill_cart(info, {mug: 1}).token
