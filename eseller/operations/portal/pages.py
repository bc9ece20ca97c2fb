"""The pages of the public site, each made of the situation alone; served as they are, and written as files."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from itertools import groupby
from typing import Any

import msgspec
from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone, translation

from eseller.operations.incidents.history import DAYS
from eseller.operations.incidents.states import ComponentState, Severity
from eseller.operations.portal import feeds, statuspage, words
from eseller.operations.portal.markdown import as_html
from eseller.operations.portal.situation import Part, Published, Situation

LANGUAGES = (("en", "English"), ("da", "Dansk"), ("de", "Deutsch"))
HTML, JSON = "text/html; charset=utf-8", "application/json"
RECENT = timedelta(days=15)
BAR, GAP, HEIGHT = 3, 2, 32


class Page(msgspec.Struct, frozen=True):
    """Something that the site answers with.

    Attributes:
        path: below the site's address, without a slash before it; pages end with one, or are empty.
        kind: its Content-Type.
        body: what it is.
    """

    path: str
    kind: str
    body: bytes

    @property
    def file(self) -> str:
        """Name of the file that it is written to."""
        return f"{self.path}index.html" if self.kind == HTML else self.path


def everything(found: Situation) -> Iterator[Page]:
    """All pages in all languages, feeds and JSON."""
    for language, _ in LANGUAGES:
        with translation.override(language), timezone.override("UTC"):
            yield from _in_language(found, language)
    yield from _machine(found)


def _in_language(found: Situation, language: str) -> Iterator[Page]:
    yield _page(found, language, "", "status", bars=[(part, bars(part)) for part in found.parts])
    months = [(first, list(rows)) for first, rows in groupby(found.past, lambda one: one.opened_at.strftime("%Y-%m"))]
    yield _page(found, language, "history/", "history", months=[(rows[0].opened_at, rows) for _, rows in months])
    yield _page(found, language, "maintenance/", "maintenance")
    yield _page(found, language, "reports/", "reports")
    for shown in found.incidents:
        yield _page(found, language, f"incidents/{shown.code}/", "incident", incident=shown)
    for report in found.reports:
        yield _page(found, language, f"reports/{report.slug}/", "report", report=report, sections=_sections(report))


def _machine(found: Situation) -> Iterator[Page]:
    name, url = settings.PAGE_NAME, settings.SITE_URL
    for path, document in statuspage.documents(found, name=name, url=url).items():
        yield Page(f"api/v2/{path}", JSON, msgspec.json.encode(document))
    yield Page("history.atom", feeds.FEED, feeds.atom(found, name=name, url=url).encode())
    yield Page("maintenance.ics", feeds.CALENDAR, feeds.calendar(found, name=name, url=url))
    yield Page("health.json", "application/health+json", msgspec.json.encode(health(found)))


def health(found: Situation) -> dict[str, Any]:
    """The state of the platform as health+json: pass, warn or fail."""
    levels = {Severity.NONE: "pass", Severity.CRITICAL: "fail"}
    checks = {
        f"{part.slug}:state": [{
            "componentId": part.slug, "componentType": "component", "observedValue": str(part.state),
            "status": {ComponentState.OPERATIONAL: "pass", ComponentState.MAJOR: "fail"}.get(part.state, "warn"),
            "time": found.at.isoformat(),
        }]
        for part in found.parts
    }  # fmt: skip
    return {
        "status": levels.get(found.indicator, "warn"), "version": "1", "serviceId": "eseller",
        "description": settings.PAGE_NAME, "checks": checks,
    }  # fmt: skip


def bars(part: Part) -> list[tuple[ComponentState, str]]:
    """The days of a component as paths of an SVG, one for each state that there was."""
    found: dict[ComponentState, list[str]] = {}
    for number, day in enumerate(part.days):
        found.setdefault(day.state, []).append(f"M{number * (BAR + GAP)} 0v{HEIGHT}")
    return [(state, "".join(moves)) for state, moves in found.items()]


def _sections(report: Published) -> list[tuple[str, Any]]:
    told = (
        (translation.gettext("What happened"), report.summary), (translation.gettext("Why"), report.cause),
        (translation.gettext("What we did"), report.remedy), (translation.gettext("What we learned"), report.lessons),
    )  # fmt: skip
    return [(title, as_html(text)) for title, text in told if text.strip()]


def _page(found: Situation, language: str, path: str, template: str, **more: Any) -> Page:
    prefix = "" if language == "en" else f"{language}/"
    recent = [one for one in found.past if one.opened_at > found.at - RECENT]
    context = {
        "found": found, "recent": recent, "words": words, "as_html": as_html, "name": settings.PAGE_NAME,
        "site": settings.SITE_URL, "root": f"/{prefix}", "days": DAYS, "width": DAYS * (BAR + GAP) - GAP,
        "bar": BAR, "height": HEIGHT, "here": template,
        "languages": [
            (code, label, f"/{'' if code == 'en' else code + '/'}{path}", code == language)
            for code, label in LANGUAGES
        ],
        **more,
    }  # fmt: skip
    return Page(f"{prefix}{path}", HTML, render_to_string(f"portal/{template}.html", context).encode())
