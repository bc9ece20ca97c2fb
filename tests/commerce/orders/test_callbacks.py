"""What a payment provider says: once, twice, late, out of order, forged, to the wrong shop."""

import random
import time
from typing import Any

import msgspec
import pytest

from eseller.commerce.orders.actions.capture import capture
from eseller.commerce.orders.actions.payment_callback import Heard, handle_callback, second_step
from eseller.commerce.orders.actions.place_order import place_order
from eseller.commerce.orders.errors import PaymentDeclined, UnknownOrder
from eseller.commerce.orders.models import Order
from eseller.commerce.payments import signing, testcard
from eseller.commerce.payments.models import Payment, PaymentEvent, TestCardCharge
from eseller.commerce.payments.records import PaymentState
from eseller.commerce.payments.rules import Told
from eseller.commerce.payments.tasks import deliver_callback
from eseller.services.models import OutboxMessage
from eseller.tenancy.hosts import ShopInfo
from eseller.tenancy.scope import shop_transaction
from tests.commerce import shopping

CODE = "testcard"


@pytest.fixture
def info(shop: Any) -> ShopInfo:
    return shopping.make_ready(shop)


def waiting(info: ShopInfo, card: Any = shopping.TWO_STEPS) -> str:
    """Place an order whose payment waits; return the charge's reference."""
    owner = shopping.fill_cart(info, {shopping.make_variant(info): 1})
    place_order(shop=info, owner=owner, details=shopping.details_for(info, owner, card=card), actor="shopper")
    with shop_transaction(info.id):
        return TestCardCharge.objects.order_by("id").last().reference  # type: ignore[union-attr]


def spoken(info: ShopInfo, reference: str) -> tuple[dict[str, str], bytes]:
    charge = testcard.look(shop_id=info.id, reference=reference)
    assert charge is not None
    return testcard.callback(charge, shop_id=info.id)


def hear(info: ShopInfo, headers: dict[str, str], body: bytes, provider: str = CODE) -> Heard:
    return handle_callback(shop_id=info.id, provider=provider, headers=headers, body=body)


def now(info: ShopInfo) -> tuple[str, str, str]:
    with shop_transaction(info.id):
        order, payment = Order.objects.get(), Payment.objects.get()
    return order.state, order.payment_state, payment.state


def test_the_second_step_makes_the_order_and_the_callback_that_follows_is_old_news(info: ShopInfo) -> None:
    reference = waiting(info)
    assert now(info) == ("pending", "unpaid", "action_required")
    path = second_step(shop_id=info.id, reference=reference, approve=True)
    assert path.startswith("/order/")
    assert now(info) == ("open", "authorised", "authorised")
    assert hear(info, *spoken(info, reference)) is Heard.APPLIED
    assert hear(info, *spoken(info, reference)) is Heard.REPEATED
    assert second_step(shop_id=info.id, reference=reference, approve=False) == path
    assert now(info) == ("open", "authorised", "authorised")
    with shop_transaction(info.id):
        assert OutboxMessage.objects.count() == 1


def test_a_refused_second_step_leads_back_to_the_checkout(info: ShopInfo) -> None:
    reference = waiting(info)
    assert second_step(shop_id=info.id, reference=reference, approve=False) == "/checkout"
    assert now(info) == ("cancelled", "unpaid", "declined")
    with pytest.raises(UnknownOrder):
        second_step(shop_id=info.id, reference="unknown", approve=True)


def test_a_late_answer_comes_by_a_job(info: ShopInfo) -> None:
    reference = waiting(info, shopping.LATE)
    assert now(info) == ("pending", "unpaid", "pending")
    deliver_callback(shop_id=info.id, reference=reference)  # the processor makes up its mind
    assert now(info) == ("pending", "unpaid", "pending")
    deliver_callback(shop_id=info.id, reference=reference)  # and says so
    deliver_callback(shop_id=info.id, reference=reference)
    assert now(info) == ("open", "authorised", "authorised")
    with shop_transaction(info.id):
        assert OutboxMessage.objects.count() == 1


def test_forged_callbacks_change_nothing(info: ShopInfo) -> None:
    reference = waiting(info)
    testcard.answer(shop_id=info.id, reference=reference, approve=True)
    headers, body = spoken(info, reference)
    old = signing.signed_headers(shop_id=info.id, message_id="m", body=body, at=int(time.time()) - 301)
    future = signing.signed_headers(shop_id=info.id, message_id="m", body=body, at=int(time.time()) + 301)
    for forged, text in (
        ({}, body),
        (headers, body + b" "),
        (headers | {"webhook-id": "another"}, body),
        (headers | {"webhook-timestamp": str(int(headers["webhook-timestamp"]) + 1)}, body),
        (headers | {"webhook-timestamp": "9" * 30}, body),
        (headers | {"webhook-timestamp": "²"}, body),
        (headers | {"webhook-timestamp": "now"}, body),
        (headers | {"webhook-signature": "v1,"}, body),
        (headers | {"webhook-signature": "v1,Zm9yZ2Vk ü"}, body),
        (old, body),
        (future, body),
        (signing.signed_headers(shop_id=info.id, message_id="m", body=b"{}"), b"{}"),
        (signing.signed_headers(shop_id=info.id, message_id="m", body=b"x" * 70_000), b"x" * 70_000),
    ):
        assert hear(info, forged, text) is Heard.FORGED, forged
    assert now(info) == ("pending", "unpaid", "action_required")
    twice = headers | {"webhook-signature": "v1,Zm9yZ2Vk " + headers["webhook-signature"]}
    assert hear(info, twice, body) is Heard.APPLIED


def test_a_callback_of_another_shop_is_forged_here(info: ShopInfo, make_shop: Any) -> None:
    reference = waiting(info)
    testcard.answer(shop_id=info.id, reference=reference, approve=True)
    headers, body = spoken(info, reference)
    other = shopping.make_ready(make_shop())
    assert hear(other, headers, body) is Heard.FORGED
    signed_there = signing.signed_headers(shop_id=other.id, message_id="m", body=body)
    assert hear(other, signed_there, body) is Heard.UNKNOWN
    assert hear(info, headers, body, provider="invoice") is Heard.FORGED
    assert hear(info, headers, body, provider="nobody") is Heard.UNKNOWN
    assert now(info)[0] == "pending"


def test_sums_that_cannot_be_true_are_not_believed(info: ShopInfo) -> None:
    reference = waiting(info)
    with shop_transaction(info.id):
        payment = Payment.objects.get()
    told = Told(state=PaymentState.CAPTURED, authorised=payment.amount + 1, captured=payment.amount + 1)
    body = msgspec.json.encode(testcard.Message("captured", payment.token, told))
    headers = signing.signed_headers(shop_id=info.id, message_id="m", body=body)
    assert hear(info, headers, body) is Heard.UNKNOWN
    assert now(info)[2] == "action_required"
    assert reference


@pytest.mark.parametrize("seed", range(6))
def test_callbacks_in_any_order_end_in_the_same_place(info: ShopInfo, seed: int) -> None:
    reference = waiting(info)
    messages = [spoken(info, reference)]
    testcard.answer(shop_id=info.id, reference=reference, approve=True)
    messages.append(spoken(info, reference))
    card, charge = testcard.TestCard(), testcard.look(shop_id=info.id, reference=reference)
    assert charge is not None
    card.capture(shop_id=info.id, reference=reference, amount=charge.amount)
    messages.append(spoken(info, reference))
    for total in (100, 250):
        card.refund(shop_id=info.id, reference=reference, total=total)
        messages.append(spoken(info, reference))
    shuffled = messages * 2
    random.Random(seed).shuffle(shuffled)
    for message in shuffled:
        assert hear(info, *message) in (Heard.APPLIED, Heard.REPEATED)
    with shop_transaction(info.id):
        payment, order = Payment.objects.get(), Order.objects.get()
        assert (payment.state, payment.captured, payment.refunded) == ("captured", payment.amount, 250)
        assert (order.state, order.payment_state) == ("open", "partially_refunded")
        assert PaymentEvent.objects.count() == 6  # starting is one, and each message once
        assert OutboxMessage.objects.filter(kind="order_confirmation").count() == 1
        assert order.invoices.count() == 1


def test_a_capture_whose_answer_was_lost_is_heard_by_callback(info: ShopInfo) -> None:
    reference = waiting(info, shopping.APPROVED)
    with shop_transaction(info.id):
        number, amount = Order.objects.get().number, Payment.objects.get().amount
    testcard.TestCard().capture(shop_id=info.id, reference=reference, amount=amount)
    capture(shop_id=info.id, number=number, actor="member:1")
    assert hear(info, *spoken(info, reference)) in (Heard.APPLIED, Heard.REPEATED)
    assert now(info) == ("open", "paid", "captured")


def test_a_decline_after_the_money_came_is_not_believed(info: ShopInfo) -> None:
    waiting(info, shopping.APPROVED)
    with shop_transaction(info.id):
        token = Payment.objects.get().token
    body = msgspec.json.encode(testcard.Message("declined", token, Told(state=PaymentState.DECLINED)))
    headers = signing.signed_headers(shop_id=info.id, message_id="m", body=body)
    hear(info, headers, body)
    assert now(info) == ("open", "authorised", "authorised")


def test_a_declined_card_is_never_charged_later(info: ShopInfo) -> None:
    with pytest.raises(PaymentDeclined):
        waiting(info, shopping.DECLINED)
    with shop_transaction(info.id):
        payment, charge = Payment.objects.get(), TestCardCharge.objects.get()
    told = Told(state=PaymentState.AUTHORISED, authorised=payment.amount)
    body = msgspec.json.encode(testcard.Message("authorised", payment.token, told))
    hear(info, signing.signed_headers(shop_id=info.id, message_id="m", body=body), body)
    assert now(info) == ("cancelled", "unpaid", "declined")
    assert not testcard.answer(shop_id=info.id, reference=charge.reference, approve=True)
