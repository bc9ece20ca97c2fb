"""Alerts become one incident that the public hears of, ends by itself, and is left to people once one has spoken."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from eseller.node.journal import Journal
from eseller.operations.alerts import escalation
from eseller.operations.alerts.escalation import DEFAULT, Alert
from eseller.operations.alerts.escalation import State as AlertState
from eseller.operations.incidents import actions, clerk
from eseller.operations.incidents.models import Entry, Impact, Incident, Maintenance, Update
from eseller.operations.incidents.states import ComponentState, MaintenanceState, Public, State
from eseller.operations.portal.pages import everything
from eseller.operations.portal.situation import gather
from eseller.operations.watch.burn import Severity
from eseller.operations.watch.judge import Finding
from eseller.operations.watch.outside import read

pytestmark = pytest.mark.usefixtures("db")


def alert(number: int, component: str, *, severity: Severity = Severity.PAGE, back: float = 5.0) -> Alert:
    finding = Finding(
        key=f"{component}/{number}", severity=severity, title=f"{component} {number} says nothing.",
        component=component, evidence=("no answer for 4 s",),
    )  # fmt: skip
    return escalation.opened(finding, DEFAULT, number=number, now=timezone.now().timestamp() - back)


def over(one: Alert, *, back: float = 0.0) -> Alert:
    return escalation.closed(one, by="the watch", now=timezone.now().timestamp() - back)


def test_an_alert_is_told_to_the_public_and_its_end_too() -> None:
    web = alert(1, "web", back=300)
    clerk.keep_up([web], publish=True)
    incident = Incident.objects.get()
    assert (incident.public, incident.state) == (Public.INVESTIGATING, State.STARTED)
    assert incident.began_at == datetime.fromtimestamp(web.opened_at, UTC), "since it was seen, not since it was noted"
    assert {one.component.slug for one in Impact.objects.all()} == {"storefronts", "checkout", "backoffice"}
    what = "Storefronts, Checkout and payments and Back office"
    assert (incident.title, Update.objects.get().body) == (
        f"Trouble with {what}", f"We see trouble with {what}, and look into it."
    )  # fmt: skip
    assert "web 1" not in "".join(page.body.decode() for page in everything(gather())), "no word of our machines"
    for _ in range(3):
        clerk.keep_up([web], publish=True)
    assert Update.objects.count() == 1
    clerk.keep_up([over(web, back=30)], publish=True)
    incident.refresh_from_db()
    assert incident.state == State.STARTED, "it may come back"
    clerk.keep_up([over(web, back=70)], publish=True)
    incident.refresh_from_db()
    assert (incident.public, incident.state) == (Public.RESOLVED, State.RESOLVED)
    ends = {impact.ended_at for impact in Impact.objects.all()}
    assert ends == {datetime.fromtimestamp(web.seen_at, UTC)}, "when it was last seen, not when that was sure"
    texts = list(Entry.objects.filter(kind="alert").values_list("text", flat=True))
    assert texts == ["web 1 says nothing.", "Over: web 1 says nothing."]


def test_what_belongs_together_is_one_incident() -> None:
    clerk.keep_up([alert(1, "database"), alert(2, "web"), alert(3, "web")], publish=True)
    incident = Incident.objects.get()
    assert Entry.objects.filter(incident=incident, kind="alert").count() == 3
    assert [update.public for update in Update.objects.all()] == [Public.INVESTIGATING] * 2, "of what is new in it"
    assert Impact.objects.filter(ended_at=None).count() == 3
    assert gather().indicator == "major"


def test_what_users_do_not_notice_is_no_incident() -> None:
    clerk.keep_up([alert(1, "cache"), alert(2, "web", severity=Severity.TICKET), alert(3, "watch")], publish=True)
    assert not Incident.objects.exists()


def test_people_have_the_last_word() -> None:
    web = alert(1, "web")
    clerk.keep_up([web], publish=True)
    incident = Incident.objects.get()
    actions.post_update(incident.pk, Public.IDENTIFIED, "A disk is full.", by="ada")
    clerk.keep_up([over(web, back=600)], publish=True)
    incident.refresh_from_db()
    assert incident.public == Public.IDENTIFIED, "who has spoken says when it is over"


def test_where_people_publish_the_clerk_only_notes() -> None:
    web = alert(1, "web")
    clerk.keep_up([web], publish=False)
    incident = Incident.objects.get()
    assert not incident.is_public
    assert gather().incidents == ()
    taken = escalation.acknowledged(web, DEFAULT, by="ada", now=timezone.now().timestamp())
    clerk.keep_up([taken], publish=False)
    clerk.keep_up([msgspec.structs.replace(over(taken, back=70), by="the watch")], publish=False)
    incident.refresh_from_db()
    assert incident.state == State.RESOLVED
    assert Entry.objects.filter(text="ada takes it: web 1 says nothing.").exists()


def test_what_fails_can_not_be_called_well() -> None:
    web = alert(1, "web")
    clerk.keep_up([web], publish=True)
    assert clerk.failing([web]) == {"storefronts", "checkout", "backoffice"}
    assert clerk.failing([over(web)]) == set()
    with pytest.raises(actions.Dishonest):
        actions.post_update(
            Incident.objects.get().pk, Public.RESOLVED, "Over.", by="ada", failing=clerk.failing([web])
        )


def test_who_waits_too_long_for_news_pages_somebody_until_there_are_some() -> None:
    incident, _ = actions.open_incident("Slow", by="ada", impacts={"storefronts": ComponentState.DEGRADED})
    actions.assign(incident.pk, by="ada", speaker="cleo")
    actions.post_update(incident.pk, Public.INVESTIGATING, "We look into it.", by="cleo", next_minutes=5)
    now = timezone.now()
    assert read(clerk.overdue_report(now)).firing == ()
    (finding,) = read(clerk.overdue_report(now + timedelta(minutes=6))).firing
    assert finding.severity is Severity.PAGE
    assert "cleo" in finding.evidence[0]
    assert finding.who == "cleo", "who is told first"
    actions.post_update(incident.pk, Public.RESOLVED, "Over.", by="cleo")
    change = read(clerk.overdue_report(now + timedelta(minutes=6)))
    assert (change.firing, change.resolved) == ((), (finding.key,))
    assert json.loads(clerk.overdue_report(now))["version"] == "4"


def test_planned_work_begins_and_ends_in_its_time() -> None:
    now = timezone.now()
    work = Maintenance.objects.create(
        title="Disks", body="x", begins_at=now, ends_at=now + timedelta(hours=1), created_by="ada"
    )
    states = []
    for minutes in (-1, 0, 30, 60, 90):
        clerk.move_maintenance(now + timedelta(minutes=minutes))
        work.refresh_from_db()
        states.append((work.state, work.sequence))
    running, done = (MaintenanceState.IN_PROGRESS, 1), (MaintenanceState.COMPLETED, 2)
    assert states == [(MaintenanceState.SCHEDULED, 0), running, running, done, done]


def test_what_was_done_to_the_platform_is_in_the_timeline_once(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "governor.jsonl")
    journal.write({"level": 1, "stopped": ["mail"], "started": [], "why": "the database is slow"})
    clerk.keep_up([alert(1, "database")], publish=True)
    now = timezone.now()
    assert clerk.take_notes(tmp_path, now) == 1, "a minute before it is no coincidence"
    journal.write({"level": 0, "stopped": [], "started": ["mail"], "why": "it is quick again"})
    later = now + timedelta(seconds=5)
    assert [clerk.take_notes(tmp_path, later), clerk.take_notes(tmp_path, later)] == [1, 0]
    entry = Entry.objects.filter(kind="services").earliest("at")
    assert entry.text == "The governor stopped mail: the database is slow"
    assert entry.evidence["stopped"] == ["mail"]
    actions.post_update(Incident.objects.get().pk, Public.RESOLVED, "Over.", by="ada")
    journal.write({"level": 1, "stopped": ["mail"], "started": [], "why": "another day"})
    assert clerk.take_notes(tmp_path, timezone.now()) == 0, "what comes after its end is no part of it"


def test_a_round_asks_as_much_for_many_alerts_as_for_few() -> None:
    counts = []
    for many in (2, 60):
        alerts = [over(alert(number, "web", back=300), back=5) for number in range(1, many)] + [alert(many, "web")]
        clerk.keep_up([msgspec.structs.replace(one, state=AlertState.OPEN) for one in alerts], publish=True)
        clerk.keep_up(alerts, publish=True)
        with CaptureQueriesContext(connection) as asked:
            clerk.keep_up(alerts, publish=True)
        counts.append(len(asked))
    assert counts[0] == counts[1] < 12, counts
