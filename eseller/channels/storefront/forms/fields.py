"""Fields that several forms have."""

from functools import lru_cache
from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from eseller.commerce.customers.records import PostalAddress
from eseller.tenancy.actions.drafts import countries as countries_known
from eseller.tenancy.hosts import ShopInfo
from eseller.ui.formats import locale_for

PARTS = ("name", "company", "line1", "line2", "postcode", "city", "region", "country", "phone")

_WITH_REGIONS = frozenset({"AR", "AU", "BR", "CA", "CN", "IN", "JP", "MX", "MY", "US"})


def countries(shop: ShopInfo) -> list[tuple[str, str]]:
    """Return the countries that a shop delivers to, by name in the active language; its own country first."""
    return list(_countries(tuple(shop.sells_to), shop.country, get_language() or "en"))


def all_countries(shop: ShopInfo) -> list[tuple[str, str]]:
    """Return every country, by name in the active language; the shop's own first."""
    return list(_countries(tuple(sorted(countries_known())), shop.country, get_language() or "en"))


@lru_cache(maxsize=512)
def _countries(codes: tuple[str, ...], own: str, language: str) -> tuple[tuple[str, str], ...]:
    names = locale_for(language).territories
    named = sorted(((code, names.get(code, code)) for code in codes), key=lambda pair: pair[1].casefold())
    return tuple(sorted(named, key=lambda pair: pair[0] != own))


def country_name(code: str) -> str:
    """Return a country's name in the active language."""
    return str(locale_for(get_language() or "en").territories.get(code, code))


def text(label: Any, length: int, *, autocomplete: str, required: bool = True, **attrs: Any) -> forms.CharField:
    """Make a line of text that browsers know how to fill in."""
    widget = forms.TextInput(attrs={"autocomplete": autocomplete, **attrs})
    return forms.CharField(label=label, max_length=length, required=required, widget=widget)


def email(*, autocomplete: str = "email") -> forms.EmailField:
    """Make a field for an e-mail address."""
    widget = forms.EmailInput(attrs={"autocomplete": autocomplete, "inputmode": "email", "spellcheck": "false"})
    return forms.EmailField(label=_("E-mail"), max_length=200, widget=widget)


def password(label: Any, *, autocomplete: str) -> forms.CharField:
    """Make a field for a password; what was typed is never sent back."""
    widget = forms.PasswordInput(attrs={"autocomplete": autocomplete})
    return forms.CharField(label=label, max_length=200, strip=False, widget=widget)


def address_fields(section: str, *, prefix: str = "", required: bool = True) -> dict[str, forms.Field]:
    """Make the fields of a postal address; ``section`` tells browsers whose it is (shipping, billing)."""
    hint = f"{section} " if section else ""
    made: dict[str, forms.Field] = {
        "name": text(_("Full name"), 100, autocomplete=f"{hint}name", required=required),
        "company": text(_("Company"), 100, autocomplete=f"{hint}organization", required=False),
        "line1": text(_("Street and number"), 120, autocomplete=f"{hint}address-line1", required=required),
        "line2": text(_("Flat, floor, c/o"), 120, autocomplete=f"{hint}address-line2", required=False),
        "postcode": text(_("Postcode"), 16, autocomplete=f"{hint}postal-code", required=required),
        "city": text(_("Town or city"), 80, autocomplete=f"{hint}address-level2", required=required),
        "region": text(_("State or region"), 80, autocomplete=f"{hint}address-level1", required=False),
        "country": forms.ChoiceField(
            label=_("Country"), required=required, widget=forms.Select(attrs={"autocomplete": f"{hint}country"})
        ),
        "phone": text(_("Phone"), 30, autocomplete=f"{hint}tel", required=False, inputmode="tel", type="tel"),
    }
    return {prefix + name: field for name, field in made.items()}


def has_regions(shop: ShopInfo) -> bool:
    """Tell whether the shop delivers to a country whose addresses need a state or region."""
    return not _WITH_REGIONS.isdisjoint(shop.sells_to)


def address_from(cleaned: dict[str, Any], prefix: str = "") -> PostalAddress:
    """Put a postal address together from what was typed."""
    return PostalAddress(**{part: cleaned.get(prefix + part) or "" for part in PARTS})


def address_initial(address: PostalAddress, prefix: str = "") -> dict[str, str]:
    """Return an address as the form shows it."""
    return {prefix + part: getattr(address, part) for part in PARTS}


def add_errors(form: forms.Form, fields: dict[str, str]) -> None:
    """Put a domain action's complaints at their fields; those of no field stand at the form's head."""
    for name, sentence in fields.items():
        form.add_error(name if name in form.fields else None, sentence)
