"""Many buyers, many clicks, at the same time."""

from collections import Counter
from typing import Any

import msgspec
import pytest

from eseller.commerce.inventory.errors import SoldOut
from eseller.commerce.inventory.models import Reservation, StockItem
from eseller.commerce.orders.actions.cancel import cancel
from eseller.commerce.orders.actions.capture import capture
from eseller.commerce.orders.actions.mark_paid import mark_paid
from eseller.commerce.orders.actions.payment_callback import Heard, handle_callback
from eseller.commerce.orders.actions.place_order import place_order
from eseller.commerce.orders.actions.refund import refund
from eseller.commerce.orders.actions.ship import ship
from eseller.commerce.orders.checkout import Placed
from eseller.commerce.orders.errors import BadAmount
from eseller.commerce.orders.models import Fulfilment, Invoice, NumberSeries, Order
from eseller.commerce.orders.numbers import next_number
from eseller.commerce.payments import testcard
from eseller.commerce.payments.models import Payment, PaymentEvent, Refund, TestCardCharge
from eseller.services.models import OutboxMessage
from eseller.tenancy.hosts import ShopInfo
from eseller.tenancy.scope import shop_transaction
from tests.commerce import shopping
from tests.concurrency.crowd import all_at_once

pytestmark = pytest.mark.pg15


@pytest.fixture
def info(shop: Any) -> ShopInfo:
    return shopping.make_ready(shop)


def buy(info: ShopInfo, goods: dict[int, int], **values: Any) -> Placed:
    owner = shopping.fill_cart(info, goods)
    return place_order(shop=info, owner=owner, details=shopping.details_for(info, owner, **values), actor="shopper")


def test_two_hundred_buyers_for_the_last_ten_units(info: ShopInfo) -> None:
    mug, cup = shopping.make_variant(info, stock=10), shopping.make_variant(info, stock=1000)
    # Half of them put the other thing in first, so that the order of the lines differs.
    carts = [shopping.fill_cart(info, {mug: 1, cup: 1} if n % 2 else {cup: 1, mug: 1}) for n in range(200)]
    forms = [(owner, shopping.details_for(info, owner)) for owner in carts]

    answers = all_at_once(
        lambda form: place_order(shop=info, owner=form[0], details=form[1], actor="shopper"), forms
    )

    assert Counter(type(answer) for answer in answers) == {Placed: 10, SoldOut: 190}
    with shop_transaction(info.id):
        assert Order.objects.count() == 10
        stock = StockItem.objects.get(variant_id=mug)
        assert (stock.on_hand, stock.reserved) == (10, 10)
        assert StockItem.objects.get(variant_id=cup).reserved == 10
        assert Reservation.objects.filter(state="committed").count() == 20
        assert not Reservation.objects.filter(state="held").exists()


def test_crowds_that_want_things_in_different_orders_do_not_lock_each_other_out(info: ShopInfo) -> None:
    things = [shopping.make_variant(info, stock=500) for _ in range(6)]
    carts = [
        shopping.fill_cart(info, {things[(n * step) % 6]: 1 for step in (5, 3, 1, 4, 2, 6)}) for n in range(60)
    ]
    forms = [(owner, shopping.details_for(info, owner, card=shopping.APPROVED)) for owner in carts]
    answers = all_at_once(
        lambda form: place_order(shop=info, owner=form[0], details=form[1], actor="shopper"), forms
    )
    assert {getattr(answer, "state", answer) for answer in answers} == {"open"}


@pytest.mark.parametrize("card", [None, shopping.APPROVED])
def test_one_cart_sent_from_eight_windows_is_one_order(info: ShopInfo, card: Any) -> None:
    mug = shopping.make_variant(info, stock=1)
    owner = shopping.fill_cart(info, {mug: 1})
    details = shopping.details_for(info, owner, **({"card": card} if card else {}))
    answers = all_at_once(
        lambda _: place_order(shop=info, owner=owner, details=details, actor="shopper"), range(8), threads=8
    )
    assert len(set(answers)) == 1, answers
    assert isinstance(answers[0], Placed)
    with shop_transaction(info.id):
        assert Order.objects.count() == 1
        assert Payment.objects.count() == 1
        assert TestCardCharge.objects.count() == (1 if card else 0)
        assert OutboxMessage.objects.count() == 1
        assert StockItem.objects.get().reserved == 1
        assert NumberSeries.objects.get(name="order").last == 1001


def test_capturing_eight_times_at_once_takes_the_money_once(info: ShopInfo) -> None:
    number = buy(info, {shopping.make_variant(info): 1}, card=shopping.APPROVED).number
    answers = all_at_once(lambda _: capture(shop_id=info.id, number=number, actor="member:1"), range(8), threads=8)
    assert answers == [None] * 8
    with shop_transaction(info.id):
        payment = Payment.objects.get()
        assert payment.captured == payment.amount == TestCardCharge.objects.get().captured
        assert Invoice.objects.count() == 1
        assert PaymentEvent.objects.filter(kind="captured").count() == 1


def test_refunds_at_once_never_give_back_more_than_was_paid(info: ShopInfo) -> None:
    number = buy(info, {shopping.make_variant(info, price=10000): 1}, card=shopping.APPROVED).number
    capture(shop_id=info.id, number=number, actor="member:1")

    def give(key: str) -> None:
        refund(shop_id=info.id, number=number, key=key, amount=5000, actor="member:1")

    answers = all_at_once(give, ["a", "a", "a", "b", "b", "c", "d", "e"], threads=8)
    # Of 139.00 there is room for two refunds of 50.00; a repeated key answers as its first did.
    assert {type(answer) for answer in answers} == {type(None), BadAmount}
    with shop_transaction(info.id):
        payment = Payment.objects.get()
        assert payment.refunded == sum(Refund.objects.values_list("amount", flat=True)) == 10000
        assert TestCardCharge.objects.get().refunded == 10000
        assert Invoice.objects.filter(kind="credit_note").count() == Refund.objects.count() == 2


def test_shipping_and_cancelling_at_once_is_one_of_the_two(info: ShopInfo) -> None:
    mug = shopping.make_variant(info, stock=5)
    number = buy(info, {mug: 2}).number

    def act(n: int) -> None:
        if n % 2:
            ship(shop_id=info.id, number=number, key="parcel", actor="member:1")
        else:
            cancel(shop_id=info.id, number=number, actor="member:1")

    all_at_once(act, range(8), threads=8)
    with shop_transaction(info.id):
        order, stock = Order.objects.get(), StockItem.objects.get()
        shipped = Fulfilment.objects.exists()
        assert order.state == ("open" if shipped else "cancelled")
        assert (stock.on_hand, stock.reserved) == ((3, 0) if shipped else (5, 0))


def test_a_double_click_on_ship_sends_one_parcel(info: ShopInfo) -> None:
    number = buy(info, {shopping.make_variant(info, stock=5): 4}).number
    answers = all_at_once(
        lambda _: ship(shop_id=info.id, number=number, key="parcel", actor="member:1"), range(8), threads=8
    )
    assert answers == [None] * 8
    with shop_transaction(info.id):
        assert Fulfilment.objects.count() == 1
        assert (StockItem.objects.get().on_hand, StockItem.objects.get().reserved) == (1, 0)


def test_a_callback_that_comes_eight_times_at_once_is_heard_once(info: ShopInfo) -> None:
    placed = buy(info, {shopping.make_variant(info): 1}, card=shopping.TWO_STEPS)
    reference = placed.next_path.rpartition("/")[2]
    testcard.answer(shop_id=info.id, reference=reference, approve=True)
    charge = testcard.look(shop_id=info.id, reference=reference)
    assert charge is not None
    headers, body = testcard.callback(charge, shop_id=info.id)
    heard = all_at_once(
        lambda _: handle_callback(shop_id=info.id, provider="testcard", headers=headers, body=body),
        range(8),
        threads=8,
    )
    assert Counter(heard) == {Heard.APPLIED: 1, Heard.REPEATED: 7}
    with shop_transaction(info.id):
        assert Order.objects.get().state == "open"
        assert OutboxMessage.objects.filter(kind="order_confirmation").count() == 1


def test_numbers_have_no_gaps_under_rollback_and_concurrency(info: ShopInfo) -> None:
    def take(n: int) -> int:
        with shop_transaction(info.id):
            number = next_number("invoice")
            if n % 3 == 0:
                raise ValueError("undone")
        return number

    answers = all_at_once(take, range(90))
    numbers = sorted(answer for answer in answers if isinstance(answer, int))
    assert numbers == list(range(1, 61))


def test_invoices_of_orders_paid_at_once_are_numbered_without_gaps(info: ShopInfo) -> None:
    mug = shopping.make_variant(info, stock=100)
    numbers = [buy(info, {mug: 1}).number for _ in range(24)]
    answers = all_at_once(lambda number: mark_paid(shop_id=info.id, number=number, actor="member:1"), numbers * 2)
    assert set(answers) == {None}
    with shop_transaction(info.id):
        assert sorted(Invoice.objects.values_list("number", flat=True)) == list(range(1, 25))


def test_two_orders_from_one_reservation_key_are_impossible(info: ShopInfo) -> None:
    mug = shopping.make_variant(info, stock=3)
    owner = shopping.fill_cart(info, {mug: 1})
    details = shopping.details_for(info, owner)
    other = msgspec.structs.replace(details, email="other@people.example")
    answers = all_at_once(
        lambda form: place_order(shop=info, owner=owner, details=form, actor="shopper"), [details, other] * 4
    )
    assert len(set(answers)) == 1
    with shop_transaction(info.id):
        assert Order.objects.count() == 1
        assert StockItem.objects.get().reserved == 1
