"""Answers that take longer than they used to are found by their own history, and little traffic says nothing."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eseller.operations.watch.latency import Latency, quantile

BOUNDS = (0.01, 0.05, 0.1, 0.5, 1.0, float("inf"))
DAY = 86_400


def rises(each: float, count: float) -> dict[float, float]:
    return {bound: count if each <= bound else 0.0 for bound in BOUNDS}


def lived(usual: float, *, per_minute: float = 100.0, hours: int = 6) -> tuple[Latency, float]:
    latency, now = Latency(), 0.0
    while now < hours * 3600:
        latency.add(now, rises(usual, per_minute))
        now += 60.0
    return latency, now


def test_answers_that_take_much_longer_than_usual_are_found_within_minutes() -> None:
    latency, now = lived(0.04)
    assert latency.slower(now) is None
    found = None
    for second in range(0, 180, 10):
        latency.add(now + second, rises(0.8, 20))
        found = latency.slower(now + second)
        if found is not None:
            break
    assert found is not None
    assert second < 150
    assert found.now > 0.5
    assert found.usual < 0.05


@pytest.mark.parametrize(("usual", "now_takes"), [(0.4, 0.9), (0.005, 0.04), (0.04, 0.04)])
def test_what_is_as_ever_or_quick_anyway_is_no_finding(usual: float, now_takes: float) -> None:
    latency, now = lived(usual)
    for second in range(0, 300, 10):
        latency.add(now + second, rises(now_takes, 20))
        assert latency.slower(now + second) is None


def test_little_traffic_and_a_short_history_say_nothing() -> None:
    young = Latency()
    for second in range(0, 600, 10):
        young.add(float(second), rises(0.8 if second > 300 else 0.01, 20))
        assert young.slower(float(second)) is None
    latency, now = lived(0.04)
    for second in range(0, 300, 10):
        latency.add(now + second, rises(5.0, 0.5))
        assert latency.slower(now + second) is None


def test_slowness_that_stays_becomes_usual_after_a_day() -> None:
    latency, now = lived(0.04)
    for minute in range(30 * 60):
        latency.add(now + 60 * minute, rises(0.8, 100))
    assert latency.slower(now + 30 * 3600) is None


@given(st.lists(st.floats(0, 5), min_size=1, max_size=200), st.floats(0.01, 1))
def test_a_quantile_is_within_the_bounds_of_what_it_is_of(times: list[float], share: float) -> None:
    counts = {bound: float(sum(time <= bound for time in times)) for bound in BOUNDS}
    found = quantile(counts, share)
    assert 0 <= found <= 1.0
    rank = sorted(times)[max(0, math.ceil(len(times) * share - 1e-9) - 1)]
    assert found <= next((bound for bound in BOUNDS if rank <= bound and bound < float("inf")), 1.0) + 1e-9


def test_of_nothing_it_is_nothing() -> None:
    assert quantile({}, 0.9) == 0.0
