"""Placing an order: what it writes, what it costs in statements, and that it happens once."""

from datetime import timedelta
from typing import Any

import msgspec
import pytest
from django.db import connection
from django.test.utils import override_settings

from eseller.commerce.cart.queries import cart_summary
from eseller.commerce.cart.records import CartOwner
from eseller.commerce.inventory.errors import SoldOut
from eseller.commerce.inventory.models import Reservation, StockItem
from eseller.commerce.orders.actions.place_order import place_order
from eseller.commerce.orders.checkout import CheckoutDetails, Placed
from eseller.commerce.orders.checks import digest
from eseller.commerce.orders.errors import (
    CartProblems,
    EmptyCart,
    InvalidCheckout,
    PaymentDeclined,
    TotalChanged,
)
from eseller.commerce.orders.links import is_signed
from eseller.commerce.orders.models import Order, OrderEvent
from eseller.commerce.orders.queries import order_status
from eseller.commerce.payments.models import Payment, TestCardCharge
from eseller.commerce.payments.records import CardInput
from eseller.commerce.pricing.models import Price
from eseller.commerce.shipping.models import ShippingRate
from eseller.kernel import clock
from eseller.services.models import OutboxMessage
from eseller.tenancy.hosts import ShopInfo
from eseller.tenancy.models import History
from eseller.tenancy.scope import shop_transaction
from tests.commerce import shopping

pytestmark = pytest.mark.pg15


@pytest.fixture
def info(shop: Any) -> ShopInfo:
    return shopping.make_ready(shop)


def place(info: ShopInfo, owner: CartOwner, **values: Any) -> Placed:
    return place_with(info, owner, shopping.details_for(info, owner, **values))


def place_with(info: ShopInfo, owner: CartOwner, details: CheckoutDetails) -> Placed:
    return place_order(shop=info, owner=owner, details=details, actor="shopper")


def test_an_order_keeps_what_was_computed(info: ShopInfo) -> None:
    mug = shopping.make_variant(info, price=10000, title="Mug", size="Large", sku="MUG-L", weight_g=400)
    bowl = shopping.make_variant(info, price=333, title="Bowl", weight_g=100)
    owner = shopping.fill_cart(info, {mug: 1, bowl: 3})
    placed = place(info, owner, note="Ring twice", customer_reference="PO 7")
    with shop_transaction(info.id):
        order = order_status(placed.public_id)
    assert (order.state, order.payment_state, order.fulfilment_state) == ("open", "unpaid", "unfulfilled")
    assert [(line.kind, line.title, line.options, line.quantity, line.total.amount) for line in order.lines] == [
        ("goods", "Mug", "Large", 1, 10000),
        ("goods", "Bowl", "", 3, 999),
        ("shipping", "Parcel", "", 1, 3900),
    ]
    assert order.total.amount == 14899
    assert [(part.rate_bp, part.net, part.vat) for part in order.vat_split] == [(2500, 11919, 2980)]
    assert (order.net.amount, order.vat.amount) == (11919, 2980)
    assert (order.note, order.customer_reference, order.payment_reference) == ("Ring twice", "PO 7", placed.number)
    assert order.shipping == shopping.ADDRESS
    assert order.billing is None
    path, _, signature = placed.next_path.partition("?s=")
    assert path == f"/order/{placed.public_id}"
    assert is_signed(placed.public_id, signature, shop_id=info.id)


def test_a_link_of_one_order_or_shop_opens_no_other(info: ShopInfo, make_shop: Any) -> None:
    placed = place(info, shopping.fill_cart(info, {shopping.make_variant(info): 1}))
    signature = placed.next_path.partition("?s=")[2]
    assert not is_signed(placed.public_id, signature, shop_id=make_shop().pk)
    assert not is_signed(placed.public_id + "x", signature, shop_id=info.id)
    assert not is_signed(placed.public_id, "", shop_id=info.id)


def test_placing_empties_the_cart_keeps_the_stock_and_mails(info: ShopInfo) -> None:
    mug = shopping.make_variant(info, stock=5)
    owner = shopping.fill_cart(info, {mug: 2})
    place(info, owner)
    with shop_transaction(info.id):
        assert cart_summary(owner).count == 0
        stock = StockItem.objects.get(variant_id=mug)
        assert (stock.on_hand, stock.reserved) == (5, 2)
        held = Reservation.objects.get(variant_id=mug)
        assert (held.state, held.expires_at) == ("committed", None)
        mail = OutboxMessage.objects.get()
        assert (mail.kind, mail.recipient, mail.state) == ("order_confirmation", "karen@people.example", "pending")
        assert "karen" not in str(mail.payload)


def test_order_numbers_count_up_with_the_shops_prefix(make_shop: Any) -> None:
    info = shopping.make_ready(make_shop(order_prefix="LF-"))
    mug = shopping.make_variant(info)
    numbers = [place(info, shopping.fill_cart(info, {mug: 1})).number for _ in range(3)]
    assert numbers == ["LF-1001", "LF-1002", "LF-1003"]


@pytest.mark.parametrize("card", [None, shopping.APPROVED])
def test_placing_three_lines_takes_at_most_20_statements(info: ShopInfo, card: CardInput | None) -> None:
    owner = shopping.fill_cart(info, {shopping.make_variant(info): n for n in (1, 2, 3)})
    details = shopping.details_for(info, owner, **({"card": card} if card else {}))
    statements = []

    def count(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if "set_config" not in sql:
            statements.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(count):
        place_with(info, owner, details)
    assert 8 < len(statements) <= 20, "\n".join(statements)


def test_the_same_form_sent_again_gives_the_same_answer(info: ShopInfo) -> None:
    owner = shopping.fill_cart(info, {shopping.make_variant(info): 1})
    details = shopping.details_for(info, owner)
    assert place_with(info, owner, details) == place_with(info, owner, details)
    with shop_transaction(info.id):
        assert Order.objects.count() == 1
        assert OutboxMessage.objects.count() == 1


def test_a_card_that_is_approved_opens_the_order(info: ShopInfo) -> None:
    owner = shopping.fill_cart(info, {shopping.make_variant(info): 1})
    details = shopping.details_for(info, owner, card=shopping.APPROVED)
    placed = place_with(info, owner, details)
    assert (placed.state, placed.payment_state) == ("open", "authorised")
    assert place_with(info, owner, details) == placed
    with shop_transaction(info.id):
        payment, charge = Payment.objects.get(), TestCardCharge.objects.get()
        assert (payment.state, payment.authorised, payment.captured) == ("authorised", payment.amount, 0)
        assert (charge.last4, charge.reference) == ("4242", payment.reference)
        assert cart_summary(owner).count == 0


def test_a_card_number_is_kept_nowhere(info: ShopInfo) -> None:
    owner = shopping.fill_cart(info, {shopping.make_variant(info): 1})
    details = shopping.details_for(info, owner, card=shopping.APPROVED)
    place_with(info, owner, details)
    assert "4242" not in repr(details)
    with shop_transaction(info.id):
        kept = [*OrderEvent.objects.values(), *Payment.objects.values(), *OutboxMessage.objects.values()]
        kept += [*TestCardCharge.objects.values(), *History.objects.values()]
    assert "42424242" not in str(kept)
    assert "'123'" not in str(kept)


@pytest.mark.parametrize("card", [shopping.DECLINED, shopping.POOR])
def test_a_declined_card_changes_nothing_for_the_shopper(info: ShopInfo, card: CardInput) -> None:
    mug = shopping.make_variant(info, stock=1)
    owner = shopping.fill_cart(info, {mug: 1})
    details = shopping.details_for(info, owner, card=card)
    for _ in range(2):
        with pytest.raises(PaymentDeclined) as declined:
            place_with(info, owner, details)
        assert "Nothing was charged" in declined.value.fields["card_number"]
    with shop_transaction(info.id):
        assert StockItem.objects.get(variant_id=mug).reserved == 0
        assert cart_summary(owner).count == 1
        assert not OutboxMessage.objects.exists()
        assert [order.state for order in Order.objects.all()] == ["cancelled"]
    assert place(info, owner, card=shopping.APPROVED).state == "open"


def test_wrong_fields_are_named_and_nothing_is_held(info: ShopInfo) -> None:
    mug = shopping.make_variant(info)
    owner = shopping.fill_cart(info, {mug: 1})
    details = shopping.details_for(info, owner)
    address = msgspec.structs.replace(details.shipping, name=" \u0000 ", city="x" * 81)
    bad = msgspec.structs.replace(
        details,
        email="karen@people.example\r\nBcc: all@people.example",
        shipping=address,
        billing=msgspec.structs.replace(details.shipping, country="??"),
        shipping_method="pigeon",
        payment_method="gold",
        note="x" * 2001,
        customer_reference="x" * 61,
    )
    with pytest.raises(InvalidCheckout) as refused:
        place_with(info, owner, bad)
    assert set(refused.value.fields) == {
        *("email", "shipping_name", "shipping_city", "billing_country", "shipping_method"),
        *("payment_method", "note", "customer_reference"),
    }
    with shop_transaction(info.id):
        assert not Reservation.objects.exists()
        assert not Order.objects.exists()


@pytest.mark.parametrize(
    ("card", "field"),
    [
        (CardInput("4242 4242 4242 4241", "12/39", "123"), "card_number"),
        (CardInput("٤٢٤٢٤٢٤٢٤٢٤٢٤٢٤٢", "12/39", "123"), "card_number"),
        (CardInput("", "12/39", "123"), "card_number"),
        (CardInput("4242424242424242", "13/39", "123"), "card_expiry"),
        (CardInput("4242424242424242", "10/26", "123"), "card_expiry"),
        (CardInput("4242424242424242", "12/39", "12"), "card_cvc"),
    ],
)
def test_a_card_that_cannot_be_right_never_reaches_the_provider(info: ShopInfo, card: CardInput, field: str) -> None:
    owner = shopping.fill_cart(info, {shopping.make_variant(info): 1})
    with pytest.raises(InvalidCheckout) as refused:
        place(info, owner, card=card)
    assert set(refused.value.fields) == {field}
    with shop_transaction(info.id):
        assert not TestCardCharge.objects.exists()


def test_a_country_that_is_not_delivered_to_is_refused(info: ShopInfo) -> None:
    owner = shopping.fill_cart(info, {shopping.make_variant(info): 1})
    with pytest.raises(InvalidCheckout) as refused:
        place(info, owner, shipping=msgspec.structs.replace(shopping.ADDRESS, country="US"))
    assert set(refused.value.fields) == {"shipping_country"}
    with shop_transaction(info.id):
        ShippingRate.objects.all().delete()
    with pytest.raises(InvalidCheckout) as refused:
        place(info, owner)
    assert set(refused.value.fields) == {"shipping_country"}


def test_a_changed_price_is_shown_before_it_is_charged(info: ShopInfo) -> None:
    mug = shopping.make_variant(info, price=10000)
    owner = shopping.fill_cart(info, {mug: 1})
    details = shopping.details_for(info, owner)
    with shop_transaction(info.id):
        Price.objects.filter(variant_id=mug).update(amount=12000)
    with pytest.raises(TotalChanged) as changed:
        place_with(info, owner, details)
    assert changed.value.quote.total.amount == 15900
    confirmed = msgspec.structs.replace(details, expected_total=15900)
    assert place_with(info, owner, confirmed).state == "open"


def test_a_cart_changed_in_another_window_is_shown_first(info: ShopInfo) -> None:
    mug = shopping.make_variant(info, price=10000)
    owner = shopping.fill_cart(info, {mug: 1})
    details = msgspec.structs.replace(shopping.details_for(info, owner), expected_total=None)
    shopping.fill_cart(info, {mug: 1}, owner)
    with pytest.raises(TotalChanged):
        place_with(info, owner, details)


def test_what_is_sold_out_or_withdrawn_is_said(info: ShopInfo) -> None:
    mug, cup = shopping.make_variant(info, stock=3), shopping.make_variant(info)
    owner = shopping.fill_cart(info, {mug: 3, cup: 1})
    details = shopping.details_for(info, owner)
    with shop_transaction(info.id):
        StockItem.objects.filter(variant_id=mug).update(on_hand=2)
    with pytest.raises(SoldOut) as sold_out:
        place_with(info, owner, details)
    assert [(short.variant_id, short.wanted, short.left) for short in sold_out.value.shortages] == [(mug, 3, 2)]
    with shop_transaction(info.id):
        Price.objects.filter(variant_id=cup).delete()
    with pytest.raises(CartProblems):
        place_with(info, owner, details)


def test_an_empty_cart_orders_nothing(info: ShopInfo) -> None:
    mug = shopping.make_variant(info)
    owner = shopping.fill_cart(info, {mug: 1})
    details = msgspec.structs.replace(shopping.details_for(info, owner), checkout_key="never")
    for nobody in (CartOwner(), CartOwner(token="forged"), CartOwner(customer_id=-1)):
        with pytest.raises(EmptyCart):
            place_with(info, nobody, details)


def test_goods_that_are_not_counted_and_back_orders_are_sold_without_end(info: ShopInfo) -> None:
    endless = shopping.make_variant(info, stock=None)
    later = shopping.make_variant(info, stock=0, backorder=True)
    assert place(info, shopping.fill_cart(info, {endless: 50, later: 50})).state == "open"
    with shop_transaction(info.id):
        assert StockItem.objects.get(variant_id=later).reserved == 50


def test_prices_without_vat_have_the_destinations_added(make_shop: Any) -> None:
    info = shopping.make_ready(make_shop(prices_include_vat=False, currency="EUR", country="DE"))
    book = shopping.make_variant(info, price=1000, vat_class="books")
    lamp = shopping.make_variant(info, price=10000)
    owner = shopping.fill_cart(info, {book: 1, lamp: 1})
    german = msgspec.structs.replace(shopping.ADDRESS, country="DE")
    placed = place(info, owner, shipping=german)
    with shop_transaction(info.id):
        order = order_status(placed.public_id)
    assert [(part.rate_bp, part.net, part.vat) for part in order.vat_split] == [(1900, 13900, 2641), (700, 1000, 70)]
    assert order.total.amount == 17611


def test_a_shopper_who_comes_back_from_the_bank_may_choose_otherwise(info: ShopInfo) -> None:
    owner = shopping.fill_cart(info, {shopping.make_variant(info, stock=1): 1})
    card = shopping.details_for(info, owner, card=shopping.TWO_STEPS)
    waiting = place_with(info, owner, card)
    assert (waiting.state, waiting.next_path[:14]) == ("pending", "/pay/testcard/")
    assert place_with(info, owner, card) == waiting
    otherwise = msgspec.structs.replace(card, payment_method="invoice", card=None)
    placed = place_with(info, owner, otherwise)
    assert (placed.state, placed.public_id != waiting.public_id) == ("open", True)
    assert place_with(info, owner, otherwise) == placed
    with shop_transaction(info.id):
        assert TestCardCharge.objects.get().state == "voided"


CORRECTIONS: list[dict[str, Any]] = [
    {"email": "karin@people.example"},
    {"shipping": msgspec.structs.replace(shopping.ADDRESS, line1="Prøvevej 2")},
    {"billing": shopping.ADDRESS},
    {"note": "Ring twice"},
    {"customer_reference": "PO 7"},
    {"card": shopping.APPROVED},
]


@pytest.mark.parametrize("correction", CORRECTIONS, ids=lambda correction: next(iter(correction)))
def test_what_was_corrected_after_the_banks_page_counts_and_is_charged_once(
    info: ShopInfo, correction: dict[str, Any]
) -> None:
    mug = shopping.make_variant(info, stock=1)
    owner = shopping.fill_cart(info, {mug: 1})
    first = shopping.details_for(info, owner, card=shopping.TWO_STEPS)
    waiting = place_with(info, owner, first)
    corrected = msgspec.structs.replace(first, **correction)
    placed = place_with(info, owner, corrected)
    assert placed.public_id != waiting.public_id
    assert place_with(info, owner, corrected) == placed
    with shop_transaction(info.id):
        order = order_status(placed.public_id)
        assert [charge.state for charge in TestCardCharge.objects.order_by("id")] == [
            "voided",
            "authorised" if "card" in correction else "action_required",
        ]
        assert StockItem.objects.get(variant_id=mug).reserved == 1
        assert [order.state for order in Order.objects.order_by("id")] == ["cancelled", placed.state]
        assert not OutboxMessage.objects.filter(kind="order_cancelled").exists()
    for name, value in correction.items():
        assert name == "card" or getattr(order, name) == value


def test_a_country_that_was_corrected_has_its_own_total_confirmed_first(info: ShopInfo) -> None:
    with shop_transaction(info.id):
        ShippingRate.objects.filter(country="DE").update(amount=9900)
    owner = shopping.fill_cart(info, {shopping.make_variant(info, price=10000): 1})
    first = shopping.details_for(info, owner, card=shopping.TWO_STEPS)
    place_with(info, owner, first)
    german = msgspec.structs.replace(first, shipping=msgspec.structs.replace(shopping.ADDRESS, country="DE"))
    with pytest.raises(TotalChanged) as changed:
        place_with(info, owner, german)
    with shop_transaction(info.id):
        assert TestCardCharge.objects.get().state == "action_required"  # until it is confirmed the first one stands
    shown = changed.value.quote
    placed = place_with(
        info,
        owner,
        msgspec.structs.replace(german, checkout_key=shown.checkout_key, expected_total=shown.total.amount),
    )
    with shop_transaction(info.id):
        assert order_status(placed.public_id).total.amount == 19900
        assert [charge.amount for charge in TestCardCharge.objects.exclude(state="voided")] == [19900]


def test_a_correction_that_cannot_be_placed_leaves_the_order_that_waits(info: ShopInfo) -> None:
    owner = shopping.fill_cart(info, {shopping.make_variant(info): 1})
    first = shopping.details_for(info, owner, card=shopping.TWO_STEPS)
    waiting = place_with(info, owner, first)
    with pytest.raises(InvalidCheckout):
        place_with(info, owner, msgspec.structs.replace(first, email="karin@"))
    assert place_with(info, owner, first) == waiting


def test_what_the_bank_thinks_about_stands_as_it_was_sent(info: ShopInfo) -> None:
    owner = shopping.fill_cart(info, {shopping.make_variant(info): 1})
    first = shopping.details_for(info, owner, card=shopping.LATE)
    waiting = place_with(info, owner, first)
    assert place_with(info, owner, msgspec.structs.replace(first, note="Ring twice")) == waiting


def test_another_card_is_not_told_that_the_first_was_declined(info: ShopInfo) -> None:
    owner = shopping.fill_cart(info, {shopping.make_variant(info): 1})
    first = shopping.details_for(info, owner, card=shopping.DECLINED)
    with pytest.raises(PaymentDeclined):
        place_with(info, owner, first)
    with pytest.raises(TotalChanged):  # its key is spent: the page is shown anew
        place_with(info, owner, msgspec.structs.replace(first, card=shopping.APPROVED))
    assert place(info, owner, card=shopping.APPROVED).state == "open"


def test_the_digest_of_a_form_tells_nothing_and_is_not_in_the_history(info: ShopInfo) -> None:
    owner = shopping.fill_cart(info, {shopping.make_variant(info): 1})
    details = shopping.details_for(info, owner, card=shopping.TWO_STEPS)
    place_with(info, owner, details)
    other_code = msgspec.structs.replace(details, card=CardInput("4000000000003220", "12/39", "999"))
    assert digest(other_code) == digest(details)  # a card's code is kept in no form at all
    with shop_transaction(info.id):
        kept = Order.objects.get().form_digest
        assert kept == digest(details)
        with override_settings(SECRET_KEY="another"):
            assert kept != digest(details)
        assert kept not in str(list(History.objects.values()))


def test_an_order_belongs_to_the_customer_who_is_signed_in(info: ShopInfo) -> None:
    from eseller.commerce.customers.models import Customer

    with shop_transaction(info.id):
        customer = Customer.objects.create(email="k@people.example", password="!", name="K", language="en")
    owner = shopping.fill_cart(info, {shopping.make_variant(info): 1}, CartOwner(customer_id=customer.pk))
    placed = place(info, owner)
    with shop_transaction(info.id):
        assert Order.objects.get(number=placed.number).customer_id == customer.pk


def test_a_reservation_outlives_a_quick_checkout_only(info: ShopInfo) -> None:
    mug = shopping.make_variant(info, stock=1)
    owner = shopping.fill_cart(info, {mug: 1})
    place(info, owner, card=shopping.TWO_STEPS)
    with shop_transaction(info.id):
        expires = Reservation.objects.get().expires_at
    assert expires is not None
    assert timedelta(minutes=29) < expires - clock.now() <= timedelta(minutes=30)


@pytest.mark.parametrize("card", [None, CardInput("", "", "")])
def test_where_there_is_nothing_to_pay_the_order_is_paid_and_nobody_is_asked(
    info: ShopInfo, card: CardInput | None
) -> None:
    with shop_transaction(info.id):
        ShippingRate.objects.all().update(amount=0)
    owner = shopping.fill_cart(info, {shopping.make_variant(info, price=0): 1})
    details = shopping.details_for(info, owner, **({"card": card} if card else {}))
    placed = place_with(info, owner, details)
    assert (placed.state, placed.payment_state) == ("open", "paid")
    assert place_with(info, owner, details) == placed
    with shop_transaction(info.id):
        assert Payment.objects.get().state == "captured"
        assert not TestCardCharge.objects.exists()
        assert OutboxMessage.objects.get().kind == "order_confirmation"
        assert order_status(placed.public_id).payment_instructions == ""
