"""Where an answer sends somebody is never for the asker to say: no open redirect, no header of theirs."""

import itertools
import secrets
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings

from tests.hostile.asking import Markup, failure, own_routes
from tests.isolation import attack
from tests.isolation.attack import browser
from tests.isolation.urls import BACKOFFICE, MAILBOX, STOREFRONT
from tests.isolation.world import PASSWORD, World

pytestmark = pytest.mark.slow

ELSEWHERE = [
    "http://evil.example",
    "https://evil.example/",
    "//evil.example",
    "///evil.example",
    "////evil.example/%2f..",
    "/\\evil.example",
    "\\\\evil.example",
    "\\/evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "\t//evil.example",
    " //evil.example",
    "\x00//evil.example",
    "http:evil.example",
    "http:/evil.example",
    "http:\\\\evil.example",
    "HtTp://evil.example",
    "javascript:x7()//evil.example",
    "JaVaScRiPt:x7()//evil.example",
    "java\nscript:x7()//evil.example",
    "data:text/html,evil.example",
    "evil.example",
    ".evil.example",
    "@evil.example",
    ":80@evil.example",
    "/\r\nSet-Cookie: evil.example=1",
    "/\r\n\r\n<script>x7()//evil.example</script>",
    "/\u2028evil.example",
    "/" + "evil.example" * 2000,
    "\ufeff//evil.example",
    "／／evil.example",
    "/.//evil.example",
    "/..//evil.example",
]
SOME = ["//evil.example", "/\\evil.example", "https://evil.example/", "\t//evil.example"]
_address = itertools.count(1)


def judge(response: Any, host: str) -> None:
    """Whatever was asked for: the answer leads to a path of this host, and sets no foreign header."""
    assert failure(response) == ""
    target = response.headers.get("Location", "")
    assert target.isprintable()
    assert not any(target.startswith(start) for start in ("//", "/\\", "\\")), target
    if not target.startswith("/") and target:
        assert target.startswith((f"http://{host}/", "?")), target
    assert set(response.cookies) <= {"csrftoken", "cart", "customer", "sessionid", "django_language"}
    assert response.serialize_headers().count(b"\r\n") == len(response.headers) - 1 or response.cookies


NAMES = ("next", "return", "redirect", "url", "target", "to", "continue", "back", "done", "q", "page", "v", "s", "view")
HOSTS: dict[str, Callable[[World], str]] = {
    STOREFRONT: lambda world: world.host,
    BACKOFFICE: lambda _world: str(settings.BACKOFFICE_HOST),
    MAILBOX: lambda _world: str(settings.MAILBOX_HOST),
}


@pytest.fixture(scope="module")
def repeating(world: World) -> list[tuple[str, str]]:
    """Hosts and paths of pages that take anything of their query string into the answer."""
    word = f"/{secrets.token_hex(8)}"
    found = []
    for urlconf, host in HOSTS.items():
        client = browser(host(world))
        for route in own_routes(urlconf):
            path = route.path(world)
            if word in attack.body_of(client.get(path, dict.fromkeys(NAMES, word))):
                found.append((host(world), path))
    assert len(found) > 3
    return found


@pytest.mark.parametrize("target", ELSEWHERE, ids=lambda target: repr(target[:30]))
def test_no_page_passes_on_a_way_out(repeating: list[tuple[str, str]], target: str) -> None:
    for host, path in repeating:
        response = browser(host).get(path, dict.fromkeys(NAMES, target))
        judge(response, host)
        if response.headers.get("Content-Type", "").startswith("text/html"):
            markup = Markup(response)
            assert markup.wrong == []
            assert not any(leads_out(link) for link in markup.links), path


def leads_out(link: str) -> bool:
    path, _, _query = link.partition("?")
    return ("evil.example" in path and not path.startswith("/")) or path.startswith(("//", "/\\"))


def sign_in(world: World, target: str) -> Any:
    client = browser(world.host)
    data = {"email": world.customer_email, "password": PASSWORD, "next": target}
    return client.post("/account/sign-in", data, REMOTE_ADDR=f"192.0.2.{next(_address)}")


@pytest.mark.parametrize("target", SOME, ids=lambda target: repr(target[:30]))
def test_signing_in_leads_to_a_page_of_the_shop(poisoned: World, target: str) -> None:
    response = sign_in(poisoned, target)
    assert response.status_code == 303
    assert response["Location"] == "/account"
    judge(response, poisoned.host)


def test_signing_in_leads_to_where_one_came_from(world: World) -> None:
    assert sign_in(world, "/cart")["Location"] == "/cart"


@pytest.mark.parametrize("target", SOME, ids=lambda target: repr(target[:30]))
def test_a_member_who_signs_in_stays_in_the_office(world: World, target: str) -> None:
    client = browser(settings.BACKOFFICE_HOST)
    data = {"email": world.members["reader"].email, "password": PASSWORD, "next": target}
    response = client.post("/sign-in", data, REMOTE_ADDR=f"198.51.100.{next(_address)}")
    assert response.status_code == 302
    assert response["Location"] == "/"
    assert client.post("/language", {"language": "da", "next": target})["Location"] == "/"
    assert client.get("/sign-in", {"next": target})["Location"] == "/"


def test_no_answer_repeats_a_name_that_was_given(world: World) -> None:
    """A value that nobody escapes for headers must not get there, wherever it was sent."""
    name = secrets.token_hex(8)
    for urlconf, client in ((STOREFRONT, browser(world.host)), (BACKOFFICE, browser(settings.BACKOFFICE_HOST))):
        for route in own_routes(urlconf):
            sent = attack.fields(world) | dict.fromkeys(("next", "email", "language", "name"), f"/{name}\r\nX-A: b")
            response = client.post(route.path(world), sent)
            assert failure(response) == ""
            assert "X-A" not in response.headers
            assert name not in str({key: value for key, value in response.headers.items() if key != "Location"})
