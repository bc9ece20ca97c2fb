"""VAT adds up, in every direction and for every rate."""

from fractions import Fraction

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eseller.commerce.pricing.rules import (
    MAX_QUANTITY,
    MAX_RATE_BP,
    AmountOutOfRange,
    line_amounts,
    rate_for,
    vat_split,
)
from eseller.kernel.money import MAX_AMOUNT

prices = st.integers(-(10**8), 10**8)
quantities = st.integers(0, 9999)
rates = st.integers(0, MAX_RATE_BP)


class Line(msgspec.Struct, frozen=True):
    vat_rate_bp: int
    net: int
    vat: int


@given(prices, quantities, rates, st.booleans())
def test_net_and_vat_are_the_total(price: int, quantity: int, rate: int, includes: bool) -> None:
    line = line_amounts(price, quantity, rate, includes_vat=includes, currency="DKK")
    assert line.net + line.vat == line.total
    assert (line.total if includes else line.net) == price * quantity


@given(prices, quantities, rates, st.booleans())
def test_vat_is_within_half_a_unit_of_the_exact_amount(price: int, quantity: int, rate: int, includes: bool) -> None:
    line = line_amounts(price, quantity, rate, includes_vat=includes, currency="DKK")
    exact = Fraction(price * quantity * rate, 10_000 + rate if includes else 10_000)
    assert abs(line.vat - exact) <= Fraction(1, 2)


@given(st.integers(0, 10**8), quantities, rates)
def test_adding_vat_and_taking_it_off_gives_the_same(price: int, quantity: int, rate: int) -> None:
    added = line_amounts(price, quantity, rate, includes_vat=False, currency="EUR")
    if added.total <= MAX_AMOUNT:
        taken = line_amounts(added.total, 1, rate, includes_vat=True, currency="EUR")
        assert abs(taken.net - added.net) <= 1


@pytest.mark.parametrize(
    ("price", "quantity", "rate", "includes", "net", "vat"),
    [
        (12500, 1, 2500, True, 10000, 2500),
        (10000, 1, 2500, False, 10000, 2500),
        (9995, 3, 1900, True, 25197, 4788),
        (10, 1, 500, False, 10, 1),  # half a unit goes up
        (-10, 1, 500, False, -10, -1),  # and away from zero
        (9900, 2, 0, True, 19800, 0),
        (0, 5, 2500, True, 0, 0),
        (100, 0, 2500, False, 0, 0),
    ],
)
def test_known_lines(price: int, quantity: int, rate: int, includes: bool, net: int, vat: int) -> None:
    line = line_amounts(price, quantity, rate, includes_vat=includes, currency="DKK")
    assert (line.net, line.vat, line.currency) == (net, vat, "DKK")


@pytest.mark.parametrize(
    ("price", "quantity", "rate"),
    [(1, -1, 0), (1, MAX_QUANTITY + 1, 0), (1, 1, -1), (1, 1, MAX_RATE_BP + 1), (MAX_AMOUNT, 2, 0)],
)
def test_what_cannot_be_invoiced_is_refused(price: int, quantity: int, rate: int) -> None:
    with pytest.raises(AmountOutOfRange):
        line_amounts(price, quantity, rate, includes_vat=True, currency="DKK")


@given(st.lists(st.builds(Line, st.sampled_from([0, 700, 1900, 2500]), prices, prices)))
def test_the_split_sums_to_the_lines(lines: list[Line]) -> None:
    parts = vat_split(lines)
    assert sum(part.net for part in parts) == sum(line.net for line in lines)
    assert sum(part.vat for part in parts) == sum(line.vat for line in lines)
    assert [part.rate_bp for part in parts] == sorted({line.vat_rate_bp for line in lines}, reverse=True)


def test_a_country_without_rates_is_an_export_and_unknown_classes_are_standard() -> None:
    assert rate_for({}, "standard") == 0
    assert rate_for({"standard": 2500, "reduced": 700}, "reduced") == 700
    assert rate_for({"standard": 2500}, "books") == 2500


def test_exempt_goods_have_no_vat_whatever_a_country_says() -> None:
    assert rate_for({"standard": 2500}, "exempt") == 0
    assert rate_for({"standard": 2500, "exempt": 2500}, "exempt") == 0
