"""A payment that comes when the shopper has moved on: one order, one charge, and what was bought leaves the cart."""

from datetime import timedelta
from typing import Any

import pytest

from eseller.commerce.cart.models import CartLine
from eseller.commerce.cart.records import CartOwner
from eseller.commerce.inventory.models import StockItem
from eseller.commerce.orders.actions.cancel import cancel
from eseller.commerce.orders.actions.expire import expire_pending
from eseller.commerce.orders.actions.payment_callback import second_step
from eseller.commerce.orders.actions.place_order import place_order
from eseller.commerce.orders.actions.settle import settle
from eseller.commerce.orders.checkout import Placed
from eseller.commerce.orders.models import Order
from eseller.commerce.payments import testcard
from eseller.commerce.payments.models import Payment, TestCardCharge
from eseller.commerce.payments.provider import StartRequest
from eseller.kernel import clock
from eseller.kernel.money import Money
from eseller.services.models import OutboxMessage
from eseller.tenancy.hosts import ShopInfo
from eseller.tenancy.scope import shop_transaction
from tests.commerce import shopping
from tests.commerce.orders import jobs


@pytest.fixture
def info(shop: Any) -> ShopInfo:
    return shopping.make_ready(shop)


def order(info: ShopInfo, owner: CartOwner, **values: Any) -> Placed:
    return place_order(shop=info, owner=owner, details=shopping.details_for(info, owner, **values), actor="shopper")


def approve(info: ShopInfo, placed: Placed) -> str:
    """Say yes at the bank's page, and let the jobs that follow run."""
    path = second_step(shop_id=info.id, reference=placed.next_path.rpartition("/")[2], approve=True)
    assert jobs.work(info) == []
    return path


def time_is_up(info: ShopInfo) -> None:
    with clock.moved(timedelta(minutes=31)):
        assert expire_pending(shop_id=info.id, actor="job") == 1


def orders(info: ShopInfo) -> list[tuple[str, str]]:
    with shop_transaction(info.id):
        return list(Order.objects.order_by("id").values_list("state", "payment_state"))


def charges(info: ShopInfo) -> list[str]:
    with shop_transaction(info.id):
        return list(TestCardCharge.objects.order_by("id").values_list("state", flat=True))


def in_cart(info: ShopInfo) -> dict[int, int]:
    with shop_transaction(info.id):
        return dict(CartLine.objects.values_list("variant_id", "quantity"))


def reserved(info: ShopInfo, variant: int) -> int:
    with shop_transaction(info.id):
        return StockItem.objects.get(variant_id=variant).reserved


def told(info: ShopInfo) -> list[tuple[str, str]]:
    with shop_transaction(info.id):
        return [(mail.kind, mail.payload.get("reason", "")) for mail in OutboxMessage.objects.order_by("id")]


def test_what_is_bought_leaves_a_cart_that_was_changed_while_the_bank_waited(info: ShopInfo) -> None:
    mug, cup, bowl = (shopping.make_variant(info, stock=9) for _ in range(3))
    owner = shopping.fill_cart(info, {mug: 2, cup: 1})
    waiting = order(info, owner, card=shopping.TWO_STEPS)
    shopping.fill_cart(info, {mug: 1, bowl: 1}, owner)
    approve(info, waiting)
    assert orders(info) == [("open", "authorised")]
    assert in_cart(info) == {mug: 1, bowl: 1}
    assert order(info, owner).state == "open"


def test_what_is_bought_leaves_the_cart_after_time_was_up(info: ShopInfo) -> None:
    mug = shopping.make_variant(info, stock=9)
    waiting = order(info, shopping.fill_cart(info, {mug: 2}), card=shopping.TWO_STEPS)
    time_is_up(info)
    approve(info, waiting)
    assert orders(info) == [("open", "authorised")]
    assert in_cart(info) == {}
    assert told(info) == [("order_confirmation", "")]


@pytest.mark.parametrize("card", [{}, {"card": shopping.APPROVED}, {"card": shopping.TWO_STEPS}])
def test_who_ordered_again_after_time_was_up_pays_once(info: ShopInfo, card: dict[str, Any]) -> None:
    mug = shopping.make_variant(info, stock=9)
    owner = shopping.fill_cart(info, {mug: 2})
    late = order(info, owner, card=shopping.TWO_STEPS)
    time_is_up(info)
    again = order(info, owner, email="corrected@people.example", **card)
    approve(info, late)
    if again.state == "pending":
        approve(info, again)
    assert orders(info) == [("cancelled", "voided"), ("open", "authorised" if card else "unpaid")]
    assert charges(info) == ["voided", "authorised"][: 1 + len(card)]
    assert reserved(info, mug) == 2
    assert ("order_cancelled", "too_late") in told(info)


def test_who_ordered_again_from_another_browser_pays_once(info: ShopInfo) -> None:
    mug = shopping.make_variant(info, stock=9)
    late = order(info, shopping.fill_cart(info, {mug: 2}), card=shopping.LATE)
    time_is_up(info)
    order(info, shopping.fill_cart(info, {mug: 2}), email="Karen@People.example")
    with shop_transaction(info.id):
        reference = TestCardCharge.objects.get().reference
    second_step(shop_id=info.id, reference=reference, approve=True)
    assert jobs.work(info) == []
    assert orders(info) == [("cancelled", "voided"), ("open", "unpaid")]
    assert late.state == "pending"


def test_a_changed_cart_that_is_ordered_takes_the_place_of_what_the_bank_waits_for(info: ShopInfo) -> None:
    mug, bowl = (shopping.make_variant(info, stock=9) for _ in range(2))
    owner = shopping.fill_cart(info, {mug: 2})
    waiting = order(info, owner, card=shopping.TWO_STEPS)
    shopping.fill_cart(info, {bowl: 1}, owner)
    again = order(info, owner, card=shopping.TWO_STEPS)
    assert charges(info) == ["voided", "action_required"]
    assert reserved(info, mug) == 2
    approve(info, again)
    approve(info, waiting)
    assert orders(info) == [("cancelled", "voided"), ("open", "authorised")]
    assert charges(info) == ["voided", "authorised"]
    assert in_cart(info) == {}


def test_what_the_merchant_cancelled_is_not_revived(info: ShopInfo, monkeypatch: pytest.MonkeyPatch) -> None:
    waiting = order(info, shopping.fill_cart(info, {shopping.make_variant(info): 1}), card=shopping.TWO_STEPS)
    with monkeypatch.context() as down:
        down.setattr(testcard.TestCard, "void", lambda *_, **__: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            cancel(shop_id=info.id, number=waiting.number, actor="member:1")
    approve(info, waiting)
    assert orders(info) == [("cancelled", "voided")]
    assert charges(info) == ["voided"]


def test_a_charge_that_begins_after_its_payment_was_let_go_is_let_go(info: ShopInfo) -> None:
    waiting = order(info, shopping.fill_cart(info, {shopping.make_variant(info): 1}), card=shopping.TWO_STEPS)
    with shop_transaction(info.id):
        payment = Payment.objects.get()
        TestCardCharge.objects.all().delete()  # as if the provider had not begun yet
    cancel(shop_id=info.id, number=waiting.number, actor="member:1")
    assert jobs.work(info) == []
    request = StartRequest(
        shop_id=info.id, token=payment.token, amount=Money(payment.amount, "DKK"), card=shopping.APPROVED
    )
    began = testcard.TestCard().start(request)
    settle(shop_id=info.id, payment_token=payment.token, kind="started", told=began.told, actor="shopper")
    assert charges(info) == ["authorised"]
    assert jobs.work(info) == []
    assert charges(info) == ["voided"]
