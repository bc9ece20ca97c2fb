"""The walls between shops, tried at every address of the project, by everybody whom a shop knows."""

import itertools
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from django.http import HttpResponse
from django.urls import resolve

from eseller.channels import middleware
from eseller.channels.storefront.visitors import CART_COOKIE, CUSTOMER_COOKIE
from eseller.config.environment import environment
from eseller.tenancy.actions.remove_member import remove_member
from tests.isolation import attack, urls
from tests.isolation.attack import Finding
from tests.isolation.urls import BACKOFFICE, STOREFRONT, Route
from tests.isolation.world import World, fingerprint

ROUTES = {urlconf: urls.routes(urlconf) for urlconf in urls.urlconfs()}
SHOP_ROUTES = [route for urlconf in (STOREFRONT, BACKOFFICE) for route in ROUTES[urlconf]]

NOT_A_PAGE_FOR_THE_OWNER = {
    (BACKOFFICE, "shops"): (302, "somebody with one shop goes straight to it"),
}
"""Routes that read, but don't answer 200 to their rightful owner, and why."""


@pytest.fixture(scope="module")
def two(database: None) -> tuple[World, World]:
    """Two shops alike: the first attacks the second."""
    return World(), World()


def label(value: Any) -> str:
    return value.split(".")[2] if isinstance(value, str) else str(value)


def test_every_site_is_walked() -> None:
    chosen = set(middleware.HostMiddleware(lambda _request: HttpResponse()).sites.values()) | {STOREFRONT, urls.ROOT}
    assert chosen == set(ROUTES), "a host leads to a urlconf that tests/isolation/urls.py does not know"
    assert len(ROUTES[STOREFRONT]) > 40
    assert len(ROUTES[BACKOFFICE]) > 40
    assert ROUTES[urls.ROOT] == [], "without a shop or a site there is nothing to see"


@pytest.mark.parametrize("urlconf", list(ROUTES), ids=label)
def test_every_address_can_be_filled_in(two: tuple[World, World], urlconf: str) -> None:
    for route in ROUTES[urlconf]:
        path = route.path(two[0])
        assert resolve(path, urlconf).route == route.pattern, f"another route hides {route.label}"


def test_an_unknown_parameter_says_what_to_add(two: tuple[World, World]) -> None:
    route = Route(STOREFRONT, "basket", "basket/<int:basket_id>", ("basket_id",))
    with pytest.raises(urls.UnknownParameter, match=r'Add "basket:basket_id" to OWN in tests/isolation/urls'):
        route.path(two[0])


Page = tuple[Route, Any, Any]


OWN_PEOPLE = {STOREFRONT: ("visitor", "buyer", "customer"), BACKOFFICE: ("nobody", "owner")}


def pages(urlconf: str, world: World) -> Iterator[Page]:
    """Yield every route with the one of its shop's own people who gets furthest, and the answer to them."""
    everybody = attack.actors(urlconf, world)
    browsers = {who: everybody[who] for who in OWN_PEOPLE[urlconf]}
    for route in ROUTES[urlconf]:
        answers = [(client, client.get(route.path(world), route.query(world))) for client in browsers.values()]
        client, best = min(answers, key=lambda pair: {200: 0, 405: 1}.get(pair[1].status_code, 2))
        yield route, client, best


@pytest.fixture(scope="module")
def seen(two: tuple[World, World]) -> dict[str, list[Page]]:
    """What the first shop's own people see, for each site."""
    return {urlconf: list(pages(urlconf, two[0])) for urlconf in (STOREFRONT, BACKOFFICE)}


@pytest.mark.parametrize("urlconf", [STOREFRONT, BACKOFFICE], ids=label)
def test_the_owner_sees_every_page(seen: dict[str, list[Page]], urlconf: str) -> None:
    reading = {route: answer.status_code for route, _client, answer in seen[urlconf] if answer.status_code != 405}
    shown = [route for route, status in reading.items() if status == 200]
    others = {(route.urlconf, route.name): status for route, status in reading.items() if status != 200}
    assert len(shown) >= 0.9 * len(reading), others
    assert others == {key: why[0] for key, why in NOT_A_PAGE_FOR_THE_OWNER.items() if key[0] == urlconf}


def test_what_the_attacks_look_for_is_there(two: tuple[World, World], seen: dict[str, list[Page]]) -> None:
    answers = [answer for site in seen.values() for _route, _client, answer in site if answer.status_code == 200]
    marked = [answer for answer in answers if two[0].mark in attack.body_of(answer)]
    assert len(marked) > 0.8 * len(answers)


@pytest.mark.parametrize("who", ["visitor", "buyer", "customer", "nobody", "owner", "clerk", "reader"])
def test_another_shops_things_are_not_there(two: tuple[World, World], who: str) -> None:
    own, other = two
    urlconf = STOREFRONT if who in ("visitor", "buyer", "customer") else BACKOFFICE
    browsers = {who: attack.actors(urlconf, own)[who]}
    before = fingerprint(other.shop.pk)
    found = [finding for route in ROUTES[urlconf] for finding in attack.walk_foreign(route, own, other, browsers)]
    assert found == []
    assert fingerprint(other.shop.pk) == before


@pytest.mark.parametrize("urlconf", [STOREFRONT, BACKOFFICE], ids=label)
def test_another_shops_ids_in_the_query_show_nothing(two: tuple[World, World], urlconf: str) -> None:
    own, other = two
    everybody = attack.actors(urlconf, own)
    some = {who: everybody[who] for who in everybody.keys() & {"visitor", "customer", "owner"}}
    before = fingerprint(other.shop.pk)
    found = [finding for route in ROUTES[urlconf] for finding in attack.walk_queries(route, own, other, some)]
    assert found == []
    assert fingerprint(other.shop.pk) == before


@pytest.fixture(scope="module")
def consumed(database: None) -> tuple[World, World]:
    """Two more shops: the attacker's own suffers from what is tried."""
    return World(), World()


@pytest.mark.parametrize("urlconf", [STOREFRONT, BACKOFFICE], ids=label)
def test_forms_with_another_shops_ids_change_nothing_there(consumed: tuple[World, World], urlconf: str) -> None:
    """Every form of every page is sent to the other shop's address, then to its own with the other's ids inside."""
    own, other = consumed
    known, before = attack.swaps(own, other), fingerprint(other.shop.pk)
    forms = [
        (client, form)
        for _route, client, answer in pages(urlconf, own)
        for form in attack.forms_of(answer, answer.wsgi_request.path)
    ]
    there = [(client, form.at(known)) for client, form in forms if form.at(known) != form]
    there += [(client, form.swapped(known)) for client, form in there]
    inside = [(client, form.swapped(known)) for client, form in forms if form.swapped(known) != form]
    assert len(there) >= 4, "the forms' addresses name nothing of their shop: is the markup read right?"
    assert len(inside) >= 4, "the forms hold no ids of their shop: is the markup read right?"
    found = [finding for client, form in there + inside for finding in attack.send(form, client, other)]
    assert found == []
    assert fingerprint(other.shop.pk) == before
    shown = [route.label for route, _c, answer in pages(urlconf, own) if other.mark in attack.body_of(answer)]
    assert shown == [], "something of the other shop was taken over"


def without_tokens(response: Any, *names: str) -> tuple[int, str, dict[str, str]]:
    """Return an answer without what differs by chance: form tokens, the request's number, and some names."""
    head = {key: value for key, value in response.headers.items() if key != "X-Request-ID"}
    text = re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "", response.content.decode())
    for name in names:
        text = text.replace(name, "…")
        head = {key: value.replace(name, "…") for key, value in head.items()}
    return response.status_code, text, head


@pytest.mark.parametrize("who", ["nobody", "owner", "reader"])
def test_another_shops_office_is_like_none(two: tuple[World, World], who: str) -> None:
    own, other = two
    client = attack.actors(BACKOFFICE, own)[who]
    nothing = "x" * len(other.shop.slug)
    tried = 0
    for route in ROUTES[BACKOFFICE]:
        if "shop" not in route.parameters:
            continue
        there = route.path(other)
        nowhere = there.replace(f"/{other.shop.slug}", f"/{nothing}")
        for method in ("get", "post", "put"):
            answers = [getattr(client, method)(path) for path in (there, nowhere)]
            theirs, none = (without_tokens(answer, other.shop.slug, nothing) for answer in answers)
            assert theirs == none, route.label
            assert attack.is_refused(answers[0])
        tried += 1
    assert tried > 30


def test_a_reader_changes_nothing(two: tuple[World, World]) -> None:
    own, _other = two
    reader, before = attack.actors(BACKOFFICE, own)["reader"], fingerprint(own.shop.pk)
    answers = {
        route.label: reader.post(route.path(own), attack.fields(own)).status_code
        for route in ROUTES[BACKOFFICE]
        if "shop" in route.parameters
    }
    assert {label: status for label, status in answers.items() if status not in (403, 405)} == {}
    assert list(answers.values()).count(403) > 20
    assert fingerprint(own.shop.pk) == before


def test_a_removed_member_is_out_at_once(consumed: tuple[World, World]) -> None:
    own = consumed[1]
    manager = attack.actors(BACKOFFICE, own)["manager"]
    paths = [f"/{own.shop.slug}/", f"/{own.shop.slug}/orders", f"/{own.shop.slug}/orders/{own.placed.number}"]
    assert [manager.get(path).status_code for path in paths] == [200, 200, 200]
    remove_member(shop_id=own.shop.pk, user_id=own.members["manager"].pk, actor="test")
    nothing = manager.get("/there-is-no-such-shop/")
    for path in paths:
        answer = manager.get(path)
        assert answer.status_code == nothing.status_code == 404
        assert own.mark not in attack.body_of(answer)


def test_a_signed_link_opens_its_order_at_its_shop_only(two: tuple[World, World]) -> None:
    own, other = two
    mine, theirs = attack.browser(own.host), attack.browser(other.host)
    assert theirs.get(other.placed.next_path).status_code == 200
    for prefix in ("", "/da", "/de"):
        assert mine.get(prefix + other.placed.next_path).status_code == 404
        paper = f"{prefix}/order/{other.placed.public_id}/paper/{other.paper_id}"
        assert mine.get(paper, {"s": other.signature}).status_code == 404
        assert mine.get(f"{prefix}/order/{other.placed.public_id}", {"s": own.signature}).status_code == 404
    order = f"/order/{own.placed.public_id}"
    for signature in ("", other.signature, own.signature[:-1], own.signature + "A", "\0", "é", "x" * 5000):
        assert mine.get(order, {"s": signature}).status_code == 404
    paper = f"{order}/paper/{other.paper_id}"
    assert mine.get(paper, {"s": own.signature}).status_code == 404


def test_cookies_of_one_shop_mean_nothing_at_another(two: tuple[World, World]) -> None:
    own, other = two
    office = attack.actors(BACKOFFICE, own)["owner"]
    stranger = attack.browser(other.host)
    plain = {path: without_tokens(stranger.get(path)) for path in ("/cart", "/account", "/fragments/header")}
    carried = attack.browser(other.host)
    carried.cookies.update(office.cookies)
    carried.cookies[CART_COOKIE] = own.cart_token
    carried.cookies[CUSTOMER_COOKIE] = own.customer_token
    for path, expected in plain.items():
        assert without_tokens(carried.get(path)) == expected, path
    assert carried.get("/account").headers["Location"].startswith("/account/sign-in")
    assert carried.get("/checkout").headers["Location"] == "/cart"
    # The same cookies work at home, or this has shown nothing.
    home = attack.actors(STOREFRONT, own)
    assert own.mark in attack.body_of(home["customer"].get("/account"))
    assert own.mark in attack.body_of(home["buyer"].get("/cart"))


def test_the_office_is_not_at_the_shops_host_nor_the_shop_at_the_offices(two: tuple[World, World]) -> None:
    own, _other = two
    member, office = attack.browser(own.host), attack.actors(BACKOFFICE, own)["owner"]
    member.cookies.update(office.cookies)
    assert member.get(f"/{own.shop.slug}/").status_code == 404
    assert member.get("/sign-in").status_code == 404
    assert office.get(f"/p/{own.product_slug}").status_code == 404


@contextmanager
def hole(admin: Any, table: str) -> Iterator[None]:
    """Take one wall away, as a mistaken migration would."""
    name = psycopg.sql.Identifier(table)
    with psycopg.connect(admin.at(environment().role_url("web").name).url, autocommit=True) as connection:
        connection.execute("SET lock_timeout = '5s'")
        connection.execute(psycopg.sql.SQL("ALTER TABLE {} DISABLE ROW LEVEL SECURITY").format(name))
        try:
            yield
        finally:
            connection.execute(psycopg.sql.SQL("ALTER TABLE {} ENABLE ROW LEVEL SECURITY").format(name))


ATTACKED = {
    "catalog_category": (BACKOFFICE, "owner", "category"),
    "catalog_product": (STOREFRONT, "visitor", "sitemap-part"),
    "payments_paymentmethod": (BACKOFFICE, "owner", "payment"),
    "payments_testcardcharge": (STOREFRONT, "visitor", "pay-testcard"),
    "orders_order": (BACKOFFICE, "reader", "dashboard"),
    "shipping_shippingmethod": (BACKOFFICE, "owner", "shipping"),
    "tenancy_domain": (BACKOFFICE, "owner", "domain"),
    "tenancy_membership": (BACKOFFICE, "owner", "staff"),
}
"""Walls that fall, who comes through, and what the names of the routes begin with that they come by."""


@pytest.fixture(scope="module")
def unwalled(database: None) -> tuple[World, World]:
    """Two more shops: without a wall what is tried succeeds, and the other suffers."""
    return World(), World()


@pytest.mark.parametrize("table", list(ATTACKED))
def test_this_suite_notices_a_missing_wall(unwalled: tuple[World, World], postgres: Any, table: str) -> None:
    own, other = unwalled
    urlconf, who, begin = ATTACKED[table]
    some = [route for route in ROUTES[urlconf] if route.name.startswith(begin)]
    browsers = {who: attack.actors(urlconf, own)[who]}

    def found() -> Finding | None:
        walks = (attack.walk_foreign, attack.walk_queries)
        tried = (walk(route, own, other, browsers) for walk in walks for route in some)
        return next(itertools.chain.from_iterable(tried), None)

    assert found() is None
    with hole(postgres.admin, table):
        assert found() is not None
