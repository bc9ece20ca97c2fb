"""What a delivery costs."""

from typing import Any

import pytest

from eseller.commerce.shipping.models import ShippingMethod, ShippingRate
from eseller.commerce.shipping.queries import options_for
from eseller.commerce.shipping.rules import Rate, price_of
from eseller.tenancy.scope import shop_transaction

RATES = [Rate(5000, 79), Rate(0, 39), Rate(20_000, 0)]


@pytest.mark.parametrize(("grams", "price"), [(0, 39), (4999, 39), (5000, 79), (19_999, 79), (20_000, 0)])
def test_the_highest_rate_that_is_reached_counts(grams: int, price: int) -> None:
    assert price_of(RATES, basis="weight", weight_g=grams, value=10**9) == price
    assert price_of(RATES, basis="value", weight_g=10**9, value=grams) == price


def test_a_method_without_a_rate_that_is_reached_does_not_deliver() -> None:
    assert price_of([Rate(1, 5)], basis="weight", weight_g=0, value=0) is None
    assert price_of([], basis="value", weight_g=0, value=0) is None


def test_options_are_those_of_country_and_currency_in_the_shops_order(shop: Any) -> None:
    with shop_transaction(shop.pk):
        for position, (code, country, currency, active) in enumerate(
            [
                ("far", "DE", "DKK", True),
                ("dear", "DK", "EUR", True),
                ("off", "DK", "DKK", False),
                ("second", "DK", "DKK", True),
                ("first", "DK", "DKK", True),
            ]
        ):
            method = ShippingMethod.objects.create(
                code=code, names={"da": code.title()}, basis="value", position=-position, active=active
            )
            ShippingRate.objects.create(method=method, country=country, currency=currency, amount=10)
            ShippingRate.objects.create(method=method, country=country, currency=currency, amount=0, at_least=500)
        found = options_for(
            country="DK", weight_g=0, value=500, currency="DKK", language="en", default_language="da"
        )
    assert [(option.code, option.name, option.price.amount) for option in found] == [
        ("first", "First", 0),
        ("second", "Second", 0),
    ]
