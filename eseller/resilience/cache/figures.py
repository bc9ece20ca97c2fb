"""What the client has seen, in figures."""

from collections.abc import Mapping
from threading import Lock
from typing import Literal

import msgspec

from eseller.resilience.breaker import BreakerFigures

BOUNDS_MS = (1, 2, 5, 10, 20, 30, 50, 100)
"""Upper bounds of the histogram's buckets in milliseconds; one more is for all that took longer."""

Count = Literal["calls", "hits", "misses", "timeouts", "errors", "refused", "oversize"]


class CacheFigures(msgspec.Struct, frozen=True):
    """Figures of one process since its start.

    Attributes:
        calls: calls asked for, also those that were refused; one with several keys counts once.
        hits: keys that were there.
        misses: keys that the server said are not there.
        timeouts: calls that met their deadline, waiting for a connection included.
        errors: calls that failed otherwise: no connection, a wrong reply, an error that the server told.
        refused: calls that the breaker did not let through.
        oversize: values too large to be written.
        latency: calls by bucket, as many as `BOUNDS_MS` and one; each counts in one bucket alone.
        latency_seconds: their sum.
        breaker: its state and figures.
    """

    calls: int
    hits: int
    misses: int
    timeouts: int
    errors: int
    refused: int
    oversize: int
    latency: tuple[int, ...]
    latency_seconds: float
    breaker: BreakerFigures


class Counter:
    """Counts, by any number of threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._counts: dict[Count, int] = dict.fromkeys(Count.__args__, 0)  # type: ignore[attr-defined]
        self._latency = [0] * (len(BOUNDS_MS) + 1)
        self._seconds = 0.0

    def add(self, counts: Mapping[Count, int]) -> None:
        """Count."""
        with self._lock:
            for name, number in counts.items():
                self._counts[name] += number

    def took(self, seconds: float) -> None:
        """Note how long a call took that went to the server."""
        bucket = sum(seconds * 1000 > bound for bound in BOUNDS_MS)
        with self._lock:
            self._latency[bucket] += 1
            self._seconds += seconds

    def figures(self, breaker: BreakerFigures) -> CacheFigures:
        """All that was counted."""
        with self._lock:
            return CacheFigures(
                **self._counts, latency=tuple(self._latency), latency_seconds=self._seconds, breaker=breaker
            )
