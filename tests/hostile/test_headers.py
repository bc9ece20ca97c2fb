"""What every answer carries, and what the answers for everybody must not."""

from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from eseller.channels.middleware import HEADERS
from tests.hostile.asking import everybody, own_routes, raw
from tests.isolation import attack
from tests.isolation.attack import browser
from tests.isolation.test_urls import pages
from tests.isolation.urls import BACKOFFICE, MAILBOX, STOREFRONT, routes
from tests.isolation.world import World

pytestmark = pytest.mark.slow

FRAMED = {"theme-sample", "mail-html"}
"""Shown in a frame of our own pages, with a stricter policy of their own."""


def judge(response: Any, *, framed: bool = False) -> None:
    """Every answer says what a browser may do with it."""
    for name, value in HEADERS.items():
        if not (framed and name in ("Content-Security-Policy", "X-Frame-Options", "Referrer-Policy")):
            assert response.headers[name] == value, (response.request["PATH_INFO"], name)
    policy = response.headers["Content-Security-Policy"]
    if framed:
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'self'" in policy
        assert "script-src" not in policy
    assert len(response.headers["X-Request-ID"]) == 16
    assert "Server" not in response.headers
    assert "X-Powered-By" not in response.headers


@pytest.mark.parametrize("urlconf", [STOREFRONT, BACKOFFICE], ids=lambda urlconf: urlconf.split(".")[2])
def test_every_page_carries_the_policy(world: World, urlconf: str) -> None:
    for route, _client, answer in pages(urlconf, world):
        judge(answer, framed=route.name in FRAMED and answer.status_code == 200)


def test_refusals_carry_it_too(world: World) -> None:
    answers = [
        Client(HTTP_HOST="nothing.localhost").get("/"),
        browser(world.host).get("/there-is-none"),
        browser(world.host).put("/cart"),
        browser(world.host).post("/cart/add", headers={"Origin": "http://evil.example"}),
        browser(world.host).post("/cart/add", b"a&" * 100_000, content_type="application/x-www-form-urlencoded"),
        everybody(world)[2][1].get("/there-is-none/"),
        browser(settings.MAILBOX_HOST).get("/there-is-none"),
        raw(browser(world.host), b"/\x00"),
    ]
    for answer in answers:
        assert 400 <= answer.status_code < 500
        judge(answer)
        assert "public" not in answer.headers.get("Cache-Control", ""), "a refusal is not for everybody"
        assert not answer.cookies


def test_pages_for_everybody_are_the_same_for_all(world: World) -> None:
    """What a cache may keep: no cookie given, none asked for, and the same bytes with cookies and without."""
    public = 0
    (_u, visitor), (_s, customer), _owner = everybody(world)
    for route in routes(STOREFRONT):
        path, query = route.path(world), route.query(world)
        answers = [client.get(path, query) for client in (visitor, customer)]
        kept = answers[0].headers.get("Cache-Control", "")
        for answer in answers:
            assert set(answer.cookies) <= ({"csrftoken"} if "private" in kept else set()), route.label
            assert "sessionid" not in answer.cookies
        if "public" not in kept:
            assert "no-store" in kept or answers[0].status_code in (301, 405), route.label
            continue
        public += 1
        contents = [answer.getvalue() if answer.streaming else answer.content for answer in answers]
        assert contents[0] == contents[1], route.label
        assert "cookie" not in answers[0].headers.get("Vary", "").lower(), route.label
        assert b"csrfmiddlewaretoken" not in contents[0]
    assert public > 12


def test_private_pages_are_kept_by_nobody(world: World) -> None:
    _visitor, (_site, customer), (_office, owner) = everybody(world)
    personal = 0
    for route in own_routes(STOREFRONT):
        answer = customer.get(route.path(world), route.query(world))
        if world.customer_email in attack.body_of(answer):
            personal += 1
            assert "no-store" in answer.headers["Cache-Control"], route.label
    assert personal > 3
    for route in own_routes(BACKOFFICE):
        if route.name != "media":  # named by what is in it; kept by the member's own browser
            answer = owner.get(route.path(world), route.query(world))
            assert "no-store" in answer.headers["Cache-Control"], route.label
    for route in own_routes(MAILBOX):
        assert "no-store" in browser(settings.MAILBOX_HOST).get(route.path(world)).headers["Cache-Control"]


def test_cookies_are_closed_to_scripts_and_other_sites(world: World) -> None:
    added = browser(world.host).post("/cart/add", {"variant": world.variants[0].pk, "quantity": 1})
    signed = browser(settings.BACKOFFICE_HOST).get("/sign-in")
    given = [*added.cookies.values(), *signed.cookies.values()]
    assert given
    for cookie in given:
        assert cookie["httponly"]
        assert cookie["samesite"] == "Lax"
        assert cookie["path"] == "/"
        assert not cookie["domain"], "a cookie belongs to one host"
