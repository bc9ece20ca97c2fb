"""VAT, exactly. All amounts are integers in minor units of one currency; rates are basis points (2500 is 25 %).

The treatment, the same for every line:

* A shop enters its prices with VAT (``includes_vat``) or without.
* Prices with VAT stay the same to the buyer in every country that has rates; the part of them that is VAT follows the
  destination.
* Prices without VAT have the destination's VAT added.
* A country without rates is an export: the rate is 0. The price stays, with or without VAT, and none of it is VAT. The
  shop's own country is never an export: without rates there nothing is sold (``queries.vat_rates``).
* Goods of the class ``exempt`` have no VAT anywhere.
* VAT is rounded once, half up, at the line. Sums are sums of rounded lines, so an order adds up in every direction.
"""

from collections.abc import Iterable, Mapping
from typing import Protocol

import msgspec

from eseller.kernel.errors import EsellerError
from eseller.kernel.money import MAX_AMOUNT, divide_half_up

WHOLE_BP = 10_000
"""Basis points in one whole."""
MAX_RATE_BP = 5000
STANDARD = "standard"
EXEMPT = "exempt"
"""The class of goods without VAT; its rate is 0 and no country sets another."""
MAX_QUANTITY = 1_000_000


class AmountOutOfRange(EsellerError):
    """The amount is outside of what can be invoiced."""

    code = "amount_out_of_range"
    of_data = True


class Amounts(msgspec.Struct, frozen=True):
    """A line's amounts in minor units; ``net + vat == total`` always."""

    net: int
    vat: int
    total: int
    currency: str


class VatLine(Protocol):
    """What ``vat_split`` needs of a line."""

    @property
    def vat_rate_bp(self) -> int:
        """Rate in basis points."""

    @property
    def net(self) -> int:
        """Net amount in minor units."""

    @property
    def vat(self) -> int:
        """VAT in minor units."""


class VatPart(msgspec.Struct, frozen=True):
    """What is taxed at one rate, in minor units."""

    rate_bp: int
    net: int
    vat: int


def line_amounts(unit_price: int, quantity: int, rate_bp: int, *, includes_vat: bool, currency: str) -> Amounts:
    """Compute a line: the unit price times the quantity, parted into net and VAT.

    Args:
        unit_price: minor units, as the shop enters its prices; negative for a reduction.
        quantity: whole pieces, at least 0.
        rate_bp: VAT rate in basis points, 0 to 5000.
        includes_vat: whether the unit price has VAT in it.
        currency: ISO 4217 code, carried along.

    Raises:
        AmountOutOfRange: when quantity, rate or the line's amount are outside their bounds.
    """
    entered = unit_price * quantity
    if not (0 <= quantity <= MAX_QUANTITY and 0 <= rate_bp <= MAX_RATE_BP and abs(entered) <= MAX_AMOUNT):
        raise AmountOutOfRange(
            f"{quantity} at {unit_price} {currency} with {rate_bp} basis points of VAT cannot be computed."
        )
    if includes_vat:
        vat = divide_half_up(entered * rate_bp, WHOLE_BP + rate_bp)
        return Amounts(net=entered - vat, vat=vat, total=entered, currency=currency)
    vat = divide_half_up(entered * rate_bp, WHOLE_BP)
    return Amounts(net=entered, vat=vat, total=entered + vat, currency=currency)


def vat_split(lines: Iterable[VatLine]) -> tuple[VatPart, ...]:
    """Sum rounded lines by rate, the highest rate first. The parts' sums equal the lines' sums."""
    sums: dict[int, tuple[int, int]] = {}
    for line in lines:
        net, vat = sums.get(line.vat_rate_bp, (0, 0))
        sums[line.vat_rate_bp] = (net + line.net, vat + line.vat)
    return tuple(VatPart(rate, net, vat) for rate, (net, vat) in sorted(sums.items(), reverse=True))


def rate_for(rates: Mapping[str, int], vat_class: str) -> int:
    """Choose the rate of a class among a country's rates (``queries.vat_rates``).

    A country without any rate is an export: 0. A class that the country does not tell apart has its standard rate, but
    what is exempt stays so.
    """
    return 0 if vat_class == EXEMPT else rates.get(vat_class, rates.get(STANDARD, 0))
