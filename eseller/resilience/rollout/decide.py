"""Whether a change that one process tries may go on to the others. Pure."""

from collections.abc import Mapping
from enum import StrEnum

import msgspec


class State(StrEnum):
    """How far a change has come."""

    PROPOSED = "proposed"
    REFUSED = "refused"
    """The checks or the comparison spoke against it: all the others never had it."""
    TRYING = "trying"
    TAKEN = "taken"
    TAKEN_BACK = "taken_back"
    """All had it, and have it no more."""


class Figures(msgspec.Struct, frozen=True):
    """What was seen of some requests.

    Attributes:
        asked: how many there were.
        failed: how many of them failed.
        seconds: how long one took, the median.
        shares: of what should rarely be, by name, 0 to 1; such as of calls of a cache that came too late.
    """

    asked: int = 0
    failed: int = 0
    seconds: float = 0.0
    shares: Mapping[str, float] = {}

    @property
    def failing(self) -> float:
        """The share of requests that failed, 0 to 1."""
        return self.failed / self.asked if self.asked else 0.0


class Limits(msgspec.Struct, frozen=True):
    """When a comparison is enough, and what it may show.

    Attributes:
        least: requests of the one before it is judged.
        enough: requests of the one before it may go on; what is worse goes back before.
        more_failing: share of requests that may fail beyond that of the rest.
        slower: times that the one may be slower than the rest.
        quick: seconds below which nothing counts as slow.
        more: how much a share may exceed that of the rest.
    """

    least: int = 1
    enough: int = 0
    more_failing: float = 0.0
    slower: float = 3.0
    quick: float = 0.25
    more: float = 0.1


class Verdict(StrEnum):
    """What to do with the change."""

    GO_ON = "go on"
    WAIT = "wait"
    BACK = "back"


class Decision(msgspec.Struct, frozen=True):
    """A verdict and, in words, what it rests on."""

    verdict: Verdict
    reason: str


def decide(the_one: Figures, the_rest: Figures, limits: Limits = Limits()) -> Decision:  # noqa: B008  (frozen)
    """Compare the process that tries a change with those that don't.

    Args:
        the_one: what was seen of the process that has the change.
        the_rest: what was seen of the others in the same time, or of the same requests without the change.
        limits: what is enough, and what is allowed.
    """
    if the_one.asked < limits.least:
        return Decision(Verdict.WAIT, f"{the_one.asked} of {limits.least} requests were seen")
    if the_one.failing > the_rest.failing + limits.more_failing:
        return Decision(
            Verdict.BACK,
            f"{the_one.failed} of {the_one.asked} requests fail, {the_rest.failed} of {the_rest.asked} without it",
        )
    if the_rest.asked and the_one.seconds > max(limits.quick, limits.slower * the_rest.seconds):
        return Decision(Verdict.BACK, f"a request takes {the_one.seconds:.3f} s, {the_rest.seconds:.3f} s without it")
    for name, share in the_one.shares.items():
        without = the_rest.shares.get(name, 0.0)
        if share > without + limits.more:
            return Decision(Verdict.BACK, f"{share:.0%} {name}, {without:.0%} without it")
    if the_one.asked < limits.enough:
        return Decision(Verdict.WAIT, f"{the_one.asked} of {limits.enough} requests were seen, none worse")
    return Decision(Verdict.GO_ON, f"{the_one.asked} requests, none worse than without it")
