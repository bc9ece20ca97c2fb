"""Who is asked decides which shop answers: hosts that are wrong, doubled, forwarded or nothing at all."""

from typing import Any

import pytest
from django.test import Client, RequestFactory

from eseller.channels.middleware import host_of
from eseller.tenancy.models import Domain
from eseller.tenancy.scope import PLATFORM, platform_transaction
from tests.hostile.asking import failure, raw
from tests.isolation.attack import body_of, browser
from tests.isolation.world import World

pytestmark = pytest.mark.slow

ODD_HOSTS = [
    "",
    " ",
    ".",
    "..",
    ":",
    ":80",
    "[::1]",
    "[::1",
    "nothing.localhost",
    "localhost",
    "127.0.0.1:8000",
    "%00",
    "\x00",
    "a\x00.localhost",
    "\x7f",
    "ÿþ",
    "é.localhost",
    "xn--.localhost",
    "a" * 300,
    "a" * 100_000,
    "<script>x7()</script>",
    "'; DROP TABLE tenancy_shop; --",
    "../../etc/passwd",
    "user:password@{host}",
    "{host}.evil.example",
    "evil.example.{host}",
    "{host},evil.example",
    "evil.example,{host}",
    "{host} evil.example",
    "{host}/..",
    "{host}:80:80",
    "{host}\t",
    "{host}%00",
    "{host}\x00",
    "*.localhost",
    "%.localhost",
    "_",
]


@pytest.mark.parametrize("host", ODD_HOSTS, ids=lambda host: repr(host[:30]))
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_host_that_is_not_a_shops_gets_a_plain_404(world: World, host: str, method: str) -> None:
    asked = host.replace("{host}", world.host)
    response = raw(Client(raise_request_exception=False), b"/", method=method, HTTP_HOST=asked)
    assert response.status_code == 404, failure(response)
    assert response["Content-Type"].startswith("text/html")
    text = response.content.decode()
    assert "x7()" not in text or "&lt;script" in text
    assert world.mark not in text


def test_an_unknown_host_is_told_so() -> None:
    response = Client(HTTP_HOST="nobody-is-here.localhost").get("/")
    assert "No shop answers at this address" in response.content.decode()
    assert response["Cache-Control"] == "no-store"


def test_no_host_at_all(world: World) -> None:
    request = RequestFactory().get("/")
    del request.META["SERVER_NAME"]
    assert host_of(request) == ""
    client = Client(raise_request_exception=False, SERVER_NAME=world.host)
    assert client.get("/").status_code == 404, "the name of the server is not who was asked"


@pytest.mark.parametrize("form", ["{host}", "{host}:80", "{host}:8000", "{host}.", "{HOST}", "{HOST}.:8000"])
def test_ways_to_write_a_host_mean_the_same_shop(world: World, form: str) -> None:
    asked = form.replace("{host}", world.host).replace("{HOST}", world.host.upper())
    response = Client(HTTP_HOST=asked).get("/")
    assert response.status_code == 200
    assert world.mark in response.content.decode()


@pytest.mark.parametrize(
    "header", ["X-Forwarded-Host", "X-Host", "X-Original-Host", "Forwarded", "X-HTTP-Host-Override", "X-Original-URL"]
)
def test_forwarded_headers_name_no_shop(world: World, header: str) -> None:
    value = f"host={world.host}" if header == "Forwarded" else world.host
    elsewhere = Client(HTTP_HOST="nothing.localhost").get("/", headers={header: value})
    assert elsewhere.status_code == 404
    here = Client(HTTP_HOST=world.host).get("/", headers={header: "evil.example"})
    assert here.status_code == 200
    assert "evil.example" not in body_of(here)


def test_a_whole_address_as_path_names_no_other_shop(world: World) -> None:
    client = Client(HTTP_HOST="nothing.localhost", raise_request_exception=False)
    assert raw(client, f"http://{world.host}/".encode()).status_code == 404
    here = raw(browser(world.host), b"http://evil.example/")
    assert here.status_code == 404
    assert "evil.example" not in body_of(here)


def alias(world: World) -> str:
    host = f"alias-{world.slug_mark}.localhost"
    with platform_transaction(actor="test"):
        Domain.objects.using(PLATFORM).get_or_create(shop_id=world.shop.pk, host=host)
    return host


@pytest.mark.parametrize(
    ("path", "query"),
    [
        (b"/", ""),
        (b"//evil.example/", ""),
        (b"/\\evil.example", ""),
        (b"/@evil.example", ""),
        (b"/\r\nSet-Cookie: a=b", ""),
        (b"/a", "next=//evil.example\r\nSet-Cookie: a=b"),
        (b"/" + b"a" * 8000, ""),
        (b"/\xff\x00", ""),
    ],
)
@pytest.mark.parametrize("port", ["", ":8000", ":evil", ":@evil.example", ":80@evil.example", ":8000\r\nX: y"])
def test_another_address_of_the_shop_leads_to_its_first_and_nowhere_else(
    world: World, path: bytes, query: str, port: str
) -> None:
    response = raw(browser(alias(world)), path, query=query, HTTP_HOST=alias(world) + port)
    assert response.status_code in (301, 400, 404), failure(response)
    target: Any = response.headers.get("Location", "")
    if target:
        assert target.startswith((f"http://{world.host}/", f"http://{world.host}:8000/"))
        assert target.isprintable()
    assert "\n" not in str(response.serialize_headers().replace(b"\r\n", b""))
    assert not response.cookies
