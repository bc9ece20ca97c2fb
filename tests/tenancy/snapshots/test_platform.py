"""What operators set for all shops is seen where it should be, and what is malformed is seen nowhere."""

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from django.utils import translation
from typer.testing import CliRunner

from eseller.cli.main import build
from eseller.commerce.pricing.actions.set_exchange_rate import InvalidExchangeRate, set_exchange_rate
from eseller.commerce.pricing.queries import exchange_rate
from eseller.kernel import clock
from eseller.services.actions.set_mail_text import InvalidMailText, set_mail_text
from eseller.services.outbox import Mail
from eseller.services.sending import compose
from eseller.tenancy.actions.set_platform_setting import InvalidPlatformSetting, set_platform_setting
from eseller.tenancy.hosts import known_shop
from eseller.tenancy.platform_settings import DEFAULTS, platform_settings
from tests.channels.backoffice.office import browser_of, text_of
from tests.channels.storefront.shoppers import Shopper
from tests.channels.storefront.shops import Stocked
from tests.tenancy.guarding import Hand, unchecked
from tests.tenancy.snapshots.conftest import Node
from tests.tenancy.snapshots.test_compile import open_findings


@pytest.fixture(autouse=True)
def _as_before(by_hand: Hand) -> Iterator[None]:
    yield
    by_hand("DELETE FROM tenancy_platformsetting")
    by_hand("DELETE FROM services_mailtext")


def test_notices_are_shown_in_the_readers_language(stocked: Stocked, node: Node) -> None:
    words = {"en": "Works on Sunday", "da": "Arbejder på søndag"}
    set_platform_setting(key="office_notice", value=words, actor="test")
    set_platform_setting(key="checkout_notice", value={"en": "Parcels are late"}, actor="test")
    shopper, browser = Shopper(stocked), browser_of(stocked.shop)
    shopper.add("VASE")
    assert "Parcels are late" not in shopper.text("/checkout")
    assert node.step()
    assert "Parcels are late" in shopper.text("/checkout")
    assert "Parcels are late" in shopper.text("/da/checkout"), "English where there is none"
    assert "Works on Sunday" in text_of(browser.get(f"/{stocked.shop.slug}/"))
    set_platform_setting(key="checkout_notice", value=None, actor="test")
    assert node.step()
    assert "Parcels are late" not in shopper.text("/checkout")


def test_accounts_can_be_closed_for_a_while(stocked: Stocked, node: Node) -> None:
    shopper = Shopper(stocked)
    assert shopper.get("/account/register").status_code == 200
    set_platform_setting(key="registrations_open", value=False, actor="test")
    assert node.step()
    for answer in (shopper.get("/account/register"), shopper.post("/account/register", {"email": "a@b.example"})):
        assert answer.status_code == 503
        assert "You can buy without one" in answer.content.decode()
    assert shopper.get("/account/sign-in").status_code == 200


@pytest.mark.parametrize(("key", "value"), [("colour", 1), ("registrations_open", "no"), ("office_notice", "Words")])
def test_a_setting_that_cannot_be_is_refused(db: None, key: str, value: Any) -> None:
    with pytest.raises(InvalidPlatformSetting):
        set_platform_setting(key=key, value=value, actor="test")


def test_a_malformed_setting_keeps_its_last_good_value(stocked: Stocked, node: Node, by_hand: Hand) -> None:
    set_platform_setting(key="office_notice", value={"en": "Works on Sunday"}, actor="test")
    assert node.step()
    with unchecked(by_hand, "tenancy_platformsetting", "DELETE FROM tenancy_platformsetting"):
        for bad in ('"words"', '{"en": 7}', '{"en": "a\\u0007"}', "null", "[" * 5000 + "]" * 5000):
            by_hand("UPDATE tenancy_platformsetting SET value = %s WHERE key = 'office_notice'", [bad])
            by_hand(
                "INSERT INTO tenancy_platformsetting (key, value) VALUES ('registrations_open', %s) "
                "ON CONFLICT (key) DO UPDATE SET value = excluded.value",
                [bad],
            )
            assert node.step()
            assert platform_settings().office_notice == {"en": "Works on Sunday"}
            assert platform_settings().registrations_open is True
            assert len(open_findings("tenancy_platformsetting")) == 2
        by_hand("DELETE FROM tenancy_platformsetting")
        by_hand("INSERT INTO tenancy_platformsetting (key, value) VALUES ('unheard_of', '1')")
        assert node.step()
        assert platform_settings() == DEFAULTS
        (finding,) = open_findings("tenancy_platformsetting")
        assert (finding.column_name, finding.rule) == ("key", "a setting that there is")


def footer(stocked: Stocked, language: str) -> str:
    shop = known_shop(stocked.shop.pk)
    assert shop is not None
    mail = Mail(subject="S", template="mail/customer_password_reset", values={"shop": shop, "url": "http://x/"})
    with translation.override(language):
        return str(compose(shop, mail, "a@b.example").body)


def test_the_last_words_of_mails_are_written_by_operators(stocked: Stocked, node: Node, by_hand: Hand) -> None:
    set_mail_text(name="footer", language="da", body="{shop} bruger eSeller {{c}} {url}", actor="test")
    assert node.step()
    assert f"Testhus bruger eSeller {{c}} http://{stocked.host}" in footer(stocked, "da")
    assert "eSeller" not in footer(stocked, "en")
    with unchecked(by_hand, "services_mailtext", "UPDATE services_mailtext SET body = 'x'"):
        for bad in ("{shop", "{shop.__class__}", "{0}", "{url!r}", "{shop:>9}", "line\nbreak"):
            by_hand("UPDATE services_mailtext SET body = %s", [bad])
            assert node.step()
            assert "Testhus bruger eSeller {c}" in footer(stocked, "da")
            assert [finding.column_name for finding in open_findings("services_mailtext")] == ["body"]
    set_mail_text(name="footer", language="da", body="", actor="test")
    assert node.step()
    assert "eSeller" not in footer(stocked, "da")
    assert open_findings("services_mailtext") == []


@pytest.mark.parametrize(
    ("name", "language", "body"),
    [("header", "da", "x"), ("footer", "dansk", "x"), ("footer", "da", "{x}"), ("footer", "da", "a\nb")],
)
def test_words_that_cannot_be_filled_in_are_refused(db: None, name: str, language: str, body: str) -> None:
    with pytest.raises(InvalidMailText):
        set_mail_text(name=name, language=language, body=body, actor="test")


def test_exchange_rates_are_exact(node: Node, by_hand: Hand) -> None:
    today = clock.now().date()
    set_exchange_rate(base="DKK", currency="EUR", rate=Decimal("0.134046"), quoted_on=today, actor="test")
    assert node.step()
    assert exchange_rate("DKK", "EUR") == 134_046_000
    assert exchange_rate("EUR", "DKK") is None
    with unchecked(by_hand, "pricing_exchangerate", "DELETE FROM pricing_exchangerate"):
        by_hand("UPDATE pricing_exchangerate SET quoted_on = 'infinity' WHERE base = 'DKK'")
        set_exchange_rate(base="EUR", currency="DKK", rate=Decimal("7.46"), quoted_on=today, actor="test")
        assert node.step()
        assert exchange_rate("DKK", "EUR") == 134_046_000
        assert exchange_rate("EUR", "DKK") == 7_460_000_000
        assert [finding.column_name for finding in open_findings("pricing_exchangerate")] == ["quoted_on"]
    assert node.step()
    assert open_findings("pricing_exchangerate") == []


@pytest.mark.parametrize("rate", ["0", "-1", "0.0000000001", "1e10", "NaN", "Infinity"])
def test_a_rate_that_is_none_is_refused(db: None, rate: str) -> None:
    with pytest.raises(InvalidExchangeRate):
        set_exchange_rate(
            base="DKK", currency="EUR", rate=Decimal(rate), quoted_on=clock.now().date(), actor="test"
        )


def test_operators_set_all_of_it_by_command(node: Node) -> None:
    def run(*words: str, code: int = 0) -> Any:
        done = CliRunner().invoke(build(), ["platform", *words])
        assert done.exit_code == code, done.output
        return done.stdout

    run("set", "registrations_open", "false")
    run("text", "footer", "en", "Sold by {shop}")
    run("rate", "SEK", "DKK", "0.68", "--on", "2026-11-25")
    told = json.loads(run("list", "--json"))
    assert {"key": "registrations_open", "value": False} in told["settings"]
    assert {"key": "office_notice", "value": {}} in told["settings"]
    assert told["texts"] == [{"name": "footer", "language": "en", "body": "Sold by {shop}"}]
    assert {"base": "SEK", "currency": "DKK", "rate": "0.68", "quoted_on": "2026-11-25"} in told["rates"]
    assert "Sold by" in run("list")
    run("set", "registrations_open", "no", code=2)
    run("rate", "SEK", "DKK", "much", code=2)
    run("set", "registrations_open", "null")
