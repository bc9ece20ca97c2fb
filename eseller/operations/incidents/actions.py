"""What people and the clerk do to incidents. Each is one transaction; what was done is in the timeline."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from eseller.kernel.errors import EsellerError
from eseller.operations.incidents import states
from eseller.operations.incidents.models import Component, Entry, Impact, Incident, Update
from eseller.operations.incidents.states import ComponentState, NotAllowed, Public, Severity, State

NEXT_UPDATE = {Severity.CRITICAL: 30, Severity.MAJOR: 60, Severity.MINOR: 120, Severity.NONE: 240}
"""Minutes after which the public is told again, whether there is news or not."""
NUMBERS = ("shops", "failed_requests", "lost_orders")
"""What an incident is counted in, besides minutes."""


class NoSuchIncident(EsellerError):
    """There is no incident of that number."""

    code = "incident_unknown"
    status = 404


class NoSuchComponent(EsellerError):
    """There is no component of that name."""

    code = "component_unknown"
    status = 404


class Dishonest(EsellerError):
    """Telemetry says that it is failing; it is not shown as operational without a published reason."""

    code = "dishonest"
    status = 409


class EmptyUpdate(EsellerError):
    """An update says something."""

    code = "update_empty"
    status = 422


def find(number: int) -> Incident:
    """The incident of a number, locked for this transaction.

    Raises:
        NoSuchIncident: there is none.
    """
    found = Incident.objects.select_for_update().filter(pk=number).first()
    if found is None:
        raise NoSuchIncident
    return found


def components(slugs: Iterable[str]) -> list[Component]:
    """The components of these names.

    Raises:
        NoSuchComponent: one of them there is not; the message names those that there are.
    """
    wanted = list(dict.fromkeys(slugs))
    known = {one.slug: one for one in Component.objects.all()}
    missing = [slug for slug in wanted if slug not in known]
    if missing:
        raise NoSuchComponent(f"There is no component “{missing[0]}”. There are: {', '.join(known)}.")
    return [known[slug] for slug in wanted]


@transaction.atomic
def open_incident(
    title: str,
    *,
    by: str,
    severity: Severity = Severity.MINOR,
    key: str = "",
    began_at: datetime | None = None,
    impacts: Mapping[str, ComponentState] | None = None,
) -> tuple[Incident, bool]:
    """Open an incident; where one for the same trouble is open, that one.

    Args:
        title: what is wrong, as the public may read it.
        by: who opens it.
        severity: how bad it is.
        key: of the trouble; empty: opened by hand, for nothing else that is known.
        began_at: since when, if that is earlier.
        impacts: how components do, by slug.

    Returns:
        The incident, and whether it is new.

    Raises:
        NoSuchComponent: one of those.
    """
    now = timezone.now()
    affected = components(impacts or {})
    if key and (found := Incident.objects.filter(key=key).exclude(state__in=[State.RESOLVED, State.CLOSED]).first()):
        return found, False
    try:
        with transaction.atomic():
            incident = Incident.objects.create(
                title=title[:200], severity=severity, key=key[:200], opened_by=by, opened_at=now,
                began_at=min(began_at or now, now), changed_at=now,
            )  # fmt: skip
    except IntegrityError:
        # Somebody else was first, this very moment.
        return Incident.objects.exclude(state__in=[State.RESOLVED, State.CLOSED]).get(key=key), False
    for component in affected:
        state = (impacts or {})[component.slug]
        Impact.objects.create(component=component, incident=incident, state=state, began_at=incident.began_at)
    note(incident, "opened", f"Incident opened: {title}", by=by, at=now)
    return incident, True


def note(
    incident: Incident,
    kind: str,
    text: str,
    *,
    by: str = "",
    at: datetime | None = None,
    source: str = "",
    evidence: Mapping[str, Any] | None = None,
    hidden: bool = False,
) -> bool:
    """Add a line to the timeline; one that was collected from the same source already is not added again.

    Returns:
        Whether it was added.
    """
    facts = {
        "at": at or timezone.now(), "kind": kind[:20], "text": " ".join(text.split())[:500], "by": by[:100],
        "evidence": dict(evidence or {}), "is_hidden": hidden,
    }  # fmt: skip
    if not source:
        Entry.objects.create(incident=incident, **facts)
        return True
    _, new = Entry.objects.get_or_create(incident=incident, source=source[:200], defaults=facts)
    return new


@transaction.atomic
def move(number: int, wanted: State, *, by: str) -> Incident:
    """Bring an incident to another state, as operators know it.

    Raises:
        NoSuchIncident: there is none.
        NotAllowed: that state can't follow, or the public has not been told yet that it is over.
    """
    incident = find(number)
    if states.follow(State(incident.state), wanted) is incident.state:
        return incident
    if wanted is State.RESOLVED and incident.public and incident.public not in (Public.RESOLVED, Public.POSTMORTEM):
        raise NotAllowed("The public was told of it: post an update that says “resolved”, which resolves it here too.")
    _set_state(incident, wanted, by=by)
    return incident


@transaction.atomic
def post_update(
    number: int,
    public: Public,
    body: str,
    *,
    by: str,
    impacts: Mapping[str, ComponentState] | None = None,
    next_minutes: int | None = None,
    failing: Iterable[str] = (),
    reason: str = "",
) -> Update:
    """Tell the public something; it can't be changed afterwards.

    Args:
        number: of the incident.
        public: what it is for the public from now on.
        body: what they read, in Markdown.
        by: who tells it.
        impacts: how components do from now on, by slug; those that are not named stay as they are.
        next_minutes: when the public is told again; by severity unless given; nobody waits for more once resolved.
        failing: components that telemetry says are failing now.
        reason: why one of those is shown as operational all the same; it is published with the update.

    Raises:
        NoSuchIncident, NoSuchComponent: there is none.
        Dishonest: a failing component would be shown as operational without a reason.
        EmptyUpdate: it says nothing.
    """
    incident, now = find(number), timezone.now()
    if not body.strip():
        raise EmptyUpdate
    wanted = {one: ComponentState((impacts or {})[one.slug]) for one in components(impacts or {})}
    if public is Public.RESOLVED:
        open_now = Impact.objects.filter(incident=incident, ended_at=None).select_related("component")
        wanted = {one.component: ComponentState.OPERATIONAL for one in open_now} | wanted
    healed = {one.slug for one, state in wanted.items() if state is ComponentState.OPERATIONAL}
    lied_about = sorted(healed & set(failing))
    if lied_about and not reason.strip():
        raise Dishonest(f"Telemetry says that {', '.join(lied_about)} fails. Give a reason, which is published.")
    text = body.strip() if not lied_about else f"{body.strip()}\n\n{reason.strip()} ({by})"
    for component, state in wanted.items():
        _set_impact(incident, component, state, now)
    update = Update.objects.create(incident=incident, public=public, body=text, by=by, at=now)
    incident.public = public
    wait = NEXT_UPDATE[Severity(incident.severity)] if next_minutes is None else next_minutes
    over = public in (Public.RESOLVED, Public.POSTMORTEM)
    incident.update_due_at = None if over else now + timedelta(minutes=wait)
    incident.changed_at = now
    incident.save(update_fields=["public", "update_due_at", "changed_at"])
    note(incident, "update", f"The public is told “{public}”: {body}", by=by, at=now)
    _follow_public(incident, public, by=by)
    return update


def _follow_public(incident: Incident, public: Public, *, by: str) -> None:
    """What the public knows, operators know: they are never behind it."""
    state = State(incident.state)
    if state is State.TRIAGE:
        _set_state(incident, State.STARTED, by=by)
        state = State.STARTED
    if public is Public.MONITORING and state is State.STARTED:
        _set_state(incident, State.MITIGATED, by=by)
    if public is Public.RESOLVED and not incident.is_over:
        _set_state(incident, State.RESOLVED, by=by)
    if public in (Public.INVESTIGATING, Public.IDENTIFIED) and state in (State.MITIGATED, State.RESOLVED):
        _set_state(incident, State.STARTED, by=by)


@transaction.atomic
def hide(number: int, entry: int, *, by: str, hidden: bool = True) -> None:
    """Hide a line of the timeline from the public, or show it again; the line itself stays as it is.

    Raises:
        NoSuchIncident: there is no such incident, or it has no such line.
    """
    incident = find(number)
    if not Entry.objects.filter(incident=incident, pk=entry).update(is_hidden=hidden):
        raise NoSuchIncident(f"Incident {number} has no line {entry} in its timeline.")
    note(incident, "note", f"Line {entry} is {'hidden' if hidden else 'shown'}", by=by, hidden=True)


@transaction.atomic
def assign(
    number: int, *, by: str, lead: str | None = None, speaker: str | None = None, scribe: str | None = None
) -> Incident:
    """Say who leads the work, who tells the public, and who writes down what is done; None leaves it as it is."""
    incident = find(number)
    for role, name in (("lead", lead), ("speaker", speaker), ("scribe", scribe)):
        if name is not None and getattr(incident, role) != name:
            setattr(incident, role, name[:100])
            note(incident, "role", f"{role.capitalize()}: {name or 'nobody'}", by=by)
    incident.changed_at = timezone.now()
    incident.save(update_fields=["lead", "speaker", "scribe", "changed_at"])
    return incident


@transaction.atomic
def count(
    number: int, *, by: str, shops: int | None, failed_requests: int | None, lost_orders: int | None
) -> Incident:
    """Say how much it was, in numbers; None: not known."""
    incident = find(number)
    incident.shops, incident.failed_requests, incident.lost_orders = shops, failed_requests, lost_orders
    incident.changed_at = timezone.now()
    incident.save(update_fields=[*NUMBERS, "changed_at"])
    told = {name.replace("_", " "): getattr(incident, name) for name in NUMBERS}
    words = ", ".join(f"{name}: {number}" for name, number in told.items() if number is not None)
    note(incident, "note", f"Counted: {words or 'nothing'}", by=by)
    return incident


def overdue(now: datetime) -> list[Incident]:
    """Incidents of which the public should have been told by now."""
    return list(Incident.objects.filter(update_due_at__lt=now).order_by("update_due_at"))


def _set_state(incident: Incident, wanted: State, *, by: str) -> None:
    now = timezone.now()
    incident.state = wanted
    moments = {State.MITIGATED: "mitigated_at", State.RESOLVED: "resolved_at", State.CLOSED: "closed_at"}
    fields = ["state", "changed_at"]
    if wanted in moments:
        setattr(incident, moments[wanted], now)
        fields.append(moments[wanted])
    if wanted in (State.RESOLVED, State.CLOSED):
        Impact.objects.filter(incident=incident, ended_at=None).update(ended_at=now)
        incident.update_due_at = None
        fields.append("update_due_at")
    incident.changed_at = now
    incident.save(update_fields=fields)
    note(incident, "state", f"State: {wanted}", by=by, at=now)


def _set_impact(incident: Incident, component: Component, state: ComponentState, now: datetime) -> None:
    """From now on the component does so; what was before stays in its history."""
    current = Impact.objects.filter(incident=incident, component=component, ended_at=None).first()
    if current is not None and current.state == state:
        return
    if current is not None:
        current.ended_at = max(now, current.began_at)
        current.save(update_fields=["ended_at"])
    if state is not ComponentState.OPERATIONAL:
        began = now if current is not None or incident.public else incident.began_at
        Impact.objects.create(component=component, incident=incident, state=state, began_at=began)
