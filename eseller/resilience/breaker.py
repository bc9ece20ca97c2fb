"""A circuit breaker: what keeps failing is left alone for a while, then tried by one caller only."""

import random
import time
from collections.abc import Callable
from enum import StrEnum
from threading import Lock
from typing import NamedTuple

import msgspec


class BreakerState(StrEnum):
    """Whether calls are let through."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"
    """Time has come for one probe; all others stay refused."""


class BreakerFigures(msgspec.Struct, frozen=True):
    """What a breaker has done: its state, how often it opened, how many calls it refused."""

    state: BreakerState
    opened: int
    refused: int


class Permit(NamedTuple):
    """Leave to call once; whoever holds one must `Breaker.report` how it went.

    Attributes:
        era: which state of the breaker gave it; a later one does not listen to its outcome.
        probe: whether it is the one call that finds out if things are well again.
    """

    era: int
    probe: bool


class Breaker:
    """Opens after failures in a row, stays open for a jittered time, closes after probes that went well.

    Half-open it lets one call through at a time: where every thread probes, a sick server takes them all.
    """

    def __init__(
        self,
        *,
        failures: int = 3,
        successes: int = 2,
        open_seconds: tuple[float, float] = (5.0, 10.0),
        clock: Callable[[], float] = time.monotonic,
        draw: Callable[[float, float], float] = random.uniform,
    ) -> None:
        self._failures, self._successes = failures, successes
        self._open_seconds, self._clock, self._draw = open_seconds, clock, draw
        self._lock = Lock()
        self._state = BreakerState.CLOSED
        self._era = 0
        self._in_a_row = 0
        self._probing = False
        self._until = 0.0
        self._opened = 0
        self._refused = 0

    @property
    def closed(self) -> bool:
        """Whether all calls are let through."""
        return self._state is BreakerState.CLOSED

    def admit(self) -> Permit | None:
        """Leave to call, or none."""
        with self._lock:
            if self._state is BreakerState.OPEN and self._clock() >= self._until:
                self._become(BreakerState.HALF_OPEN)
            if self._state is BreakerState.CLOSED:
                return Permit(self._era, probe=False)
            if self._state is BreakerState.HALF_OPEN and not self._probing:
                self._probing = True
                return Permit(self._era, probe=True)
            self._refused += 1
            return None

    def report(self, permit: Permit, *, well: bool) -> None:
        """Tell how the call went that ``permit`` allowed."""
        with self._lock:
            if permit.era != self._era:
                return
            if self._state is BreakerState.CLOSED:
                self._in_a_row = 0 if well else self._in_a_row + 1
                if self._in_a_row >= self._failures:
                    self._open()
                return
            self._probing = False
            if not well:
                self._open()
                return
            self._in_a_row += 1
            if self._in_a_row >= self._successes:
                self._become(BreakerState.CLOSED)

    def figures(self) -> BreakerFigures:
        """What it has done so far."""
        with self._lock:
            return BreakerFigures(self._state, self._opened, self._refused)

    def _open(self) -> None:
        self._become(BreakerState.OPEN)
        self._until = self._clock() + self._draw(*self._open_seconds)
        self._opened += 1

    def _become(self, state: BreakerState) -> None:
        self._state = state
        self._era += 1
        self._in_a_row = 0
        self._probing = False
