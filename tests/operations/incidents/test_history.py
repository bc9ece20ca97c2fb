"""Days and uptime follow from impacts alone, whatever they overlap."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eseller.operations.incidents.history import DAYS, Span, days, uptime
from eseller.operations.incidents.states import ComponentState, NotAllowed, Severity, State, follow, indicator, worst

NOW = datetime(2026, 11, 27, 12, 0, tzinfo=UTC)
SPANS = st.lists(
    st.builds(
        lambda state, back, length: Span(
            state, NOW - timedelta(minutes=back), None if length > back else NOW - timedelta(minutes=back - length)
        ),
        st.sampled_from([ComponentState.DEGRADED, ComponentState.PARTIAL, ComponentState.MAJOR]),
        st.integers(0, 100 * 24 * 60),
        st.integers(0, 10 * 24 * 60),
    ),
    max_size=12,
)


def span(state: ComponentState, back_hours: float, hours: float | None) -> Span:
    began = NOW - timedelta(hours=back_hours)
    return Span(state, began, None if hours is None else began + timedelta(hours=hours))


def test_a_day_has_the_worst_that_was_on_it() -> None:
    history = days([span(ComponentState.DEGRADED, 30, 2), span(ComponentState.MAJOR, 13, 2)], NOW)
    assert len(history) == DAYS
    assert history[-1].state is ComponentState.MAJOR, "from 23:00 until 01:00"
    assert history[-1].seconds == 3600
    assert history[-2].state is ComponentState.MAJOR
    assert history[-2].seconds == 3 * 3600
    assert {day.state for day in history[:-2]} == {ComponentState.OPERATIONAL}


def test_what_goes_on_counts_until_now() -> None:
    (today,) = days([span(ComponentState.PARTIAL, 2, None)], NOW, count=1)
    assert today.seconds == 2 * 3600


def test_uptime_counts_outages_by_their_weight_and_no_minute_twice() -> None:
    full = span(ComponentState.MAJOR, 24, 24)
    assert uptime([full], NOW, count=10) == pytest.approx(0.9)
    assert uptime([full, full, span(ComponentState.PARTIAL, 12, 6)], NOW, count=10) == pytest.approx(0.9)
    assert uptime([span(ComponentState.PARTIAL, 24, 24)], NOW, count=10) == pytest.approx(0.97)
    assert uptime([span(ComponentState.DEGRADED, 24, 24)], NOW, count=10) == 1.0


@given(SPANS)
def test_history_is_within_bounds_and_more_trouble_makes_it_no_better(spans: list[Span]) -> None:
    history = days(spans, NOW)
    assert all(0 <= day.seconds <= 24 * 3600 for day in history)
    assert all((day.seconds > 0) == (day.state is not ComponentState.OPERATIONAL) for day in history)
    share = uptime(spans, NOW)
    assert 0 <= share <= 1
    assert uptime([*spans, span(ComponentState.MAJOR, 5, 1)], NOW) <= share + 1e-12


def test_the_worst_state_gives_the_one_word() -> None:
    assert worst([]) is ComponentState.OPERATIONAL
    assert indicator([ComponentState.MAINTENANCE]) is Severity.NONE
    assert indicator([ComponentState.DEGRADED, ComponentState.PARTIAL]) is Severity.MAJOR


def test_states_follow_one_another_as_work_does() -> None:
    assert follow(State.TRIAGE, State.STARTED) is State.STARTED
    assert follow(State.RESOLVED, State.STARTED) is State.STARTED, "it came back"
    with pytest.raises(NotAllowed, match="After “closed” comes nothing"):
        follow(State.CLOSED, State.STARTED)
    with pytest.raises(NotAllowed):
        follow(State.TRIAGE, State.RESOLVED)
