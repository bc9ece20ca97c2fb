"""How long answers take now, beside how long they usually take, from histograms. Pure."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from eseller.operations.watch.series import Ring

NOW_SECONDS, USUAL_SECONDS = 120.0, 86_400.0
LEAST_NOW, LEAST_USUAL = 50.0, 2_000.0
"""Requests that must have been seen in these spans, before anything is said of them."""
QUANTILE, TIMES, LEAST_SECONDS = 0.9, 3.0, 0.1
"""Slow is: nine of ten took three times as long as usual, and longer than anybody would notice."""


class Slower(msgspec.Struct, frozen=True):
    """Answers take longer than they used to.

    Attributes:
        now: seconds in which nine of ten came lately.
        usual: the same, of the last day.
    """

    now: float
    usual: float


class Latency:
    """Times of the answers of one site."""

    def __init__(self) -> None:
        self._fine: dict[float, Ring] = {}
        self._coarse: dict[float, Ring] = {}

    def add(self, now: float, rises: Mapping[float, float]) -> None:
        """Count answers.

        Args:
            now: by a clock that never goes back.
            rises: how many more came within each bound, cumulative as Prometheus has it.
        """
        for bound, rise in rises.items():
            self._fine.setdefault(bound, Ring(10.0, 30)).add(now, rise, 0.0)
            self._coarse.setdefault(bound, Ring(300.0, 288)).add(now, rise, 0.0)

    def lately(self, now: float) -> float | None:
        """Seconds in which nine of ten answers came lately; None: there were too few to say."""
        counts = _counts(self._fine, now, NOW_SECONDS)
        return quantile(counts, QUANTILE) if max(counts.values(), default=0.0) >= LEAST_NOW / 5 else None

    def slower(self, now: float) -> Slower | None:
        """Whether answers take much longer than they usually do."""
        lately = _counts(self._fine, now, NOW_SECONDS)
        usually = _counts(self._coarse, now, USUAL_SECONDS)
        # What is slow now is in both; it must not hide itself by being all that there is.
        before = {bound: max(0.0, count - lately.get(bound, 0.0)) for bound, count in usually.items()}
        if max(lately.values(), default=0.0) < LEAST_NOW or max(before.values(), default=0.0) < LEAST_USUAL:
            return None
        now_takes, usual = quantile(lately, QUANTILE), quantile(before, QUANTILE)
        return Slower(now_takes, usual) if now_takes > max(LEAST_SECONDS, TIMES * usual) else None


def quantile(counts: Mapping[float, float], share: float) -> float:
    """The time within which that share of answers came, between two bounds by proportion (as in PromQL).

    Args:
        counts: by upper bound, cumulative; the last bound may be infinite, in which case the one before it is told.
        share: 0 to 1.
    """
    bounds = sorted(counts)
    wanted = share * max(counts.values(), default=0.0)
    below, lower = 0.0, 0.0
    for bound in bounds:
        if counts[bound] >= wanted:
            if bound == float("inf"):
                return lower
            inside = counts[bound] - below
            return lower + (bound - lower) * ((wanted - below) / inside if inside > 0 else 1.0)
        below, lower = counts[bound], bound
    return lower


def _counts(rings: Mapping[float, Ring], now: float, seconds: float) -> dict[float, float]:
    return {bound: ring.over(now, seconds).good for bound, ring in rings.items()}
