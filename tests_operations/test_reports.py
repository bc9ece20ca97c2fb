"""Reports: from the timeline, read by two, dated by the clock, and the same out of Markdown as into it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.utils import timezone

from eseller.operations.incidents import actions, reporting
from eseller.operations.incidents.examples import publish_examples, texts
from eseller.operations.incidents.models import Action, Report
from eseller.operations.incidents.reporting import BadReport, NotReady
from eseller.operations.incidents.states import ComponentState, Public
from eseller.operations.portal.pages import everything
from eseller.operations.portal.situation import gather

pytestmark = pytest.mark.usefixtures("db")


def over() -> int:
    incident, _ = actions.open_incident("Slow", by="ada", impacts={"storefronts": ComponentState.DEGRADED})
    actions.post_update(incident.pk, Public.IDENTIFIED, "A disk is full.", by="ada")
    actions.note(incident, "note", "Rotated a key", by="ada", hidden=True)
    actions.post_update(incident.pk, Public.RESOLVED, "Over.", by="ada")
    return incident.pk


def test_a_draft_needs_no_fact_that_is_not_in_the_timeline() -> None:
    number = over()
    report = reporting.draft(number, by="ada", offset_minutes=60)
    assert report == reporting.draft(number, by="bob"), "one of each incident"
    assert report.ended_at is not None
    assert "Affected: Storefronts." in report.summary
    assert "A disk is full." in report.summary
    told = [line.text for line in report.lines.all()]
    assert told[0] == "Incident opened: Slow"
    assert "Rotated a key" not in told
    open_one, _ = actions.open_incident("Another", by="ada")
    with pytest.raises(NotReady):
        reporting.draft(open_one.pk, by="ada")


def test_two_people_publish_and_the_clock_says_when() -> None:
    report = reporting.draft(over(), by="ada")
    with pytest.raises(NotReady, match="not submitted"):
        reporting.publish(report.slug, by="bob")
    with pytest.raises(NotReady, match="It does not say: Why"):
        reporting.submit(report.slug)
    Report.objects.update(cause="Nobody looked at the disk.")
    reporting.submit(report.slug)
    with pytest.raises(NotReady, match="second person"):
        reporting.publish(report.slug, by="ada")
    before = timezone.now()
    published = reporting.publish(report.slug, by="bob")
    assert published.published_at is not None
    assert before <= published.published_at <= timezone.now()
    assert reporting.publish(report.slug, by="cleo").reviewer == "bob", "once"
    with pytest.raises(NotReady, match="stays as it is"):
        reporting.take_in(texts()[0], by="eve", replaces=report.slug)


@pytest.mark.parametrize("number", range(3))
def test_markdown_comes_out_as_it_went_in(number: int) -> None:
    made = reporting.take_in(texts()[number], by="ada")
    text = reporting.write(made)
    assert reporting.read(text) == reporting.read(texts()[number])
    again = reporting.take_in(text, by="ada", replaces=made.slug)
    assert again.slug == made.slug
    assert reporting.write(again) == text


def test_an_imported_report_keeps_its_date_and_says_whose_it_is() -> None:
    text = texts()[1].replace("- Written by", "- Published: 2017-12-01\n- Written by")
    made = reporting.take_in(text, by="ada")
    assert made.published_at is None
    reporting.submit(made.slug)
    reporting.publish(made.slug, by="bob")
    page = next(page for page in everything(gather()) if page.path == f"reports/{made.slug}/").body.decode()
    assert "First published elsewhere" in page
    assert "1 December 2017" in page


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("# One malformed", "One malformed"), ("UTC+1", "CET"), ("UTC+1", "UTC+99"), ("2017-11-28 01:57\n", "21th\n"),
        ("- Began", "- Start"), ("- Written by: operations", "- Shops affected: many\n- Written by: x"),
        ("## What happened", "x" * 300_000),
    ],
)  # fmt: skip
def test_what_is_no_report_is_refused_and_makes_nothing(old: str, new: str) -> None:
    with pytest.raises(BadReport):
        reporting.take_in(texts()[1].replace(old, new, 1), by="ada")
    assert not Report.objects.exists()


def test_the_demonstration_tells_the_three_days_with_their_times() -> None:
    assert publish_examples() == 3
    assert publish_examples() == 0
    minutes = {report.began_at.year: report.minutes for report in gather().reports}
    assert minutes == {2016: 175, 2017: 343, 2018: 72}
    record = Report.objects.get(began_at__year=2017)
    assert record.began_at == datetime(2017, 11, 28, 0, 57, tzinfo=UTC)
    assert record.lines.count() == 7
    assert Action.objects.filter(done_at=None).count() == 0
    pages = {page.path: page.body.decode() for page in everything(gather())}
    assert ">07:40</time>" in pages[f"reports/{record.slug}/"]
    assert "UTC+1" in pages[f"da/reports/{record.slug}/"]
