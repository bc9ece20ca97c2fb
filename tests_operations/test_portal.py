"""What the public sees: pages, feeds and JSON tell the same, as files and as they are served."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import feedparser
import pytest
from django.db import connection, models
from django.test import Client
from django.test.utils import CaptureQueriesContext
from icalendar import Calendar

from eseller.operations.incidents import actions
from eseller.operations.incidents.models import (
    Action,
    Component,
    Entry,
    Impact,
    Incident,
    Maintenance,
    Report,
    ReportLine,
)
from eseller.operations.incidents.states import ComponentState, MaintenanceState, Public, Severity
from eseller.operations.portal import views
from eseller.operations.portal.export import NotOurs, export
from eseller.operations.portal.pages import HTML, Page, everything
from eseller.operations.portal.situation import gather

pytestmark = pytest.mark.usefixtures("db")
NOW = datetime(2026, 11, 27, 12, 0, tzinfo=UTC)
DOWN = {"storefronts": ComponentState.MAJOR}


def pages() -> dict[str, Page]:
    return {page.path: page for page in everything(gather())}


def told(path: str) -> str:
    return pages()[path].body.decode()


def document(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(told(f"api/v2/{name}"))
    return found


def incident(title: str = "Shops answer slowly", *, severity: Severity = Severity.CRITICAL) -> Incident:
    found, _ = actions.open_incident(title, by="ada", severity=severity, impacts=DOWN)
    actions.post_update(found.pk, Public.INVESTIGATING, "We *look* into it. <script>alert(1)</script>", by="ada")
    return found


def report() -> Report:
    made = Report.objects.create(
        slug="the-record", title="One record stopped all shops", state=Report.PUBLISHED, offset_minutes=60,
        began_at=datetime(2017, 11, 28, 0, 57, tzinfo=UTC), ended_at=datetime(2017, 11, 28, 6, 40, tzinfo=UTC),
        summary="Most shops answered with an error.", cause="A record that nothing could read.",
        author="ada", reviewer="bob", published_at=NOW, original_published_on=date(2017, 12, 1), lost_orders=0,
    )  # fmt: skip
    ReportLine.objects.create(report=made, at=made.began_at, text="Most shops answer with an error")
    Action.objects.create(report=made, text="Records are judged", owner="ada", due_on=date(2018, 1, 31), done_at=NOW)
    return made


def test_a_quiet_day_says_so_everywhere() -> None:
    assert "<h1>Everything works.</h1>" in told("")
    assert document("status.json")["status"] == {"indicator": "none", "description": "All Systems Operational"}
    assert document("summary.json")["incidents"] == []
    assert {one["status"] for one in document("components.json")["components"]} == {"operational"}
    assert json.loads(told("health.json"))["status"] == "pass"
    assert feedparser.parse(told("history.atom")).entries == []


def test_an_incident_is_told_of_in_all_forms_and_words_of_others_can_not_run() -> None:
    found = incident()
    page = told("")
    assert "<h1>Storefronts has trouble.</h1>" in page
    assert "Shops answer slowly" in page
    assert "<em>look</em>" in page
    assert "<script" not in page
    assert "<h1>Butikssider har problemer.</h1>" in told("da/")
    assert "<h1>Shopseiten ist gestört.</h1>" in told("de/")
    (told_of,) = document("incidents/unresolved.json")["incidents"]
    assert (told_of["id"], told_of["status"], told_of["impact"]) == (found.code, "investigating", "critical")
    assert told_of["components"][0]["status"] == "major_outage"
    (entry,) = feedparser.parse(told("history.atom")).entries
    assert entry.id == f"tag:status.shops.example,2005:Incident/{found.pk}"
    assert "<script" not in entry.content[0].value
    assert json.loads(told("health.json"))["status"] == "fail"
    assert f"incidents/{found.code}/" in pages()


def test_what_was_not_published_is_not_there() -> None:
    found, _ = actions.open_incident("A secret trouble", by="ada", severity=Severity.CRITICAL, impacts=DOWN)
    text = "".join(page.body.decode() for page in pages().values())
    assert "secret trouble" not in text
    assert found.code not in text
    assert document("status.json")["status"]["indicator"] == "none", "nothing was told of yet"


def test_an_entry_of_the_feed_keeps_its_name_through_all_updates() -> None:
    found = incident()
    first = feedparser.parse(told("history.atom"))
    actions.post_update(found.pk, Public.RESOLVED, "Over.", by="ada")
    second = feedparser.parse(told("history.atom"))
    assert not first.bozo
    assert not second.bozo
    assert first.entries[0].id == second.entries[0].id
    assert first.entries[0].published == second.entries[0].published
    assert first.entries[0].updated < second.entries[0].updated
    assert second.entries[0].content[0].value.index("Over.") < second.entries[0].content[0].value.index("look")


UPDATE = {
    "id", "status", "body", "incident_id", "created_at", "updated_at", "display_at", "affected_components",
    "deliver_notifications", "custom_tweet", "tweet_id",
}  # fmt: skip
COMPONENT = {
    "id", "name", "status", "created_at", "updated_at", "position", "description", "showcase", "start_date",
    "group_id", "page_id", "group", "only_show_if_degraded",
}  # fmt: skip
INCIDENT = {
    "id", "name", "status", "created_at", "updated_at", "monitoring_at", "resolved_at", "impact", "shortlink",
    "started_at", "page_id", "incident_updates", "components",
}  # fmt: skip


def test_json_has_the_published_shape() -> None:
    found = incident()
    actions.post_update(found.pk, Public.MONITORING, "Mended.", by="ada")
    planned(MaintenanceState.IN_PROGRESS)
    summary = document("summary.json")
    assert set(summary) == {"page", "components", "incidents", "scheduled_maintenances", "status"}
    assert set(summary["page"]) == {"id", "name", "url", "time_zone", "updated_at"}
    assert all(set(one) == COMPONENT for one in summary["components"])
    assert all(set(one) == INCIDENT for one in summary["incidents"])
    assert all(set(one) == UPDATE for one in summary["incidents"][0]["incident_updates"])
    (work,) = summary["scheduled_maintenances"]
    assert set(work) == INCIDENT | {"scheduled_for", "scheduled_until"}
    assert (work["status"], work["impact"]) == ("in_progress", "maintenance")
    assert summary["incidents"][0]["monitoring_at"]
    assert document("scheduled-maintenances/active.json")["scheduled_maintenances"] == [work]
    assert document("scheduled-maintenances/upcoming.json")["scheduled_maintenances"] == []
    (component,) = [one for one in summary["components"] if one["id"] == "backoffice"]
    assert component["status"] == "under_maintenance"


def planned(state: MaintenanceState = MaintenanceState.SCHEDULED) -> Maintenance:
    work = Maintenance.objects.create(
        title="New disks", body="Orders are possible all the time.", state=state, begins_at=NOW + timedelta(days=1),
        ends_at=NOW + timedelta(days=1, hours=2), created_by="ada", created_at=NOW, changed_at=NOW,
    )  # fmt: skip
    work.components.add(Component.objects.get(slug="backoffice"))
    return work


def test_planned_work_is_in_the_calendar_and_what_is_cancelled_says_so() -> None:
    work = planned()
    (event,) = Calendar.from_ical(told("maintenance.ics")).walk("VEVENT")
    assert str(event["uid"]) == f"{work.code}@status.shops.example"
    assert event.decoded("dtstart") == work.begins_at
    assert (str(event["status"]), event["sequence"]) == ("CONFIRMED", 0)
    work.state, work.sequence = MaintenanceState.CANCELLED, 1
    work.save()
    (event,) = Calendar.from_ical(told("maintenance.ics")).walk("VEVENT")
    assert (str(event["status"]), event["sequence"]) == ("CANCELLED", 1)
    assert "New disks" not in told("")
    assert document("scheduled-maintenances.json")["scheduled_maintenances"] == []


def test_a_report_has_one_offset_for_all_its_times_and_dates_of_three_languages() -> None:
    report()
    page = told("reports/the-record/")
    assert "UTC+1" in page
    assert ">01:57</time>" in page
    assert "28 November 2017" in page
    assert "343 minutes" in page
    assert "1 December 2017" in page
    assert "27 November 2026" in page, "published by us"
    assert "28. november 2017" in told("da/reports/the-record/")
    assert "28. November 2017" in told("de/reports/the-record/")
    assert "the-record" in told("reports/")


def test_nobody_publishes_their_own_report() -> None:
    from django.db.utils import IntegrityError

    made = report()
    for wrong in ({"reviewer": "ada"}, {"reviewer": ""}, {"published_at": None}):
        with pytest.raises(IntegrityError):
            Report.objects.filter(pk=made.pk).update(**wrong)


def test_all_of_it_is_read_by_as_many_statements_whatever_there_is() -> None:
    with CaptureQueriesContext(connection) as few:
        gather()
    for number in range(12):
        incident(f"Trouble {number}")
        planned()
    report()
    with CaptureQueriesContext(connection) as many:
        found = gather()
    assert len(found.incidents) == 12
    assert len(many) <= 16
    assert len(many) - len(few) <= 6, "one for each kind of thing that there is"


def test_what_was_not_whole_does_not_look_so() -> None:
    found = incident()
    actions.post_update(found.pk, Public.RESOLVED, "Over.", by="ada")
    Impact.objects.update(ended_at=models.F("began_at") + timedelta(seconds=90))
    page = told("")
    assert "99.99% in 90 days" in page
    assert page.count("100.00% in 90 days") == len(Component.objects.all()) - 1


def test_pages_are_small() -> None:
    for number in range(6):
        incident(f"Trouble {number}", severity=Severity.MINOR)
    for component in Component.objects.all():
        for back in range(1, 80, 7):
            Impact.objects.create(
                component=component, incident=Incident.objects.latest("pk"), state=ComponentState.PARTIAL,
                began_at=NOW - timedelta(days=back), ended_at=NOW - timedelta(days=back, hours=-3),
            )  # fmt: skip
    sizes = {page.path: len(page.body) for page in pages().values() if page.kind == HTML}
    assert max(sizes.values()) < 50_000, sizes


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "site"
    monkeypatch.setattr(views, "site_dir", lambda: folder)
    return folder


def test_the_site_is_files_and_only_what_changed_is_written(site: Path) -> None:
    incident()
    found = gather()
    count, changed = export(site, found)
    assert changed > 20
    assert export(site, found) == (count, 0)
    assert (site / "index.html").stat().st_mode & 0o777 == 0o644
    report()
    _, changed = export(site, gather(found.at))
    assert 0 < changed < count
    Report.objects.all().delete()
    export(site)
    assert not (site / "reports" / "the-record").exists()
    assert (site / "static" / "ui").is_dir()


def test_a_directory_with_something_else_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(NotOurs):
        export(tmp_path)
    assert (tmp_path / "thesis.txt").read_text() == "years of work"


def test_it_is_served_from_files_with_no_database_at_all(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    incident()
    export(site)

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a database was asked")

    monkeypatch.setattr("django.db.backends.postgresql.base.DatabaseWrapper.cursor", refuse)
    client = Client()
    answer = client.get("/")
    assert answer.status_code == 200
    assert b"Storefronts has trouble." in answer.content
    assert "default-src 'none'" in answer["Content-Security-Policy"]
    assert client.get("/", headers={"If-None-Match": answer["ETag"]}).status_code == 304
    assert client.get("/api/v2/summary.json")["Content-Type"] == "application/json"
    assert client.get("/api/v2/summary.json")["Access-Control-Allow-Origin"] == "*"
    assert client.get("/da/").status_code == 200
    assert client.post("/").status_code == 405
    for path in ("/nothing/", "/../secret", "/%2e%2e/secret", "/.eseller-status", "/static/../../secret", "/api"):
        assert client.get(path).status_code == 404, path
    assert Entry.__name__ not in answer.content.decode()


@pytest.mark.parametrize(("text", "danish"), [
    ("Trouble with Storefronts", "Problemer med Butikker"),
    ("We see trouble with Storefronts, Back office and Checkout and payments, and look into it.",
     "Vi ser problemer med Butikker, Administration og Kasse og betaling og undersøger det."),
    ("It works again, since 12:30:00 UTC.", "Det virker igen siden 12:30:00 UTC."),
    ("We looked into it.", "We looked into it."),
])  # fmt: skip
def test_what_the_clerk_says_by_itself_is_said_in_the_readers_language(text: str, danish: str) -> None:
    from django.utils import translation

    from eseller.operations.portal import words

    with translation.override("en"):
        assert words.said(text) == text
    with translation.override("da"):
        names = [words.component_name(name) for name in ("Storefronts", "Back office", "Checkout and payments")]
        for name, english in zip(names, ("Butikker", "Administration", "Kasse og betaling"), strict=True):
            danish = danish.replace(english, name)
        assert words.said(text) == danish
