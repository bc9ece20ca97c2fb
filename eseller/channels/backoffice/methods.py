"""Ways of delivery and payment as their settings pages show them."""

import msgspec

from eseller.commerce.payments.actions.save_method import PaymentMethodDraft
from eseller.commerce.shipping.drafts import RateDraft, ShippingDraft
from eseller.tenancy.sql import fetch_json

_SHIPPING = """
SELECT coalesce(json_agg(m ORDER BY m.position, m.code), '[]')::text FROM (
    SELECT code, names, basis, vat_class, tracking_url, active, position, coalesce((
        SELECT json_agg(r ORDER BY r.country, r.currency, r.at_least)
        FROM (SELECT country, currency, at_least, amount FROM shipping_shippingrate WHERE method_id = s.id) r
    ), '[]') AS rates
    FROM shipping_shippingmethod s) m
"""
_PAYMENT = """
SELECT coalesce(json_agg(m ORDER BY m.position, m.code), '[]')::text FROM (
    SELECT code, provider, names, instructions, active, position FROM payments_paymentmethod) m
"""


class _Rate(msgspec.Struct):
    country: str
    currency: str
    at_least: int
    amount: int


class _Shipping(msgspec.Struct):
    code: str
    names: dict[str, str]
    basis: str
    vat_class: str
    tracking_url: str
    active: bool
    position: int
    rates: list[_Rate]


def shipping_methods() -> list[ShippingDraft]:
    """Return the shop's ways of delivery in their order, with one statement."""
    found = fetch_json(_SHIPPING, None, list[_Shipping]) or []
    drafts = []
    for method in found:
        values = msgspec.structs.asdict(method)
        rates = tuple(RateDraft(**msgspec.structs.asdict(rate)) for rate in values.pop("rates"))
        drafts.append(ShippingDraft(**values, rates=rates))
    return drafts


def payment_methods() -> list[PaymentMethodDraft]:
    """Return the shop's ways to pay in their order, with one statement."""
    return fetch_json(_PAYMENT, None, list[PaymentMethodDraft]) or []
