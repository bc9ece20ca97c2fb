from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone, translation
from jinja2 import Environment

from eseller.kernel.money import Money
from eseller.ui import formats

COPENHAGEN = ZoneInfo("Europe/Copenhagen")
AT = datetime(2026, 7, 3, 22, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("amount", "language", "text"),
    [
        (Money(124900, "DKK"), "da", "1.249,00 kr."),
        (Money(124900, "DKK"), "en", "DKK 1,249.00"),
        (Money(124900, "EUR"), "de", "1.249,00 €"),
        (Money(-505, "EUR"), "en", "-€5.05"),
        (Money(1200, "JPY"), "en", "JP¥1,200"),
        (Money(10**13, "EUR"), "en", "€100,000,000,000.00"),
        (Money(5, "EUR"), "tlh", "€0.05"),
    ],
)
def test_money_is_exact_and_local(amount: Money, language: str, text: str) -> None:
    assert formats.money(amount, language).replace("\N{NO-BREAK SPACE}", " ") == text


def test_moments_move_to_the_zone() -> None:
    assert formats.day(AT, "en", COPENHAGEN) == "4 Jul 2026"
    assert formats.day(date(2026, 7, 3), "de", COPENHAGEN, "long") == "3. Juli 2026"
    assert formats.moment(AT, "da", COPENHAGEN) == "4. jul. 2026 00.05"
    assert formats.moment(AT, "en", COPENHAGEN, "long") == "4 July 2026, 00:05"


def test_numbers_and_shares() -> None:
    assert formats.number(1043, "da") == "1.043"
    assert formats.number(3.14159, "en", 2) == "3.14"
    assert formats.percent(0.9997, "en", 2) == "99.97%"
    assert formats.percent(0.25, "de") == "25\N{NO-BREAK SPACE}%"


@pytest.mark.parametrize(
    ("name", "letters"),
    [("Karen Holm", "KH"), ("ida", "I"), ("Anne-Mette van Dyk", "AD"), ("", ""), ("… – Åse", "Å")],
)
def test_initials(name: str, letters: str) -> None:
    assert formats.initials(name) == letters


def test_filters_follow_the_active_language_and_zone(env: Environment) -> None:
    template = env.from_string(
        '{{ m|money }}|{{ (500, "EUR")|money }}|{{ 500|money("EUR") }}|{{ at|datetime }}|{{ at|date }}'
    )
    with translation.override("da"), timezone.override(COPENHAGEN):
        text = template.render(m=Money(124900, "DKK"), at=AT).replace("\N{NO-BREAK SPACE}", " ")
    assert text == "1.249,00 kr.|5,00 €|5,00 €|4. jul. 2026 00.05|4. jul. 2026"


def test_an_amount_without_currency_is_refused(env: Environment) -> None:
    with pytest.raises(TypeError, match="currency"):
        env.from_string("{{ 500|money }}").render()
