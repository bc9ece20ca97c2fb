"""Reads of shipping methods. Call them inside a ``shop_transaction``."""

from itertools import groupby
from typing import Literal

import msgspec

from eseller.commerce.shipping.records import ShippingOption
from eseller.commerce.shipping.rules import Rate, price_of
from eseller.kernel.money import Money
from eseller.resilience.records.fields import Amount, Code, Id, VatClass
from eseller.tenancy.sql import fetch_records

_RATES = """
SELECT m.id, m.code, coalesce(m.names ->> %s, m.names ->> %s, m.code), m.basis, m.vat_class, r.at_least, r.amount
FROM shipping_shippingmethod m JOIN shipping_shippingrate r ON r.method_id = m.id
WHERE m.active AND r.country = %s AND r.currency = %s
ORDER BY m.position, m.id
"""


class _Row(msgspec.Struct, frozen=True):
    """A row of ``_RATES``."""

    method_id: Id
    code: Code
    name: str
    basis: Literal["weight", "value"]
    vat_class: VatClass
    at_least: Amount
    amount: Amount


def options_for(
    *, country: str, weight_g: int, value: int, currency: str, language: str, default_language: str
) -> tuple[ShippingOption, ...]:
    """Return the methods that deliver to a country, in the shop's order, each with the highest rate that is reached.

    Args:
        country: ISO 3166-1 code.
        weight_g: of all goods, in grams.
        value: of all goods, in minor units as the shop enters prices.
        currency: of value and prices.
        language: of the names.
        default_language: of names that are not in that language.
    """
    rows = fetch_records(_RATES, [language, default_language, country, currency], _Row)
    options = []
    for _id, group in groupby(rows, key=lambda row: row.method_id):
        steps = list(group)
        rates = [Rate(step.at_least, step.amount) for step in steps]
        price = price_of(rates, basis=steps[0].basis, weight_g=weight_g, value=value)
        if price is not None:
            options.append(ShippingOption(steps[0].code, steps[0].name, Money(price, currency), steps[0].vat_class))
    return tuple(options)
