"""What leaves the database, or is kept beside it, carries the shop: jobs, files, mails, throttles, caches, keys."""

import ast
import email
import inspect
import io
import json
import re
import secrets
from collections.abc import Callable
from contextlib import suppress
from email.policy import default
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist
from django.test.utils import override_settings
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

import eseller
from eseller.channels.erp.shopify.importing import import_shopify
from eseller.channels.storefront import pages
from eseller.commerce.cart.models import Cart
from eseller.commerce.cart.records import CartOwner
from eseller.commerce.catalog.models import Product
from eseller.commerce.customers.actions.reset_password import ask_reset
from eseller.commerce.customers.actions.sign_in import sign_in
from eseller.commerce.customers.errors import WrongCredentials
from eseller.commerce.orders.actions.cancel import cancel
from eseller.commerce.orders.actions.place_order import place_order
from eseller.commerce.orders.actions.refund import refund
from eseller.commerce.orders.actions.ship import ship
from eseller.commerce.orders.models import Order
from eseller.commerce.payments import testcard
from eseller.commerce.payments.models import Payment, PaymentEvent, TestCardCharge
from eseller.commerce.payments.signing import signed_headers
from eseller.config.environment import environment
from eseller.kernel import context
from eseller.kernel.errors import EsellerError
from eseller.media import storage
from eseller.media.models import MediaImage
from eseller.media.tasks import fetch_image
from eseller.services.jobs import defer
from eseller.services.models import OutboxMessage
from eseller.services.sending import deliver
from eseller.tenancy import hosts
from eseller.tenancy.hosts import shop_info
from eseller.tenancy.scope import PLATFORM, platform_transaction, shop_transaction
from eseller.tenancy.throttle import TooManyAttempts
from tests.channels.erp.exports import export, row
from tests.commerce import shopping
from tests.isolation import attack
from tests.isolation.attack import body_of, browser
from tests.isolation.probes import as_shop
from tests.isolation.urls import BACKOFFICE
from tests.isolation.world import World, fingerprint
from tests.media.pictures import picture

REFERS_TO: dict[tuple[str, str], tuple[Any, str]] = {
    ("services.send_mail", "message"): (OutboxMessage, "pk"),
    ("media.fetch_image", "image_id"): (MediaImage, "pk"),
    ("payments.deliver_callback", "reference"): (TestCardCharge, "reference"),
    ("orders.finish_cancel", "order"): (Order, "pk"),
    ("orders.finish_capture", "order"): (Order, "pk"),
    ("orders.finish_refund", "payment"): (Payment, "pk"),
}
"""What a job's argument names: the row must be of the job's own shop."""

SHOPIFY = export(
    [row("mug", Title="Mug", **{"Variant Price": "10.00", "Image Src": "https://pictures.example/mug.png"})]
)


@pytest.fixture(scope="module")
def two(database: None) -> tuple[World, World]:
    """Two shops in which everything has happened that queues work or writes mails."""
    made = World(), World()
    for world in made:
        busy(world)
    return made


def busy(world: World) -> None:
    """Take an order through its life, wait for a card, import a product and forget a password."""
    shop_id, number = world.shop.pk, world.placed.number
    ship(shop_id=shop_id, number=number, key=secrets.token_hex(4), actor="test")
    refund(shop_id=shop_id, number=number, key=secrets.token_hex(4), amount=100, actor="test")
    cancel(shop_id=shop_id, number=world.unpaid.number, reason="changed her mind", actor="test")
    late = order(world, card=shopping.LATE)
    assert late.state == "pending"
    held = order(world, card=shopping.APPROVED)
    cancel(shop_id=shop_id, number=held.number, reason="changed her mind", actor="test")
    import_shopify(io.BytesIO(SHOPIFY), shop_id=shop_id, actor="test")
    speak_less(world)
    with context.use(shop_id=shop_id):
        ask_reset(email=world.customer_email, client="c", language="en", actor="test")


def speak_less(world: World) -> None:
    """Take a language from the shop, as its owner does: its search is written anew by a job."""
    owner, path = attack.actors(BACKOFFICE, world)["owner"], f"/{world.shop.slug}/settings"
    (form,) = [form for form in attack.forms_of(owner.get(path), path) if ("languages", "de") in form.values]
    fewer = form._replace(
        values=tuple(pair for pair in form.values if pair not in (("languages", "de"), ("do", "preview")))
    )
    assert list(attack.send(fewer, owner, world)) == []
    with shop_transaction(world.shop.pk):
        assert "de" not in shop_info(world.shop.pk).languages


def order(world: World, **values: Any) -> Any:
    owner = CartOwner(customer_id=world.customer_id)
    shopping.fill_cart(world.info, {int(world.variants[1].pk): 1}, owner)
    return place_order(
        shop=world.info, owner=owner, actor="test", details=details(world, owner, payment="testcard", **values)
    )


def details(world: World, owner: CartOwner, *, payment: str, **values: Any) -> Any:
    return shopping.details_for(
        world.info,
        owner,
        shipping=world.postal,
        shipping_method=world.shipping_code,
        email=world.customer_email,
        **values,
        payment_method=world.payment_codes[payment],
    )


def jobs(world: World) -> list[Any]:
    with platform_transaction():
        return list(ProcrastinateJob.objects.using(PLATFORM).filter(args__shop_id=world.shop.pk))


def tasks_of_shops() -> dict[str, Any]:
    app.perform_import_paths()  # type: ignore[no-untyped-call]
    tasks = {task.name: task for task in app.tasks.values() if not task.name.startswith("builtin:")}
    return {name: task for name, task in tasks.items() if "shop_id" in inspect.signature(task.func).parameters}


# Jobs


def test_every_task_names_its_shop() -> None:
    """A task works for one shop, which it is told, or is periodic and goes through the shops itself."""
    periodic = {task.task.name for task in app.periodic_registry.periodic_tasks.values()}
    ours = {task.name for task in app.tasks.values() if not task.name.startswith("builtin:")}
    assert ours - periodic == set(tasks_of_shops())
    arguments = {
        (name, parameter)
        for name, task in tasks_of_shops().items()
        for parameter in inspect.signature(task.func).parameters
        if parameter not in ("shop_id", "context")
    }
    assert arguments == set(REFERS_TO), "tell REFERS_TO what the arguments of a new task name"


def test_jobs_name_rows_of_their_own_shop(two: tuple[World, World]) -> None:
    for world in two:
        found = jobs(world)
        assert {job.task_name for job in found} == set(tasks_of_shops()), "every way to queue work was gone"
        for job in found:
            for name, value in job.args.items():
                if name != "shop_id":
                    model, field = REFERS_TO[job.task_name, name]
                    with shop_transaction(world.shop.pk):
                        assert model.objects.filter(**{field: value}).count() == 1, (job.task_name, name)
            for lock in (job.lock, job.queueing_lock):
                assert lock is None or lock.startswith(f"{world.shop.pk}:")
            assert world.mark not in json.dumps(job.args), "ids rather than what people wrote"


def test_a_job_of_one_shop_does_nothing_to_another(two: tuple[World, World]) -> None:
    own, other = two
    before, waiting = fingerprint(other.shop.pk), jobs(other)
    assert len(waiting) > 8
    for job in waiting:
        task = tasks_of_shops()[job.task_name]
        first = [SimpleNamespace(job=None)] if task.pass_context else []
        # Nothing of the kind is known here: some say so, the others have nothing to do.
        with suppress(EsellerError, ObjectDoesNotExist):
            task.func(*first, **(job.args | {"shop_id": own.shop.pk}))
    assert fingerprint(other.shop.pk) == before


def test_the_same_keys_in_two_shops_are_two_jobs(two: tuple[World, World]) -> None:
    once = secrets.token_hex(8)
    queued = []
    for world in two:
        with shop_transaction(world.shop.pk):
            queued += [defer(fetch_image, image_id=0, once=once, lock=once) for _ in range(2)]
    assert [job is not None for job in queued] == [True, False, True, False]


@pytest.mark.parametrize("arguments", ["{}", '{"shop_id": null}', '{"shop_id": "%s"}', '[{"shop_id": %s}]', "null"])
def test_the_database_refuses_jobs_without_the_shop(two: tuple[World, World], arguments: str) -> None:
    own, other = two
    text = arguments % other.shop.pk if "%s" in arguments else arguments
    for shop_id in (own.shop.pk, other.shop.pk):
        with as_shop(own.shop.pk) as connection, pytest.raises(psycopg.errors.DatabaseError):
            connection.execute("SELECT eseller_defer('q', 't', %s, %s::jsonb, NULL, NULL, NULL)", [shop_id, text])


# Files


def test_files_lie_below_their_own_shop(two: tuple[World, World]) -> None:
    root = Path(settings.MEDIA_ROOT)
    for world in two:
        assert world.image.sha256 is not None
        holders = {path.relative_to(root).parts[0] for path in root.rglob(f"{world.image.sha256}-*.webp")}
        assert holders == {str(world.shop.pk)}


def test_a_right_hash_opens_nothing_of_another_shop(two: tuple[World, World]) -> None:
    own, other = two
    at_home = browser(other.host).get(f"/media/{other.media_name}")
    assert (at_home.status_code, at_home["Content-Type"]) == (200, storage.CONTENT_TYPE)
    names = [other.media_name, f"../{other.shop.pk}/{other.media_name[:2]}/{other.media_name}"]
    names += [f"..%2f{other.shop.pk}%2f{other.media_name[:2]}%2f{other.media_name}", f"{other.media_name}%00"]
    for name in names:
        answers = [
            browser(own.host).get(f"/media/{name}"),
            browser(own.host).get(f"/media/{name}", headers={"If-None-Match": at_home["ETag"]}),
            attack.actors(BACKOFFICE, own)["owner"].get(f"/{own.shop.slug}/media/{name}"),
        ]
        assert [answer.status_code for answer in answers] == [404, 404, 404], name


def test_the_same_picture_is_kept_once_for_each_shop(two: tuple[World, World]) -> None:
    from eseller.media.actions.store_image import store_image

    data = picture(colour=tuple(secrets.token_bytes(3)))
    first, second = (store_image(shop_id=world.shop.pk, data=data, actor="test") for world in two)
    assert first.sha256 == second.sha256
    assert first.id != second.id
    assert all(storage.has_renditions(world.shop.pk, first.sha256) for world in two)


# Mails


def test_mails_carry_their_shop_and_nothing_of_another(two: tuple[World, World], tmp_path: Path) -> None:
    own, other = two
    kinds = set()
    with override_settings(DATA_DIR=tmp_path):
        for world in two:
            with shop_transaction(world.shop.pk):
                waiting = list(OutboxMessage.objects.filter(state="pending"))
            for message in waiting:
                assert deliver(shop_id=world.shop.pk, message_id=message.pk, attempts=1)
                kinds.add(message.kind)
    mails = [email.message_from_bytes(path.read_bytes(), policy=default) for path in tmp_path.rglob("*.eml")]
    by_shop: dict[str, list[Any]] = {own.shop.slug: [], other.shop.slug: []}
    for mail in mails:
        by_shop[mail["X-Shop"]].append(mail)
    assert len(kinds) >= 5
    for world, stranger in (two, (other, own)):
        assert len(by_shop[world.shop.slug]) >= 5
        for mail in by_shop[world.shop.slug]:
            text = mail.as_string() + "".join(part.get_content() for part in mail.walk() if not part.is_multipart())
            assert world.mark in text
            assert not any(trace in text for trace in (stranger.mark, stranger.host, stranger.placed.public_id))


def test_a_message_of_another_shop_is_not_sent(two: tuple[World, World], tmp_path: Path) -> None:
    own, other = two
    before = fingerprint(other.shop.pk)
    with override_settings(DATA_DIR=tmp_path):
        for pk in other.ids()["services_outboxmessage"]:
            assert not deliver(shop_id=own.shop.pk, message_id=pk, attempts=1)
    assert list(tmp_path.rglob("*.eml")) == []
    assert fingerprint(other.shop.pk) == before


# Throttles


def attempts(world: World, address: str, client: str) -> int:
    """Return how many wrong passwords a shop takes before it says to wait."""
    with context.use(shop_id=world.shop.pk):
        for taken in range(20):
            try:
                sign_in(email=address, password="wrong", client=client, actor="visitor")
            except WrongCredentials:
                continue
            except TooManyAttempts:
                return taken
    return 20


def test_what_is_tried_at_one_shop_is_not_counted_at_another(two: tuple[World, World]) -> None:
    own, other = two
    address = f"{secrets.token_hex(6)}@people.example"
    taken = attempts(own, address, "c1")
    assert 3 <= taken < 20
    assert attempts(own, address, "c2") == 0
    with context.use(shop_id=other.shop.pk), pytest.raises(WrongCredentials):
        sign_in(email=address, password="wrong", client="c1", actor="visitor")


def test_the_client_of_a_page_is_one_for_each_shop(two: tuple[World, World]) -> None:
    from eseller.channels.storefront.visitors import client_of

    request: Any = type("Request", (), {"META": {"REMOTE_ADDR": "192.0.2.1"}})
    sites: list[Any] = [type("Site", (), {"shop": world.info}) for world in two]
    assert len({client_of(request, site) for site in sites}) == 2


# Caches in the processes

CACHES = {
    "channels/erp/markdown.py:_BLOCKS": "names of tags",
    "channels/storefront/drawing.py:_small": "by all that a part is drawn from",
    "channels/storefront/drawing.py:macros": "by the template's name",
    "channels/storefront/product_part.py:_draw": "by the product's and the shop's values, all of them",
    "channels/storefront/forms/fields.py:_countries": "by the codes and the language themselves",
    "channels/storefront/look.py:look": "by the whole theme",
    "channels/storefront/pages.py:_frames": "by shop and language",
    "channels/storefront/site.py:_origin": "by host",
    "channels/storefront/site.py:zone": "by the zone's name",
    "commerce/content/markdown.py:plain": "by the whole text",
    "commerce/content/markdown.py:render": "by the whole text",
    "commerce/orders/paper_drawing.py:_colour": "by the colour's code",
    "commerce/payments/provider.py:_providers": "the platform's providers: code",
    "commerce/payments/tasks.py:_receivers": "who hears callbacks: code",
    "commerce/pricing/release.py:release_rates": "facts of the release",
    "config/environment.py:environment": "the platform's settings",
    "config/environment.py:operations_environment": "settings of a process; nothing of a shop",
    "kernel/money.py:digits": "by the currency",
    "media/fetch.py:_tls": "the machine's certificates",
    "services/outbox.py:_renders": "how mails are made: code",
    "tenancy/actions/drafts.py:countries": "facts of the release",
    "tenancy/actions/drafts.py:currencies": "facts of the release",
    "tenancy/guard/diagnose.py:_looking": "a lock for each shop",
    "tenancy/guard/duplicates.py:unique_sets": "by the table's name: what its model says",
    "tenancy/guard/heard.py:_listeners": "no data: who is told of findings",
    "tenancy/guard/quarantine.py:_overlays": "by shop",
    "tenancy/guard/quarantine.py:_own": "by shop",
    "tenancy/guard/rows.py:_select": "by the kind of rows: code",
    "tenancy/guard/rows.py:model_of": "by the table's name",
    "tenancy/hosts.py:_cache": "by host",
    "tenancy/loading.py:_tolerant": "by the kind of loader: code",
    "tenancy/snapshots/reference.py:_references": "what snapshots hold: code",
    "tenancy/zones.py:is_zone": "by the zone's name",
    "ui/formats.py:locale_for": "by the language",
    "ui/formats.py:money": "by the amount and the language",
    "ui/jinja.py:_icon": "by all that it draws",
    "ui/jinja.py:static": "by the file's name",
}
"""All that outlives a request in a process, and why it can't mix shops: its key, or that it holds nothing of a shop."""


def kept_by(source: str) -> list[str]:
    """Return names in a module that keep things beyond a call: cached functions, and collections that are filled."""
    tree, names = ast.parse(source), []
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            marks = [ast.unparse(mark) for mark in node.decorator_list]
            names += [node.name] if any(re.search(r"\b(lru_cache|cache)\b", mark) for mark in marks) else []
    for node in tree.body:
        target = node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "target", None)
        value = getattr(node, "value", None)
        empty = isinstance(value, ast.Dict | ast.List) and not ast.unparse(value).strip("{}[] ")
        made = isinstance(value, ast.Call) and re.search(
            r"\b(dict|list|set|\w*[dD]ict|deque|Cache)\(", ast.unparse(value)
        )
        if isinstance(target, ast.Name) and target.id != "__all__" and target.id != "urlpatterns" and (empty or made):
            names.append(target.id)
    return names


def test_every_cache_is_known() -> None:
    root = Path(eseller.__file__).parent
    places = ("channels", "commerce", "config", "kernel", "media", "services", "tenancy", "ui")
    found = {
        f"{path.relative_to(root)}:{name}"
        for place in places
        for path in (root / place).rglob("*.py")
        for name in kept_by(path.read_text())
        if "migrations" not in path.parts
    }
    assert found - set(CACHES) == set(), "say in CACHES why this can't mix shops, and prove it below"
    assert set(CACHES) - found == set(), "these are gone"


def test_the_search_for_caches_finds_them() -> None:
    source = (
        "from functools import cache\n@cache\ndef f(): ...\n_a: dict[str, int] = {}\nb = OrderedDict()\nC = {1: 2}\n"
    )
    assert kept_by(source) == ["f", "_a", "b"]


def test_pages_from_warm_caches_are_their_own_shops(two: tuple[World, World]) -> None:
    own, other = two
    for _ in range(3):
        for world, stranger in ((own, other), (other, own)):
            client = browser(world.host)
            for path in (
                "/",
                f"/p/{world.product_slug}",
                f"/c/{world.category_slug}",
                "/de/",
                "/theme.css",
                "/robots.txt",
                "/sitemap.xml",
                "/feeds/google.xml",
                "/there-is-none",
            ):
                text = body_of(client.get(path))
                assert not any(trace in text for trace in (stranger.mark, stranger.host, stranger.slug_mark)), path
            assert world.mark in body_of(client.get("/"))
    assert {(world.shop.pk, "en") for world in two} <= set(pages._frames)
    for world in two:
        _at, kept = hosts._cache[world.host]
        assert kept is not None
        assert kept.id == world.shop.pk


# Keys that make things happen once


def test_the_same_checkout_key_is_two_orders_in_two_shops(two: tuple[World, World]) -> None:
    key, numbers = secrets.token_hex(16), []
    for world in two:
        owner = CartOwner(customer_id=world.customer_id)
        shopping.fill_cart(world.info, {int(world.variants[0].pk): 1}, owner)
        with shop_transaction(world.shop.pk):
            assert Cart.objects.filter(customer_id=world.customer_id).update(checkout_key=key) == 1
        wanted = details(world, owner, payment="invoice")
        assert wanted.checkout_key == key
        numbers += [place_order(shop=world.info, owner=owner, actor="test", details=wanted) for _ in range(2)]
    assert [placed.public_id for placed in numbers[:2]] == [numbers[0].public_id] * 2
    assert [placed.public_id for placed in numbers[2:]] == [numbers[2].public_id] * 2
    assert numbers[0].public_id != numbers[2].public_id
    for world in two:
        with shop_transaction(world.shop.pk):
            assert Order.objects.filter(checkout_key=key).count() == 1


def test_the_same_product_of_elsewhere_is_one_in_each_shop(two: tuple[World, World]) -> None:
    kept = []
    for world in two:
        with shop_transaction(world.shop.pk):
            kept.append(Product.objects.get(external_id="mug").pk)
    assert kept[0] != kept[1]


def callback(world: World, message_id: str, *, signed_for: int) -> tuple[dict[str, str], bytes]:
    charge = testcard.look(shop_id=world.shop.pk, reference=world.reference)
    assert charge is not None
    _headers, body = testcard.callback(charge, shop_id=world.shop.pk)
    return signed_headers(shop_id=signed_for, message_id=message_id, body=body), body


def post(world: World, headers: dict[str, str], body: bytes) -> int:
    client = browser(world.host)
    answer = client.post("/hooks/testcard", body, content_type="application/json", headers=headers)
    return int(answer.status_code)


def test_a_callback_is_heard_by_its_own_shop_only(two: tuple[World, World]) -> None:
    own, other = two
    before = fingerprint(other.shop.pk)
    for_other = callback(other, "m-1", signed_for=other.shop.pk)
    assert post(own, *for_other) == 401, "signed for another shop"
    assert post(own, *callback(other, "m-2", signed_for=own.shop.pk)) == 404, "another shop's payment"
    assert post(other, *callback(other, "m-3", signed_for=own.shop.pk)) == 401, "signed by another shop's key"
    assert fingerprint(other.shop.pk) == before
    assert post(other, *for_other) == 204


def test_the_same_callback_number_is_heard_once_in_each_shop(two: tuple[World, World]) -> None:
    number = secrets.token_hex(8)
    for world in two:
        sent = callback(world, number, signed_for=world.shop.pk)
        assert [post(world, *sent), post(world, *sent)] == [204, 204]
        with shop_transaction(world.shop.pk):
            assert PaymentEvent.objects.filter(event_id=number).count() == 1


def test_the_mailbox_of_the_demo_is_not_there_in_production(monkeypatch: pytest.MonkeyPatch) -> None:
    """It shows the mails of all shops, and so must never be where shops are real."""
    assert environment().mailbox_host
    monkeypatch.setattr(settings, "MAILBOX_HOST", "")
    from eseller.channels.middleware import HostMiddleware

    refuse: Callable[[Any], Any] = lambda _request: None  # noqa: E731
    assert [site for site in HostMiddleware(refuse).sites.values() if "mailbox" in site] == []
