"""The order form, on one page."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from eseller.channels.storefront.forms import fields
from eseller.commerce.customers.records import CustomerInfo, SavedAddress
from eseller.commerce.orders.checkout import CheckoutDetails, Quote
from eseller.commerce.payments.records import CardInput
from eseller.tenancy.hosts import ShopInfo

BILLING = tuple(f"billing_{part}" for part in ("name", "line1", "postcode", "city", "country"))
CARD = ("card_number", "card_expiry", "card_cvc")


class CardInputWidget(forms.PasswordInput):
    """A text field that is never filled in by us: what was typed of a card goes one way only."""

    input_type = "text"


def _card(label: Any, length: int, autocomplete: str, **attrs: str) -> forms.CharField:
    attrs |= {"autocomplete": autocomplete, "inputmode": "numeric", "spellcheck": "false"}
    return forms.CharField(label=label, max_length=length, required=False, widget=CardInputWidget(attrs=attrs))


class PaymentCards(forms.RadioSelect):
    """Ways to pay; those that need card details are marked, so that the style sheet shows the fields for them."""

    with_card: frozenset[str] = frozenset()

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Mark an option that needs a card."""
        option: dict[str, Any] = super().create_option(name, value, *args, **kwargs)
        if str(value) in self.with_card:
            option["attrs"]["data-card"] = ""
        return option


class CodeField(forms.CharField):
    """The code of a method, chosen by radio buttons."""

    widget = forms.RadioSelect

    def __init__(self, label: Any, widget: type[forms.RadioSelect] = forms.RadioSelect) -> None:
        """Allow what a code may be; whether there is such a method is the action's to say."""
        super().__init__(label=label, max_length=40, required=False, widget=widget)

    def widget_attrs(self, _widget: forms.Widget) -> dict[str, Any]:
        """Give radio buttons no length."""
        return {}


class CheckoutForm(forms.Form):
    """Contact, address, delivery, payment. Which ways there are the quote tells; the action checks the choice."""

    use_required_attribute = False
    email = fields.email()
    note = forms.CharField(
        label=_("Message to the shop"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    customer_reference = fields.text(_("Your reference"), 60, autocomplete="off", required=False)
    shipping_method = CodeField(_("Delivery"))
    payment_method = CodeField(_("Payment"), PaymentCards)
    card_number = _card(_("Card number"), 25, "cc-number", placeholder="1234 5678 9012 3456")
    card_expiry = _card(_("Expires (month/year)"), 7, "cc-exp", placeholder="MM/YY")
    card_cvc = _card(_("Security code"), 4, "cc-csc", placeholder="123")
    billing_differs = forms.BooleanField(label=_("The invoice goes to another address"), required=False)
    checkout_key = forms.CharField(max_length=64, widget=forms.HiddenInput)
    expected_total = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)

    def __init__(self, shop: ShopInfo, *args: Any, **kwargs: Any) -> None:
        """Offer the shop's countries."""
        super().__init__(*args, **kwargs)
        differs = bool(self.data.get("billing_differs")) if self.is_bound else False
        self.fields.update(fields.address_fields("shipping", prefix="shipping_"))
        self.fields.update(fields.address_fields("billing", prefix="billing_", required=differs))
        # Goods go where the shop delivers; an invoice may go anywhere.
        offered = {"shipping_country": fields.countries(shop), "billing_country": fields.all_countries(shop)}
        for name, choices in offered.items():
            self.fields[name].choices = choices  # type: ignore[attr-defined]
            self.fields[name].initial = choices[0][0] if choices else None
        # The number that the courier calls; nobody is asked twice.
        del self.fields["billing_phone"]

    def offer(self, quote: Quote) -> None:
        """Show the ways of delivery and payment of a quote, one of each marked."""
        shipping: Any = self.fields["shipping_method"].widget
        payment: Any = self.fields["payment_method"].widget
        shipping.choices = [(option.code, option.name) for option in quote.shipping_options]
        payment.choices = [(option.code, option.name) for option in quote.payment_options]
        needed = (option.code for option in quote.payment_options if option.needs_card)
        payment.with_card = frozenset(needed if quote.total else ())
        known = [option.code for option in quote.payment_options]
        chosen = (self.data if self.is_bound else self.initial or {}).get("payment_method")
        self._mark("shipping_method", quote.shipping.code if quote.shipping else "")
        self._mark("payment_method", chosen if chosen in known else (known[0] if known else ""))
        self._mark("shipping_country", quote.country)
        # These show only where they are needed; there they are not optional.
        for name in (*CARD, *BILLING):
            self.fields[name].required = True

    def _mark(self, name: str, value: str) -> None:
        if self.is_bound:
            self.data = self.data.copy()  # type: ignore[attr-defined]
            self.data[name] = value  # type: ignore[index]
        else:
            self.initial = {**(self.initial or {}), name: value}

    def clean(self) -> dict[str, Any]:
        """Ask for what the buttons leave open."""
        cleaned: dict[str, Any] = super().clean() or {}
        if not cleaned.get("payment_method") and "payment_method" not in self.errors:
            self.add_error("payment_method", gettext("Choose how to pay."))
        if not cleaned.get("shipping_method") and "shipping_method" not in self.errors:
            self.add_error("shipping_method", gettext("Choose a way of delivery."))
        return cleaned

    def details(self, language: str) -> CheckoutDetails:
        """Return the form as the domain takes it; only after ``is_valid``."""
        data = self.cleaned_data
        card = [data.get(name) or "" for name in CARD]
        return CheckoutDetails(
            checkout_key=data["checkout_key"],
            email=data["email"],
            language=language,
            shipping=fields.address_from(data, "shipping_"),
            billing=fields.address_from(data, "billing_") if data["billing_differs"] else None,
            shipping_method=data["shipping_method"],
            payment_method=data["payment_method"],
            card=CardInput(*card) if any(card) else None,
            note=data["note"],
            customer_reference=data["customer_reference"],
            expected_total=data["expected_total"],
        )


def first_values(customer: CustomerInfo | None, book: tuple[SavedAddress, ...]) -> dict[str, Any]:
    """Return what an untouched form shows: what we know of the customer."""
    values: dict[str, Any] = {}
    if customer is not None:
        values |= {"email": customer.email, "shipping_name": customer.name}
    if book:
        values |= fields.address_initial(book[0].address, "shipping_")
    return values
