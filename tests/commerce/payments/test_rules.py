"""Payments over any sequence of events: amounts stay in order, states never go back."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from eseller.commerce.payments.errors import BadEvent
from eseller.commerce.payments.records import PaymentState
from eseller.commerce.payments.rules import FINAL, Facts, Told, advance

AMOUNT = 100
sums = st.integers(-5, AMOUNT + 5)
told = st.builds(Told, state=st.sampled_from(list(PaymentState)), authorised=sums, captured=sums, refunded=sums)
possible = told.filter(
    lambda t: 0 <= t.refunded <= t.captured <= AMOUNT and 0 <= t.authorised <= AMOUNT
)
RANK = ("pending", "action_required", "authorised", "captured")


def after(events: list[Told]) -> list[Facts]:
    facts = [Facts(state=PaymentState.PENDING, amount=AMOUNT)]
    for event in events:
        facts.append(advance(facts[-1], event))
    return facts


@given(st.lists(possible, max_size=12))
def test_amounts_stay_in_order_and_only_grow(events: list[Told]) -> None:
    history = after(events)
    for facts in history:
        assert facts.amount >= facts.authorised >= facts.captured >= facts.refunded >= 0
    for before, now in pairwise(history):
        assert (now.authorised, now.captured, now.refunded) >= (before.authorised, before.captured, before.refunded)


@given(st.lists(possible, max_size=12))
def test_a_state_never_goes_back(events: list[Told]) -> None:
    history = after(events)
    for before, now in pairwise(history):
        if before.state in FINAL:
            assert now == before
        elif now.state not in FINAL:
            assert RANK.index(now.state) >= RANK.index(before.state)
        if before.captured:
            assert now.state is PaymentState.CAPTURED


@given(st.lists(possible, max_size=12))
def test_hearing_everything_again_changes_nothing(events: list[Told]) -> None:
    once = after(events)[-1]
    again = once
    for event in events:
        again = advance(again, event)
    if once.state not in FINAL and not {event.state for event in events} & FINAL:
        assert again == once


@given(st.permutations([
    Told(state=PaymentState.ACTION_REQUIRED),
    Told(state=PaymentState.AUTHORISED, authorised=100),
    Told(state=PaymentState.CAPTURED, authorised=100, captured=60),
    Told(state=PaymentState.CAPTURED, authorised=100, captured=60, refunded=10),
    Told(state=PaymentState.CAPTURED, authorised=100, captured=60, refunded=60),
]))
def test_the_order_of_events_does_not_matter(events: list[Told]) -> None:
    assert after(list(events))[-1] == Facts(
        state=PaymentState.CAPTURED, amount=AMOUNT, authorised=100, captured=60, refunded=60
    )


@given(told)
def test_sums_that_cannot_be_true_are_refused(event: Told) -> None:
    fits = 0 <= event.refunded <= event.captured <= AMOUNT and 0 <= event.authorised <= AMOUNT
    try:
        advance(Facts(state=PaymentState.PENDING, amount=AMOUNT), event)
    except BadEvent:
        assert not fits
    else:
        assert fits
