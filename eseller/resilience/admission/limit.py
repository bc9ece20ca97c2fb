"""How many requests may be worked on at the same time, by what that does to the time that they take.

Gradient2 of Netflix's concurrency-limits (github.com/Netflix/concurrency-limits), which took it from TCP Vegas
(Brakmo and Peterson, IEEE JSAC 13(8), 1995): the limit is multiplied by how much slower requests are than they usually
are, and a step for growth is added. Three things are our own. Each class of requests is held against its own usual
time, so that it does not matter which pages are asked for. That time falls in seconds and rises in minutes. And
what takes milliseconds either way counts as equal, since on a busy machine that is noise.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Hashable

WINDOW_SECONDS = 0.5
WINDOW_REQUESTS = 10
LONGEST_WINDOW = 10.0
"""A window that was open for longer, because there was little to do, counts as if it was so long."""
TOLERANCE = 2.0
"""So many times their usual time requests may take before the limit falls."""
LOWEST_GRADIENT = 0.5
SMOOTHING = 0.2
FALL_SECONDS, RISE_SECONDS = 5.0, 300.0
"""Time constants with which the usual time follows what is measured."""
NOISE_SECONDS = 0.005


class Limit:
    """A number of places that adapts. Not for several threads at once.

    Args:
        least: Fewer places there never are.
        most: Nor more; there are so many at first.
    """

    def __init__(self, least: int, most: int) -> None:
        self._least, self._most = min(least, most), most
        self._estimate = float(most)
        self._usual: dict[Hashable, float] = {}
        self._seconds: defaultdict[Hashable, list[float]] = defaultdict(list)
        self._count = self._busiest = 0
        self._began = -math.inf

    @property
    def places(self) -> int:
        """How many requests may be worked on at the same time."""
        return round(self._estimate)

    def usual_seconds(self) -> dict[Hashable, float]:
        """The time that requests of each class usually take."""
        return dict(self._usual)

    def note(self, kind: Hashable, seconds: float, *, in_use: int, now: float) -> None:
        """Learn from a request that has succeeded.

        Args:
            kind: Its class.
            seconds: How long it was worked on.
            in_use: How many were worked on when it ended, itself among them.
            now: The time, in seconds.
        """
        if not self._count:
            self._began = now
        self._seconds[kind].append(seconds)
        self._count += 1
        self._busiest = max(self._busiest, in_use)
        if self._count >= WINDOW_REQUESTS and now - self._began >= WINDOW_SECONDS:
            self._adapt(min(now - self._began, LONGEST_WINDOW))

    def _adapt(self, elapsed: float) -> None:
        slower = sum(len(seconds) * self._judge(kind, seconds, elapsed) for kind, seconds in self._seconds.items())
        # Where few places are in use, times tell nothing of the limit.
        if self._busiest >= self._estimate / 2:
            gradient = max(LOWEST_GRADIENT, min(1.0, TOLERANCE * self._count / slower))
            target = self._estimate * gradient + max(1.0, math.sqrt(self._estimate) / 2)
            moved = self._estimate + (target - self._estimate) * SMOOTHING
            self._estimate = max(float(self._least), min(float(self._most), moved))
        self._seconds.clear()
        self._count = self._busiest = 0

    def _judge(self, kind: Hashable, seconds: list[float], elapsed: float) -> float:
        """How many times their usual time requests of a class have taken; that time then follows."""
        mean = sum(seconds) / len(seconds)
        usual = self._usual.setdefault(kind, mean)
        follows = RISE_SECONDS if mean > usual else FALL_SECONDS
        self._usual[kind] = usual + (mean - usual) * (1 - math.exp(-elapsed / follows))
        return max(mean, NOISE_SECONDS) / max(usual, NOISE_SECONDS)
