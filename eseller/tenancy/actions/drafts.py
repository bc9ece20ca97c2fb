"""What a shop should be like, and the rules that it must keep."""

import re
import zoneinfo
from functools import lru_cache
from typing import get_args

import msgspec
from babel import Locale, UnknownLocaleError
from babel.core import get_global
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from eseller.tenancy.actions.errors import InvalidShop
from eseller.tenancy.hosts import ShopInfo, Theme
from eseller.ui.theme import Corners, Display

MOST_LANGUAGES = 12
_SLUG = re.compile(r"[a-z0-9](-?[a-z0-9])*")
_COLOUR = re.compile(r"#[0-9a-f]{6}")
_PREFIX = re.compile(r"[A-Z0-9-]{0,8}")
DISPLAYS: tuple[str, ...] = get_args(Display)
_NO_COUNTRIES = {"EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"}
CORNERS: tuple[str, ...] = get_args(Corners)
RESERVED_SLUGS = {"api", "hooks", "invitation", "language", "media", "password", "sign-in", "sign-out", "static"}
"""Words that stand where the shop stands in the back office's addresses."""


class ShopSettings(msgspec.Struct, frozen=True, kw_only=True):
    """What a merchant may change of a shop. Country and currency are not among it: orders and prices hang on them."""

    name: str
    contact_email: str
    state: str = "open"
    address: str = ""
    vat_number: str = ""
    bank_account: str = ""
    default_language: str = "en"
    languages: tuple[str, ...] = ("en",)
    time_zone: str = "Europe/Copenhagen"
    prices_include_vat: bool = True
    sells_to: tuple[str, ...] = ()
    order_prefix: str = ""
    reservation_minutes: int = 30
    theme: Theme = Theme()


class ShopDraft(msgspec.Struct, frozen=True, kw_only=True):
    """A shop to be made: its fixed parts, its settings and its first address."""

    slug: str
    country: str
    currency: str
    host: str
    settings: ShopSettings


def settings_of(shop: ShopInfo) -> ShopSettings:
    """Return a shop's settings as they are: to be changed in part and handed back."""
    values = {name: getattr(shop, name) for name in ShopSettings.__struct_fields__}
    return ShopSettings(**{**values, "languages": tuple(shop.languages), "sells_to": tuple(shop.sells_to)})


@lru_cache(maxsize=1)
def countries() -> frozenset[str]:
    """Return the ISO 3166-1 codes of the countries that CLDR knows."""
    names = (str(code) for code in Locale("en").territories)
    return frozenset(code for code in names if re.fullmatch("[A-Z]{2}", code)) - _NO_COUNTRIES


@lru_cache(maxsize=1)
def currencies() -> frozenset[str]:
    """Return the ISO 4217 codes that some country uses today."""
    current = get_global("territory_currencies")
    return frozenset(entry[0] for entries in current.values() for entry in entries if entry[2] is None and entry[3])


def is_language(code: str) -> bool:
    """Tell whether a code such as ``da`` or ``de-AT`` names a language that CLDR knows."""
    if not re.fullmatch("[a-z]{2}(-[A-Z]{2})?", code):
        return False
    try:
        Locale.parse(code, sep="-")
    except (UnknownLocaleError, ValueError):
        return False
    return True


def check_settings(settings: ShopSettings) -> None:
    """Check what a merchant typed.

    Raises:
        InvalidShop: with a sentence for each field that is wrong.
    """
    problems = _problems(settings)
    if problems:
        raise InvalidShop(problems)


def check_draft(draft: ShopDraft) -> None:
    """Check a whole new shop, except for its host.

    Raises:
        InvalidShop: with a sentence for each field that is wrong.
    """
    problems = _problems(draft.settings)
    if not _SLUG.fullmatch(draft.slug) or len(draft.slug) > 40:
        problems["slug"] = _("Use small letters, digits and single hyphens, 40 at most.")
    elif draft.slug in RESERVED_SLUGS:
        problems["slug"] = _("This short name is used by the platform itself.")
    if draft.country not in countries():
        problems["country"] = _("There is no country with this code.")
    if draft.currency not in currencies():
        problems["currency"] = _("There is no currency with this code.")
    if problems:
        raise InvalidShop(problems)


def _problems(settings: ShopSettings) -> dict[str, str]:
    problems = _text_problems(settings)
    if not settings.languages or len(settings.languages) > MOST_LANGUAGES:
        problems["languages"] = _("Choose between one and twelve languages.")
    elif not all(is_language(code) for code in settings.languages):
        problems["languages"] = _("One of these is not a language that we know.")
    elif settings.default_language not in settings.languages:
        problems["default_language"] = _("The main language must be one of the shop's languages.")
    if not settings.sells_to:
        problems["sells_to"] = _("Choose at least one country to deliver to.")
    elif not countries().issuperset(settings.sells_to):
        problems["sells_to"] = _("One of these is not a country.")
    if settings.time_zone not in zoneinfo.available_timezones():
        problems["time_zone"] = _("There is no such time zone.")
    if not 5 <= settings.reservation_minutes <= 1440:
        problems["reservation_minutes"] = _("Choose between 5 and 1440 minutes.")
    return problems | _theme_problems(settings.theme)


def _text_problems(settings: ShopSettings) -> dict[str, str]:
    problems = {}
    for field, text, most in (
        ("name", settings.name, 100),
        ("address", settings.address, 500),
        ("vat_number", settings.vat_number, 30),
        ("bank_account", settings.bank_account, 60),
        ("contact_email", settings.contact_email, 200),
    ):
        if len(text) > most:
            problems[field] = _("Use %(most)s characters at most.") % {"most": most}
        elif "\x00" in text:
            problems[field] = _("This holds a character that cannot be stored.")
    if not settings.name.strip():
        problems["name"] = _("A shop needs a name.")
    try:
        validate_email(settings.contact_email)
    except ValidationError:
        problems["contact_email"] = _("This is not an e-mail address.")
    if settings.state not in ("open", "closed"):
        problems["state"] = _("Choose one of the listed values.")
    if not _PREFIX.fullmatch(settings.order_prefix):
        problems["order_prefix"] = _("Use capital letters, digits and hyphens, 8 at most.")
    return problems


def _theme_problems(theme: Theme) -> dict[str, str]:
    problems = {}
    for field, value in (("brand", theme.brand), ("surface", theme.surface)):
        if not _COLOUR.fullmatch(value):
            problems[field] = _("Write a colour as # and six hexadecimal digits.")
    if theme.display not in DISPLAYS:
        problems["display"] = _("Choose one of the listed values.")
    if theme.corners not in CORNERS:
        problems["corners"] = _("Choose one of the listed values.")
    return problems
