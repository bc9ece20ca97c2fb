"""What drills measure alike: until when something held, and how slow the slowest were."""

import statistics
import time
from collections.abc import Callable, Sequence

LOOK_SECONDS = 0.05


def until(holds: Callable[[], bool], *, most: float, began: float | None = None) -> float:
    """Return after how many seconds something held; infinity when it did not in time.

    Args:
        holds: asked again and again.
        most: seconds for which it is waited.
        began: by ``time.monotonic``, from when they are counted; now without it.
    """
    began = time.monotonic() if began is None else began
    while time.monotonic() - began < most:
        if holds():
            return round(time.monotonic() - began, 2)
        time.sleep(LOOK_SECONDS)
    return float("inf")


def percentile(values: Sequence[float], which: int) -> float:
    """Return a percentile, inclusive, rounded to a tenth; 0 of nothing."""
    if len(values) < 2:
        return round(sum(values), 1)
    return round(statistics.quantiles(values, n=100, method="inclusive")[which - 1], 1)
