"""Names and tones of states."""

from typing import Any, NamedTuple

from babel import Locale
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy


class Label(NamedTuple):
    """What a badge shows."""

    text: str
    tone: str


_ORDER = {
    "pending": (gettext_lazy("Awaiting payment"), "info"),
    "open": (gettext_lazy("Open"), "info"),
    "completed": (gettext_lazy("Completed"), "success"),
    "cancelled": (gettext_lazy("Cancelled"), "neutral"),
}
_PAYMENT = {
    "unpaid": (gettext_lazy("Unpaid"), "warning"),
    "authorised": (gettext_lazy("Authorised"), "info"),
    "partially_paid": (gettext_lazy("Partly paid"), "warning"),
    "paid": (gettext_lazy("Paid"), "success"),
    "partially_refunded": (gettext_lazy("Partly refunded"), "neutral"),
    "refunded": (gettext_lazy("Refunded"), "neutral"),
    "voided": (gettext_lazy("Voided"), "neutral"),
}
_FULFILMENT = {
    "unfulfilled": (gettext_lazy("To ship"), "warning"),
    "partially_fulfilled": (gettext_lazy("Partly shipped"), "warning"),
    "fulfilled": (gettext_lazy("Shipped"), "success"),
    "returned": (gettext_lazy("Returned"), "neutral"),
}
_PRODUCT = {
    "draft": (gettext_lazy("Draft"), "neutral"),
    "published": (gettext_lazy("Published"), "success"),
    "archived": (gettext_lazy("Archived"), "neutral"),
}
_VAT_CLASS = {
    "standard": gettext_lazy("Standard rate"),
    "reduced": gettext_lazy("Reduced rate"),
    "super_reduced": gettext_lazy("Lowest rate"),
    "exempt": gettext_lazy("No VAT"),
    "zero": gettext_lazy("Zero rate"),
    "food": gettext_lazy("Food"),
    "books": gettext_lazy("Books"),
}
_PAPER = {"invoice": gettext_lazy("Invoice"), "credit_note": gettext_lazy("Credit note")}
_ATTEMPT = {
    "pending": gettext_lazy("waiting"),
    "action_required": gettext_lazy("second step open"),
    "authorised": gettext_lazy("authorised"),
    "captured": gettext_lazy("taken"),
    "declined": gettext_lazy("declined"),
    "voided": gettext_lazy("voided"),
}
_PROVIDER = {
    "invoice": gettext_lazy("Invoice"),
    "bank_transfer": gettext_lazy("Bank transfer"),
    "testcard": gettext_lazy("Test card"),
}
PAYMENT_STATES = [(code, text) for code, (text, _tone) in _PAYMENT.items()]
FULFILMENT_STATES = [(code, text) for code, (text, _tone) in _FULFILMENT.items()]
PRODUCT_STATES = [(code, text) for code, (text, _tone) in _PRODUCT.items()]


def order_label(state: str) -> Label:
    """Return the order's own state."""
    return _label(_ORDER, state)


def payment_label(state: str) -> Label:
    """Return the state of its money."""
    return _label(_PAYMENT, state)


def fulfilment_label(state: str) -> Label:
    """Return the state of its goods."""
    return _label(_FULFILMENT, state)


def product_label(state: str) -> Label:
    """Return whether shoppers see a product."""
    return _label(_PRODUCT, state)


def paper_name(kind: str) -> str:
    """Return what a paper is called."""
    return str(_PAPER.get(kind, kind))


def attempt_name(state: str) -> str:
    """Return where an attempt to pay is."""
    return str(_ATTEMPT.get(state, state))


def provider_name(provider: str) -> str:
    """Return what a provider is called."""
    return str(_PROVIDER.get(provider, provider))


def country_name(code: str, language: str) -> str:
    """Return a country's name in a language."""
    return str(Locale.parse(language.split("-")[0]).territories.get(code, code)) if code else _("Unknown")


def language_names(codes: list[str], language: str) -> dict[str, str]:
    """Return languages by code, named in a language."""
    names = Locale.parse(language.split("-")[0]).languages
    return {code: str(names.get(code.split("-")[0], code)).capitalize() for code in codes}


def vat_class_name(code: str) -> str:
    """Return what a VAT class is called."""
    return str(_VAT_CLASS.get(code, code.replace("_", " ").capitalize()))


def _label(table: dict[str, tuple[Any, str]], state: str) -> Label:
    text, tone = table.get(state, (state, "neutral"))
    return Label(str(text), tone)
