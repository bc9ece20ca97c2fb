"""What was counted over the last minutes is remembered rightly, whatever the clock and the processes do."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from eseller.operations.watch.series import Count, Ring, Rise, Series

EVENTS = st.lists(
    st.tuples(st.floats(0, 400), st.integers(0, 50), st.integers(0, 50)), min_size=1, max_size=60
)  # fmt: skip


@given(EVENTS, st.integers(1, 12))
def test_a_ring_counts_what_a_list_would(events: list[tuple[float, int, int]], slots: int) -> None:
    ring = Ring(10.0, 12)
    ordered = sorted(events)
    for at, good, bad in ordered:
        ring.add(at, good, bad)
    now = ordered[-1][0]
    newest = int(now / 10)
    inside = [event for event in ordered if newest - slots < int(event[0] / 10) <= newest]
    expected = Count(sum(good for _, good, _ in inside), sum(bad for _, _, bad in inside))
    assert ring.over(now, slots * 10.0) == expected


def test_what_is_long_ago_is_forgotten_though_nothing_came_since() -> None:
    ring = Ring(10.0, 6)
    ring.add(100.0, 5, 1)
    assert ring.over(120.0, 60.0) == Count(5, 1)
    assert ring.over(1e6, 60.0) == Count()
    # A clock that goes back counts as one that stands.
    ring.add(100.0, 1, 0)
    assert ring.over(1e6, 10.0) == Count(1, 0)


def test_a_series_knows_minutes_finely_and_days_coarsely() -> None:
    series = Series(long=True)
    for minute in range(3 * 24 * 60):
        series.add(minute * 60.0, 9, 1)
    now = (3 * 24 * 60 - 1) * 60.0
    assert series.over(now, 300.0).total == 50
    assert series.over(now, 3600.0).total == 600
    assert abs(series.over(now, 6 * 3600.0).total - 3600) <= 50
    assert abs(series.over(now, 3 * 86400.0).total - 43200) <= 50
    assert series.over(now, 3600.0).bad_share == 0.1


def test_counters_that_begin_anew_are_followed() -> None:
    rise = Rise()
    # What was counted before we looked is nobody's news.
    assert rise.since("a", "n", "one", 1000) == 0
    assert rise.since("a", "n", "one", 1003) == 3
    assert rise.since("a", "n", "two", 7) == 7, "another process"
    assert rise.since("a", "n", "two", 5) == 5, "it lost count"
    assert rise.since("b", "n", "two", 5) == 0, "another one's"
    rise.forget("a")
    assert rise.since("a", "n", "two", 9) == 0
    assert rise.since("b", "n", "two", 6) == 1
