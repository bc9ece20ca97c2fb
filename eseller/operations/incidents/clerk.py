"""The clerk: makes incidents of alerts, keeps their timelines, sees to it that the public hears in time.

It reads what the watch tells and writes to the plane's own database; while that is away it catches up afterwards, since
the watch keeps its alerts.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
from django.db import transaction
from django.db.models import F, Q, Value
from django.db.models.functions import Greatest
from django.utils import timezone

from eseller.operations.alerts.escalation import Alert
from eseller.operations.alerts.escalation import State as AlertState
from eseller.operations.incidents import actions
from eseller.operations.incidents.collecting import Happened, collect
from eseller.operations.incidents.components import of_watched
from eseller.operations.incidents.models import Entry, Impact, Incident, Maintenance, Update
from eseller.operations.incidents.states import ComponentState, MaintenanceState, Public, Severity, State
from eseller.operations.watch.burn import Severity as Urgency

CLERK = "the clerk"
BEFORE = timedelta(minutes=15)
"""What was done so shortly before an incident may be why it began."""
JOINS = timedelta(hours=1)
"""What begins so soon after an incident that is open belongs to it."""
CALM = timedelta(seconds=60)
"""So long after the last alert an incident is over, if nobody has said anything else."""
TITLE, BEGUN = "Trouble with {what}", "We see trouble with {what}, and look into it."
OVER = "It works again, since {at}."


class Open(msgspec.Struct):
    """An incident and the alerts that belong to it."""

    incident: Incident
    alerts: list[Alert]


def keep_up(alerts: Sequence[Alert], *, publish: bool, now: datetime | None = None) -> list[Incident]:
    """Bring incidents up to what the watch tells.

    Args:
        alerts: all that the watch knows.
        publish: whether the public is told at once, before anybody has looked.
        now: the time; the clock's unless given.

    Returns:
        Incidents that were opened or told of.
    """
    now = now or timezone.now()
    known = _sources(Q(source__in=[f"alert/{alert.number}/opened" for alert in alerts]))
    hurting = [
        alert for alert in sorted(alerts, key=lambda one: one.number)
        if not alert.is_over and _matters(alert) and f"alert/{alert.number}/opened" not in known
    ]  # fmt: skip
    touched = [incident for alert in hurting if (incident := _belongs(alert, publish=publish)) is not None]
    _note_all(alerts)
    _note_beside(alerts, now)
    return touched + _end(alerts, now)


def take_notes(data_dir: Path, now: datetime, elsewhere: Sequence[Happened] = ()) -> int:
    """Note in the timelines of present incidents what was done to the platform; returns how many lines are new.

    Args:
        data_dir: where the platform's processes on this machine keep their journals.
        now: the time.
        elsewhere: what those of other machines have told.
    """
    added = 0
    recent = Q(resolved_at=None) | Q(resolved_at__gt=now - JOINS)
    for incident in Incident.objects.filter(recent).exclude(state=State.CLOSED):
        end, known = incident.resolved_at or now, _sources(Q(incident=incident))
        since = incident.began_at - BEFORE
        for one in (*collect(data_dir, since), *elsewhere):
            if since <= one.at <= end and one.source not in known:
                added += actions.note(
                    incident, one.kind, one.text, at=one.at, source=one.source, evidence=one.evidence
                )
    return added


def failing(alerts: Iterable[Alert]) -> set[str]:
    """The components that telemetry says are failing now."""
    return {
        slug for alert in alerts if not alert.is_over and alert.finding.severity is Urgency.PAGE
        for slug in of_watched(alert.finding.component)
    }  # fmt: skip


def overdue_report(now: datetime) -> bytes:
    """Incidents of which the public should have been told by now, as a report that the watch takes up."""
    told = [
        {
            "status": "firing" if one.update_due_at is not None and one.update_due_at < now else "resolved",
            "fingerprint": f"update-{one.pk}",
            "labels": {
                "alertname": "UpdateOverdue", "severity": "page", "component": "incidents",
                **({"person": one.speaker or one.lead} if one.speaker or one.lead else {}),
            },
            "annotations": {
                "summary": f"The public waits for news of incident {one.pk}: {one.title}",
                "description": f"{one.speaker or 'Nobody'} is to tell them.",
            },
        }
        for one in Incident.objects.exclude(public="").filter(Q(resolved_at=None) | Q(changed_at__gt=now - JOINS))[:100]
    ]  # fmt: skip
    return json.dumps({"version": "4", "alerts": told}).encode()


@transaction.atomic
def move_maintenance(now: datetime) -> int:
    """Begin and end planned work in its time; returns how much of it has changed."""
    begun = Maintenance.objects.filter(state=MaintenanceState.SCHEDULED, begins_at__lte=now)
    ended = Maintenance.objects.filter(
        state__in=[MaintenanceState.IN_PROGRESS, MaintenanceState.VERIFYING], ends_at__lte=now
    )
    changed = 0
    for rows, state in ((begun, MaintenanceState.IN_PROGRESS), (ended, MaintenanceState.COMPLETED)):
        for row in rows.select_for_update():
            row.state, row.sequence, row.changed_at = state, row.sequence + 1, now
            row.save(update_fields=["state", "sequence", "changed_at"])
            changed += 1
    return changed


def _matters(alert: Alert) -> bool:
    return alert.finding.severity is Urgency.PAGE and bool(of_watched(alert.finding.component))


@transaction.atomic
def _belongs(alert: Alert, *, publish: bool) -> Incident | None:
    """See to it that an alert is part of an incident; returns that where it is new or has got worse."""
    began = datetime.fromtimestamp(alert.opened_at, UTC)
    incident = (
        Incident.objects.select_for_update()
        .exclude(state__in=[State.RESOLVED, State.CLOSED])
        .filter(opened_by=CLERK, began_at__gt=began - JOINS)
        .order_by("-began_at")
        .first()
    )
    hit = {slug: _how_bad(alert) for slug in of_watched(alert.finding.component)}
    if incident is None:
        # The public reads it: what it is to them, not which process it was; that is in the timeline.
        incident, _ = actions.open_incident(
            TITLE.format(what=_named(hit)), by=CLERK, severity=Severity.MAJOR, key=alert.finding.key, began_at=began,
            impacts=hit,
        )  # fmt: skip
        new = hit
    else:
        known = set(Impact.objects.filter(incident=incident, ended_at=None).values_list("component__slug", flat=True))
        new = {slug: state for slug, state in hit.items() if slug not in known}
    _note(incident, alert, f"alert/{alert.number}/opened", began, alert.finding.title)
    if publish and new:
        body = BEGUN.format(what=_named(new))
        actions.post_update(incident.pk, Public.INVESTIGATING, body, by=CLERK, impacts=new)
        return incident
    return None if not new else incident


def _named(slugs: Iterable[str]) -> str:
    names = [one.name for one in actions.components(slugs)]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _how_bad(alert: Alert) -> ComponentState:
    """One process or page that is gone may be all that users notice, or nothing: it is partial until a person says."""
    return ComponentState.DEGRADED if alert.finding.key.startswith("slow/") else ComponentState.PARTIAL


def _note_all(alerts: Sequence[Alert]) -> None:
    """Note in the timelines what became of alerts."""
    sources = {f"alert/{alert.number}/opened": alert for alert in alerts if alert.state is not AlertState.OPEN}
    noted = {_became(alert): source for source, alert in sources.items()}
    done = {noted[source] for source in _sources(Q(source__in=noted))}
    for entry in Entry.objects.filter(source__in=sources.keys() - done).select_related("incident"):
        alert = sources[entry.source]
        changed = datetime.fromtimestamp(alert.changed_at, UTC)
        if alert.state is AlertState.ACKNOWLEDGED:
            _note(entry.incident, alert, _became(alert), changed, f"{alert.by} takes it: {alert.finding.title}")
        elif alert.is_over:
            _note(entry.incident, alert, _became(alert), changed, f"Over: {alert.finding.title}")


def _note_beside(alerts: Sequence[Alert], now: datetime) -> None:
    """Note in each present incident what else was found while it lasted, whether or not it is the same trouble."""
    present = list(Incident.objects.exclude(state__in=[State.RESOLVED, State.CLOSED]))
    if not present:
        return
    rows = Entry.objects.filter(incident__in=present).exclude(source="").values_list("incident", "source")
    known = set(rows)
    for incident in present:
        for alert in alerts:
            opened = datetime.fromtimestamp(alert.opened_at, UTC)
            mine = f"alert/{alert.number}/opened"
            if not incident.began_at - CALM <= opened <= now or (incident.pk, mine) in known:
                continue
            source = f"beside/{alert.number}"
            if (incident.pk, source) not in known:
                _note(incident, alert, source, opened, alert.finding.title)
            if alert.is_over and (incident.pk, f"{source}/over") not in known:
                at = datetime.fromtimestamp(alert.changed_at, UTC)
                _note(incident, alert, f"{source}/over", at, f"Over: {alert.finding.title}")


def count_up(failing: Mapping[int, set[str]], failed: Callable[[datetime, datetime], int | None], now: datetime) -> int:
    """Count incidents that have ended, where nobody has: shops that had failures, and requests that failed.

    Args:
        failing: shops that were seen to fail while an incident lasted, by its number.
        failed: how many requests failed from a moment to another one; None: that is not known.
        now: the time.

    Returns:
        How many incidents were counted.
    """
    ended = Incident.objects.filter(resolved_at__gt=now - JOINS, failed_requests=None, shops=None)
    counted = 0
    for incident in ended:
        requests = failed(incident.began_at, incident.resolved_at or now)
        if requests is not None:
            shops = len(failing.get(int(incident.pk), ()))
            actions.count(
                int(incident.pk), by=CLERK, shops=shops, failed_requests=requests, lost_orders=incident.lost_orders
            )
            counted += 1
    return counted


def _became(alert: Alert) -> str:
    """By what a line of a timeline is known that says what became of an alert."""
    return f"alert/{alert.number}/closed" if alert.is_over else f"alert/{alert.number}/taken/{alert.by}"


def _sources(which: Q) -> set[str]:
    """What lines of timelines were collected from already, by one statement for all of them."""
    return set(Entry.objects.filter(which).exclude(source="").values_list("source", flat=True))


def _note(incident: Incident, alert: Alert, source: str, at: datetime, text: str) -> None:
    evidence: dict[str, Any] = {"evidence": list(alert.finding.evidence), "node": alert.finding.node}
    actions.note(
        incident, "alert", text, at=at, by=alert.by, source=source,
        evidence={name: value for name, value in evidence.items() if value},
    )  # fmt: skip


def _end(alerts: Sequence[Alert], now: datetime) -> list[Incident]:
    """End what is over by itself, where no person has told the public anything."""
    ended = []
    for incident in Incident.objects.filter(opened_by=CLERK).exclude(state__in=[State.RESOLVED, State.CLOSED]):
        known = _sources(Q(incident=incident))
        mine = [alert for alert in alerts if f"alert/{alert.number}/opened" in known]
        last = max((datetime.fromtimestamp(one.changed_at, UTC) for one in mine if one.is_over), default=None)
        if last is None or any(not one.is_over for one in mine) or now - last < CALM:
            continue
        if Update.objects.filter(incident=incident).exclude(by=CLERK).exists():
            continue
        _resolve(incident, max(datetime.fromtimestamp(one.seen_at, UTC) for one in mine))
        ended.append(incident)
    return ended


@transaction.atomic
def _resolve(incident: Incident, at: datetime) -> None:
    # Since then nothing was wrong; that it would stay so was not known before now.
    Impact.objects.filter(incident=incident, ended_at=None).update(ended_at=Greatest(Value(at), F("began_at")))
    if incident.public:
        body = OVER.format(at=f"{at:%H:%M:%S} UTC")
        actions.post_update(incident.pk, Public.RESOLVED, body, by=CLERK)
        return
    if incident.state == State.TRIAGE:
        actions.move(incident.pk, State.STARTED, by=CLERK)
    actions.move(incident.pk, State.RESOLVED, by=CLERK)
