"""Who may do what: the table, the addresses, and that a refusal changes nothing."""

import io
import itertools
from typing import Any

import pytest
from django.test import Client

from eseller.channels.backoffice import urls
from eseller.channels.backoffice.guard import Guarded
from eseller.channels.backoffice.permissions import ALLOWED, Permission, may
from eseller.kernel.ids import new_token
from tests.channels.backoffice.office import Browser, browser_of, fields_of
from tests.channels.backoffice.world import World, fingerprint, make_world
from tests.factories import make_member, make_shop, make_user

PATTERNS: dict[str, Any] = {str(pattern.name): pattern for pattern in urls.urlpatterns}
READER = {
    "damage",
    "dashboard",
    "media",
    "orders",
    "order",
    "paper",
    "products",
    "product",
    "product-history",
    "categories",
    "category",
    "category-history",
    "pages",
    "page",
    "home",
}
PUBLIC = {"sign-in", "sign-out", "forgot", "reset", "invitation", "language"}


def test_every_address_says_what_it_demands() -> None:
    assert len(PATTERNS) == len(urls.urlpatterns)
    for name, pattern in PATTERNS.items():
        view = pattern.callback
        assert isinstance(view, Guarded), f"{name} has no guard"
        assert view.entrance or view.see or view.change, f"{name} demands nothing"
        assert str(pattern.pattern).startswith("<slug:shop>/") != bool(view.entrance), name


def test_what_is_open_to_whom_is_what_we_mean() -> None:
    assert {name for name, pattern in PATTERNS.items() if pattern.callback.entrance == "public"} == PUBLIC
    assert {name for name, pattern in PATTERNS.items() if pattern.callback.see is Permission.SEE} == READER
    assert not [name for name, pattern in PATTERNS.items() if pattern.callback.change is Permission.SEE]
    for_owners = {Permission.STAFF, Permission.PAYMENTS}
    owners = {name for name, p in PATTERNS.items() if {p.callback.see, p.callback.change} & for_owners}
    assert owners == {"staff", "member", "member-remove", "member-invite-again", "payments", "payment-method"}


def test_each_role_may_what_the_one_below_may_and_more() -> None:
    chain = ["reader", "clerk", "manager", "owner"]
    for lower, higher in itertools.pairwise(chain):
        assert ALLOWED[lower] < ALLOWED[higher]
    assert ALLOWED["owner"] == frozenset(Permission)
    assert not any(may("stranger", permission) for permission in Permission)


def address(world: World, name: str) -> str:
    """Return the address of a page of the world's shop."""
    path = str(PATTERNS[name].pattern)
    numbers = {
        "<slug:shop>": world.shop.slug,
        "<str:number>": world.invoice_order,
        "<int:product_id>": world.product_id,
        "<int:category_id>": world.category_id,
        "<int:page_id>": world.page_id,
        "<int:domain_id>": world.domain_id,
        "<int:user_id>": world.clerk_id,
        "<int:paper_id>": 0,
        "<str:name>": world.picture,
        "<slug:code>": "parcel" if name.startswith("shipping") else "invoice",
        "<str:token>": "x",
    }
    for part, value in numbers.items():
        path = path.replace(part, str(value))
    return f"/{path}"


def changes(world: World) -> list[tuple[str, str, dict[str, Any]]]:
    """Return name, address and form of every request that changes the shop, in an order in which all can be done."""
    boss = browser_of(world.shop)
    product = fields_of(boss.get(address(world, "product")), '<form id="product-form"')
    settings = fields_of(boss.get(address(world, "settings")), '<form class="office-form"')
    method = fields_of(boss.get(address(world, "shipping-method")), '<form class="office-form"')
    lines = fields_of(boss.get(address(world, "order-ship")), '<form class="form"')
    card = address(world, "order-capture").replace(world.invoice_order, world.card_order)
    key = {"key": new_token()}
    forms: dict[str, dict[str, Any]] = {
        "order": {"text": "Called the customer."},
        "order-invoice": {},
        "order-mails": {},
        "order-ship": lines | {"tracking_number": "T1"},
        "order-paid": {},
        "order-refund": key | {"what": "amount", "amount": "10,00", "do": "confirm"},
        "product-new": product | {"slug": "another", "variants.0.sku": "ANOTHER", "variants.0.id": "", "do": "save"},
        "product": product | {"brand": "Ler", "do": "save"},
        "category-new": {"texts.en.title": "Plates", "published": "on"},
        "category": {"texts.en.title": "Mugs", "published": "on", "slug": "mugs"},
        "category-move": {"do": "down"},
        "category-remove": {},
        "page-new": {"texts.en.title": "Terms", "texts.en.body": "Be kind.", "position": "1"},
        "page": {"texts.en.title": "About", "texts.en.body": "More clay.", "position": "2"},
        "home": {"texts.en.hero_title": "Made by hand"},
        "page-remove": {},
        "settings": settings | {"name": "Another name"},
        "shipping-new": method | {"name-en": "Courier"},
        "shipping-method": method | {"name-en": "Post"},
        "shipping-remove": {},
        "payments": {"bank_account": "DK50 0040"},
        "payment-method": {"name-en": "On account", "position": "3", "active": "on"},
        "domains": {"host": f"third-{world.shop.slug}.localhost"},
        "domain-primary": {},
        "staff": {"email": f"new-{world.shop.slug}@people.example", "name": "New", "role": "reader"},
        "member": {"role": "reader"},
        "member-remove": {},
    }
    listed = [(name, address(world, name), form) for name, form in forms.items()]
    listed.insert(2, ("order-capture", card, {}))
    cancelled = address(world, "order-cancel").replace(world.invoice_order, world.card_order)
    return [*listed, ("order-cancel", cancelled, {"reason": "asked"})]


NOT_AFTER_THE_OTHERS = {
    "domain-remove",  # the address became the main one
    "member-invite-again",  # the clerk has a password
}


def outsider(world: World, who: str) -> Browser:
    """Return the browser of a member in a role, or of somebody who has no business here."""
    if who in ALLOWED:
        return browser_of(world.shop, who)
    if who == "owner of another shop":
        return browser_of(make_shop())
    return Browser(make_user() if who == "no member" else None)


@pytest.fixture(scope="module")
def world(database: None) -> World:
    return make_world(make_shop())


def test_the_requests_are_all_that_there_are(world: World) -> None:
    changing = {name for name, pattern in PATTERNS.items() if pattern.callback.change}
    assert {name for name, _path, _form in changes(world)} == changing - NOT_AFTER_THE_OTHERS


@pytest.mark.parametrize("who", ["reader", "clerk", "manager", "owner of another shop", "no member", "nobody"])
def test_who_may_not_is_refused_and_nothing_happens(world: World, who: str) -> None:
    browser = outsider(world, who)
    requests = changes(world)
    before = fingerprint(world.shop)
    refused = 0
    for name, path, form in requests:
        permission = PATTERNS[name].callback.change
        if who in ALLOWED and may(who, permission):
            continue
        answer = browser.send(path, form)
        assert answer.status_code == {"nobody": 302, "no member": 404, "owner of another shop": 404}.get(who, 403), name
        refused += 1
    assert refused > 4
    assert fingerprint(world.shop) == before


@pytest.mark.parametrize("who", ["reader", "clerk", "manager", "owner", "owner of another shop", "no member", "nobody"])
def test_every_page_opens_for_whom_it_should(world: World, who: str) -> None:
    browser = outsider(world, who)
    for name, pattern in PATTERNS.items():
        if pattern.callback.entrance or name in ("paper", "theme-css"):
            continue
        answer = browser.get(address(world, name))
        if who == "nobody":
            assert answer.headers["Location"].startswith("/sign-in"), name
        elif who not in ALLOWED:
            assert answer.status_code == 404, name
        elif pattern.callback.see is None:
            assert answer.status_code == 405, name
        else:
            assert answer.status_code == (200 if may(who, pattern.callback.see) else 403), name
            assert "no-store" in answer.headers["Cache-Control"] or name == "media"


def test_another_shops_records_are_not_reached_through_ones_own(world: World) -> None:
    mine = make_shop()
    browser = browser_of(mine)
    requests = changes(world)
    before = fingerprint(world.shop)
    for name, path, form in requests:
        own = path.replace(f"/{world.shop.slug}/", f"/{mine.slug}/")
        if "<int:" in str(PATTERNS[name].pattern) or "<str:" in str(PATTERNS[name].pattern):
            assert browser.send(own, form).status_code in (404, 409), name
    for name in READER - {"damage", "dashboard", "orders", "products", "categories", "pages", "home"}:
        path = address(world, name).replace(f"/{world.shop.slug}/", f"/{mine.slug}/")
        assert browser.get(path).status_code == 404, name
    assert fingerprint(world.shop) == before


def test_a_foreign_shop_answers_exactly_like_one_that_is_not_there(world: World) -> None:
    browser = Browser(make_user())
    foreign, missing = browser.get(world.path("orders")), browser.get("/never-was/orders")
    assert foreign.status_code == missing.status_code == 404
    assert foreign.content == missing.content
    assert set(foreign.headers) == set(missing.headers)


def test_a_form_from_elsewhere_changes_nothing(world: World) -> None:
    member = make_member(world.shop)
    before = fingerprint(world.shop)
    path = address(world, "settings")
    assert Browser(member).post(path, {"name": "x"}).status_code == 403
    assert Browser(member).send(path, {"name": "x"}, HTTP_ORIGIN="http://evil.example").status_code == 403
    assert fingerprint(world.shop) == before


def test_the_back_office_answers_at_its_own_host_only(world: World) -> None:
    client = Client(HTTP_HOST=world.info.primary_host)
    client.force_login(make_member(world.shop))
    assert client.get(world.path("staff")).status_code == 404


def test_the_owner_can_do_all_of_it(world: World) -> None:
    """The control: each of the requests that are refused to others does change something."""
    browser = browser_of(world.shop)
    for name, path, form in changes(world):
        before = fingerprint(world.shop)
        answer = browser.send(path, form)
        assert answer.status_code == 302, f"{name}: {answer.status_code} {answer.content.decode()[:20000]}"
        assert fingerprint(world.shop) != before, name


def test_a_hostile_upload_is_told_at_its_field_and_nothing_is_lost(world: World) -> None:
    browser = browser_of(world.shop)
    file = io.BytesIO(b"<script>alert(1)</script>")
    file.name = "x.png"
    form = {"texts.en.title": "With a picture", "published": "on", "upload": file}
    answer = browser.send(address(world, "category-new"), form)
    assert answer.status_code == 422
    assert "With a picture" in answer.content.decode()
    assert "Save it as JPEG" in answer.content.decode()
