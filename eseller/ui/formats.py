"""Amounts, numbers and moments as a reader of a locale expects them (CLDR by way of Babel)."""

import re
from datetime import date, datetime, tzinfo
from decimal import Decimal
from functools import lru_cache

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_time, get_datetime_format
from babel.numbers import format_currency, format_decimal, format_percent

from eseller.kernel.money import Money

FALLBACK = Locale("en", "GB")
_PREFERRED = {"en": "en_GB", "da": "da_DK", "de": "de_DE"}
"""English here is European English: day before month, 24 hours."""
_CODE_AND_DIGIT = re.compile(r"([A-Z]{3})(?=\d)")


@lru_cache(maxsize=64)
def locale_for(language: str) -> Locale:
    """Return the CLDR locale of a language code such as ``da`` or ``de-at``; European English when unknown."""
    try:
        return Locale.parse(_PREFERRED.get(language, language.replace("-", "_")), sep="_")
    except (UnknownLocaleError, ValueError):
        return FALLBACK


@lru_cache(maxsize=4096)
def money(value: Money, language: str) -> str:
    """Write an amount with its currency, such as ``249,00 kr.``; digits are those of the currency."""
    text = str(format_currency(value.to_decimal(), value.currency, locale=locale_for(language)))
    # CLDR sets a code apart from its digits (DKK 42.00); Babel leaves that out.
    return _CODE_AND_DIGIT.sub("\\1\N{NO-BREAK SPACE}", text)


def number(value: int | float | Decimal, language: str, decimals: int | None = None) -> str:
    """Write a number with the grouping of the language; ``decimals`` fixes the digits after the separator."""
    pattern = None if decimals is None else "#,##0" + ("." + "0" * decimals if decimals else "")
    return str(format_decimal(value, format=pattern, locale=locale_for(language)))


def percent(value: float | Decimal, language: str, decimals: int = 0) -> str:
    """Write a share (1 is 100 %) as a percentage."""
    unit = "\N{NO-BREAK SPACE}%" if locale_for(language).language in ("da", "de") else "%"
    pattern = "#,##0" + ("." + "0" * decimals if decimals else "") + unit
    return format_percent(value, format=pattern, locale=locale_for(language))


def day(value: date | datetime, language: str, zone: tzinfo, width: str = "medium") -> str:
    """Write a date; a moment is first moved to ``zone``. ``width`` is short, medium, long or full."""
    if isinstance(value, datetime):
        value = value.astimezone(zone)
    return format_date(value, format=width, locale=locale_for(language))


def moment(value: datetime, language: str, zone: tzinfo, width: str = "medium") -> str:
    """Write a moment as date, in the width of :func:`day`, and hour and minute in ``zone``."""
    locale = locale_for(language)
    pattern = str(get_datetime_format("short" if width == "short" else "medium", locale=locale))
    time = format_time(value, format="short", tzinfo=zone, locale=locale)
    return pattern.replace("'", "").replace("{0}", time).replace("{1}", day(value, language, zone, width))


def initials(name: str) -> str:
    """Return one or two capital letters for a name."""
    words = [word for word in name.replace("-", " ").split() if word[0].isalnum()]
    picked = words[:1] + words[-1:] if len(words) > 1 else words
    return "".join(word[0] for word in picked).upper()
