"""Settings, delivery, payment, addresses and staff through their pages."""

import re
from typing import Any

import pytest
from django.db import connections
from django.utils import translation
from django.utils.translation import gettext

from eseller.channels.backoffice.methods import payment_methods, shipping_methods
from eseller.tenancy import queries
from eseller.tenancy.hosts import shop_info
from eseller.tenancy.scope import PLATFORM, platform_transaction, shop_transaction
from tests.channels.backoffice.office import Browser, browser_of, fields_of, text_of
from tests.commerce import shopping
from tests.factories import make_member

FORM = '<form class="office-form"'


@pytest.fixture
def ready(shop: Any) -> Any:
    shopping.make_ready(shop)
    return shop


def info(shop: Any) -> Any:
    with shop_transaction(shop.pk):
        return shop_info(shop.pk)


def test_settings_shown_and_saved_again_change_nothing(ready: Any) -> None:
    browser, path = browser_of(ready, "manager"), f"/{ready.slug}/settings"
    before = info(ready)
    answer = browser.send(path, fields_of(browser.get(path), FORM))
    assert answer.headers["Location"].endswith("?done=unchanged")
    assert info(ready) == before


def test_settings_are_saved_and_the_bank_account_stays(ready: Any) -> None:
    browser_of(ready).send(f"/{ready.slug}/payments", {"bank_account": "DK50 0040 0440 1162 43"})
    browser, path = browser_of(ready, "manager"), f"/{ready.slug}/settings"
    form = fields_of(browser.get(path), FORM)
    form |= {"name": "Ler & Glasur", "brand": "#aa3311", "languages": ["da", "en"], "default_language": "da"}
    assert browser.send(path, form).status_code == 302
    after = info(ready)
    assert (after.name, after.languages, after.default_language) == ("Ler & Glasur", ["da", "en"], "da")
    assert (after.theme.brand, after.bank_account) == ("#aa3311", "DK50 0040 0440 1162 43")
    # Search is written anew for the languages that it now has.
    assert queued(ready) == 1
    assert browser.send(path, form | {"name": "Ler"}).status_code == 302
    assert queued(ready) == 1


def queued(shop: Any) -> int:
    with platform_transaction(), connections[PLATFORM].cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'catalog.rebuild_search' "
            "AND (args ->> 'shop_id')::bigint = %s",
            [shop.pk],
        )
        return int(cursor.fetchone()[0])


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": ""}, "name"),
        ({"contact_email": "nobody"}, "contact_email"),
        ({"default_language": "de", "languages": ["en"]}, "default_language"),
        ({"brand": "red"}, "brand"),
        ({"order_prefix": "a b"}, "order_prefix"),
        ({"reservation_minutes": "0"}, "reservation_minutes"),
        ({"sells_to": ["XX"]}, "sells_to"),
        ({"time_zone": "Mars/Olympus"}, "time_zone"),
    ],
)
def test_settings_errors_stand_at_their_field(ready: Any, changes: dict[str, Any], field: str) -> None:
    browser, path = browser_of(ready), f"/{ready.slug}/settings"
    before = info(ready)
    form = fields_of(browser.get(path), FORM) | {"vat_number": "KEPT-1"} | changes
    answer = browser.send(path, form)
    assert answer.status_code == 422
    assert f'id="id_{field}_error"' in answer.content.decode()
    assert 'value="KEPT-1"' in answer.content.decode()
    assert info(ready) == before


def test_a_look_is_tried_without_being_kept(ready: Any) -> None:
    browser, path = browser_of(ready), f"/{ready.slug}/settings"
    form = fields_of(browser.get(path), FORM) | {"brand": "#aa3311", "name": "Typed", "do": "preview"}
    answer = browser.send(path, form)
    assert answer.status_code == 200
    assert 'value="Typed"' in answer.content.decode()
    frame = re.search(r'src="([^"]*/look/sample[^"]*)"', answer.content.decode())
    assert frame is not None
    sample = browser.get(frame[1].replace("&amp;", "&"))
    assert "frame-ancestors 'self'" in sample.headers["Content-Security-Policy"]
    css = re.search(r'href="([^"]*/look/theme\.css[^"]*)"', sample.content.decode())
    assert css is not None
    sheet = browser.get(css[1].replace("&amp;", "&"))
    assert sheet.headers["Content-Type"].startswith("text/css")
    assert "--brand" in sheet.content.decode()
    assert browser.get(f"{path}/look/theme.css?brand=red;}}*{{").status_code == 404
    assert info(ready).theme.brand != "#aa3311"


def test_a_way_of_delivery_with_rates(ready: Any) -> None:
    browser = browser_of(ready, "manager")
    path = f"/{ready.slug}/shipping/new"
    form = fields_of(browser.get(path), FORM) | {"name-en": "Bike courier", "basis": "value", "active": "on"}
    more = browser.send(path, form | {"do": "rows"})
    assert more.status_code == 200
    form = fields_of(more, FORM)
    assert form["name-en"] == "Bike courier"
    form |= {"country-0": "DK", "from-0": "0", "amount-0": "49,50", "country-4": "DK", "from-4": "500", "amount-4": "0"}
    assert browser.send(path, form | {"amount-0": "cheap"}).status_code == 422
    assert browser.send(path, form).status_code == 302
    with shop_transaction(ready.pk):
        made = next(method for method in shipping_methods() if method.code == "bike-courier")
    assert [(rate.country, rate.at_least, rate.amount) for rate in made.rates] == [("DK", 0, 4950), ("DK", 50000, 0)]
    assert browser.send(path, form).status_code == 422  # the name is taken
    again = f"/{ready.slug}/shipping/bike-courier"
    assert browser.send(again, fields_of(browser.get(again), FORM)).status_code == 302
    with shop_transaction(ready.pk):
        assert next(method for method in shipping_methods() if method.code == "bike-courier") == made
    assert browser.get(f"/{ready.slug}/shipping/never").status_code == 404


def test_a_way_to_pay_is_named_and_switched_off(ready: Any) -> None:
    browser = browser_of(ready)
    path = f"/{ready.slug}/payments/invoice"
    form = fields_of(browser.get(path), FORM) | {"name-en": "On account", "text-en": "Within 30 days."}
    form.pop("active")
    assert browser.send(path, form).status_code == 302
    with shop_transaction(ready.pk):
        method = next(method for method in payment_methods() if method.code == "invoice")
    assert (method.names["en"], method.instructions["en"], method.active) == ("On account", "Within 30 days.", False)
    assert browser.send(path, form | {"name-en": ""}).status_code == 422


def test_addresses_through_their_page(ready: Any) -> None:
    browser, path = browser_of(ready), f"/{ready.slug}/domains"
    for wrong in ("", "http://x.example", "backoffice.localhost", f"{ready.slug}.localhost"):
        answer = browser.send(path, {"host": wrong})
        assert answer.status_code == 422
        assert 'id="id_host_error"' in answer.content.decode()
    host = f"Shop-{ready.slug}.example.com"
    assert browser.send(path, {"host": host}).status_code == 302
    assert host.lower() in text_of(browser.get(path))
    with shop_transaction(ready.pk):
        first = next(domain for domain in queries.domains() if domain.is_primary)
    assert browser.send(f"{path}/{first.id}/remove").status_code == 409
    assert browser.send(f"{path}/999999/primary").status_code == 404


def test_the_last_owner_is_told_why(ready: Any) -> None:
    owner = make_member(ready)
    browser = Browser(owner)
    for rest, form in (("", {"role": "clerk"}), ("/remove", {})):
        answer = browser.send(f"/{ready.slug}/staff/{owner.pk}{rest}", form)
        assert answer.status_code in (409, 422)
        assert "at least one owner" in text_of(answer)
    with shop_transaction(ready.pk):
        assert [member.role for member in queries.members()] == ["owner"]


def test_inviting_somebody_twice_is_told_at_the_field(ready: Any) -> None:
    browser, path = browser_of(ready), f"/{ready.slug}/staff"
    form = {"email": f"new-{ready.slug}@people.example", "name": "New", "role": "clerk"}
    assert browser.send(path, form).status_code == 302
    assert "Invited" in text_of(browser.get(path))
    answer = browser.send(path, form)
    assert answer.status_code == 422
    assert 'id="id_email_error"' in answer.content.decode()


def test_a_demoted_member_loses_what_the_role_gave_at_once(ready: Any) -> None:
    manager = make_member(ready, "manager")
    browser = Browser(manager)
    assert browser.get(f"/{ready.slug}/settings").status_code == 200
    browser_of(ready).send(f"/{ready.slug}/staff/{manager.pk}", {"role": "reader"})
    assert browser.get(f"/{ready.slug}/settings").status_code == 403
    browser_of(ready).send(f"/{ready.slug}/staff/{manager.pk}/remove")
    assert browser.get(f"/{ready.slug}/orders").status_code == 404


def test_switching_shops(make_shop: Any) -> None:
    one, two = make_shop(), make_shop()
    person = make_member(one)
    assert Browser(person).get("/").headers["Location"] == f"/{one.slug}/"
    make_member(two, "clerk", person)
    page = Browser(person).get("/").content.decode()
    for shop in (one, two):
        assert f'href="/{shop.slug}/"' in page
    assert f'href="/{two.slug}/"' in Browser(person).get(f"/{one.slug}/staff").content.decode()


def test_pages_carry_no_inline_script_or_style_and_a_strict_policy(ready: Any) -> None:
    browser = browser_of(ready)
    for rest in ("", "orders", "products", "products/new", "settings", "categories/new", "content/front", "staff"):
        answer = browser.get(f"/{ready.slug}/{rest}")
        page = answer.content.decode()
        assert not re.search(r"<style|\sstyle=|<script(?![^>]*\ssrc=)|\son[a-z]+=", page), rest
        assert "default-src 'self'" in answer.headers["Content-Security-Policy"]


def test_words_in_another_language_follow_the_person(ready: Any) -> None:
    person = make_member(ready)
    type(person).objects.filter(pk=person.pk).update(language="da")
    page = text_of(Browser(person).get(f"/{ready.slug}/staff"))
    with translation.override("da"):
        assert gettext("Staff") != "Staff"
        assert gettext("Staff") in page
    assert "Staff" not in page
