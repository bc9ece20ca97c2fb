"""Take a change through its steps, and write each down."""

import time
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import msgspec

from eseller.resilience.rollout.decide import Decision, Figures, Limits, State, Verdict, decide
from eseller.resilience.rollout.journal import Journal


class Taken(Protocol):
    """What can be taken back."""

    @property
    def name(self) -> str:
        """What it is called in the journal, such as ``snapshot 17``."""

    def evidence(self) -> Mapping[str, Any]:
        """Return what the journal should keep beside the reason, as JSON values."""

    def take_back(self, state: State, reason: str) -> None:
        """Take it from whoever has it."""


class Change(Taken, Protocol):
    """What is rolled out: a snapshot, settings, a release. Each step may be done twice."""

    @property
    def limits(self) -> Limits:
        """What is enough to compare, and what it may show; asked after each look."""

    def check(self) -> Sequence[str]:
        """Return what speaks against it at once; nothing lets it be tried."""

    def begin(self) -> None:
        """Let one process have it."""

    def compare(self) -> tuple[Figures, Figures]:
        """Return what is seen of the one and of the rest so far; asked again while there is too little."""

    def take(self) -> None:
        """Let all have it."""


class Outcome(msgspec.Struct, frozen=True):
    """What became of a change. ``verdict`` is that of the comparison; None where the checks refused it."""

    state: State
    reason: str
    verdict: Verdict | None = None


def roll_out(
    change: Change,
    journal: Journal,
    *,
    reason: str,
    patience: float = 30.0,
    pause: float = 0.5,
) -> Outcome:
    """Check a change, let one process try it, compare, then let all take it, or take it back.

    Args:
        change: what it is.
        journal: keeps each step.
        reason: why it is proposed.
        patience: seconds to wait for enough to compare; then it is taken back.
        pause: seconds between two looks.

    Raises:
        Exception: whatever a step raised, after the change was taken back.
    """
    journal.write(change.name, State.PROPOSED, reason)
    complaints = change.check()
    if complaints:
        return _back(change, journal, State.REFUSED, "; ".join(complaints), None)
    journal.write(change.name, State.TRYING, reason)
    try:
        change.begin()
        decision = _compared(change, patience, pause)
        if decision.verdict is Verdict.GO_ON:
            change.take()
            journal.write(change.name, State.TAKEN, decision.reason, change.evidence())
            return Outcome(State.TAKEN, decision.reason, decision.verdict)
    except Exception as error:
        _back(change, journal, State.REFUSED, f"{type(error).__name__}: {error}"[:500], None)
        raise
    return _back(change, journal, State.REFUSED, decision.reason, decision.verdict)


def take_back(change: Taken, journal: Journal, *, reason: str) -> Outcome:
    """Take back a change that all have."""
    return _back(change, journal, State.TAKEN_BACK, reason, None)


def _compared(change: Change, patience: float, pause: float) -> Decision:
    end = time.monotonic() + patience
    while True:
        decision = decide(*change.compare(), change.limits)
        if decision.verdict is not Verdict.WAIT or time.monotonic() + pause > end:
            return decision
        time.sleep(pause)


def _back(change: Taken, journal: Journal, state: State, reason: str, verdict: Verdict | None) -> Outcome:
    # First of all it must be known why; taking it back may fail where the database is away.
    journal.write(change.name, state, reason, change.evidence())
    change.take_back(state, reason)
    return Outcome(state, reason, verdict)
