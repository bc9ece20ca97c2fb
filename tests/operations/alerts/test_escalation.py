"""An alert goes from step to step by itself until somebody takes it, and never to many at once."""

from __future__ import annotations

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from eseller.operations.alerts.escalation import (
    DEFAULT,
    Aim,
    AimKind,
    Alert,
    Policy,
    State,
    Step,
    acknowledged,
    closed,
    due,
    opened,
    seen_again,
)
from eseller.operations.alerts.hours import Hours, moment
from eseller.operations.watch.burn import Severity
from eseller.operations.watch.judge import Finding

PAGE = Finding(key="silent/a", severity=Severity.PAGE, title="a says nothing.", component="web")
TICKET = msgspec.structs.replace(PAGE, severity=Severity.TICKET)
OFFICE = msgspec.structs.replace(DEFAULT, hours=Hours("Europe/Copenhagen"))


def told(alert: Alert, policy: Policy, *, until: float, every: float = 1.0) -> tuple[Alert, list[tuple[float, str]]]:
    """Go on to a moment, a second at a time; who was told, and when after the beginning."""
    found, now = [], alert.opened_at
    while now <= until:
        alert, step = due(alert, policy, now)
        if step is not None:
            found.append((now - alert.opened_at, step.aims[0].name))
        now += every
    return alert, found


def test_nobody_takes_it_and_developers_know_within_ten_minutes() -> None:
    alert, found = told(opened(PAGE, DEFAULT, number=1, now=0.0), DEFAULT, until=3600.0)
    assert found[:4] == [(0, "operators"), (180, "second operators"), (360, "developers"), (660, "operators")]
    assert len(found) == 3 * (DEFAULT.repeat + 1)
    assert alert.next_at is None
    assert alert.state is State.OPEN


def test_who_takes_it_ends_the_telling_and_the_second_one_sees_who_was_first() -> None:
    alert, _ = told(opened(PAGE, DEFAULT, number=1, now=0.0), DEFAULT, until=10.0)
    first = acknowledged(alert, DEFAULT, by="ada", now=20.0)
    second = acknowledged(first, DEFAULT, by="bob", now=20.5)
    assert second == first
    assert (second.state, second.by) == (State.ACKNOWLEDGED, "ada")
    assert due(second, DEFAULT, 20.0 + DEFAULT.again - 1)[1] is None


def test_what_was_taken_and_not_ended_is_told_again_from_the_beginning() -> None:
    alert, _ = told(opened(PAGE, DEFAULT, number=1, now=0.0), DEFAULT, until=400.0)
    taken = acknowledged(alert, DEFAULT, by="ada", now=420.0)
    again, step = due(taken, DEFAULT, 420.0 + DEFAULT.again)
    assert step == DEFAULT.steps[0]
    assert (again.state, again.by, again.told) == (State.OPEN, "", 1)


def test_what_is_closed_is_never_told_of_and_stays_closed() -> None:
    alert = closed(opened(PAGE, DEFAULT, number=1, now=0.0), by="the watch", now=1.0)
    assert due(alert, DEFAULT, 1e9) == (alert, None)
    assert closed(alert, by="ada", now=2.0) == alert
    assert acknowledged(alert, DEFAULT, by="ada", now=2.0) == alert


def test_what_can_wait_is_told_in_working_hours_and_at_once_when_it_can_wait_no_more() -> None:
    night = moment("2026-11-27T23:00+01:00")
    alert = opened(TICKET, OFFICE, number=1, now=night)
    assert alert.next_at == moment("2026-11-30T08:00+01:00")
    worse = seen_again(alert, PAGE, OFFICE, night + 60)
    assert (worse.next_at, worse.finding.severity, worse.seen) == (night + 60, Severity.PAGE, 2)
    better = seen_again(worse, TICKET, OFFICE, night + 90)
    assert better.finding.severity is Severity.PAGE, "it is not less urgent for looking better once"
    # Somebody has it already.
    taken = acknowledged(alert, OFFICE, by="ada", now=night)
    assert seen_again(taken, PAGE, OFFICE, night + 60).next_at == taken.next_at


def test_after_a_long_stop_one_step_is_told_and_not_all_that_were_missed() -> None:
    alert = opened(PAGE, DEFAULT, number=1, now=0.0)
    alert, first = due(alert, DEFAULT, 5000.0)
    assert first == DEFAULT.steps[0]
    assert due(alert, DEFAULT, 5001.0)[1] is None
    assert alert.next_at == 5180.0


STEPS = st.lists(st.floats(1, 1000), min_size=1, max_size=5)


@given(STEPS, st.integers(0, 3), st.lists(st.floats(0.1, 500), min_size=1, max_size=80))
def test_steps_come_in_order_each_after_its_wait_whenever_somebody_looks(
    waits: list[float], repeat: int, looks: list[float]
) -> None:
    steps = tuple(Step((Aim(AimKind.PERSON, str(n)),), wait) for n, wait in enumerate(waits))
    policy = Policy("p", steps, repeat=repeat)
    alert, now, last, count = opened(PAGE, policy, number=1, now=0.0), 0.0, -1e9, 0
    for look in looks:
        now += look
        alert, step = due(alert, policy, now)
        if step is not None:
            assert step == steps[count % len(steps)]
            assert count == 0 or now >= last + steps[(count - 1) % len(steps)].wait
            last, count = now, count + 1
    assert count <= len(steps) * (repeat + 1)
