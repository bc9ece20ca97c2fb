"""Deleting: what was ever ordered or is held stays, archived; and stock that is set by hand."""

from datetime import timedelta
from typing import Any

import pytest

from eseller.commerce.catalog.actions.delete_product import delete_product
from eseller.commerce.catalog.errors import ProductNotFound
from eseller.commerce.catalog.models import OptionValue, Product, Variant
from eseller.commerce.inventory.actions.set_stock import StockBelowReserved, StockTarget, set_stock
from eseller.commerce.inventory.models import Movement, Reservation, StockItem
from eseller.kernel.clock import now
from eseller.tenancy.scope import shop_transaction
from tests.commerce.catalog.drafts import saved, shirt


def test_a_product_that_nobody_ordered_is_gone(shop: Any) -> None:
    product_id = saved(shop, shirt())
    with shop_transaction(shop.pk, actor="test"):
        assert delete_product(product_id=product_id, actor="test") == "deleted"
        assert not (Product.objects.exists())
        assert not (Variant.objects.exists())
        assert not (OptionValue.objects.exists())
        assert not (StockItem.objects.exists())
        assert not (Movement.objects.exists())
        with pytest.raises(ProductNotFound):
            delete_product(product_id=product_id, actor="test")


def test_a_product_that_is_held_is_archived(shop: Any) -> None:
    product_id = saved(shop, shirt())
    with shop_transaction(shop.pk, actor="test"):
        variant_id = Variant.objects.order_by("pk")[0].pk
        Reservation.objects.create(key="k", variant_id=variant_id, quantity=1, expires_at=now() + timedelta(minutes=5))
        StockItem.objects.filter(variant_id=variant_id).update(on_hand=1, reserved=1)
        assert delete_product(product_id=product_id, actor="test") == "archived"
        assert Product.objects.get().state == "archived"
        assert Variant.objects.count() == 4


def test_another_shops_product_cannot_be_deleted(shop: Any, make_shop: Any) -> None:
    theirs = saved(make_shop())
    with pytest.raises(ProductNotFound), shop_transaction(shop.pk):
        delete_product(product_id=theirs, actor="test")


def test_set_stock_changes_what_differs(shop: Any) -> None:
    saved(shop, shirt())
    with shop_transaction(shop.pk, actor="test"):
        ids = list(Variant.objects.order_by("pk").values_list("pk", flat=True))
        StockItem.objects.filter(variant_id=ids[0]).delete()
        targets = [StockTarget(ids[2], 9), StockTarget(ids[0], 4), StockTarget(ids[1], 5), StockTarget(ids[3])]
        assert set_stock(targets=targets, reason="count", actor="test", reference="r") == 2
        assert dict(StockItem.objects.values_list("variant_id", "on_hand")) == dict(zip(ids, (4, 5, 9, 5), strict=True))
        moved = Movement.objects.filter(reference="r").order_by("pk").values_list("variant_id", "delta")
        assert list(moved) == [(ids[0], 4), (ids[2], 4)]
        StockItem.objects.filter(variant_id=ids[1]).update(reserved=5)
        with pytest.raises(StockBelowReserved) as raised:
            set_stock(targets=[StockTarget(ids[1], 4)], reason="count", actor="test")
        assert raised.value.detail == {"variant_id": ids[1], "reserved": 5}
