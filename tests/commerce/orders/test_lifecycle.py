"""What happens to an order after it was placed."""

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from eseller.commerce.customers.errors import InvalidFields
from eseller.commerce.inventory.models import Movement, StockItem
from eseller.commerce.orders.actions import place_order as placing
from eseller.commerce.orders.actions import ship as shipping
from eseller.commerce.orders.actions.add_note import add_note
from eseller.commerce.orders.actions.cancel import cancel, return_money
from eseller.commerce.orders.actions.capture import capture
from eseller.commerce.orders.actions.expire import expire_pending
from eseller.commerce.orders.actions.issue_invoice import issue_invoice
from eseller.commerce.orders.actions.mark_paid import mark_paid
from eseller.commerce.orders.actions.payment_callback import second_step
from eseller.commerce.orders.actions.place_order import place_order
from eseller.commerce.orders.actions.refund import push_refund, refund
from eseller.commerce.orders.actions.ship import ship
from eseller.commerce.orders.errors import BadAmount, NotAllowed, UnknownOrder
from eseller.commerce.orders.models import Invoice, Order
from eseller.commerce.orders.queries import customer_orders, order_detail, orders_list
from eseller.commerce.orders.records import OrderDetail, OrderFilter
from eseller.commerce.payments.errors import ProviderSilent, Refused
from eseller.commerce.payments.models import Payment, TestCardCharge
from eseller.commerce.payments.testcard import TestCard
from eseller.commerce.shipping.models import ShippingRate
from eseller.kernel import clock
from eseller.services.models import OutboxMessage
from eseller.tenancy.hosts import ShopInfo
from eseller.tenancy.scope import shop_transaction
from tests.commerce import shopping
from tests.commerce.orders import jobs

ME = "member:7"


@pytest.fixture
def info(shop: Any) -> ShopInfo:
    return shopping.make_ready(shop)


def bought(info: ShopInfo, goods: dict[int, int] | None = None, **values: Any) -> str:
    owner = shopping.fill_cart(info, goods or {shopping.make_variant(info): 1})
    details = shopping.details_for(info, owner, **values)
    return place_order(shop=info, owner=owner, details=details, actor="shopper").number


def seen(info: ShopInfo, number: str) -> OrderDetail:
    with shop_transaction(info.id):
        return order_detail(number, language="en")


def states(info: ShopInfo, number: str) -> tuple[str, str, str]:
    order = seen(info, number)
    return order.state, order.payment_state, order.fulfilment_state


def stock_of(info: ShopInfo, variant: int) -> tuple[int, int]:
    with shop_transaction(info.id):
        item = StockItem.objects.get(variant_id=variant)
    return item.on_hand, item.reserved


def mails(info: ShopInfo) -> list[str]:
    with shop_transaction(info.id):
        return list(OutboxMessage.objects.order_by("id").values_list("kind", flat=True))


def test_an_invoice_customer_is_shipped_to_before_paying(info: ShopInfo) -> None:
    mug = shopping.make_variant(info, stock=5)
    number = bought(info, {mug: 2})
    assert seen(info, number).can == {"ship", "mark_paid", "cancel", "invoice"}
    ship(shop_id=info.id, number=number, key="k", tracking_number="TR 1/2", actor=ME)
    assert states(info, number) == ("open", "unpaid", "fulfilled")
    assert stock_of(info, mug) == (3, 0)
    order = seen(info, number)
    assert [paper.kind for paper in order.papers] == ["invoice"]
    assert order.parcels[0].tracking_url == "https://track.example/TR%201%2F2"
    assert order.can == {"mark_paid", "refund"}
    mark_paid(shop_id=info.id, number=number, actor=ME)
    mark_paid(shop_id=info.id, number=number, actor=ME)
    assert states(info, number) == ("completed", "paid", "fulfilled")
    assert [(event.kind, event.actor) for event in seen(info, number).events] == [
        ("placed", "shopper"),
        ("invoice_issued", ME),
        ("shipped", ME),
        ("payment_paid", ME),
    ]
    assert mails(info) == ["order_confirmation", "order_shipped", "payment_received"]
    with shop_transaction(info.id):
        movement = Movement.objects.get(variant_id=mug)
        assert (movement.delta, movement.reason, movement.reference, movement.actor) == (-2, "sale", number, ME)


def test_a_transfer_can_come_in_parts(info: ShopInfo) -> None:
    number = bought(info, payment_method="bank_transfer")
    mark_paid(shop_id=info.id, number=number, amount=5000, key="paid-1", actor=ME)
    assert states(info, number)[1] == "partially_paid"
    assert seen(info, number).outstanding.amount == 8900
    for amount in (0, -1, 8901):
        with pytest.raises(BadAmount):
            mark_paid(shop_id=info.id, number=number, amount=amount, key="paid-2", actor=ME)
    mark_paid(shop_id=info.id, number=number, actor=ME)
    assert states(info, number) == ("open", "paid", "unfulfilled")
    assert len(seen(info, number).papers) == 1


def test_a_part_that_came_is_noted_once_however_often_the_form_is_sent(info: ShopInfo) -> None:
    number = bought(info, payment_method="bank_transfer")
    for _ in range(2):
        mark_paid(shop_id=info.id, number=number, amount=5000, key="one", actor=ME)
    assert seen(info, number).outstanding.amount == 8900
    for _ in range(2):  # the same sum, from another form, is another payment
        mark_paid(shop_id=info.id, number=number, amount=5000, key="two", actor=ME)
    assert seen(info, number).outstanding.amount == 3900
    for _ in range(2):
        mark_paid(shop_id=info.id, number=number, amount=3900, key="three", actor=ME)
    assert states(info, number)[1] == "paid"
    assert mails(info).count("payment_received") == 3
    with pytest.raises(ValueError, match="key"):
        mark_paid(shop_id=info.id, number=number, amount=1, actor=ME)


def test_a_card_is_captured_once_and_not_marked_as_paid(info: ShopInfo) -> None:
    number = bought(info, card=shopping.APPROVED)
    assert seen(info, number).can == {"capture", "ship", "cancel", "invoice"}
    with pytest.raises(NotAllowed):
        mark_paid(shop_id=info.id, number=number, actor=ME)
    capture(shop_id=info.id, number=number, actor=ME)
    capture(shop_id=info.id, number=number, actor=ME)
    assert states(info, number) == ("open", "paid", "unfulfilled")
    assert seen(info, number).refundable == seen(info, number).total


def test_a_card_is_charged_with_the_first_parcel(info: ShopInfo) -> None:
    mug = shopping.make_variant(info, stock=5)
    number = bought(info, {mug: 2}, card=shopping.APPROVED)
    line = seen(info, number).lines[0]
    ship(shop_id=info.id, number=number, key="one", lines={line.id: 1}, actor=ME)
    assert states(info, number) == ("open", "paid", "partially_fulfilled")
    ship(shop_id=info.id, number=number, key="two", actor=ME)
    assert states(info, number) == ("completed", "paid", "fulfilled")
    assert jobs.work(info) == []
    order = seen(info, number)
    assert order.payments[0].captured == order.total
    assert [paper.kind for paper in order.papers] == ["invoice"]
    with shop_transaction(info.id):
        charge = TestCardCharge.objects.get()
        assert (charge.state, charge.captured) == ("captured", charge.amount)


def fails(*errors: Exception) -> Any:
    """Return a way to capture that fails with each of the errors in turn, then works."""
    left, real = list(errors), TestCard.capture

    def capture(*arguments: Any, **values: Any) -> Any:
        if left:
            raise left.pop(0)
        return real(*arguments, **values)

    return capture


def test_a_parcel_is_sent_though_the_card_cannot_be_charged_yet(
    info: ShopInfo, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = bought(info, {shopping.make_variant(info, stock=5): 2}, card=shopping.APPROVED)
    monkeypatch.setattr(TestCard, "capture", fails(ConnectionError(), ConnectionError()))
    ship(shop_id=info.id, number=number, key="k", actor=ME)
    assert states(info, number) == ("open", "authorised", "fulfilled")
    assert [type(error) for error in jobs.work(info)] == [ProviderSilent]
    assert [event.data for event in seen(info, number).events if event.kind == "capture_failed"] == [
        {"failure": "no_answer"}
    ]
    assert jobs.work(info) == []
    assert states(info, number) == ("completed", "paid", "fulfilled")


def test_a_charge_that_the_bank_refuses_is_left_to_the_merchant(
    info: ShopInfo, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = bought(info, {shopping.make_variant(info, stock=5): 2}, card=shopping.APPROVED)
    monkeypatch.setattr(TestCard, "capture", fails(Refused(), Refused()))
    ship(shop_id=info.id, number=number, key="k", actor=ME)
    assert jobs.work(info) == []  # asking again would not help
    order = seen(info, number)
    assert [event.kind for event in order.events][-2:] == ["shipped", "capture_failed"]
    assert "capture" in order.can
    capture(shop_id=info.id, number=number, actor=ME)
    assert states(info, number) == ("completed", "paid", "fulfilled")


def test_a_process_that_dies_after_the_parcel_was_noted_charges_by_a_job(
    info: ShopInfo, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = bought(info, {shopping.make_variant(info, stock=5): 2}, card=shopping.APPROVED)
    with monkeypatch.context() as dying:
        dying.setattr(shipping, "capture_shipped", lambda **_values: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            ship(shop_id=info.id, number=number, key="k", actor=ME)
    assert states(info, number) == ("open", "authorised", "fulfilled")
    assert jobs.work(info) == []
    assert states(info, number) == ("completed", "paid", "fulfilled")


def test_an_invoice_order_has_nothing_to_capture(info: ShopInfo) -> None:
    with pytest.raises(NotAllowed):
        capture(shop_id=info.id, number=bought(info), actor=ME)


def test_goods_leave_in_several_parcels(info: ShopInfo) -> None:
    mug, cup = shopping.make_variant(info, stock=5), shopping.make_variant(info, stock=5)
    number = bought(info, {mug: 2, cup: 3})
    lines = {line.variant_id: line.id for line in seen(info, number).lines}
    for wrong in ({lines[mug]: 3}, {lines[mug]: -1}, {lines[None]: 1}, {-1: 1}, {}, {lines[mug]: 0}):
        with pytest.raises(BadAmount):
            ship(shop_id=info.id, number=number, key="wrong", lines=wrong, actor=ME)
    ship(shop_id=info.id, number=number, key="one", lines={lines[mug]: 1, lines[cup]: 3}, actor=ME)
    assert states(info, number)[2] == "partially_fulfilled"
    assert (stock_of(info, mug), stock_of(info, cup)) == ((4, 1), (2, 0))
    with pytest.raises(NotAllowed):
        cancel(shop_id=info.id, number=number, actor=ME)
    ship(shop_id=info.id, number=number, key="two", actor=ME)
    assert states(info, number)[2] == "fulfilled"
    assert (stock_of(info, mug), stock_of(info, cup)) == ((3, 0), (2, 0))
    with pytest.raises(NotAllowed):
        ship(shop_id=info.id, number=number, key="three", actor=ME)
    assert len(seen(info, number).papers) == 1


@pytest.mark.parametrize("captured", [False, True])
def test_cancelling_gives_stock_and_money_back_once(info: ShopInfo, captured: bool) -> None:
    mug = shopping.make_variant(info, stock=5)
    number = bought(info, {mug: 2}, card=shopping.APPROVED)
    if captured:
        capture(shop_id=info.id, number=number, actor=ME)
    cancel(shop_id=info.id, number=number, reason="Out of clay", actor=ME)
    cancel(shop_id=info.id, number=number, actor=ME)
    order = seen(info, number)
    return_money(shop_id=info.id, order_id=order.id, actor="job")
    assert states(info, number)[:2] == ("cancelled", "refunded" if captured else "voided")
    assert stock_of(info, mug) == (5, 0)
    with shop_transaction(info.id):
        charge = TestCardCharge.objects.get()
        assert (charge.state, charge.refunded) == (("captured", charge.amount) if captured else ("voided", 0))
    assert mails(info)[1] == "order_cancelled"
    assert [paper.kind for paper in seen(info, number).papers] == (["invoice", "credit_note"] if captured else [])


def test_cancelling_an_unpaid_invoice_order_waits_no_longer(info: ShopInfo) -> None:
    number = bought(info)
    cancel(shop_id=info.id, number=number, actor=ME)
    assert states(info, number) == ("cancelled", "voided", "unfulfilled")
    assert seen(info, number).can == set()
    for action in (mark_paid, issue_invoice):
        with pytest.raises(NotAllowed):
            action(shop_id=info.id, number=number, actor=ME)


@pytest.mark.parametrize("paid", [0, 5000])
@pytest.mark.parametrize("refunded", [0, 1000])
def test_cancelling_credits_what_was_invoiced_and_not_credited_yet(info: ShopInfo, paid: int, refunded: int) -> None:
    book = shopping.make_variant(info, price=777, vat_class="books")
    german = msgspec.structs.replace(shopping.ADDRESS, country="DE")
    number = bought(info, {book: 3, shopping.make_variant(info): 1}, shipping=german)
    issue_invoice(shop_id=info.id, number=number, actor=ME)
    if paid:
        mark_paid(shop_id=info.id, number=number, amount=paid, key="paid-3", actor=ME)
        if refunded:
            refund(shop_id=info.id, number=number, key="r", amount=refunded, actor=ME)
    for _ in range(2):
        cancel(shop_id=info.id, number=number, actor=ME)
    assert jobs.work(info) == []
    with shop_transaction(info.id):
        papers = list(Invoice.objects.order_by("id"))
        payment = Payment.objects.get()
    assert payment.refunded == paid
    notes = [paper for paper in papers if paper.kind == "credit_note"]
    assert [note.number for note in notes] == list(range(1, len(notes) + 1))
    assert len(notes) == (2 if paid and refunded else 1)
    for rate, net, vat in [(part["rate_bp"], part["net"], part["vat"]) for part in papers[0].vat_split]:
        credited = [part for note in notes for part in note.vat_split if part["rate_bp"] == rate]
        assert (sum(part["net"] for part in credited), sum(part["vat"] for part in credited)) == (net, vat)


@pytest.mark.parametrize("how", ["all", "lines"])
def test_an_order_that_is_refunded_before_it_is_shipped_is_closed(info: ShopInfo, how: str) -> None:
    mug = shopping.make_variant(info, stock=5)
    number = bought(info, {mug: 2}, card=shopping.APPROVED)
    capture(shop_id=info.id, number=number, actor=ME)
    goods = {line.id: line.quantity for line in seen(info, number).lines if line.kind == "goods"}
    refund(shop_id=info.id, number=number, key="r", lines=goods if how == "lines" else None, actor=ME)
    assert states(info, number) == ("completed", "refunded" if how == "all" else "partially_refunded", "returned")
    assert "ship" not in seen(info, number).can
    assert stock_of(info, mug) == (5, 0)


def test_lines_are_refunded_at_what_was_paid_and_put_back(info: ShopInfo) -> None:
    cup = shopping.make_variant(info, price=333, stock=9)
    number = bought(info, {cup: 3}, card=shopping.APPROVED)
    capture(shop_id=info.id, number=number, actor=ME)
    line = seen(info, number).lines[0]
    ship(shop_id=info.id, number=number, key="k", lines={line.id: 2}, actor=ME)
    assert stock_of(info, cup) == (7, 1)
    refund(shop_id=info.id, number=number, key="a", lines={line.id: 1}, restock=True, actor=ME)
    assert stock_of(info, cup) == (7, 0)  # the piece that never left is given back first
    assert states(info, number) == ("completed", "partially_refunded", "fulfilled")
    refund(shop_id=info.id, number=number, key="b", lines={line.id: 2}, restock=True, reason="Cracked", actor=ME)
    assert stock_of(info, cup) == (9, 0)
    assert states(info, number) == ("completed", "partially_refunded", "returned")
    with pytest.raises(BadAmount):
        refund(shop_id=info.id, number=number, key="c", lines={line.id: 1}, actor=ME)
    refund(shop_id=info.id, number=number, key="c", actor=ME)
    assert states(info, number)[1] == "refunded"
    with pytest.raises(NotAllowed):
        refund(shop_id=info.id, number=number, key="d", actor=ME)
    with shop_transaction(info.id):
        notes = list(Invoice.objects.filter(kind="credit_note").order_by("number"))
        invoice = Invoice.objects.get(kind="invoice")
        assert TestCardCharge.objects.get().refunded == invoice.total
    assert [note.total for note in notes] == [333, 666, 3900]
    assert sum(note.net for note in notes) == invoice.net
    assert sum(note.vat for note in notes) == invoice.vat


def test_goods_that_come_back_unpaid_are_credited_and_put_back(info: ShopInfo) -> None:
    mug = shopping.make_variant(info, stock=5, price=10000)
    number = bought(info, {mug: 2})
    with pytest.raises(NotAllowed):  # what is not invoiced needs no credit note: cancel it
        refund(shop_id=info.id, number=number, key="early", amount=100, actor=ME)
    ship(shop_id=info.id, number=number, key="k", actor=ME)
    line = seen(info, number).lines[0]
    for _ in range(2):
        refund(shop_id=info.id, number=number, key="a", lines={line.id: 1}, restock=True, actor=ME)
    order = seen(info, number)
    assert (order.outstanding.amount, order.creditable.amount, order.refundable.amount) == (13900, 13900, 13900)
    assert states(info, number) == ("open", "unpaid", "fulfilled")
    assert order.can == {"mark_paid", "refund"}
    assert stock_of(info, mug) == (4, 0)
    assert [paper.total.amount for paper in order.papers] == [23900, 10000]
    refund(shop_id=info.id, number=number, key="b", restock=True, actor=ME)
    assert states(info, number) == ("completed", "voided", "returned")
    assert seen(info, number).can == set()
    assert stock_of(info, mug) == (5, 0)
    with shop_transaction(info.id):
        invoice, *notes = Invoice.objects.order_by("id")
        assert (sum(note.net for note in notes), sum(note.vat for note in notes)) == (invoice.net, invoice.vat)
        assert Payment.objects.get().refunded == 0
    assert jobs.queued(info) == []
    assert [event.kind for event in order.events][-1] == "credited"


def test_what_is_credited_is_taken_off_before_anything_is_given_back(info: ShopInfo) -> None:
    number = bought(info, {shopping.make_variant(info, price=10000): 1})
    ship(shop_id=info.id, number=number, key="k", actor=ME)
    refund(shop_id=info.id, number=number, key="a", amount=900, actor=ME)
    for amount in (13001, 0):
        with pytest.raises(BadAmount):
            refund(shop_id=info.id, number=number, key="b", amount=amount, actor=ME)
        with pytest.raises(BadAmount):
            mark_paid(shop_id=info.id, number=number, amount=amount, key="paid-4", actor=ME)
    mark_paid(shop_id=info.id, number=number, amount=10000, key="paid-5", actor=ME)
    assert seen(info, number).outstanding.amount == 3000
    refund(shop_id=info.id, number=number, key="c", amount=5000, actor=ME)
    order = seen(info, number)
    assert (order.outstanding.amount, order.refundable.amount) == (0, 8000)
    assert (order.payments[0].captured.amount, order.payments[0].refunded.amount) == (10000, 2000)
    assert states(info, number) == ("completed", "partially_refunded", "fulfilled")
    assert [paper.total.amount for paper in order.papers] == [13900, 900, 5000]


def test_a_bill_that_was_lowered_is_paid_with_what_is_left(info: ShopInfo) -> None:
    number = bought(info, {shopping.make_variant(info, price=10000): 1})
    ship(shop_id=info.id, number=number, key="k", actor=ME)
    refund(shop_id=info.id, number=number, key="a", amount=900, actor=ME)
    mark_paid(shop_id=info.id, number=number, actor=ME)
    assert states(info, number) == ("completed", "paid", "fulfilled")
    assert seen(info, number).payments[0].captured.amount == 13000


def test_a_refund_that_the_provider_did_not_hear_of_is_pushed_again(info: ShopInfo) -> None:
    number = bought(info, card=shopping.APPROVED)
    capture(shop_id=info.id, number=number, actor=ME)
    refund(shop_id=info.id, number=number, key="a", amount=100, actor=ME)
    with shop_transaction(info.id):
        TestCardCharge.objects.update(refunded=0)  # as if the process had died before the call
        payment = Payment.objects.get()
    for _ in range(2):
        push_refund(shop_id=info.id, payment_id=payment.pk)
    with shop_transaction(info.id):
        assert TestCardCharge.objects.get().refunded == 100


def test_amounts_that_cannot_be_refunded_are_refused(info: ShopInfo) -> None:
    number = bought(info, card=shopping.APPROVED)
    with pytest.raises(NotAllowed):
        refund(shop_id=info.id, number=number, key="a", amount=1, actor=ME)
    capture(shop_id=info.id, number=number, actor=ME)
    line = seen(info, number).lines[0].id
    bad: list[dict[str, Any]] = [{"amount": 0}, {"amount": -1}, {"amount": 13901}, {"lines": {}}]
    for wrong in [*bad, {"amount": 1, "lines": {line: 1}}]:
        with pytest.raises(BadAmount):
            refund(shop_id=info.id, number=number, key="a", actor=ME, **wrong)


def test_time_runs_out_and_a_late_payment_still_makes_the_order(info: ShopInfo) -> None:
    mug = shopping.make_variant(info, stock=1)
    number = bought(info, {mug: 1}, card=shopping.TWO_STEPS)
    assert expire_pending(shop_id=info.id, actor="job") == 0
    with clock.moved(timedelta(minutes=31)):
        assert expire_pending(shop_id=info.id, actor="job") == 1
    assert states(info, number)[0] == "cancelled"
    assert stock_of(info, mug) == (1, 0)
    reference = seen(info, number).payments[0].reference
    path = second_step(shop_id=info.id, reference=reference, approve=True)
    assert path.startswith("/order/")
    assert states(info, number) == ("open", "authorised", "unfulfilled")
    assert seen(info, number).cancelled_at is None
    assert stock_of(info, mug) == (1, 1)
    assert mails(info) == ["order_confirmation"]


def test_a_charge_that_nobody_answered_for_is_let_go_whatever_happens(
    info: ShopInfo, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as dying:
        dying.setattr(placing, "settle", lambda **_values: 1 / 0)
        for _ in range(3):  # the card was charged, and the process died before it noted so
            with pytest.raises(ZeroDivisionError):
                bought(info, card=shopping.APPROVED)
    with clock.moved(timedelta(minutes=31)):
        assert expire_pending(shop_id=info.id, actor="job") == 3
    # It dies again at once, and what was committed with the cancellations is all that is left of it.
    assert [task for _id, task, _arguments in jobs.queued(info)] == ["orders.finish_cancel"] * 3
    once, real = [ConnectionError("provider is down")], TestCard.void

    def void(*arguments: Any, **values: Any) -> Any:
        if once:
            raise once.pop()
        return real(*arguments, **values)

    monkeypatch.setattr(TestCard, "void", void)
    assert [type(error) for error in jobs.work(info)] == [ConnectionError]
    assert jobs.work(info) == []
    with shop_transaction(info.id):
        assert set(Order.objects.values_list("state", "payment_state")) == {("cancelled", "voided")}
        assert set(TestCardCharge.objects.values_list("state", flat=True)) == {"voided"}


def test_a_late_payment_for_what_was_sold_since_is_let_go_and_told(info: ShopInfo) -> None:
    mug = shopping.make_variant(info, stock=1)
    late = bought(info, {mug: 1}, card=shopping.TWO_STEPS)
    with clock.moved(timedelta(minutes=31)):
        expire_pending(shop_id=info.id, actor="job")
    bought(info, {mug: 1}, email="anders@people.example")
    reference = seen(info, late).payments[0].reference
    second_step(shop_id=info.id, reference=reference, approve=True)
    assert states(info, late)[:2] == ("cancelled", "voided")
    with shop_transaction(info.id):
        assert TestCardCharge.objects.get().state == "voided"
        told = OutboxMessage.objects.get(kind="order_cancelled")
        assert told.payload["reason"] == "sold_out"
    assert stock_of(info, mug) == (1, 1)


def test_a_late_decline_is_told_by_mail(info: ShopInfo) -> None:
    number = bought(info, card=shopping.LATE)
    assert states(info, number)[:2] == ("pending", "unpaid")
    second_step(shop_id=info.id, reference=seen(info, number).payments[0].reference, approve=False)
    assert states(info, number)[0] == "cancelled"
    assert mails(info) == ["order_cancelled"]


def test_lists_filter_search_and_leave_out_what_was_never_placed(info: ShopInfo) -> None:
    mug = shopping.make_variant(info)
    first, second = bought(info, {mug: 3}), bought(info, {mug: 1}, email="anders@people.example")
    pending = bought(info, {mug: 1}, card=shopping.TWO_STEPS)
    ship(shop_id=info.id, number=second, key="k", actor=ME)

    def numbers(**wanted: Any) -> list[str]:
        with shop_transaction(info.id):
            page = orders_list(OrderFilter(**wanted))
        assert page.total_count == len(page.rows)
        return [row.number for row in page.rows]

    assert numbers() == [second, first]
    assert numbers(unplaced=True) == [pending, second, first]
    assert numbers(search="ANDERS@") == [second]
    assert numbers(search=first) == [first]
    assert numbers(search="prøve") == [second, first]
    assert numbers(search="%") == numbers(search="_") == []
    assert numbers(fulfilment_state="fulfilled") == [second]
    assert numbers(state="cancelled") == []
    with shop_transaction(info.id):
        assert orders_list(OrderFilter()).rows[1].pieces == 3
        assert customer_orders(1) == ()


def test_notes_stay_with_the_merchant(info: ShopInfo) -> None:
    number = bought(info)
    add_note(shop_id=info.id, number=number, text="  Rang twice,\nnobody home ", actor=ME)
    event = seen(info, number).events[-1]
    assert (event.kind, event.data, event.actor) == ("note", {"text": "Rang twice,\nnobody home"}, ME)
    for text in ("", " \x00 ", "x" * 2001):
        with pytest.raises(InvalidFields):
            add_note(shop_id=info.id, number=number, text=text, actor=ME)


def test_another_shops_order_cannot_be_touched(info: ShopInfo, make_shop: Any) -> None:
    number = bought(info)
    other = make_shop()
    for action in (capture, mark_paid, cancel, issue_invoice):
        with pytest.raises(UnknownOrder):
            action(shop_id=other.pk, number=number, actor=ME)
    with pytest.raises(UnknownOrder):
        ship(shop_id=other.pk, number=number, key="k", actor=ME)
    with pytest.raises(UnknownOrder):
        refund(shop_id=other.pk, number=number, key="k", actor=ME)
    assert states(info, number) == ("open", "unpaid", "unfulfilled")


@pytest.mark.parametrize("card", [{}, {"card": shopping.APPROVED}])
def test_an_order_that_costs_nothing_is_shipped_and_complete_or_cancelled(info: ShopInfo, card: dict[str, Any]) -> None:
    with shop_transaction(info.id):
        ShippingRate.objects.all().update(amount=0)
    gift = shopping.make_variant(info, price=0, stock=5)
    sent, cancelled = bought(info, {gift: 1}, **card), bought(info, {gift: 1}, **card)
    assert seen(info, sent).can == {"ship", "cancel", "invoice"}
    ship(shop_id=info.id, number=sent, key="k", actor=ME)
    assert states(info, sent) == ("completed", "paid", "fulfilled")
    cancel(shop_id=info.id, number=cancelled, actor=ME)
    assert states(info, cancelled)[:2] == ("cancelled", "paid")
    assert stock_of(info, gift) == (4, 0)
