"""How an alert goes from person to person until somebody takes it. Pure: told the time, told the policy.

The life-cycle is that of GoAlert and Grafana OnCall: a deduplication key exists exactly while an alert is open, a step
is told and then waited for, the policy begins again some times, and what was taken and not ended is told again.
"""

from __future__ import annotations

from enum import StrEnum

import msgspec

from eseller.operations.alerts.hours import Hours
from eseller.operations.watch.burn import Severity
from eseller.operations.watch.judge import Finding


class State(StrEnum):
    """Where an alert is."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    CLOSED = "closed"


class AimKind(StrEnum):
    """What is told: a person, whoever is on call by a schedule, or a channel that many read."""

    PERSON = "person"
    SCHEDULE = "schedule"
    CHANNEL = "channel"


class Aim(msgspec.Struct, frozen=True):
    """Whom a step tells: exactly one person, schedule or channel."""

    kind: AimKind
    name: str


class Step(msgspec.Struct, frozen=True):
    """A step of a policy.

    Attributes:
        aims: who is told at once.
        wait: seconds for somebody to take it, before the next step.
    """

    aims: tuple[Aim, ...]
    wait: float


class Policy(msgspec.Struct, frozen=True):
    """A way from person to person.

    Attributes:
        name: of it.
        steps: in order; at least one.
        repeat: how many times it begins again when nobody has taken the alert after the last step.
        again: seconds after which an alert that was taken and not ended is told again, from the first step.
        hours: in which somebody is told of what can wait for the next working day; None: always.
    """

    name: str
    steps: tuple[Step, ...]
    repeat: int = 2
    again: float = 900.0
    hours: Hours | None = None


def _on_call(schedule: str, wait: float) -> Step:
    return Step((Aim(AimKind.SCHEDULE, schedule),), wait)


DEFAULT = Policy(
    "default", (_on_call("operators", 180.0), _on_call("second operators", 180.0), _on_call("developers", 300.0))
)
"""Developers know after six minutes. On the day that this is for it took 67."""


class Alert(msgspec.Struct, frozen=True, kw_only=True):
    """Some trouble, for as long as it lasts. Times are seconds since 1970.

    Attributes:
        number: of it, never given twice.
        finding: what was found, as it was last seen.
        policy: name of the policy by which it goes.
        opened_at: when it was found.
        seen_at: when it was last seen.
        seen: how many times.
        state: where it is.
        by: who has taken or closed it; empty: nobody.
        changed_at: when the state last changed.
        told: how many steps were told in all.
        next_at: when the next step is told; None: none will be.
    """

    number: int
    finding: Finding
    policy: str
    opened_at: float
    seen_at: float
    seen: int = 1
    state: State = State.OPEN
    by: str = ""
    changed_at: float = 0.0
    told: int = 0
    next_at: float | None = None

    @property
    def is_over(self) -> bool:
        """Whether it is closed, and its key free for another one."""
        return self.state is State.CLOSED


def opened(finding: Finding, policy: Policy, *, number: int, now: float) -> Alert:
    """Open an alert; its first step is due at once, or when its hours begin."""
    return Alert(
        number=number, finding=finding, policy=policy.name, opened_at=now, seen_at=now, changed_at=now,
        next_at=_soonest(finding.severity, policy, now),
    )  # fmt: skip


def seen_again(alert: Alert, finding: Finding, policy: Policy, now: float) -> Alert:
    """Note that the trouble goes on. What can wait no more begins to be told at once, unless somebody has it."""
    worse = alert.finding.severity is Severity.TICKET and finding.severity is Severity.PAGE
    kept = finding if worse or finding.severity is alert.finding.severity else msgspec.structs.replace(
        finding, severity=alert.finding.severity
    )  # fmt: skip
    soonest = now if worse and alert.state is State.OPEN else alert.next_at
    return msgspec.structs.replace(
        alert, finding=kept, seen_at=max(now, alert.seen_at), seen=alert.seen + 1, next_at=soonest,
        policy=policy.name if worse else alert.policy,
    )  # fmt: skip


def due(alert: Alert, policy: Policy, now: float) -> tuple[Alert, Step | None]:
    """Take the next step where it is due; returns the alert after it, and the step: somebody must be told now.

    One step at a time, however late: who was not told for an hour, since we were stopped, is not told of three at once.
    """
    if alert.is_over or alert.next_at is None or now < alert.next_at:
        return alert, None
    if alert.state is State.ACKNOWLEDGED:
        # Taken and not ended: everybody is told from the beginning, as if nobody had it.
        alert = msgspec.structs.replace(alert, state=State.OPEN, by="", changed_at=now, told=0)
    step = policy.steps[alert.told % len(policy.steps)]
    told = alert.told + 1
    more = told < len(policy.steps) * (policy.repeat + 1)
    following = _soonest(alert.finding.severity, policy, now + step.wait) if more else None
    return msgspec.structs.replace(alert, told=told, next_at=following), step


def acknowledged(alert: Alert, policy: Policy, *, by: str, now: float) -> Alert:
    """Take an alert. Who is second changes nothing, and sees who was first."""
    if alert.state is not State.OPEN:
        return alert
    return msgspec.structs.replace(
        alert, state=State.ACKNOWLEDGED, by=by, changed_at=now, next_at=now + policy.again
    )  # fmt: skip


def closed(alert: Alert, *, by: str, now: float) -> Alert:
    """Close an alert; a second time changes nothing."""
    if alert.is_over:
        return alert
    return msgspec.structs.replace(alert, state=State.CLOSED, by=by, changed_at=now, next_at=None)


def _soonest(severity: Severity, policy: Policy, at: float) -> float:
    """When somebody may be told: what can wait is told in the policy's hours alone."""
    return at if policy.hours is None or severity is Severity.PAGE else policy.hours.next_open(at)
