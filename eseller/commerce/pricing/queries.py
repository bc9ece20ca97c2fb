"""Reads of VAT rates."""

from collections.abc import Iterable

from eseller.commerce.pricing.errors import NoVatRates
from eseller.commerce.pricing.rules import EXEMPT, STANDARD, rate_for
from eseller.tenancy.scope import require_scope
from eseller.tenancy.sql import fetch

_CLASSES = "SELECT vat_class FROM pricing_vatrate WHERE country = %s"
_SALE = """
SELECT EXISTS (SELECT FROM pricing_vatrate home WHERE home.country = s.country), r.vat_class, r.rate_bp
FROM tenancy_shop s LEFT JOIN pricing_vatrate r ON r.country = %s
WHERE s.id = %s
"""


def vat_rates(country: str) -> dict[str, int]:
    """Return the rates of the open shop's sales to a country, in basis points by class; empty for an export.

    One statement.

    Args:
        country: ISO 3166-1 code of the destination.

    Raises:
        NoVatRates: when the shop's own country has no rates: all of its sales would seem to be exports.
    """
    rows = fetch(_SALE, [country, require_scope()])
    if not rows[0][0]:
        raise NoVatRates
    return {vat_class: rate_bp for _, vat_class, rate_bp in rows if vat_class is not None}


def vat_rates_for(country: str, vat_classes: Iterable[str]) -> dict[str, int]:
    """Return the rate of each of some classes at a destination, with one statement; see ``rules.rate_for``.

    Raises:
        NoVatRates: as ``vat_rates``.
    """
    rates = vat_rates(country)
    return {vat_class: rate_for(rates, vat_class) for vat_class in vat_classes}


def vat_classes(country: str) -> set[str]:
    """Return the classes that goods can have in a country: those that it tells apart, standard and exempt."""
    return {STANDARD, EXEMPT, *(vat_class for (vat_class,) in fetch(_CLASSES, [country]))}
