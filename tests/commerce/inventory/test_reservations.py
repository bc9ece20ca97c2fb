"""Stock is held all or none, once for each key, and given back exactly."""

from datetime import timedelta
from typing import Any

import pytest

from eseller.commerce.inventory.actions.reserve import commit, release, release_expired, release_pieces, reserve
from eseller.commerce.inventory.actions.ship_stock import return_stock, ship_stock
from eseller.commerce.inventory.errors import ReservationGone, SoldOut
from eseller.commerce.inventory.models import Movement, Reservation, StockItem
from eseller.commerce.inventory.tasks import expire_reservations
from eseller.kernel import clock
from eseller.tenancy.hosts import ShopInfo
from eseller.tenancy.scope import shop_transaction
from tests.commerce import shopping


@pytest.fixture
def info(shop: Any) -> ShopInfo:
    return shopping.make_ready(shop)


def hold(info: ShopInfo, key: str, lines: dict[int, int], minutes: int = 30) -> None:
    reserve(shop_id=info.id, key=key, lines=lines, minutes=minutes, actor="shopper")


def stock(info: ShopInfo, variant: int) -> tuple[int, int]:
    with shop_transaction(info.id):
        item = StockItem.objects.get(variant_id=variant)
    return item.on_hand, item.reserved


def test_all_or_none_and_every_shortage_is_named(info: ShopInfo) -> None:
    many, few, none = (shopping.make_variant(info, stock=n) for n in (9, 2, 0))
    with pytest.raises(SoldOut) as sold_out:
        hold(info, "a", {none: 1, many: 3, few: 3})
    short = {(s.variant_id, s.wanted, s.left) for s in sold_out.value.shortages}
    assert short == {(few, 3, 2), (none, 1, 0)}
    assert [stock(info, v) for v in (many, few, none)] == [(9, 0), (2, 0), (0, 0)]
    with shop_transaction(info.id):
        assert not Reservation.objects.exists()


def test_what_has_no_stock_row_cannot_be_had(info: ShopInfo) -> None:
    mug, cup = shopping.make_variant(info, stock=9), shopping.make_variant(info)
    with shop_transaction(info.id):
        StockItem.objects.filter(variant_id=cup).delete()
    with pytest.raises(SoldOut) as sold_out:
        hold(info, "a", {mug: 1, cup: 1})
    assert [(short.variant_id, short.left) for short in sold_out.value.shortages] == [(cup, 0)]
    assert stock(info, mug) == (9, 0)


def test_the_same_key_holds_once_and_again_after_it_was_given_back(info: ShopInfo) -> None:
    mug = shopping.make_variant(info, stock=2)
    for _ in range(3):
        hold(info, "a", {mug: 2})
    assert stock(info, mug) == (2, 2)
    for _ in range(2):
        with shop_transaction(info.id):
            release(key="a")
    assert stock(info, mug) == (2, 0)
    hold(info, "a", {mug: 1})
    assert stock(info, mug) == (2, 1)


def test_only_what_is_held_can_be_committed(info: ShopInfo) -> None:
    mug, cup = shopping.make_variant(info), shopping.make_variant(info)
    hold(info, "a", {mug: 1, cup: 1})
    with shop_transaction(info.id):
        commit(key="a", lines=2)
        commit(key="a", lines=2)
    for key, lines in (("a", 3), ("unknown", 1)):
        with pytest.raises(ReservationGone), shop_transaction(info.id):
            commit(key=key, lines=lines)
    with shop_transaction(info.id):
        assert set(Reservation.objects.values_list("state", "expires_at")) == {("committed", None)}


def test_what_is_given_up_comes_back_and_what_is_ordered_stays(info: ShopInfo) -> None:
    mug = shopping.make_variant(info, stock=9)
    hold(info, "short", {mug: 1}, minutes=5)
    hold(info, "long", {mug: 2}, minutes=60)
    hold(info, "ordered", {mug: 3}, minutes=5)
    with shop_transaction(info.id):
        commit(key="ordered", lines=1)
    with clock.moved(timedelta(minutes=6)):
        expire_reservations(timestamp=0)
    assert stock(info, mug) == (9, 5)


def test_expiry_goes_by_small_batches(info: ShopInfo) -> None:
    mug = shopping.make_variant(info, stock=9)
    for key in "abcde":
        hold(info, key, {mug: 1}, minutes=1)
    with clock.moved(timedelta(minutes=2)), shop_transaction(info.id):
        assert [release_expired(limit=2) for _ in range(4)] == [2, 2, 1, 0]
    assert stock(info, mug) == (9, 0)


def test_shipping_takes_from_the_shelf_and_writes_movements(info: ShopInfo) -> None:
    mug, endless = shopping.make_variant(info, stock=9), shopping.make_variant(info, stock=None)
    hold(info, "a", {mug: 3, endless: 2})
    with shop_transaction(info.id):
        commit(key="a", lines=2)
        ship_stock(key="a", lines={mug: 2, endless: 2}, reference="1001", actor="member:1")
    assert (stock(info, mug), stock(info, endless)) == ((7, 1), (0, 0))
    with shop_transaction(info.id):
        ship_stock(key="a", lines={mug: 1}, reference="1001", actor="member:1")
        return_stock(lines={mug: 2, endless: 1}, reference="1001", actor="member:1")
    assert (stock(info, mug), stock(info, endless)) == ((8, 0), (0, 0))
    with shop_transaction(info.id):
        moves = list(Movement.objects.order_by("id").values_list("variant_id", "delta", "reason"))
        assert moves == [(mug, -2, "sale"), (mug, -1, "sale"), (mug, 2, "return")]
        assert Reservation.objects.get(variant_id=mug).state == "shipped"


def test_pieces_of_an_order_can_be_given_back(info: ShopInfo) -> None:
    mug = shopping.make_variant(info, stock=9)
    hold(info, "a", {mug: 3})
    with shop_transaction(info.id):
        commit(key="a", lines=1)
        release_pieces(key="a", lines={mug: 1})
        release_pieces(key="a", lines={})
    assert stock(info, mug) == (9, 2)
    with shop_transaction(info.id):
        release_pieces(key="a", lines={mug: 2})
        assert Reservation.objects.get().state == "released"
    assert stock(info, mug) == (9, 0)


def test_another_shops_stock_cannot_be_held(info: ShopInfo, make_shop: Any) -> None:
    mug = shopping.make_variant(info, stock=9)
    other = shopping.make_ready(make_shop())
    with pytest.raises(Exception, match="foreign key"):
        hold(other, "a", {mug: 1})
    assert stock(info, mug) == (9, 0)
