"""Hours and turns go by the clock on the wall, also where summer begins and ends."""

from __future__ import annotations

from datetime import UTC, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eseller.operations.alerts.hours import Hours, Override, Rotation, Schedule, moment

COPENHAGEN = "Europe/Copenhagen"
OFFICE = Hours(COPENHAGEN)
MOMENTS = st.floats(datetime(2026, 1, 1, tzinfo=UTC).timestamp(), datetime(2030, 1, 1, tzinfo=UTC).timestamp())


@pytest.mark.parametrize(
    ("at", "opens"),
    [
        ("2026-11-26T09:30+01:00", "2026-11-26T09:30+01:00"),
        ("2026-11-26T17:00+01:00", "2026-11-27T08:00+01:00"),
        ("2026-11-27T18:00+01:00", "2026-11-30T08:00+01:00"),
        # Winter begins in the night between; eight o'clock stays eight o'clock.
        ("2026-10-23T20:00+02:00", "2026-10-26T08:00+01:00"),
        ("2026-03-27T20:00+01:00", "2026-03-30T08:00+02:00"),
    ],
)
def test_hours_open_by_the_clock_on_the_wall(at: str, opens: str) -> None:
    assert OFFICE.next_open(moment(at)) == moment(opens)


@given(MOMENTS)
def test_hours_open_within_three_days_and_are_open_then(at: float) -> None:
    opens = OFFICE.next_open(at)
    assert at <= opens <= at + 3.1 * 86400
    assert OFFICE.is_open(opens)
    assert opens == at or not OFFICE.is_open(at)


def test_hours_that_never_open_are_told_of() -> None:
    with pytest.raises(ValueError, match="never open"):
        Hours(COPENHAGEN, days=frozenset()).next_open(0.0)
    night = Hours(COPENHAGEN, begin=time(2, 30), end=time(3), days=frozenset({6}))
    # There is no half past two in the night in which summer begins: one that there is instead.
    assert night.next_open(moment("2026-03-28T12:00+01:00")) <= moment("2026-03-29T04:00+02:00")


WEEKS = Rotation(("ada", "bob", "cleo"), COPENHAGEN, datetime.fromisoformat("2026-10-19T09:00"))


@pytest.mark.parametrize(
    ("at", "who"),
    [
        ("2026-10-19T08:59+02:00", None),
        ("2026-10-19T09:00+02:00", "ada"),
        ("2026-10-26T08:59+01:00", "ada"),
        ("2026-10-26T09:00+01:00", "bob"),
        ("2026-11-09T09:00+01:00", "ada"),
    ],
)
def test_turns_change_at_the_same_hour_in_summer_and_winter(at: str, who: str | None) -> None:
    assert WEEKS.on_call(moment(at)) == who


def test_the_last_override_counts() -> None:
    at = moment("2026-10-20T12:00+02:00")
    schedule = Schedule("operators", (WEEKS,), (Override(at - 60, at + 60, add="dana", remove="ada"),))
    assert schedule.on_call(at) == ("dana",)
    assert schedule.on_call(at + 60) == ("ada",), "it ends"
    assert Schedule("x", (WEEKS, WEEKS)).on_call(at) == ("ada",), "nobody twice"
    back = (*schedule.overrides, Override(at - 60, at + 60, remove="dana"))
    assert Schedule("x", (WEEKS,), back).on_call(at) == ()


@pytest.mark.parametrize("text", ["2026-10-20T12:00", "tomorrow", ""])
def test_a_moment_without_an_offset_is_none(text: str) -> None:
    with pytest.raises(ValueError, match=r"offset|format|Invalid"):
        moment(text)
