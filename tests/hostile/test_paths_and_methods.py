"""Paths that try to leave, to hide or to overwhelm, and methods that nobody offers."""

from typing import Any

import pytest

from tests.hostile.asking import everybody, failure, own_routes, raw
from tests.isolation.attack import body_of
from tests.isolation.urls import BACKOFFICE, STOREFRONT
from tests.isolation.world import World, fingerprint

pytestmark = pytest.mark.slow

PATHS = [
    b"",
    b"//",
    b"///",
    b"//evil.example",
    b"//evil.example/p/cup",
    b"/\\evil.example",
    b"/..",
    b"/../",
    b"/../../etc/passwd",
    b"/media/../../../etc/passwd",
    b"/media/..%2f..%2f..%2fetc%2fpasswd",
    b"/media/%2e%2e/%2e%2e/etc/passwd",
    b"/static/../eseller/config/settings.py",
    b"/p/../../",
    b"/%2e%2e/",
    b"/%00",
    b"/\x00",
    b"/p/\x00",
    b"/p/cup\x00.html",
    b"/order/\x00",
    b"/order/x\x00/paper/1",
    b"/pay/testcard/\x00",
    b"/account/reset/\x00",
    b"/media/\x00",
    b"/hooks/\x00",
    b"/p/\xc0\xaf",
    b"/p/\xc0\xae\xc0\xae\xc0\xaf",
    b"/p/\xff\xfe",
    b"/p/\xed\xa0\x80",
    b"/p/" + b"a" * 8192,
    b"/c/" + b"a-" * 4096,
    b"/pages/" + b"%" * 8192,
    b"/order/" + b"9" * 8192,
    b"/order/" + b"a" * 300 + b"/paper/" + b"9" * 5000,
    b"/order/x/paper/" + b"9" * 30,
    b"/account/addresses/" + b"9" * 30,
    b"/account/addresses/-1",
    b"/sitemap-product-" + b"9" * 30 + b".xml",
    b"/sitemap-product-" + b"9" * 5000 + b".xml",
    b"/sitemap-nothing-0.xml",
    b"/" + b"a/" * 4000,
    b"/da//",
    b"/da//evil.example",
    b"/en//evil.example",
    b"/en/\\evil.example",
    b"/xx/",
    b"/zz-ZZ/cart",
    b"/da/da/cart",
    b"/en/search",
    b"/p/<script>x7()</script>",
    b"/{{191*7}}",
    b"/' OR 1=1 --",
    b"/%s%s%n",
    b"/\r\nSet-Cookie: a=b",
    b"/.git/config",
    b"/.env",
    b"/admin/",
]
OFFICE_PATHS = [
    b"orders/\x00",
    b"orders/" + b"9" * 5000,
    b"orders/..",
    b"orders/' OR 1=1 --",
    b"orders/\xff",
    b"orders/x/papers/" + b"9" * 30 + b".pdf",
    b"products/" + b"9" * 30,
    b"products/" + b"9" * 5000,
    b"products/0",
    b"products/" + b"9" * 19 + b"/history",
    b"categories/" + b"9" * 19,
    b"staff/" + b"9" * 19,
    b"staff/" + b"9" * 30,
    b"domains/" + b"9" * 30 + b"/remove",
    b"shipping/\x00",
    b"shipping/" + b"a" * 5000,
    b"payments/" + b"a" * 5000,
    b"media/\x00",
    b"media/../x",
    b"settings/../orders",
]
METHODS = ["OPTIONS", "PUT", "DELETE", "TRACE", "GET\x00", "{{191*7}}"]


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("path", PATHS, ids=lambda path: repr(path[:40]))
def test_a_strange_path_gets_a_clear_answer(world: World, path: bytes, method: str) -> None:
    for _urlconf, client in everybody(world):
        response = raw(client, path, method=method)
        assert failure(response) == ""
        judge_place(response)


@pytest.mark.parametrize("path", OFFICE_PATHS, ids=lambda path: repr(path[:40]))
def test_a_strange_path_in_the_office_gets_a_clear_answer(world: World, path: bytes) -> None:
    (_urlconf, owner) = everybody(world)[2]
    for method in ("GET", "POST"):
        response = raw(owner, f"/{world.shop.slug}/".encode() + path, method=method)
        assert response.status_code in (404, 405), failure(response)


def judge_place(response: Any) -> None:
    """A redirect stays at this host; a page says nothing of files or faults."""
    target = response.headers.get("Location", "")
    assert not target.startswith(("//", "/\\", "http")), target
    assert target.isprintable()
    text = body_of(response)
    for secret in ("root:", "SECRET_KEY", "Traceback", "<script>x7", "psycopg"):
        assert secret not in text
    assert "1337" not in text.partition("\n")[2]


@pytest.mark.parametrize("method", METHODS)
def test_a_method_that_nobody_offers_changes_nothing(world: World, method: str) -> None:
    before = fingerprint(world.shop.pk)
    for urlconf, client in everybody(world)[1:]:
        for route in own_routes(urlconf):
            response = client.generic(method, route.path(world))
            assert failure(response) == ""
            if method != "OPTIONS":
                assert response.status_code in (302, 303, 403, 404, 405, 301), (route.label, response.status_code)
            if method == "TRACE":
                assert client.cookies.output() not in body_of(response)
    assert fingerprint(world.shop.pk) == before


def test_a_get_stays_a_get(world: World) -> None:
    before = fingerprint(world.shop.pk)
    headers = dict.fromkeys(("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"), "POST")
    for urlconf, client in everybody(world)[1:]:
        for route in own_routes(urlconf):
            response = client.get(f"{route.path(world)}?_method=POST&_method=DELETE", headers=headers)
            assert failure(response) == ""
    assert fingerprint(world.shop.pk) == before


def test_reading_changes_nothing(world: World) -> None:
    """Every page is read by everybody: not a row of the shop is another afterwards."""
    before = fingerprint(world.shop.pk)
    for urlconf, client in everybody(world):
        for route in own_routes(urlconf):
            client.get(route.path(world), route.query(world))
            client.head(route.path(world), route.query(world))
    assert fingerprint(world.shop.pk) == before
    assert {STOREFRONT, BACKOFFICE} == {urlconf for urlconf, _client in everybody(world)}
