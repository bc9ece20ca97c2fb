"""Another site makes a visitor's browser send our forms: nothing happens. The same forms from our own pages work."""

from typing import Any

import pytest
from django.test import Client

from eseller.channels.middleware import is_machine
from tests.hostile.asking import everybody, failure
from tests.isolation import attack
from tests.isolation.test_urls import pages
from tests.isolation.urls import BACKOFFICE, STOREFRONT, routes
from tests.isolation.world import World, fingerprint

pytestmark = pytest.mark.slow

FROM_ELSEWHERE: list[dict[str, str]] = [
    {"Origin": "http://evil.example"},
    {"Origin": "null"},
    {"Origin": ""},
    {"Origin": "http://{host}.evil.example"},
    {"Origin": "https://{host}"},
    {"Origin": "http://{host}:81"},
    {"Origin": "http://user@{host}"},
    {"Origin": "http://evil.example", "Sec-Fetch-Site": "same-origin", "X-Forwarded-Host": "evil.example"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "nonsense"},
    {"Referer": "http://{host}/"},
    {},
]
"""What a request from elsewhere may say of itself; the last says nothing, but has the visitor's cookies."""


def bare(client: Client) -> Client:
    """Return the same browser, which checks forms' tokens and says nothing of where it comes from."""
    made = Client(HTTP_HOST=client.defaults["HTTP_HOST"], raise_request_exception=False, enforce_csrf_checks=True)
    made.cookies.update(client.cookies)
    return made


def forms(world: World) -> list[tuple[Client, attack.Form]]:
    return [
        (client, form)
        for urlconf in (STOREFRONT, BACKOFFICE)
        for _route, client, answer in pages(urlconf, world)
        if client.cookies
        for form in attack.forms_of(answer, answer.wsgi_request.path)
        if not form.action.startswith("/da/")  # the same views once more
    ]


def send(client: Client, form: attack.Form, headers: dict[str, str]) -> Any:
    data: dict[str, list[str]] = {}
    for name, value in form.values:
        data.setdefault(name, []).append(value)
    host = client.defaults["HTTP_HOST"]
    return client.post(form.action, data, headers={name: text.format(host=host) for name, text in headers.items()})


def test_no_form_can_be_sent_from_elsewhere(world: World) -> None:
    sent = forms(world)
    assert len(sent) > 40
    before = fingerprint(world.shop.pk)
    for client, form in sent:
        stranger = bare(client)
        for headers in FROM_ELSEWHERE:
            response = send(stranger, form, headers)
            assert response.status_code == 403, (form.action, headers, response.status_code)
            assert not response.cookies
    assert fingerprint(world.shop.pk) == before


def test_no_route_takes_a_post_from_elsewhere(world: World) -> None:
    """Also those that no form of a page leads to."""
    before = fingerprint(world.shop.pk)
    for urlconf, client in everybody(world)[1:]:
        for route in routes(urlconf):
            path = route.path(world)
            response = bare(client).post(path, attack.fields(world), headers={"Origin": "http://evil.example"})
            assert response.status_code == (401 if is_machine(path) else 403), route.label
    assert fingerprint(world.shop.pk) == before


def test_private_forms_need_their_token_too(world: World) -> None:
    """From our own origin, but without the token that the page carries: only forms of public pages go without."""
    before, without = fingerprint(world.shop.pk), set()
    for client, form in forms(world):
        values = tuple(pair for pair in form.values if pair[0] != "csrfmiddlewaretoken")
        if values == form.values:
            without.add(form.action)
            continue
        host = client.defaults["HTTP_HOST"]
        response = send(bare(client), form._replace(values=values), {"Origin": f"http://{host}"})
        assert response.status_code == 403, form.action
    assert without <= {"/cart/add"}, "a private form without a token"
    assert fingerprint(world.shop.pk) == before


@pytest.mark.parametrize("headers", [{"Origin": "http://{host}"}, {"Sec-Fetch-Site": "same-origin"}], ids=str)
def test_our_own_page_may(world: World, headers: dict[str, str]) -> None:
    """The control: what is refused above is refused for where it comes from."""
    client = bare(attack.actors(STOREFRONT, world)["buyer"])
    before = fingerprint(world.shop.pk)
    form = attack.Form("/cart/add", (("variant", str(world.variants[0].pk)), ("quantity", "1")))
    assert send(client, form, headers).status_code == 303
    after = fingerprint(world.shop.pk)
    assert {table for table in after if after[table] != before[table]} >= {"cart_cart", "cart_cartline"}
    page = client.get("/cart")
    (change,) = [form for form in attack.forms_of(page, "/cart") if form.action == "/cart/update"][:1]
    assert send(client, change, headers).status_code == 303


def test_a_token_of_one_browser_is_no_use_in_another(world: World) -> None:
    client, thief = (bare(attack.actors(STOREFRONT, world)[who]) for who in ("customer", "buyer"))
    form = next(form for form in attack.forms_of(client.get("/account/settings"), "/account/settings"))
    thief.get("/cart")  # has a token of its own
    thief.cookies["customer"] = client.cookies["customer"].value
    before = fingerprint(world.shop.pk)
    response = send(thief, form, {"Origin": f"http://{world.host}"})
    assert response.status_code == 403, failure(response)
    assert fingerprint(world.shop.pk) == before
