"""The guarded change of settings: judged by rules, tried by one web process, compared with the others, then for all.

The caching server that once took the platform down for 72 minutes was configured badly, at once, everywhere.
"""

from __future__ import annotations

import time
from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol
from urllib.request import urlopen

import msgspec
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from eseller.kernel.errors import EsellerError
from eseller.resilience.rollout.decide import Figures, Limits, State

MARGIN_SECONDS = 60.0
"""A process goes on trying for so long after it should have been told, in case whoever tells it dies."""
TAKEN_SECONDS = 15.0
"""All follow within two seconds; a snapshot that is tried on slow pages takes longer."""
MOST_BYTES = 4 * 1024 * 1024
Values = Mapping[str, Any]


class NotFollowed(EsellerError):
    """Not all web processes took the settings, so they were put back. The log of a worker tells why."""

    code = "settings_not_followed"


class Counts(msgspec.Struct, frozen=True):
    """What a process has counted since it began.

    Attributes:
        asked: requests.
        failed: those answered with 5xx.
        by_time: requests that took at most so many seconds, by that bound, rising.
        shares: of how many there were how many that should be rare, by name.
    """

    asked: int
    failed: int
    by_time: dict[float, int]
    shares: dict[str, tuple[int, int]]

    def since(self, before: Counts | None) -> Counts:
        """What was counted after an earlier look; all of it where the process has begun anew."""
        if before is None or before.asked > self.asked:
            return self
        return Counts(
            self.asked - before.asked,
            self.failed - before.failed,
            {bound: count - before.by_time.get(bound, 0) for bound, count in self.by_time.items()},
            {
                name: (some - before.shares.get(name, (0, 0))[0], all_ - before.shares.get(name, (0, 0))[1])
                for name, (some, all_) in self.shares.items()
            },
        )

    def figures(self) -> Figures:
        """What is compared."""
        return Figures(
            self.asked,
            self.failed,
            median(self.by_time),
            {name: some / all_ for name, (some, all_) in self.shares.items() if all_ >= LEAST_LOOKUPS},
        )


LEAST_LOOKUPS = 100
"""A share of fewer says nothing: of twenty, a tenth more is chance."""
# Samples of /metrics whose share of others should not rise: what it is called, the one, and that of which it is a part.
_Labels = Mapping[str, str]
SHARES: dict[str, tuple[str, _Labels, str, _Labels]] = {
    "of pages had to be made": (
        "eseller_edge_pages_total", {"outcome": "made"}, "eseller_requests_total", {"site": "storefront"},
    ),
    "of keys were not in the cache": ("eseller_cache_keys_total", {"found": "no"}, "eseller_cache_keys_total", {}),
    "of calls of the cache came too late": (
        "eseller_cache_calls_total", {"outcome": "timeouts"}, "eseller_cache_calls_total", {"outcome": "calls"},
    ),
    "of calls of the cache failed": (
        "eseller_cache_calls_total", {"outcome": "errors"}, "eseller_cache_calls_total", {"outcome": "calls"},
    ),
}  # fmt: skip


def median(by_time: Mapping[float, int]) -> float:
    """The median of a histogram, in seconds, linear within a step as Prometheus' ``histogram_quantile``.

    Args:
        by_time: how many took at most so long, by that bound.
    """
    bounds = sorted(by_time)
    half = by_time[bounds[-1]] / 2 if bounds else 0.0
    if half <= 0:
        return 0.0
    place = bisect_left([by_time[bound] for bound in bounds], half)
    upper, lower = bounds[place], bounds[place - 1] if place else 0.0
    if upper == float("inf"):
        return lower
    below = by_time[lower] if place else 0
    return lower + (upper - lower) * (half - below) / (by_time[upper] - below)


def added(counts: Sequence[Counts]) -> Counts:
    """What several processes have counted together."""
    by_time: dict[float, int] = {}
    shares: dict[str, tuple[int, int]] = {}
    for one in counts:
        for bound, count in one.by_time.items():
            by_time[bound] = by_time.get(bound, 0) + count
        for name, (some, all_) in one.shares.items():
            before = shares.get(name, (0, 0))
            shares[name] = (before[0] + some, before[1] + all_)
    return Counts(sum(one.asked for one in counts), sum(one.failed for one in counts), by_time, shares)


def read_counts(text: str) -> Counts:
    """What a process tells at ``/metrics``.

    Raises:
        ValueError: this is no OpenMetrics.
    """
    asked = failed = 0
    by_time: dict[float, int] = {}
    found: dict[str, list[tuple[_Labels, int]]] = {}
    for family in text_string_to_metric_families(text):  # type: ignore[no-untyped-call]
        for sample in family.samples:
            value = int(sample.value)
            found.setdefault(sample.name, []).append((sample.labels, value))
            if sample.name == "eseller_requests_total":
                asked += value
                failed += value if sample.labels["outcome"] == "5xx" else 0
            elif sample.name == "eseller_request_seconds_bucket":
                bound = float(sample.labels["le"])
                by_time[bound] = by_time.get(bound, 0) + value

    def total(name: str, labels: _Labels) -> int:
        return sum(value for has, value in found.get(name, []) if labels.items() <= has.items())

    shares = {name: (total(some, which), total(all_, whose)) for name, (some, which, all_, whose) in SHARES.items()}
    return Counts(asked, failed, by_time, shares)


def counts_at(host: str, port: int, *, seconds: float = 5.0) -> Counts:
    """What the process behind a private port has counted.

    Raises:
        OSError: nothing answers there.
        ValueError: what answers is none of ours.
    """
    with urlopen(f"http://{host}:{port}/metrics", timeout=seconds) as answer:
        return read_counts(answer.read(MOST_BYTES).decode())


class Process(Protocol):
    """A web process, as the change reaches it."""

    def counts(self) -> Counts:
        """What it has counted."""

    def tell(self, verb: str, arguments: Values) -> Mapping[str, Any]:
        """Make it do something."""


class SettingsChange:
    """A change of settings, as ``resilience.rollout`` takes it through its steps."""

    def __init__(
        self,
        before: Values,
        changed: Values,
        processes: Sequence[Process],
        *,
        judge: Callable[[Values], Sequence[str]],
        store: Callable[[Values], None],
        seconds: float = 60.0,
        least: int = 50,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Prepare it; nothing happens yet.

        Args:
            before: what is set now, as JSON values.
            changed: those that change; None: what holds without it.
            processes: all web processes of this node; the first one tries it.
            judge: returns what speaks against all settings as they would be, in words.
            store: sets some for all processes; raises where they are refused.
            seconds: how long the one is compared with the rest.
            least: requests that the one must have answered in that time.
            clock: monotonic seconds.
        """
        self._before, self._changed = dict(before), dict(changed)
        self._one, self._rest = processes[0], list(processes[1:])
        self._judge, self._store = judge, store
        self._seconds, self._least, self._clock = seconds, least, clock
        self._began = 0.0
        self._marks: list[Counts] = []
        self._seen: tuple[Figures, Figures] = (Figures(), Figures())
        self._stored = False

    @property
    def name(self) -> str:
        """What it is called in the journal."""
        return f"settings {', '.join(self._changed)}"

    @property
    def limits(self) -> Limits:
        """All the time must pass before it may go on; what is clearly worse goes back as soon as it shows."""
        over = self._clock() - self._began >= self._seconds
        least = min(self._least, 20)
        return Limits(least=least, enough=self._least if over else 2**31, slower=2.0, quick=0.02)

    def check(self) -> Sequence[str]:
        """Return what the rules say against it."""
        return self._judge(self._after())

    def begin(self) -> None:
        """Let the first process try it."""
        arguments = {"settings": self._after(), "seconds": self._seconds + MARGIN_SECONDS}
        self._one.tell("try-settings", arguments)
        self._began = self._clock()
        self._marks = [process.counts() for process in (self._one, *self._rest)]

    def compare(self) -> tuple[Figures, Figures]:
        """Return what was seen of the one and of the rest since; without a rest, of the one before it began."""
        now = [process.counts() for process in (self._one, *self._rest)]
        since = [later.since(before) for later, before in zip(now, self._marks, strict=True)]
        rest = added(since[1:]) if self._rest else self._marks[0]
        self._seen = since[0].figures(), rest.figures()
        return self._seen

    def evidence(self) -> Mapping[str, Any]:
        """What changes, and what was seen."""
        one, rest = map(msgspec.to_builtins, self._seen)
        return {"before": self._old(), "after": self._changed, "the_one": one, "the_rest": rest}

    def take(self) -> None:
        """Set it for all, and see that all follow.

        Raises:
            NotFollowed: they did not.
        """
        self._stored = True
        self._store(self._changed)
        self._one.tell("end-trial", {})
        end = self._clock() + TAKEN_SECONDS
        while not all(self._follows(process) for process in (self._one, *self._rest)):
            if self._clock() > end:
                raise NotFollowed
            time.sleep(0.1)

    def take_back(self, state: State, reason: str) -> None:  # noqa: ARG002  (the journal has them)
        """End the trial, and put back what was set."""
        try:
            if self._stored:
                self._store(self._old())
        finally:
            self._one.tell("end-trial", {})

    def _after(self) -> Values:
        return {name: value for name, value in {**self._before, **self._changed}.items() if value is not None}

    def _old(self) -> Values:
        return {name: self._before.get(name) for name in self._changed}

    def _follows(self, process: Process) -> bool:
        told = process.tell("settings", {})["settings"]
        return all(told.get(name) == value for name, value in self._changed.items() if value is not None)
