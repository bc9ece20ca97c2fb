"""Bodies too large, too many, broken or mislabelled, and cookies that nobody gave out."""

import io
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.hostile.asking import everybody, failure, own_routes, raw
from tests.isolation import attack
from tests.isolation.attack import browser
from tests.isolation.urls import BACKOFFICE, MAILBOX, STOREFRONT
from tests.isolation.world import World, fingerprint

pytestmark = pytest.mark.slow

FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data; boundary=x"
PART = '--x\r\nContent-Disposition: form-data; name="{name}"{more}\r\n\r\n{value}\r\n'

BODIES: dict[str, tuple[str, bytes]] = {
    "empty": (FORM, b""),
    "not a form": (FORM, bytes(range(256)) * 8),
    "only separators": (FORM, b"&=&=&;" * 300),
    "broken escapes": (FORM, b"variant=%&quantity=%zz&a=%u1234"),
    "a NUL everywhere": (
        FORM,
        b"variant=1%00&quantity=1%00&email=a%00%40b.example&shipping_country=%00&q=%00&next=%00",
    ),
    "overlong UTF-8": (FORM, b"email=%C0%AF&name=%ED%A0%80&note=%F5%80%80%80"),
    "an unknown charset": (f"{FORM}; charset=klingon", b"a=b"),
    "UTF-7": (f"{FORM}; charset=utf-7", b"a=+ADw-script+AD4-"),
    "no boundary": ("multipart/form-data", b"--x\r\n\r\n"),
    "an empty boundary": ("multipart/form-data; boundary=", b"--\r\n\r\n"),
    "a boundary of control characters": ("multipart/form-data; boundary=\x01\x02", b"--\x01\x02--"),
    "a long boundary": (f"multipart/form-data; boundary={'x' * 5000}", b"--x--"),
    "cut off": (MULTIPART, PART.format(name="a", more="", value="b").encode()[:30]),
    "without an end": (MULTIPART, PART.format(name="a", more="", value="b" * 1000).encode()),
    "a field without a name": (MULTIPART, PART.format(name="", more="", value="b").encode() + b"--x--"),
    "a file named like a path": (
        MULTIPART,
        PART.format(name="upload", more='; filename="../../etc/passwd"', value="x").encode() + b"--x--",
    ),
    "a file with a NUL in its name": (
        MULTIPART,
        PART.format(name="upload", more='; filename="a\x00.png"', value="x").encode() + b"--x--",
    ),
    "base64 that is none": (
        MULTIPART,
        b'--x\r\nContent-Disposition: form-data; name="a"\r\nContent-Transfer-Encoding: base64\r\n\r\n!!!\r\n--x--',
    ),
    "headers without end": (MULTIPART, b"--x\r\n" + b"X-A: b\r\n" * 3000),
    "JSON": ("application/json", b'{"variant": 1}'),
    "XML with entities": ("text/xml", b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>'),
    "deep JSON": ("application/json", b"[" * 60_000),
    "a pickle": ("application/python-pickle", b"cos\nsystem\n(S'true'\ntR."),
    "no type": ("", b"a=b"),
    "a type of rubbish": ("\xff;;;=;", b"a=b"),
}


YES = ("/sign-out", "/invite", "/primary", "/invoice", "/paid", "/capture", "/move", "/cancel", "/remove")
"""Ends of addresses that ask nothing but yes, which an empty form means; whoever sends it there is allowed to."""


@pytest.fixture(scope="module")
def targets(world: World) -> list[tuple[Client, str]]:
    """Where forms go: every address that takes a POST, besides those that an empty form tells to go on."""
    found = []
    for urlconf, client in everybody(world)[1:]:
        for route in own_routes(urlconf):
            path = route.path(world)
            if path.endswith(YES) or world.reference in path:
                continue
            if client.put(path).status_code != 405 or client.post(path, {"nothing": ""}).status_code != 405:
                found.append((client, path))
    assert len(found) > 25
    return found


@pytest.mark.parametrize("name", list(BODIES))
def test_a_broken_body_gets_a_clear_answer(world: World, targets: list[tuple[Client, str]], name: str) -> None:
    content_type, body = BODIES[name]
    before = fingerprint(world.shop.pk)
    # Each body goes to every fourth address, each time to others.
    for client, path in targets[list(BODIES).index(name) % 4 :: 4]:
        response = client.generic("POST", path, body, content_type=content_type)
        assert failure(response) == "", name
    assert fingerprint(world.shop.pk) == before


LARGE: dict[str, tuple[str, bytes]] = {
    "3 MB": (FORM, b"note=" + b"a" * 3 * 1024 * 1024),
    "2001 fields": (FORM, "&".join(f"f{i}=1" for i in range(2001)).encode()),
    "100,000 fields": (FORM, b"a&" * 100_000),
    "2001 parts": (
        MULTIPART,
        "".join(PART.format(name=f"f{i}", more="", value="1") for i in range(2001)).encode() + b"--x--",
    ),
    "a part of 3 MB": (MULTIPART, PART.format(name="note", more="", value="a" * 3 * 1024 * 1024).encode() + b"--x--"),
    "21 files": (
        MULTIPART,
        "".join(PART.format(name="upload", more=f'; filename="{i}.png"', value="1") for i in range(21)).encode()
        + b"--x--",
    ),
}


@pytest.mark.parametrize("name", list(LARGE))
def test_too_much_is_refused_as_the_senders_fault(world: World, name: str) -> None:
    content_type, body = LARGE[name]
    before = fingerprint(world.shop.pk)
    office = f"/{world.shop.slug}"
    _visitor, customer, owner = (client for _urlconf, client in everybody(world))
    for client, path in (
        (customer, "/cart/add"),
        (customer, "/cart/update"),
        (customer, "/checkout"),
        (customer, "/account/settings"),
        (owner, f"{office}/products/new"),
        (owner, f"{office}/settings"),
        (owner, f"{office}/orders/{world.placed.number}"),
        (owner, "/sign-in"),
    ):
        response = client.post(path, body, content_type=content_type)
        assert failure(response) == "", path
        if path != "/sign-in":
            assert response.status_code in (400, 413), (path, response.status_code)
    assert fingerprint(world.shop.pk) == before


def test_a_callback_has_bounds_too(world: World) -> None:
    client = browser(world.host)
    for body in (b"{" * 70_000, b"[" * 60_000, b"", b"\x00", b'{"kind": "' + b"a" * 60_000 + b'"}'):
        for headers in (
            {},
            {"webhook-id": "a" * 5000, "webhook-timestamp": "9" * 5000, "webhook-signature": "v1,é" * 900},
        ):
            response = client.post("/hooks/testcard", body, content_type="application/json", headers=headers)
            assert response.status_code in (401, 413), failure(response)
    for length in ("-1", "", "9" * 30):
        response = client.post("/hooks/testcard", b"{}", content_type="application/json", CONTENT_LENGTH=length)
        assert 400 <= response.status_code < 500, failure(response)
    assert client.post("/hooks/nobody", b"{}", content_type="application/json").status_code == 404


@pytest.mark.parametrize(
    "content",
    [b"", b"\x89PNG\r\n\x1a\n", b"GIF89a" + bytes(50), b"<svg onload='x7()'/>", b"%PDF-1.4", bytes(2000)],
    ids=lambda content: repr(content[:12]),
)
def test_what_is_no_picture_is_told_to_be_none(world: World, content: bytes) -> None:
    owner = everybody(world)[2][1]
    before = fingerprint(world.shop.pk)
    file = SimpleUploadedFile("../../x.php\r\nX: y", content, "image/png")
    response = owner.post(f"/{world.shop.slug}/products/{world.product_id}", {"upload": file, "do": "save"})
    assert response.status_code in (400, 404, 409, 422), failure(response)
    assert fingerprint(world.shop.pk) == before


COOKIES = {
    "huge": "a" * 100_000,
    "many": "; ".join(f"c{i}={i}" for i in range(3000)),
    "binary": "\x00\x01\x7f\xff",
    "names all empty": "=;=;=; =a; ;;;",
    "quotes": '"unclosed; cart="\\"; customer="\\000\\777',
    "session forged": "sessionid=eyJhIjoxfQ:1abc:forged; csrftoken=x; cart=../../x; customer=' OR 1=1 --",
    "session with a NUL": "sessionid=\x00; cart=\x00; customer=\x00; csrftoken=\x00; django_language=\x00",
    "not ASCII": "sessionid=é; cart=Ø; customer=ß; csrftoken=å",
    "a language of rubbish": "django_language=" + "xx-" * 200,
    "markup": "cart=<script>x7()</script>; customer={{191*7}}; csrftoken=<img src=x7>",
}


@pytest.mark.parametrize("name", list(COOKIES))
def test_cookies_that_nobody_gave_out_mean_nothing(world: World, name: str) -> None:
    before = fingerprint(world.shop.pk)
    for urlconf, host in (
        (STOREFRONT, world.host),
        (BACKOFFICE, settings.BACKOFFICE_HOST),
        (MAILBOX, settings.MAILBOX_HOST),
    ):
        client = Client(HTTP_HOST=host, HTTP_ORIGIN=f"http://{host}", raise_request_exception=False)
        for route in own_routes(urlconf):
            # The bank's page goes by its address alone, whoever comes.
            for method in ("GET", "POST") if route.name != "pay-testcard" else ("GET",):
                response = client.generic(method, route.path(world), HTTP_COOKIE=COOKIES[name])
                assert failure(response) == "", route.label
                text = response.getvalue() if response.streaming else response.content
                assert b"<script>x7" not in text
                assert b"1337" not in text or b"sha256" in text
    assert fingerprint(world.shop.pk) == before


LENGTHS = ["-1", "", "99999999999999999999", "1", " 5 "]
"""What is no number at all the server refuses before we see it."""


@pytest.mark.parametrize("length", LENGTHS)
def test_a_length_that_is_not_the_bodys(world: World, length: str) -> None:
    for _urlconf, client in everybody(world):
        body: dict[str, Any] = {"wsgi.input": io.BytesIO(b"email=a&password=b")}
        response = raw(client, b"/sign-in", method="POST", CONTENT_LENGTH=length, CONTENT_TYPE=FORM, **body)
        assert failure(response) == ""


def test_headers_that_lie(world: World) -> None:
    headers: dict[str, Any] = {
        "Accept-Language": "xx-" * 2000 + ",;q=é",
        "If-None-Match": '"' * 5000,
        "If-Modified-Since": "yesterday",
        "Range": "bytes=0-" + "9" * 3000,
        "Accept-Encoding": "gzip;q=x",
        "HX-Request": "{{191*7}}",
        "Authorization": "Basic \x00",
        "X-Forwarded-For": "' OR 1=1",
        "X-Request-ID": "\r\nSet-Cookie: a=b",
        "Content-Encoding": "gzip",
        "Transfer-Encoding": "chunked",
    }
    for urlconf, client in everybody(world):
        for route in own_routes(urlconf):
            response = client.get(route.path(world), headers=headers)
            assert failure(response) == "", route.label
            assert len(response["X-Request-ID"]) == 16
            assert "a=b" not in attack.body_of(response)
