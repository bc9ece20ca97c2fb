"""Reads of VAT and exchange rates: of the snapshot that the process has in memory, else of the database."""

from collections.abc import Iterable

from eseller.commerce.pricing.errors import NoVatRates
from eseller.commerce.pricing.rules import EXEMPT, STANDARD, rate_for
from eseller.tenancy.hosts import known_shop
from eseller.tenancy.scope import require_scope
from eseller.tenancy.snapshots import active
from eseller.tenancy.sql import fetch

_CLASSES = "SELECT vat_class FROM pricing_vatrate WHERE country = %s"
_SALE = """
SELECT EXISTS (SELECT FROM pricing_vatrate home WHERE home.country = s.country), r.vat_class, r.rate_bp
FROM tenancy_shop s LEFT JOIN pricing_vatrate r ON r.country = %s
WHERE s.id = %s
"""


def vat_rates(country: str) -> dict[str, int]:
    """Return the rates of the open shop's sales to a country, in basis points by class; empty for an export.

    One statement where there is no snapshot, else none; all of a request goes by the same one.

    Args:
        country: ISO 3166-1 code of the destination.

    Raises:
        NoVatRates: when the shop's own country has no rates: all of its sales would seem to be exports.
    """
    shop_id = require_scope()
    rates, shop = _snapshot_rates(), known_shop(shop_id)
    if rates is not None and shop is not None:
        if shop.country not in rates:
            raise NoVatRates
        return dict(rates.get(country, {}))
    rows = fetch(_SALE, [country, shop_id])
    if not rows[0][0]:
        raise NoVatRates
    return {vat_class: rate_bp for _, vat_class, rate_bp in rows if vat_class is not None}


def vat_rates_for(country: str, vat_classes: Iterable[str]) -> dict[str, int]:
    """Return the rate of each of some classes at a destination, at the price of ``vat_rates``; see ``rules.rate_for``.

    Raises:
        NoVatRates: as ``vat_rates``.
    """
    rates = vat_rates(country)
    return {vat_class: rate_for(rates, vat_class) for vat_class in vat_classes}


def vat_classes(country: str) -> set[str]:
    """Return the classes that goods can have in a country: those that it tells apart, standard and exempt."""
    rates = _snapshot_rates()
    if rates is not None:
        return {STANDARD, EXEMPT, *rates.get(country, {})}
    return {STANDARD, EXEMPT, *(vat_class for (vat_class,) in fetch(_CLASSES, [country]))}


def exchange_rate(base: str, currency: str) -> int | None:
    """Return how many billionths of a currency one unit of another is; None where it is not known."""
    snapshot = active.current()
    rates: dict[tuple[str, str], int] = (snapshot.part("exchange") if snapshot is not None else None) or {}
    return rates.get((base, currency))


def _snapshot_rates() -> dict[str, dict[str, int]] | None:
    snapshot = active.current()
    return snapshot.part("vat") if snapshot is not None else None
