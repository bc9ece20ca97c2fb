"""The three states of an order, and what is given back: pure, over anything."""

from itertools import pairwise

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eseller.commerce.orders import rules
from eseller.commerce.orders.errors import NotAllowed
from eseller.commerce.orders.models import Order
from eseller.commerce.orders.refunds import apportion, part_of, remaining
from eseller.commerce.payments.records import PaymentState
from eseller.commerce.payments.rules import Facts
from eseller.commerce.pricing.rules import VatPart, line_amounts, vat_split

VERBS = sorted({verb for _state, verb in rules.MOVES})
FINAL = {"completed"}


class Line(msgspec.Struct):
    kind: str
    quantity: int
    fulfilled: int
    refunded: int


lines = st.builds(Line, st.sampled_from(["goods", "shipping"]), st.integers(1, 5), st.integers(0, 5), st.integers(0, 5))
lines = lines.filter(lambda line: line.fulfilled <= line.quantity and line.refunded <= line.quantity)


@st.composite
def payments(draw: st.DrawFn) -> Facts:
    amount = draw(st.integers(0, 50))
    authorised = draw(st.integers(0, amount))
    captured = draw(st.integers(0, authorised))
    refunded = draw(st.integers(0, captured))
    state = draw(st.sampled_from(list(PaymentState))) if not captured else PaymentState.CAPTURED
    return Facts(state=state, amount=amount, authorised=authorised, captured=captured, refunded=refunded)


@given(st.lists(st.sampled_from(VERBS), max_size=12))
def test_what_is_not_in_the_table_cannot_be_done(verbs: list[str]) -> None:
    state: str = Order.State.PENDING
    seen = [state]
    for verb in verbs:
        if (state, verb) in rules.MOVES:
            state = rules.move(state, verb)
            seen.append(state)
        else:
            with pytest.raises(NotAllowed):
                rules.move(state, verb)
    assert set(seen) <= set(Order.State.values)
    for before, after in pairwise(seen):
        assert before not in FINAL
        assert after != "pending"


@given(st.integers(0, 100), st.lists(payments(), max_size=3))
def test_the_moneys_state_is_always_one_of_them_and_true(total: int, attempts: list[Facts]) -> None:
    state = rules.payment_state(total, attempts)
    captured = sum(attempt.captured for attempt in attempts)
    refunded = sum(attempt.refunded for attempt in attempts)
    assert state in Order.PaymentState.values
    assert (state == "refunded") == (0 < refunded == captured)
    assert (state == "partially_refunded") == (0 < refunded < captured)
    if captured and not refunded:
        assert (state == "paid") == (captured >= total)


@given(st.lists(lines, max_size=5))
def test_the_goods_state_is_always_one_of_them_and_true(order: list[Line]) -> None:
    state = rules.fulfilment_state(order)
    goods = [line for line in order if line.kind == "goods"]
    assert state in Order.FulfilmentState.values
    given_back = bool(goods) and all(line.refunded == line.quantity for line in goods)
    assert (state == "returned") == given_back
    assert (state == "unfulfilled") == (not given_back and not any(line.fulfilled for line in goods))
    if state in ("fulfilled", "returned"):
        assert not any(rules.open_pieces(line) for line in order)


@given(
    st.sampled_from(Order.State.values), st.booleans(), st.lists(payments(), max_size=2), st.lists(lines, max_size=4)
)
def test_what_may_be_done_makes_sense(state: str, online: bool, attempts: list[Facts], order: list[Line]) -> None:
    can = rules.allowed(state=state, due=50, online=online, payments=attempts, lines=order, invoiced=False)
    assert not {"capture", "mark_paid"} <= can
    if state in ("pending", "cancelled"):
        assert not can & {"capture", "mark_paid", "ship", "invoice"}
    if any(line.fulfilled for line in order if line.kind == "goods"):
        assert "cancel" not in can


@pytest.mark.parametrize("amount", [0, 50])
def test_a_payment_that_came_makes_the_order_whatever_the_amount(amount: int) -> None:
    before = Facts(state=PaymentState.PENDING, amount=amount)
    came = Facts(state=PaymentState.AUTHORISED, amount=amount, authorised=amount)
    assert rules.consequence("pending", placed=False, before=before, after=came) == "place"
    assert rules.consequence("cancelled", placed=False, before=before, after=came) == "revive"
    assert rules.consequence("cancelled", placed=False, before=came, after=came) is None
    assert rules.consequence("pending", placed=False, before=before, after=before) is None


@given(st.integers(0, 10_000), st.integers(1, 40), st.data())
def test_the_parts_of_a_line_add_up_to_the_line(amount: int, quantity: int, data: st.DataObject) -> None:
    left, before, given_back = quantity, 0, 0
    while left:
        pieces = data.draw(st.integers(1, left))
        part = part_of(amount, quantity, before, pieces)
        assert 0 <= part <= amount
        given_back, before, left = given_back + part, before + pieces, left - pieces
    assert given_back == amount


class Taxed(msgspec.Struct, frozen=True):
    vat_rate_bp: int
    net: int
    vat: int


@given(
    st.lists(
        st.tuples(st.integers(0, 99_999), st.integers(1, 9), st.sampled_from([0, 700, 1900, 2500])),
        min_size=1,
        max_size=5,
    ),
    st.lists(st.integers(1, 100_000), max_size=6),
)
def test_credit_notes_add_up_to_the_invoice(order: list[tuple[int, int, int]], amounts: list[int]) -> None:
    computed = [(line_amounts(price, n, rate, includes_vat=True, currency="DKK"), rate) for price, n, rate in order]
    invoiced = vat_split([Taxed(rate, line.net, line.vat) for line, rate in computed])
    left = sum(part.net + part.vat for part in invoiced)
    credited: list[VatPart] = []
    for wanted in [*amounts, 10**9]:
        amount = min(wanted, left)
        parts = apportion(amount, remaining(invoiced, credited))
        assert sum(part.net + part.vat for part in parts) == amount
        assert all(part.net >= 0 and part.vat >= 0 for part in parts)
        credited += parts
        assert all(part.net >= 0 and part.vat >= 0 for part in remaining(invoiced, credited))
        left -= amount
    assert all(part.net == part.vat == 0 for part in remaining(invoiced, credited))
