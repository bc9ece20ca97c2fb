"""What a delivery costs: pure."""

from collections.abc import Iterable
from typing import NamedTuple


class Rate(NamedTuple):
    """What a method costs from a weight (grams) or goods value (minor units) upwards."""

    at_least: int
    amount: int


def price_of(rates: Iterable[Rate], *, basis: str, weight_g: int, value: int) -> int | None:
    """Return the amount of the highest rate that is reached; None when none is, and the method does not deliver.

    Args:
        rates: of one method, country and currency.
        basis: ``weight`` or ``value``: what the rates are scaled by.
        weight_g: of all goods.
        value: of all goods.
    """
    measure = weight_g if basis == "weight" else value
    reached = [rate for rate in rates if rate.at_least <= measure]
    return max(reached).amount if reached else None
