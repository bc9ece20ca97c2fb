"""Reads of shipping methods. Call them inside a ``shop_transaction``."""

from eseller.commerce.shipping.records import ShippingOption


def options_for(
    *, country: str, weight_g: int, value: int, currency: str, language: str, default_language: str
) -> tuple[ShippingOption, ...]:
    """Return the methods that deliver to a country, in the shop's order, each with the highest rate that is reached.

    Args:
        country: ISO 3166-1 code.
        weight_g: of all goods, in grams.
        value: of all goods, in minor units as the shop enters prices.
        currency: of value and prices.
    """
    raise NotImplementedError
