"""A message says what is wrong, worst first, and what to do; what comes from outside can't break its lines."""

from __future__ import annotations

import msgspec

from eseller.operations.alerts import escalation
from eseller.operations.alerts.escalation import DEFAULT, Alert
from eseller.operations.alerts.messages import MOST_NAMED
from eseller.operations.alerts.words import compose
from eseller.operations.watch.burn import Severity
from eseller.operations.watch.judge import Finding


def alert(number: int, title: str, severity: Severity = Severity.PAGE, **more: object) -> Alert:
    finding = Finding(key=title, severity=severity, title=title, component="web", **more)  # type: ignore[arg-type]
    return escalation.opened(finding, DEFAULT, number=number, now=0.0)


def test_the_worst_comes_first_with_what_to_do() -> None:
    late = alert(1, "Backups are late.", Severity.TICKET)
    down = alert(2, "web.0 says nothing.", evidence=("no answer for 4 s",), next_step="look", runbook="watch.md#silent")
    title, body = compose([late, down], lambda one: f"https://ops.example/take/{one.number}")
    assert title == "web.0 says nothing. (and 1 more)"
    assert body.split("\n\n")[0].splitlines() == [
        "#2 web.0 says nothing.", "since 01 Jan 00:00:00 UTC", "no answer for 4 s", "Next: look",
        "Runbook: docs/runbooks/watch.md#silent", "Take it: https://ops.example/take/2",
    ]  # fmt: skip
    assert "Take it: https://ops.example/take/1" in body


def test_what_is_taken_or_over_is_said_to_be() -> None:
    taken = escalation.acknowledged(alert(1, "A"), DEFAULT, by="ada", now=1.0)
    over = escalation.closed(alert(2, "B"), by="the watch", now=2.0)
    title, body = compose([over, taken])
    assert title == "A (and 1 more)"
    assert "ada has it." in body
    assert "#2 Over: B" in body
    assert "Take it" not in body


def test_a_message_stays_short_and_in_its_lines() -> None:
    wild = alert(1, "one\r\nBcc: everybody\n" * 100, evidence=("x" * 5000,) * 50)
    title, body = compose([wild])
    assert "\n" not in title
    assert "\r" not in title
    assert len(body) < 2000
    many = [alert(number, f"{number} is wrong") for number in range(1, 500)]
    title, body = compose(many)
    assert body.count("#") == MOST_NAMED
    assert f"and {499 - MOST_NAMED} more" in body


def test_a_message_about_nothing_says_so() -> None:
    title, body = compose([])
    assert "test" in title
    assert "Nothing is wrong" in body


def test_words_are_made_of_every_alert_there_can_be() -> None:
    bare = msgspec.structs.replace(alert(1, ""), by="")
    assert compose([bare])[1].startswith("#1")
