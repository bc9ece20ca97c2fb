"""Reports: drafted from a timeline, read by a second person, published by the clock; Markdown out and in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import msgspec
from django.db import transaction
from django.utils import timezone as clock
from django.utils.text import slugify

from eseller.kernel.errors import EsellerError
from eseller.operations.incidents.models import Action, Entry, Incident, Report, ReportLine

MOST_BYTES, MOST_LINES = 200_000, 500
TOLD = ("alert", "update", "state", "opened", "note", "services", "switchover", "configuration", "deploy", "lever",
        "records")
"""Kinds of lines of a timeline that a draft begins with; people take out what tells nothing."""
_SECTIONS = {"summary": "What happened", "cause": "Why", "remedy": "What we did", "lessons": "What we learned"}
NEEDED = ("summary", "cause")
_NUMBERS = {"shops": "Shops affected", "failed_requests": "Requests failed", "lost_orders": "Orders lost"}
_OFFSET = re.compile(r"UTC(?:([+-])(\d{1,2})(?::(\d\d))?)?")
_LINE = re.compile(r"- (\d{4}-\d\d-\d\d \d\d:\d\d) (.+)")
_CHECK = re.compile(r"eseller (drill run [a-z-]+|cluster check|cache check|config check)\b")
"""A command that passes if what was promised is so."""
_ACTION = re.compile(r"- \[([ x])\] (.+?) \(([^(),]+), due (\d{4}-\d\d-\d\d)\)(?:: (.+))?")


class BadReport(EsellerError):
    """The text is no report; the message says what is missing."""

    code = "report_bad"
    status = 422


class NoSuchReport(EsellerError):
    """There is no report of that name."""

    code = "report_unknown"
    status = 404


class NotReady(EsellerError):
    """It can't be published yet; the message says why."""

    code = "report_not_ready"
    status = 409


class Draft(msgspec.Struct, kw_only=True):
    """A report as a text tells it."""

    title: str
    offset_minutes: int
    began_at: datetime
    ended_at: datetime | None = None
    original_published_on: date | None = None
    author: str = ""
    texts: dict[str, str] = {}
    numbers: dict[str, int] = {}
    lines: list[tuple[datetime, str]] = []
    actions: list[tuple[str, str, date, bool, str]] = []


@transaction.atomic
def draft(number: int, *, by: str, offset_minutes: int = 0) -> Report:
    """Draft the report of an incident from its timeline; one that is there already is returned as it is.

    Args:
        number: of the incident.
        by: who writes it.
        offset_minutes: from UTC, at which all its times are told.

    Raises:
        NotReady: the incident is not over.
    """
    incident = Incident.objects.select_for_update().filter(pk=number).first()
    if incident is None or not incident.is_over:
        raise NotReady("A report is of an incident that is resolved.")
    if (found := Report.objects.filter(incident=incident).first()) is not None:
        return found
    report = Report.objects.create(
        slug=_free_slug(f"{incident.began_at:%Y-%m-%d}-{slugify(incident.title)}"), incident=incident, author=by,
        title=incident.title, offset_minutes=offset_minutes, began_at=incident.began_at,
        ended_at=incident.resolved_at, shops=incident.shops, failed_requests=incident.failed_requests,
        lost_orders=incident.lost_orders, summary=_summary(incident),
    )  # fmt: skip
    told = Entry.objects.filter(incident=incident, is_hidden=False, kind__in=TOLD)[:MOST_LINES]
    ReportLine.objects.bulk_create([ReportLine(report=report, at=one.at, text=one.text) for one in told])
    return report


def _summary(incident: Incident) -> str:
    names = sorted({impact.component.name for impact in incident.impacts.select_related("component")})
    told = [f"Affected: {', '.join(names)}."] if names else []
    told += [update.body for update in incident.updates.order_by("at") if update.by != "the clerk"]
    return "\n\n".join(told)


@transaction.atomic
def submit(slug: str) -> Report:
    """Give a draft to a second person to read."""
    report = _find(slug)
    if report.state == Report.DRAFT:
        missing = [_SECTIONS[field] for field in NEEDED if not getattr(report, field).strip()]
        if missing:
            raise NotReady(f"It does not say: {', '.join(missing)}.")
        report.state, report.changed_at = Report.REVIEW, clock.now()
        report.save(update_fields=["state", "changed_at"])
    return report


@transaction.atomic
def publish(slug: str, *, by: str) -> Report:
    """Publish a report that was given to be read: by somebody else than its author, now.

    Raises:
        NotReady: it was not submitted, or who publishes it has written it.
    """
    report = _find(slug)
    if report.state == Report.PUBLISHED:
        return report
    if report.state != Report.REVIEW:
        raise NotReady("It was not submitted for review.")
    if by == report.author:
        raise NotReady("A second person reads it: who has written it can't publish it.")
    now = clock.now()
    report.state, report.reviewer, report.published_at, report.changed_at = Report.PUBLISHED, by, now, now
    report.save(update_fields=["state", "reviewer", "published_at", "changed_at"])
    return report


@transaction.atomic
def mark_done(slug: str, number: int, *, by: str, proof: str = "") -> Action:
    """Note that an action of a report is done, and what proves it; a published report takes that up too.

    Raises:
        NoSuchReport: there is no such report, or it has no such action.
    """
    found = Action.objects.select_for_update().filter(report=_find(slug), pk=number).first()
    if found is None:
        raise NoSuchReport(f"The report {slug} has no action {number}.")
    now = clock.now()
    found.done_at = found.done_at or now
    found.proof = (proof.strip() or f"{found.proof} Done on {now:%Y-%m-%d}, says {by}.").strip()[:500]
    found.save(update_fields=["done_at", "proof"])
    return found


def check_of(action: Action) -> list[str]:
    """The command that proves an action done, as arguments of ``eseller``; empty: a person says so."""
    match = _CHECK.match(action.proof)
    return match[1].split() if match else []


@transaction.atomic
def take_in(text: str, *, by: str, replaces: str = "") -> Report:
    """Make a draft of a text in Markdown; its date of publication is kept as that of where it comes from.

    Args:
        text: the report.
        by: who writes it, where the text does not say so.
        replaces: name of the report that it is a new form of; empty: of none.

    Raises:
        BadReport: it is no report.
        NoSuchReport: there is none to be replaced.
        NotReady: that one is published, and stays as it is.
    """
    told = read(text)
    facts: dict[str, Any] = dict.fromkeys(_SECTIONS, "") | dict.fromkeys(_NUMBERS)
    facts |= {
        "title": told.title[:200], "offset_minutes": told.offset_minutes, "began_at": told.began_at,
        "ended_at": told.ended_at, "author": told.author or by, "state": Report.DRAFT, "changed_at": clock.now(),
        **told.texts, **told.numbers,
    }  # fmt: skip
    if replaces:
        report = _find(replaces)
        if report.state == Report.PUBLISHED:
            raise NotReady("It is published, and stays as it is.")
        Report.objects.filter(pk=report.pk).update(**facts)
        report.lines.all().delete()
        report.actions.all().delete()
        report.refresh_from_db()
    else:
        day = at_offset(told.began_at, told.offset_minutes)
        report = Report.objects.create(
            slug=_free_slug(f"{day:%Y-%m-%d}-{slugify(told.title)}"),
            original_published_on=told.original_published_on, **facts,
        )  # fmt: skip
    ReportLine.objects.bulk_create([ReportLine(report=report, at=at, text=line[:500]) for at, line in told.lines])
    now = clock.now()
    Action.objects.bulk_create([
        Action(report=report, text=what[:500], owner=owner[:100], due_on=due, done_at=now if done else None,
               proof=proof[:500])
        for what, owner, due, done, proof in told.actions
    ])  # fmt: skip
    return report


def read(text: str) -> Draft:
    """Read a report's Markdown.

    Raises:
        BadReport: it is none.
    """
    if len(text.encode(errors="replace")) > MOST_BYTES:
        raise BadReport("It is too long.")
    head, *parts = re.split(r"^## ", text.replace("\r\n", "\n"), flags=re.MULTILINE)
    title = re.search(r"^# (.+)$", head, re.MULTILINE)
    facts = dict(re.findall(r"^- ([^:\n]+): (.+)$", head, re.MULTILINE))
    if title is None or not {"Times", "Began"} <= facts.keys():
        raise BadReport("It begins with “# Title”, then “- Times: UTC+1” and “- Began: 2017-11-28 01:57”.")
    offset = offset_minutes(facts["Times"])
    sections = {name.strip(): body.strip() for name, _, body in (part.partition("\n") for part in parts)}
    published = facts.get("Published")
    return Draft(
        title=title[1].strip(), offset_minutes=offset, began_at=_moment(facts["Began"], offset),
        ended_at=_moment(facts["Ended"], offset) if "Ended" in facts else None,
        original_published_on=_day(published) if published else None, author=facts.get("Written by", "")[:100],
        texts={field: sections[name][:20_000] for field, name in _SECTIONS.items() if sections.get(name)},
        numbers={field: _count(facts[name]) for field, name in _NUMBERS.items() if name in facts},
        lines=[
            (_moment(match[1], offset), match[2].strip())
            for line in sections.get("Timeline", "").split("\n")[:MOST_LINES] if (match := _LINE.fullmatch(line))
        ],
        actions=[
            (match[2], match[3].strip(), _day(match[4]), match[1] == "x", match[5] or "")
            for line in sections.get("Actions", "").split("\n")[:MOST_LINES] if (match := _ACTION.fullmatch(line))
        ],
    )  # fmt: skip


def write(report: Report) -> str:
    """A report as Markdown, which `read` reads."""
    return "\n".join(_written(report)) + "\n"


def _written(report: Report) -> Iterator[str]:
    offset = report.offset_minutes

    def at(moment: datetime) -> str:
        return f"{at_offset(moment, offset):%Y-%m-%d %H:%M}"

    yield from (f"# {report.title}", "", f"- Times: {offset_text(offset)}", f"- Began: {at(report.began_at)}")
    if report.ended_at:
        yield f"- Ended: {at(report.ended_at)}"
    if report.original_published_on or report.published_at:
        published = report.original_published_on or at_offset(report.published_at or clock.now(), offset).date()
        yield f"- Published: {published}"
    for field, name in _NUMBERS.items():
        if getattr(report, field) is not None:
            yield f"- {name}: {getattr(report, field)}"
    yield f"- Written by: {report.author}"
    if report.reviewer:
        yield f"- Reviewed by: {report.reviewer}"
    for field, name in _SECTIONS.items():
        if getattr(report, field):
            yield from ("", f"## {name}", "", getattr(report, field).strip())
    lines, actions = list(report.lines.all()), list(report.actions.all())
    if lines:
        yield from ("", "## Timeline", "", *(f"- {at(one.at)} {' '.join(one.text.split())}" for one in lines))
    if actions:
        yield from ("", "## Actions", "")
    for one in actions:
        proof = f": {one.proof}" if one.proof else ""
        yield f"- [{'x' if one.done_at else ' '}] {one.text} ({one.owner}, due {one.due_on}){proof}"


def at_offset(moment: datetime, minutes: int) -> datetime:
    """A moment at a fixed offset from UTC."""
    return moment.astimezone(timezone(timedelta(minutes=minutes)))


def offset_text(minutes: int) -> str:
    """An offset as reports have it: ``UTC``, ``UTC+1``, ``UTC-3:30``."""
    if not minutes:
        return "UTC"
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'-' if minutes < 0 else '+'}{hours}" + (f":{rest:02}" if rest else "")


def offset_minutes(text: str) -> int:
    """Minutes of an offset such as ``UTC+1``.

    Raises:
        BadReport: it is none.
    """
    match = _OFFSET.fullmatch(text.strip().replace("−", "-"))
    minutes = 0 if match is None or match[1] is None else int(match[2]) * 60 + int(match[3] or 0)
    if match is None or minutes > 14 * 60:
        raise BadReport(f"“{text[:40]}” is no offset such as UTC+1.")
    return -minutes if match[1] == "-" else minutes


def _moment(text: str, offset: int) -> datetime:
    try:
        told = datetime.strptime(text.strip(), "%Y-%m-%d %H:%M").replace(tzinfo=timezone(timedelta(minutes=offset)))
        return told.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise BadReport(f"“{text[:40]}” is no time such as 2017-11-28 01:57.") from error


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text.strip())
    except ValueError as error:
        raise BadReport(f"“{text[:40]}” is no date such as 2017-11-28.") from error


def _count(text: str) -> int:
    digits = text.strip().replace(",", "")
    if not (digits.isascii() and digits.isdigit() and len(digits) < 10):
        raise BadReport(f"“{text[:40]}” is no number.")
    return int(digits)


def _find(slug: str) -> Report:
    found = Report.objects.select_for_update().filter(slug=slug).first()
    if found is None:
        raise NoSuchReport
    return found


def _free_slug(wanted: str) -> str:
    """A name that no report has."""
    base, number = wanted[:80].strip("-") or "report", 1
    while Report.objects.filter(slug=(slug := base if number == 1 else f"{base}-{number}")).exists():
        number += 1
    return slug
