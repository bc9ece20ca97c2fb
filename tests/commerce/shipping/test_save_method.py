"""Shipping methods as a merchant saves them."""

from typing import Any

import msgspec
import pytest

from eseller.commerce.shipping.actions.save_method import delete_shipping_method, save_shipping_method
from eseller.commerce.shipping.drafts import RateDraft, ShippingDraft
from eseller.commerce.shipping.errors import InvalidShippingMethod
from eseller.commerce.shipping.models import ShippingMethod, ShippingRate
from eseller.tenancy.models import History
from eseller.tenancy.scope import shop_transaction

DRAFT = ShippingDraft(
    code="parcel",
    names={"en": "Parcel"},
    basis="weight",
    rates=(RateDraft("DK", "DKK", 0, 3900), RateDraft("DK", "DKK", 2000, 5900)),
)


def rates(shop: Any) -> list[tuple[int, int]]:
    with shop_transaction(shop.pk):
        return list(ShippingRate.objects.order_by("at_least").values_list("at_least", "amount"))


def test_saving_makes_rates_like_the_draft(shop: Any) -> None:
    with shop_transaction(shop.pk):
        first = save_shipping_method(draft=DRAFT, actor="member:1")
    changed = msgspec.structs.replace(DRAFT, rates=(RateDraft("DK", "DKK", 0, 4100), RateDraft("DE", "DKK", 0, 9900)))
    with shop_transaction(shop.pk):
        second = save_shipping_method(draft=changed, actor="member:1")
    assert first == second
    assert sorted(rates(shop)) == [(0, 4100), (0, 9900)]


def test_saving_the_same_writes_no_rates(shop: Any) -> None:
    with shop_transaction(shop.pk):
        save_shipping_method(draft=DRAFT, actor="member:1")
    with shop_transaction(shop.pk):
        before = History.objects.filter(table_name="shipping_shippingrate").count()
        save_shipping_method(draft=DRAFT, actor="member:1")
        assert History.objects.filter(table_name="shipping_shippingrate").count() == before


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("code", {"code": "No Spaces"}),
        ("names", {"names": {"en": ""}}),
        ("names", {"names": {"en": "x" * 121}}),
        ("basis", {"basis": "mood"}),
        ("tracking_url", {"tracking_url": "javascript:alert({number})"}),
        ("tracking_url", {"tracking_url": "https://parcels.example/"}),
        ("rates", {"rates": (RateDraft("DK", "DKK", 0, 1), RateDraft("DK", "DKK", 0, 2))}),
        ("rates", {"rates": (RateDraft("dk", "DKK", 0, 1),)}),
        ("rates", {"rates": (RateDraft("DK", "DKK", 0, -1),)}),
    ],
)
def test_bad_drafts_name_their_field_and_write_nothing(shop: Any, field: str, values: dict[str, Any]) -> None:
    with shop_transaction(shop.pk), pytest.raises(InvalidShippingMethod) as caught:
        save_shipping_method(draft=msgspec.structs.replace(DRAFT, **values), actor="member:1")
    assert caught.value.detail["field"] == field
    with shop_transaction(shop.pk):
        assert ShippingMethod.objects.count() == 0


def test_deleting_takes_the_rates_along(shop: Any) -> None:
    with shop_transaction(shop.pk):
        save_shipping_method(draft=DRAFT, actor="member:1")
        delete_shipping_method(code="parcel", actor="member:1")
        delete_shipping_method(code="parcel", actor="member:1")
    assert rates(shop) == []
