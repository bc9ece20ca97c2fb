"""What a message says: short enough for a telephone at night, the worst first, each with what to do next. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from eseller.operations.alerts.escalation import Alert, State
from eseller.operations.alerts.messages import MOST_NAMED, subject
from eseller.operations.watch.burn import Severity

RUNBOOKS = "docs/runbooks/"
MOST_EVIDENCE = 3


def compose(alerts: Sequence[Alert], link: Callable[[Alert], str] | None = None) -> tuple[str, str]:
    """Title and text of a message that tells of alerts; of none: one that only tries whether messages come.

    Args:
        alerts: as they are now.
        link: where one can be taken; None: there is no such page.
    """
    if not alerts:
        return "This is a test", "Messages of eSeller Cloud reach you. Nothing is wrong, and nothing is to be done."
    worst_first = sorted(alerts, key=lambda one: (one.is_over, one.finding.severity is not Severity.PAGE, one.number))
    title = subject([_title(one) for one in worst_first])
    parts = ["\n".join(_told(one, link)) for one in worst_first[:MOST_NAMED]]
    if more := len(worst_first) - MOST_NAMED:
        parts += [f"and {more} more: eseller alerts list"] if more > 0 else []
    return title, "\n\n".join(parts)


def _title(alert: Alert) -> str:
    return f"Over: {alert.finding.title}" if alert.is_over else alert.finding.title


def _told(alert: Alert, link: Callable[[Alert], str] | None) -> list[str]:
    finding = alert.finding
    since = datetime.fromtimestamp(alert.opened_at, UTC).strftime("%d %b %H:%M:%S UTC")
    lines = [f"#{alert.number} {_line(_title(alert))}", f"since {since}"]
    lines += [_line(words) for words in finding.evidence[:MOST_EVIDENCE]]
    if alert.is_over:
        return lines
    lines += [f"Next: {_line(finding.next_step)}"] if finding.next_step else []
    lines += [f"Runbook: {RUNBOOKS}{finding.runbook}"] if finding.runbook else []
    if alert.state is State.ACKNOWLEDGED:
        lines.append(f"{_line(alert.by)} has it.")
    else:
        lines.append(f"Take it: {link(alert) if link else f'eseller alerts take {alert.number}'}")
    return lines


def _line(text: str) -> str:
    """On one line, and not too long: it may come from outside."""
    return " ".join(text.split())[:300]
