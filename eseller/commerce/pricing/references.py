"""What of this package is in the snapshots: VAT and exchange rates."""

from collections.abc import Mapping, Sequence
from typing import Any

from eseller.tenancy.snapshots.reference import Reference, register


def _vat(rows: Mapping[str, Sequence[Any]]) -> dict[str, dict[str, int]]:
    """Return basis points by country and class."""
    rates: dict[str, dict[str, int]] = {}
    for row in rows["pricing_vatrate"]:
        rates.setdefault(row.country, {})[row.vat_class] = row.rate_bp
    return rates


def _exchange(rows: Mapping[str, Sequence[Any]]) -> dict[tuple[str, str], int]:
    """Return billionths of the second currency for one unit of the first."""
    return {(row.base, row.currency): row.rate_e9 for row in rows["pricing_exchangerate"]}


register(
    Reference(name="vat", tables=("pricing_vatrate",), view=_vat),
    Reference(name="exchange", tables=("pricing_exchangerate",), view=_exchange),
)
