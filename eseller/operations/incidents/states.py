"""The states of incidents, components and maintenance, and which may follow which. Pure.

Public words are those of Statuspage v2, so that its readers know them.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from eseller.kernel.errors import EsellerError


class NotAllowed(EsellerError):
    """That state can't follow the present one."""

    code = "state_not_allowed"
    status = 409


class State(StrEnum):
    """What operators know of an incident."""

    TRIAGE = "triage"
    STARTED = "started"
    MITIGATED = "mitigated"
    RESOLVED = "resolved"
    CLOSED = "closed"


class Public(StrEnum):
    """What the public is told of it."""

    INVESTIGATING = "investigating"
    IDENTIFIED = "identified"
    MONITORING = "monitoring"
    RESOLVED = "resolved"
    POSTMORTEM = "postmortem"


class Severity(StrEnum):
    """How bad it is for shops; worst last."""

    NONE = "none"
    MINOR = "minor"
    MAJOR = "major"
    CRITICAL = "critical"


class ComponentState(StrEnum):
    """How a component does; worst last, but for maintenance, which is no trouble."""

    OPERATIONAL = "operational"
    MAINTENANCE = "under_maintenance"
    DEGRADED = "degraded_performance"
    PARTIAL = "partial_outage"
    MAJOR = "major_outage"


class MaintenanceState(StrEnum):
    """Where planned work is."""

    SCHEDULED = "scheduled"
    IN_PROGRESS = "in_progress"
    VERIFYING = "verifying"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


FOLLOWERS: dict[State, tuple[State, ...]] = {
    State.TRIAGE: (State.STARTED, State.CLOSED),
    State.STARTED: (State.MITIGATED, State.RESOLVED),
    State.MITIGATED: (State.STARTED, State.RESOLVED),
    State.RESOLVED: (State.STARTED, State.CLOSED),
    State.CLOSED: (),
}
_BADNESS = list(ComponentState)


def follow(present: State, wanted: State) -> State:
    """Return the state that is wanted.

    Raises:
        NotAllowed: it can't follow the present one; the message names those that can.
    """
    if wanted is not present and wanted not in FOLLOWERS[present]:
        others = ", ".join(FOLLOWERS[present]) or "nothing"
        raise NotAllowed(f"After “{present}” comes {others}, not “{wanted}”.")
    return wanted


def worst(states: Iterable[ComponentState]) -> ComponentState:
    """The worst of some states; operational where there are none."""
    return max(states, key=_BADNESS.index, default=ComponentState.OPERATIONAL)


def indicator(states: Iterable[ComponentState]) -> Severity:
    """One word for a whole page: how bad the worst is."""
    return {
        ComponentState.DEGRADED: Severity.MINOR,
        ComponentState.PARTIAL: Severity.MAJOR,
        ComponentState.MAJOR: Severity.CRITICAL,
    }.get(worst(states), Severity.NONE)
