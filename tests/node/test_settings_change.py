"""Settings whose fault only traffic shows: judged, tried by one process, compared, then for all or taken back."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eseller.node.gauge import BOUNDS
from eseller.node.settings_change import Counts, NotFollowed, SettingsChange, added, median, read_counts
from eseller.resilience.rollout.decide import Figures, State
from eseller.resilience.rollout.journal import Journal
from eseller.resilience.rollout.runner import roll_out
from eseller.tenancy import platform_settings
from eseller.tenancy.platform_settings import PlatformSettings
from tests.node.processes import eventually

LATE = "calls too late"


class Shared:
    """What all processes follow."""

    def __init__(self, **values: Any) -> None:
        self.values = values
        self.refuses = False

    def store(self, changed: Mapping[str, Any]) -> None:
        if not self.refuses:
            self.values |= changed


class Toy:
    """A process that answers a hundred requests between two looks, as its settings let it."""

    def __init__(self, shared: Shared) -> None:
        self.shared, self.tried = shared, None
        self.asked = self.failed = self.late = 0
        self.slow = 0
        self.told: list[str] = []

    tried: Mapping[str, Any] | None

    @property
    def settings(self) -> Mapping[str, Any]:
        return self.shared.values if self.tried is None else self.tried

    def counts(self) -> Counts:
        self.asked += 100
        self.failed += 100 if self.settings.get("cache_connections") == 666 else 0
        self.late += 100 if self.settings.get("cache_deadline_ms") == 1 else 0
        self.slow += 100 if self.settings.get("page_seconds") == 1 else 0
        by_time = {
            0.005: self.asked - self.slow,
            0.1: self.asked - self.slow,
            0.25: self.asked,
            float("inf"): self.asked,
        }
        return Counts(self.asked, self.failed, by_time, {LATE: (self.late, self.asked)})

    def tell(self, verb: str, arguments: Mapping[str, Any]) -> Mapping[str, Any]:
        self.told.append(verb)
        if verb == "try-settings":
            self.tried = arguments["settings"]
        elif verb == "end-trial":
            self.tried = None
        return {"settings": self.settings}


def change(shared: Shared, toys: Sequence[Toy], *, complaint: str = "", **changed: Any) -> SettingsChange:
    return SettingsChange(
        dict(shared.values), changed, toys,
        judge=lambda _after: [complaint] if complaint else [], store=shared.store, seconds=0.3,
    )  # fmt: skip


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(tmp_path)


def test_a_good_change_is_tried_by_one_and_then_had_by_all(journal: Journal) -> None:
    shared = Shared(page_seconds=60)
    toys = [Toy(shared) for _ in range(3)]
    began = time.monotonic()
    outcome = roll_out(change(shared, toys, page_seconds=120), journal, reason="test", pause=0.05)
    assert outcome.state is State.TAKEN
    assert time.monotonic() - began >= 0.3, "all of the time must pass"
    assert shared.values == {"page_seconds": 120}
    assert toys[0].told[0] == "try-settings"
    assert "try-settings" not in toys[1].told + toys[2].told
    assert toys[0].tried is None
    last = list(journal.entries())[-1]
    assert (last.state, last.evidence["before"], last.evidence["after"]) == (
        State.TAKEN, {"page_seconds": 60}, {"page_seconds": 120},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"cache_connections": 666}, "requests fail"),
        ({"cache_deadline_ms": 1}, f"100% {LATE}"),
        ({"page_seconds": 1}, "a request takes"),
    ],
)
@pytest.mark.parametrize("processes", [1, 3])
def test_a_bad_change_goes_back_before_the_others_have_it(
    journal: Journal, changed: dict[str, Any], words: str, processes: int
) -> None:
    shared = Shared(page_seconds=60)
    toys = [Toy(shared) for _ in range(processes)]
    for toy in toys:
        toy.counts()
    outcome = roll_out(change(shared, toys, **changed), journal, reason="test", pause=0.05)
    assert outcome.state is State.REFUSED
    assert words in outcome.reason
    assert shared.values == {"page_seconds": 60}
    assert toys[0].tried is None
    assert words in list(journal.entries())[-1].reason


def test_what_the_rules_refuse_is_never_tried(journal: Journal) -> None:
    shared = Shared(page_seconds=60)
    toy = Toy(shared)
    outcome = roll_out(
        change(shared, [toy], complaint="pages would never be fresh", page_seconds=0), journal, reason="t"
    )
    assert (outcome.state, outcome.reason) == (State.REFUSED, "pages would never be fresh")
    assert "try-settings" not in toy.told


def test_what_not_all_follow_is_put_back(journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("eseller.node.settings_change.TAKEN_SECONDS", 0.3)
    shared = Shared(page_seconds=60)
    shared.refuses = True
    with pytest.raises(NotFollowed):
        roll_out(change(shared, [Toy(shared), Toy(shared)], page_seconds=120), journal, reason="test", pause=0.05)
    assert [entry.state for entry in journal.entries()][-1] is State.REFUSED


def test_a_process_that_began_anew_is_counted_from_its_beginning() -> None:
    before = Counts(500, 5, {0.1: 500}, {LATE: (5, 500)})
    assert Counts(40, 1, {0.1: 40}, {LATE: (1, 40)}).since(before).asked == 40
    assert Counts(540, 6, {0.1: 540}, {LATE: (6, 540)}).since(before) == Counts(40, 1, {0.1: 40}, {LATE: (1, 40)})


@given(st.lists(st.sampled_from((*BOUNDS, 20.0)), min_size=1, max_size=200))
def test_the_median_of_a_histogram_lies_in_the_step_of_the_true_one(seconds: list[float]) -> None:
    by_time = {bound: sum(one <= bound for one in seconds) for bound in (*BOUNDS, float("inf"))}
    true = sorted(seconds)[(len(seconds) - 1) // 2]
    place = min((place for place, bound in enumerate(BOUNDS) if true <= bound), default=len(BOUNDS))
    low = BOUNDS[place - 1] if place else 0.0
    high = BOUNDS[place] if place < len(BOUNDS) else low
    assert low <= median(by_time) <= high


def test_nothing_asked_has_a_median_of_nothing() -> None:
    assert median({}) == median({0.1: 0, float("inf"): 0}) == 0.0
    assert added([]).figures() == Figures()


def test_counts_are_read_from_metrics() -> None:
    text = (
        '# TYPE eseller_requests counter\neseller_requests_total{site="storefront",outcome="2xx"} 90\n'
        'eseller_requests_total{site="storefront",outcome="5xx"} 10\n'
        '# TYPE eseller_request_seconds histogram\n# UNIT eseller_request_seconds seconds\n'
        'eseller_request_seconds_bucket{site="storefront",le="0.005"} 60\n'
        'eseller_request_seconds_bucket{site="storefront",le="+Inf"} 100\n'
        'eseller_request_seconds_count{site="storefront"} 100\n'
        'eseller_request_seconds_sum{site="storefront"} 1.0\n# EOF\n'
    )  # fmt: skip
    counts = read_counts(text)
    assert (counts.asked, counts.failed, counts.by_time) == (100, 10, {0.005: 60, float("inf"): 100})


@pytest.fixture
def heard() -> Iterator[list[PlatformSettings]]:
    """What a listener hears."""
    told: list[PlatformSettings] = []
    platform_settings.listen(told.append)
    yield told
    platform_settings.end_trial()
    platform_settings._process.listeners.remove(told.append)


Heard = Callable[[], list[PlatformSettings]]


def test_a_trial_ends_by_itself_and_listeners_hear_of_both(heard: list[PlatformSettings]) -> None:
    tried = PlatformSettings(page_seconds=7)
    platform_settings.try_settings(tried, seconds=0.2)
    assert platform_settings.platform_settings() == tried
    assert platform_settings.is_trying()
    assert eventually(lambda: not platform_settings.is_trying(), seconds=10)
    assert platform_settings.platform_settings() == PlatformSettings()
    assert heard == [PlatformSettings(), tried, PlatformSettings()]


def test_a_later_trial_takes_the_place_of_an_earlier_one(heard: list[PlatformSettings]) -> None:
    platform_settings.try_settings(PlatformSettings(page_seconds=7), seconds=0.2)
    later = PlatformSettings(page_seconds=8)
    platform_settings.try_settings(later, seconds=60)
    time.sleep(0.4)
    assert platform_settings.platform_settings() == later
    assert platform_settings.end_trial()
    assert not platform_settings.end_trial()
    assert heard[-1] == PlatformSettings()
