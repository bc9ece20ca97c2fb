"""Which tiers of services are let go, by how the database fares. Pure.

Up in seconds, down in half a minute, so that what is started again does not bring the database down at once.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from eseller.services.tiers import LOWEST

HIGHEST_LEVEL = LOWEST - 1
"""All but the first tier is stopped."""


class Sample(msgspec.Struct, frozen=True):
    """A commit of next to nothing: when it began, by the monotonic clock, and how long it took; infinity: it failed."""

    at: float
    seconds: float


class Thresholds(msgspec.Struct, frozen=True):
    """What is slow, and for how long it must last.

    Attributes:
        slow: seconds of a commit that is too slow.
        fast: seconds of one that is quick again.
        slow_samples: so many slow ones in a row raise the level.
        raise_after: seconds at a level before the next; stopping needs time to help.
        fast_for: seconds of quick commits alone that lower the level.
    """

    slow: float = 0.5
    fast: float = 0.15
    slow_samples: int = 3
    raise_after: float = 3.0
    fast_for: float = 30.0


def decide(
    level: int, since: float, samples: Sequence[Sample], limits: Thresholds = Thresholds()  # noqa: B008  (frozen)
) -> int:
    """Return the level that should be: 0 stops nothing, 1 the lowest tier, and so on.

    Args:
        level: that is.
        since: when it came to be, by the monotonic clock.
        samples: of the database, the newest last.
        limits: what is slow.
    """
    if not samples:
        return level
    now = samples[-1].at
    last = samples[-limits.slow_samples :]
    slow = len(last) == limits.slow_samples and all(one.seconds > limits.slow for one in last)
    if slow and level < HIGHEST_LEVEL and (level == 0 or now - since >= limits.raise_after):
        return level + 1
    lately = [one for one in samples if now - one.at <= limits.fast_for]
    steady = now - samples[0].at >= limits.fast_for and now - since >= limits.fast_for
    if level and steady and all(one.seconds < limits.fast for one in lately):
        return level - 1
    return level


def stopped_tier(level: int) -> int | None:
    """Return the highest tier that is stopped at a level, with all below it; None where none is."""
    return LOWEST + 1 - level if level else None
