"""What is given back, exactly: pure."""

from collections.abc import Iterable

from eseller.commerce.pricing.rules import WHOLE_BP, VatPart
from eseller.kernel.money import divide_half_up


def part_of(amount: int, quantity: int, before: int, pieces: int) -> int:
    """Return what some pieces of a line are worth, so that all its pieces together are worth the line, exactly.

    Args:
        amount: of the whole line, minor units.
        quantity: pieces of the whole line.
        before: pieces that were given back earlier.
        pieces: pieces that are given back now.
    """
    return divide_half_up(amount * (before + pieces), quantity) - divide_half_up(amount * before, quantity)


def apportion(amount: int, split: Iterable[VatPart]) -> list[VatPart]:
    """Part an amount with VAT among rates, in the proportion of what is left to credit at each.

    Args:
        amount: minor units, VAT included, not more than the parts' sum.
        split: what is left at each rate.
    """
    parts = [part for part in split if part.net + part.vat > 0]
    left, whole = amount, sum(part.net + part.vat for part in parts)
    result = []
    for part in parts:
        total = part.net + part.vat
        # The last part takes the rest, which is never more than it has.
        share = divide_half_up(left * total, whole)
        vat = divide_half_up(share * part.rate_bp, WHOLE_BP + part.rate_bp)
        vat = max(share - part.net, min(vat, part.vat))  # no more of either than there is left
        result.append(VatPart(part.rate_bp, share - vat, vat))
        left, whole = left - share, whole - total
    return [part for part in result if part.net or part.vat]


def remaining(invoiced: Iterable[VatPart], credited: Iterable[VatPart]) -> list[VatPart]:
    """Return what is left to credit at each rate, the highest rate first."""
    sums: dict[int, list[int]] = {}
    for sign, parts in ((1, invoiced), (-1, credited)):
        for part in parts:
            net_vat = sums.setdefault(part.rate_bp, [0, 0])
            net_vat[0] += sign * part.net
            net_vat[1] += sign * part.vat
    return [VatPart(rate, net, vat) for rate, (net, vat) in sorted(sums.items(), reverse=True)]
