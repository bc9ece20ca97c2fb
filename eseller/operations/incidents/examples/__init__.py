"""Three incidents of former years, told in our own words: what a demonstration publishes."""

from __future__ import annotations

from pathlib import Path

from eseller.operations.incidents import reporting
from eseller.operations.incidents.models import Report

REVIEWER = "support"


def texts() -> list[str]:
    """The reports as Markdown, the oldest first."""
    return [path.read_text("utf-8") for path in sorted(Path(__file__).parent.glob("*.md"))]


def publish_examples() -> int:
    """Publish those that are not there yet; returns how many."""
    made = 0
    for text in texts():
        title = reporting.read(text).title
        if Report.objects.filter(title=title).exists():
            continue
        report = reporting.take_in(text, by="operations")
        reporting.submit(report.slug)
        reporting.publish(report.slug, by=REVIEWER)
        made += 1
    return made
