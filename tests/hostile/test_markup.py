"""Markup that somebody writes into a text stays text, on every page, in every form that comes back, and in mails."""

import email
import xml.etree.ElementTree as ET
from email.policy import default
from pathlib import Path
from typing import Any

import msgspec
import pytest
from django.conf import settings
from django.test.utils import override_settings

from eseller.commerce.content.actions.save_page import save_page
from eseller.commerce.content.drafts import PageDraft, PageTextDraft
from eseller.services.models import OutboxMessage
from eseller.services.sending import deliver
from eseller.tenancy.scope import shop_transaction
from tests.hostile.asking import PROBE, Markup, failure
from tests.isolation import attack
from tests.isolation.attack import browser, forms_of
from tests.isolation.test_urls import pages
from tests.isolation.urls import BACKOFFICE, MAILBOX, STOREFRONT, routes
from tests.isolation.world import World

pytestmark = pytest.mark.slow

MARKDOWN = """
[a](javascript:x7()) [b](JaVaScRiPt:x7()) [c](data:text/html,x7) [d](vbscript:x7) <javascript:x7()>
[e](//evil.example) ![f](http://evil.example/x7.png) ![g](x" onerror="x7())
<script>x7()</script> <img src=x onerror=x7()> <a href="javascript:x7()">h</a> <style>body{display:none}</style>
[i]: javascript:x7() "x7"
[i] [j](&#106;avascript:x7()) [k](java&Tab;script:x7())
<svg/onload=x7()> <iframe srcdoc="<script>x7()</script>"></iframe> <math><mtext></p><script>x7()</script>
```x" onmouseover="x7()
code
```
| a | <script>x7()</script> |
|---|---|
| {{191*7}} | ${191*7} |
"""


def judge(response: Any) -> Markup:
    """A page runs nothing but our own files, and its policy says so too."""
    assert failure(response) == ""
    markup = Markup(response)
    assert markup.wrong == [], response.request["PATH_INFO"]
    policy = response["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "default-src 'self'" in policy or "default-src 'none'" in policy
    assert "1337" not in markup.text, response.request["PATH_INFO"]
    return markup


def is_html(response: Any) -> bool:
    return bool(response.headers.get("Content-Type", "").startswith("text/html"))


@pytest.mark.parametrize("urlconf", [STOREFRONT, BACKOFFICE], ids=lambda urlconf: urlconf.split(".")[2])
def test_texts_of_a_shop_are_shown_as_they_were_written(poisoned: World, urlconf: str) -> None:
    shown = 0
    for _route, _client, answer in pages(urlconf, poisoned):
        if is_html(answer):
            markup = judge(answer)
            shown += "<script>x7(1)</script>" in markup.text or any("<script>x7(1)" in text for text in markup.values)
    assert shown > 15, "the probe stands in the texts, or this shows nothing"


@pytest.fixture(scope="module")
def worn(database: None) -> World:
    """A shop that has to bear what is typed into its forms."""
    return World(text=PROBE)


KEPT = ("key", "checkout_key", "shipping_method", "payment_method", "part", "do", "state")
"""What stays as it was, so that the form gets further than its first field."""


@pytest.mark.parametrize("urlconf", [STOREFRONT, BACKOFFICE], ids=lambda urlconf: urlconf.split(".")[2])
def test_a_form_that_comes_back_shows_what_was_typed(worn: World, urlconf: str) -> None:
    back = 0
    for _route, client, answer in pages(urlconf, worn):
        for form in forms_of(answer, answer.wsgi_request.path):
            if form.action.endswith(("/sign-out", "/language")) or form.action.startswith("/da/"):
                continue
            values = {name: value if name in KEPT else PROBE for name, value in form.values}
            response = client.post(form.action, values, REMOTE_ADDR=f"203.0.113.{back}")
            assert failure(response) == ""
            if is_html(response):
                judge(response)
                back += response.status_code == 422
    assert back > 5


@pytest.mark.parametrize("path", ["/search", "/da/search", "/", "/account/sign-in", "/account/register", "/cart"])
def test_what_was_searched_for_is_shown_as_it_was_typed(world: World, path: str) -> None:
    names = ("q", "page", "sort", "stock", "next", "v", "o1", "done", PROBE)
    for value in (
        PROBE,
        "{{191*7}}",
        "</title><script>x7()</script>",
        "--><script>x7()</script>",
        "]]>",
        "\u202e" + PROBE,
    ):
        for given in (dict.fromkeys(names, value), {"q": value}):
            response = browser(world.host).get(path, given)
            markup = judge(response)
            if path.endswith("search") and set(given) == {"q"} and response.status_code == 200:
                assert value.removeprefix("\u202e")[:20].strip() in " ".join([markup.text, *markup.values])


def test_markdown_makes_no_markup_of_its_own(world: World) -> None:
    with shop_transaction(world.shop.pk, actor="test"):
        text = PageTextDraft(language="en", title=PROBE, body=MARKDOWN)
        save_page(draft=PageDraft(slug="written-by-a-stranger", texts=(text,)), actor="test")
    response = browser(world.host).get("/pages/written-by-a-stranger")
    assert response.status_code == 200
    assert "<img" not in response.content.decode(), "pictures come from the shop alone"
    assert "<script>x7()</script>" in judge(response).text


def test_data_for_machines_is_whole(poisoned: World) -> None:
    """What others read by program parses, and holds the text as it was written."""
    client = browser(poisoned.host)
    for path in ("/feeds/google.xml", "/sitemap.xml", "/sitemap-product-0.xml", "/sitemap-home.xml"):
        response = client.get(path)
        content = response.getvalue() if response.streaming else response.content
        tree = ET.fromstring(content)
        if path.startswith("/feeds"):
            assert any("<script>x7(1)</script>" in text for text in tree.itertext())
    customer = attack.actors(STOREFRONT, poisoned)["customer"].get("/account/data")
    assert customer["Content-Type"].startswith("application/json")
    assert msgspec.json.decode(customer.content)["name"] == PROBE
    assert "attachment" in customer["Content-Disposition"]
    style = client.get("/theme.css")
    assert style["Content-Type"].startswith("text/css")
    assert "x7" not in style.content.decode()
    robots = client.get("/robots.txt")
    assert robots["Content-Type"].startswith("text/plain")
    assert "x7" not in robots.content.decode()


def test_mails_show_it_as_text(poisoned: World, tmp_path: Path) -> None:
    with override_settings(DATA_DIR=tmp_path):
        with shop_transaction(poisoned.shop.pk):
            waiting = list(OutboxMessage.objects.filter(state="pending").values_list("pk", flat=True))
        assert waiting
        for message in waiting:
            assert deliver(shop_id=poisoned.shop.pk, message_id=message, attempts=1)
        for path in tmp_path.rglob("*.eml"):
            mail: Any = email.message_from_bytes(path.read_bytes(), policy=default)
            assert mail.defects == []
            assert len(mail["Subject"].splitlines()) == 1
            assert [header for header in mail if header.lower().startswith("x-")] == ["X-Shop"]
            html = mail.get_body(("html",)).get_content()
            assert "<script" not in html
            assert "<img src=x7" not in html
            assert "1337" not in mail.get_body(("plain",)).get_content()
        client = browser(settings.MAILBOX_HOST)
        for route in routes(MAILBOX):
            name = next(tmp_path.rglob("*.eml")).name
            response = client.get(route.path(poisoned).replace(f"{0:020d}-{0:08x}.eml", name))
            assert response.status_code == 200
            if route.name != "mail-html":  # the mail's own styles are allowed there, and nothing else
                judge(response)
            else:
                assert "sandbox" in response["Content-Security-Policy"]
                assert "script-src" not in response["Content-Security-Policy"]
