"""Ways of delivery and payment as forms."""

from typing import Any

import msgspec
from babel import Locale
from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from eseller.channels.backoffice.amounts import read_amount, write_amount
from eseller.channels.backoffice.labels import language_names, vat_class_name
from eseller.commerce.catalog.rules import slug_from
from eseller.commerce.payments.actions.save_method import PaymentMethodDraft
from eseller.commerce.shipping.drafts import RateDraft, ShippingDraft
from eseller.kernel.money import InvalidMoney
from eseller.tenancy.hosts import ShopInfo

SPARE_ROWS = 3
MOST_ROWS = 300


def _language() -> str:
    return get_language() or "en"


class NamedForm(forms.Form):
    """Something with a name in each language of the shop; the main language's is needed."""

    active = forms.BooleanField(label=_("Offered to customers"), required=False, initial=True)
    position = forms.IntegerField(label=_("Place in the list"), min_value=0, max_value=999, initial=0)

    def __init__(self, *args: Any, shop: ShopInfo, **kwargs: Any) -> None:
        """Make a field for each language."""
        super().__init__(*args, **kwargs)
        self.shop = shop
        for code, name in language_names(shop.languages, _language()).items():
            self.fields[f"name-{code}"] = forms.CharField(
                label=_("Name (%(language)s)") % {"language": name},
                max_length=120,
                required=code == shop.default_language,
                widget=forms.TextInput(attrs={"lang": code}),
            )

    def names(self) -> list[forms.BoundField]:
        """Return the fields of the names."""
        return [self[f"name-{code}"] for code in self.shop.languages]

    def _words(self, prefix: str) -> dict[str, str]:
        words = {code: str(self.cleaned_data.get(f"{prefix}-{code}", "")).strip() for code in self.shop.languages}
        return {code: text for code, text in words.items() if text}


class ShippingForm(NamedForm):
    """A way of delivery and its rates; empty rows are left out."""

    basis = forms.ChoiceField(
        label=_("Rates go by"), choices=[("weight", _("Weight in grams")), ("value", _("Value of the goods"))]
    )
    vat_class = forms.ChoiceField(label=_("VAT class"))
    tracking_url = forms.CharField(
        label=_("Tracking address"),
        max_length=200,
        required=False,
        help_text=_("Begins with https:// and has {number} in it."),
        widget=forms.URLInput,
    )

    def __init__(
        self, *args: Any, shop: ShopInfo, method: ShippingDraft | None, vat_classes: list[str], **kwargs: Any
    ) -> None:
        """Make the rows of rates: those sent, else those stored and a few to spare."""
        super().__init__(*args, shop=shop, initial=_shipping_initial(method), **kwargs)
        self.method = method
        self.rates: list[RateDraft] = []
        classes = [(code, vat_class_name(code)) for code in vat_classes]
        self.fields["vat_class"].choices = classes  # type: ignore[attr-defined]
        names = Locale.parse(_language().split("-")[0]).territories
        lands = sorted(((code, str(names.get(code, code))) for code in shop.sells_to), key=lambda land: land[1])
        own = [rate for rate in method.rates if rate.currency == shop.currency] if method else []
        sent = str(self.data.get("rows", "")) if self.is_bound else ""
        count = min(int(sent), MOST_ROWS) if sent.isdecimal() and len(sent) < 5 else len(own) + SPARE_ROWS
        self.row_count = count + (SPARE_ROWS if self.data.get("do") == "rows" else 0)
        for row in range(self.row_count):
            self._add_row(row, own[row] if row < len(own) else None, lands, method.basis if method else "weight")

    def _add_row(self, row: int, rate: RateDraft | None, lands: list[tuple[str, str]], basis: str) -> None:
        known = [*lands, (rate.country, rate.country)] if rate and rate.country not in dict(lands) else lands
        at_least = ""
        if rate:
            weight = basis == "weight"
            at_least = str(rate.at_least) if weight else write_amount(rate.at_least, self.shop.currency, _language())
        self.fields[f"country-{row}"] = forms.ChoiceField(
            label=_("Country"), required=False, choices=[("", "–"), *known], initial=rate.country if rate else ""
        )
        self.fields[f"from-{row}"] = forms.CharField(
            label=_("From"), required=False, max_length=20, initial=at_least, widget=_decimal()
        )
        amount = write_amount(rate.amount, self.shop.currency, _language()) if rate else ""
        self.fields[f"amount-{row}"] = forms.CharField(
            label=_("Costs"), required=False, max_length=20, initial=amount, widget=_decimal()
        )

    def rows(self) -> list[tuple[forms.BoundField, forms.BoundField, forms.BoundField]]:
        """Return the fields of each rate."""
        return [(self[f"country-{row}"], self[f"from-{row}"], self[f"amount-{row}"]) for row in range(self.row_count)]

    def clean(self) -> dict[str, Any]:
        """Read the rates."""
        values = super().clean() or {}
        by_weight = values.get("basis") == "weight"
        for row in range(self.row_count):
            country, amount = values.get(f"country-{row}", ""), values.get(f"amount-{row}", "")
            if not country and not amount:
                continue
            if not country:
                self.add_error(f"country-{row}", _("Choose a country."))
                continue
            start = self._read(f"from-{row}", values.get(f"from-{row}") or "0", by_weight=by_weight)
            cost = self._read(f"amount-{row}", amount, by_weight=False)
            if start is not None and cost is not None:
                self.rates.append(RateDraft(country=country, currency=self.shop.currency, at_least=start, amount=cost))
        return values

    def _read(self, field: str, text: str, *, by_weight: bool) -> int | None:
        if by_weight and text.isdecimal() and text.isascii() and len(text) < 9:
            return int(text)
        if by_weight:
            self.add_error(field, _("Write a whole number of grams."))
            return None
        try:
            return read_amount(text, self.shop.currency)
        except InvalidMoney as error:
            self.add_error(field, error.message)
            return None

    def draft(self) -> ShippingDraft:
        """Return what was typed; rates in other currencies stay as they are."""
        values = self.cleaned_data
        names = self._words("name")
        others = [rate for rate in self.method.rates if rate.currency != self.shop.currency] if self.method else []
        code = self.method.code if self.method else slug_from(names[self.shop.default_language], longest=40)
        return ShippingDraft(
            code=code or "delivery",
            names=names,
            basis=values["basis"],
            vat_class=values["vat_class"],
            tracking_url=values["tracking_url"],
            active=values["active"],
            position=values["position"],
            rates=(*others, *self.rates),
        )


class PaymentForm(NamedForm):
    """A way to pay: its name, what the customer is told, whether it is offered."""

    def __init__(self, *args: Any, shop: ShopInfo, method: PaymentMethodDraft, **kwargs: Any) -> None:
        """Take the method that is changed."""
        initial: dict[str, Any] = {"active": method.active, "position": method.position}
        initial |= {f"name-{code}": text for code, text in method.names.items()}
        initial |= {f"text-{code}": text for code, text in method.instructions.items()}
        super().__init__(*args, shop=shop, initial=initial, **kwargs)
        self.method = method
        for code, name in language_names(shop.languages, _language()).items():
            self.fields[f"text-{code}"] = forms.CharField(
                label=_("What the customer is told (%(language)s)") % {"language": name},
                max_length=2000,
                required=False,
                widget=forms.Textarea(attrs={"lang": code, "rows": 3}),
            )

    def texts(self) -> list[forms.BoundField]:
        """Return the fields of the instructions."""
        return [self[f"text-{code}"] for code in self.shop.languages]

    def draft(self) -> PaymentMethodDraft:
        """Return what was typed; code and provider stay."""
        return msgspec.structs.replace(
            self.method,
            names=self._words("name"),
            instructions=self._words("text"),
            active=self.cleaned_data["active"],
            position=self.cleaned_data["position"],
        )


class BankForm(forms.Form):
    """Where bank transfers arrive."""

    bank_account = forms.CharField(
        label=_("Bank account"),
        max_length=60,
        required=False,
        help_text=_("IBAN or number, as it is printed on invoices."),
    )


def _decimal() -> forms.TextInput:
    return forms.TextInput(attrs={"inputmode": "decimal"})


def _shipping_initial(method: ShippingDraft | None) -> dict[str, Any]:
    if method is None:
        return {}
    initial: dict[str, Any] = {
        "basis": method.basis,
        "vat_class": method.vat_class,
        "tracking_url": method.tracking_url,
        "active": method.active,
        "position": method.position,
    }
    return initial | {f"name-{code}": text for code, text in method.names.items()}
