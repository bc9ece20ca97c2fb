"""Random bytes where somebody types: no answer is our fault, and nothing that was sent runs."""

from typing import Any
from urllib.parse import quote_from_bytes

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.hostile.asking import failure, raw
from tests.isolation import attack
from tests.isolation.urls import BACKOFFICE, STOREFRONT, routes
from tests.isolation.world import World, fingerprint

pytestmark = pytest.mark.slow

QUERY = (
    "q",
    "page",
    "sort",
    "stock",
    "v",
    "o1",
    "o2",
    "s",
    "next",
    "state",
    "view",
    "before",
    "first",
    "done",
    "brand",
)
FIELDS = (
    *(
        "variant",
        "quantity",
        "remove",
        "email",
        "password",
        "name",
        "next",
        "note",
        "part",
        "answer",
        "place",
        "delete",
    ),
    *("shipping_country", "shipping_method", "payment_method", "checkout_key", "expected_total", "billing_differs"),
    *(
        "shipping_name",
        "shipping_line1",
        "shipping_postcode",
        "shipping_city",
        "card_number",
        "card_expiry",
        "card_cvc",
    ),
    *("country", "line1", "postcode", "city", "language", "old", "new"),
)
OFFICE_FIELDS = (
    *("do", "slug", "state", "brand", "tags", "vat_class", "texts.en.title", "texts.en.description", "variants.0.sku"),
    *(
        "variants.0.price",
        "variants.0.on_hand",
        "variants.0.ean",
        "variants.0.id",
        "variants.0.choices.0",
        "category_ids",
    ),
    *(
        "options.0.names.en",
        "options.0.values.0.labels.en",
        "images.0.image_id",
        "images.0.alts.en",
        "first",
        "version",
    ),
    *(
        "text",
        "key",
        "lines",
        "reason",
        "amount",
        "what",
        "rows",
        "country-0",
        "from-0",
        "amount-0",
        "name-en",
        "basis",
    ),
    *(
        "email",
        "role",
        "host",
        "bank_account",
        "time_zone",
        "languages",
        "sells_to",
        "order_prefix",
        "parent",
        "position",
    ),
)
SHARP = st.sampled_from(
    [
        *(b"", b"\x00", b"%00", b"'", b'"', b"<", b"{{191*7}}", b"%s", b"\\", b"\xff", b"\xc0\xaf", b"\xed\xa0\x80"),
        *(b"-1", b"0", b"1" * 19, b"9" * 30, b"1e999", b"NaN", b"Infinity", b"1.5", b"0x1", b"\xd9\xa3", b"a" * 5000),
        *(b"true", b"null", b"[]", b"../..", b"\r\n", b"\t", b" ", b"\xe2\x80\xae", b"save", b"confirm", b"en", b"DK"),
        b"a@b.example",
    ]
)
BYTES = st.one_of(SHARP, st.binary(max_size=40), st.text(max_size=20).map(lambda text: text.encode("utf-8", "replace")))
QUICK = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], database=None
)


def encoded(pairs: list[tuple[str, bytes]]) -> str:
    return "&".join(f"{quote_from_bytes(name.encode())}={quote_from_bytes(value)}" for name, value in pairs)


def names_and_values(names: tuple[str, ...]) -> Any:
    return st.lists(st.tuples(st.sampled_from(names) | st.text(max_size=8), BYTES), max_size=12)


SHOP_PATHS = [route for route in routes(STOREFRONT) if route.name not in ("sign-out", "pay-testcard")]
YES = ("capture", "paid", "cancel", "invoice", "remove", "primary", "invite", "move", "sign-out", "language")
OFFICE_PATHS = [route for route in routes(BACKOFFICE) if not route.name.endswith(YES) and "invite" not in route.name]


@QUICK
@given(route=st.sampled_from(SHOP_PATHS + OFFICE_PATHS), pairs=names_and_values(QUERY))
def test_any_query_gets_a_clear_answer(world: World, route: Any, pairs: Any) -> None:
    who = "customer" if route.urlconf == STOREFRONT else "owner"
    client = attack.actors(route.urlconf, world)[who]
    response = raw(client, route.path(world).encode(), query=encoded(pairs))
    assert failure(response) == "", pairs
    assert response.headers.get("Location", "/").startswith("/")


@QUICK
@given(route=st.sampled_from(SHOP_PATHS), pairs=names_and_values(FIELDS))
def test_any_form_of_a_shopper_gets_a_clear_answer(world: World, route: Any, pairs: Any) -> None:
    client = attack.actors(STOREFRONT, world)["buyer"]
    response = client.generic(
        "POST", route.path(world), encoded(pairs), content_type="application/x-www-form-urlencoded"
    )
    assert failure(response) == "", pairs


@QUICK
@given(route=st.sampled_from(OFFICE_PATHS), pairs=names_and_values(OFFICE_FIELDS))
def test_any_form_of_a_member_gets_a_clear_answer(world: World, route: Any, pairs: Any) -> None:
    before = fingerprint(world.shop.pk) if "product" in route.name else {}
    client = attack.actors(BACKOFFICE, world)["owner"]
    response = client.generic(
        "POST", route.path(world), encoded(pairs), content_type="application/x-www-form-urlencoded"
    )
    assert failure(response) == "", pairs
    if before and response.status_code >= 400:
        assert fingerprint(world.shop.pk) == before, "what was refused changed something"


@QUICK
@given(path=st.binary(max_size=60), method=st.sampled_from(["GET", "POST"]))
def test_any_path_gets_a_clear_answer(world: World, path: bytes, method: str) -> None:
    for urlconf, who in ((STOREFRONT, "visitor"), (BACKOFFICE, "reader")):
        response = raw(attack.actors(urlconf, world)[who], b"/" + path, method=method)
        assert failure(response) == ""
        assert response.headers.get("Location", "/").startswith("/")
