"""A shop's settings as a form."""

import zoneinfo
from typing import Any

import msgspec
from babel import Locale
from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from eseller.tenancy.actions.drafts import CORNERS, DISPLAYS, ShopSettings, countries, settings_of
from eseller.tenancy.hosts import ShopInfo, Theme

LOOK = ("brand", "surface", "display", "corners")
_OF_SHOP = (
    "name",
    "state",
    "contact_email",
    "address",
    "vat_number",
    "languages",
    "default_language",
    "time_zone",
    "sells_to",
    "order_prefix",
    "reservation_minutes",
)
_DISPLAY_NAMES = {"sans": _("Clear"), "serif": _("Classic"), "technical": _("Technical")}
_CORNER_NAMES = {"soft": _("Soft"), "round": _("Round"), "square": _("Square")}
_LANGUAGES = ("en", "da", "de", "sv", "nb", "fi", "nl", "fr", "es", "it", "pl", "pt")


class SettingsForm(forms.Form):
    """What a manager changes of a shop; theme parts have the prefix ``theme_`` dropped by the record."""

    name = forms.CharField(label=_("Name"), max_length=100)
    state = forms.ChoiceField(
        label=_("Open for shoppers"),
        choices=[("open", _("Open")), ("closed", _("Closed: shoppers see a notice"))],
        widget=forms.RadioSelect,
    )
    contact_email = forms.EmailField(label=_("Contact e-mail"), max_length=200)
    address = forms.CharField(
        label=_("Address on invoices"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 4})
    )
    vat_number = forms.CharField(label=_("VAT number"), max_length=30, required=False)
    languages = forms.MultipleChoiceField(label=_("Languages"), widget=forms.CheckboxSelectMultiple)
    default_language = forms.ChoiceField(label=_("Main language"))
    time_zone = forms.ChoiceField(label=_("Time zone"))
    sells_to = forms.MultipleChoiceField(label=_("Countries delivered to"), widget=forms.CheckboxSelectMultiple)
    order_prefix = forms.CharField(
        label=_("Order numbers begin with"),
        max_length=8,
        required=False,
        help_text=_("Capital letters, digits, hyphens."),
    )
    reservation_minutes = forms.IntegerField(
        label=_("Hold goods during checkout"), min_value=5, max_value=1440, help_text=_("Minutes, 5 to 1440.")
    )
    brand = forms.CharField(label=_("Brand colour"), max_length=7, widget=forms.TextInput(attrs={"type": "color"}))
    surface = forms.CharField(label=_("Background"), max_length=7, widget=forms.TextInput(attrs={"type": "color"}))
    display = forms.ChoiceField(
        label=_("Headings"), choices=[(name, _DISPLAY_NAMES.get(name, name)) for name in DISPLAYS]
    )
    corners = forms.ChoiceField(label=_("Corners"), choices=[(name, _CORNER_NAMES.get(name, name)) for name in CORNERS])

    def __init__(self, *args: Any, shop: ShopInfo, **kwargs: Any) -> None:
        """Fill the choices, named in the active language."""
        super().__init__(*args, **kwargs)
        self.shop = shop
        locale = Locale.parse((get_language() or "en").split("-")[0])
        spoken = dict.fromkeys([*shop.languages, *_LANGUAGES])
        named = [(code, str(locale.languages.get(code.split("-")[0], code)).capitalize()) for code in spoken]
        self._choices("languages", named)
        self._choices("default_language", named)
        zones = sorted(zone for zone in zoneinfo.available_timezones() if "/" in zone and not zone.startswith("Etc"))
        self._choices("time_zone", [(zone, zone.replace("_", " ")) for zone in dict.fromkeys([shop.time_zone, *zones])])
        lands = [(code, str(locale.territories.get(code, code))) for code in countries()]
        self._choices("sells_to", sorted(lands, key=lambda land: (land[0] not in shop.sells_to, land[1])))

    def _choices(self, field: str, choices: list[tuple[str, str]]) -> None:
        self.fields[field].choices = choices  # type: ignore[attr-defined]

    @staticmethod
    def initial_of(shop: ShopInfo) -> dict[str, Any]:
        """Return what the form shows at first."""
        theme = {name: getattr(shop.theme, name) for name in LOOK}
        return {name: getattr(shop, name) for name in _OF_SHOP} | theme

    def settings(self) -> ShopSettings:
        """Return what was typed, with what this form does not change."""
        values = dict(self.cleaned_data)
        theme = Theme(**{name: values.pop(name).lower() for name in LOOK})
        languages = tuple(values.pop("languages"))
        first = values["default_language"]
        ordered = tuple(sorted(languages, key=lambda code: code != first))
        values |= {"languages": ordered, "sells_to": tuple(values["sells_to"]), "theme": theme}
        return msgspec.structs.replace(settings_of(self.shop), **values)
