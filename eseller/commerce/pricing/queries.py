"""Reads of VAT rates."""

from collections.abc import Iterable

from eseller.commerce.pricing.rules import rate_for
from eseller.tenancy.sql import fetch

_RATES = "SELECT vat_class, rate_bp FROM pricing_vatrate WHERE country = %s"


def vat_rates(country: str) -> dict[str, int]:
    """Return all rates of a country, in basis points by class, with one statement; empty for an export.

    Args:
        country: ISO 3166-1 code of the destination.
    """
    return dict(fetch(_RATES, [country]))


def vat_rates_for(country: str, vat_classes: Iterable[str]) -> dict[str, int]:
    """Return the rate of each of some classes at a destination, with one statement; see ``rules.rate_for``."""
    rates = vat_rates(country)
    return {vat_class: rate_for(rates, vat_class) for vat_class in vat_classes}


def vat_rate(country: str, vat_class: str) -> int:
    """Return the rate of one class at a destination in basis points; 0 for an export."""
    return rate_for(vat_rates(country), vat_class)
