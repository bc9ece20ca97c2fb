"""Trouble that others tell of: Prometheus' Alertmanager, and jobs whose heartbeat does not come.

The webhook's shape is version 4 of https://prometheus.io/docs/alerting/latest/configuration/#webhook_config.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable
from pathlib import Path

import msgspec

from eseller.kernel import lines
from eseller.kernel.errors import EsellerError
from eseller.operations.watch.burn import Severity
from eseller.operations.watch.judge import Finding

log = logging.getLogger(__name__)
MOST_REPORTED, MOST_AT_ONCE, MOST_WORDS = 5_000, 500, 300
MOST_BYTES = 4 * 1024 * 1024
PAGES = frozenset({"critical", "page", "error", "emergency"})
"""Values of the label ``severity`` that somebody must look at now."""


class BadReport(EsellerError):
    """The report can't be read. Alertmanager's webhook of version 4 is taken."""

    code = "report_bad"
    status = 422


class Heartbeat(msgspec.Struct, frozen=True):
    """A job that tells when it is done.

    Attributes:
        name: of the job.
        every: seconds between two runs.
        grace: seconds that a run may take longer.
    """

    name: str
    every: float
    grace: float


class _Alert(msgspec.Struct):
    status: str
    fingerprint: str
    labels: dict[str, str] = {}
    annotations: dict[str, str] = {}
    generatorURL: str = ""  # noqa: N815 - the name is given


class _Report(msgspec.Struct):
    version: str
    alerts: list[_Alert]


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the file: what is reported from then on, what no more, and the beats that came.

    Attributes:
        firing: trouble that is there.
        resolved: keys of trouble that is over.
        beats: when each heartbeat last came, seconds since 1970.
        failed: jobs that told of their failure, and what they said.
    """

    firing: tuple[Finding, ...] = ()
    resolved: tuple[str, ...] = ()
    beats: dict[str, float] = {}
    failed: dict[str, str] = {}


def read(body: bytes) -> Change:
    """Read what Alertmanager sends.

    Raises:
        BadReport: it is nothing of the kind, or tells of more alerts than it may.
    """
    try:
        report = msgspec.json.decode(body, type=_Report)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise BadReport from error
    if report.version != "4" or len(report.alerts) > MOST_AT_ONCE or not all(one.fingerprint for one in report.alerts):
        raise BadReport
    return Change(
        firing=tuple(_finding(one) for one in report.alerts if one.status != "resolved"),
        resolved=tuple(_key(one) for one in report.alerts if one.status == "resolved"),
    )


def _key(alert: _Alert) -> str:
    return f"alertmanager/{_short(alert.fingerprint, 64)}"


def _finding(alert: _Alert) -> Finding:
    labels, notes = alert.labels, alert.annotations
    told = [notes.get("description", ""), *(f"{name}={value}" for name, value in sorted(labels.items()))]
    return Finding(
        key=_key(alert),
        severity=Severity.PAGE if labels.get("severity", "").lower() in PAGES else Severity.TICKET,
        title=_first(notes.get("summary"), labels.get("alertname"), "An alert without a name"),
        component=_first(labels.get("component"), labels.get("job"), "outside")[:60],
        node=_short(labels.get("instance", ""), 100), who=labels.get("person", "")[:100],
        evidence=tuple(_short(words) for words in told[:10] if words),
        next_step=_short(notes.get("runbook_url") or alert.generatorURL),
    )


def _first(*texts: str | None) -> str:
    """The first that says anything."""
    return next(short for text in texts if (short := _short(text or "")))


def _short(text: str, most: int = MOST_WORDS) -> str:
    return " ".join(text.split())[:most]


class Outside:
    """What was reported and is not over, kept in memory and in a file; a file that can't be written holds up nothing.

    Args:
        path: the file; what is there is taken up.
        began: since when heartbeats are waited for, seconds since 1970.
    """

    def __init__(self, path: Path, *, began: float) -> None:
        self._path, self._began = path, began
        self._lock = threading.Lock()
        self._firing: dict[str, Finding] = {}
        self._beats: dict[str, float] = {}
        self._failed: dict[str, str] = {}
        for change in lines.read(path, Change):
            self._apply(change)

    def take(self, change: Change) -> None:
        """Take a report up."""
        with self._lock:
            self._apply(change)
            try:
                lines.append(self._path, change)
                if self._path.stat().st_size > MOST_BYTES:
                    self._rewrite()
            except OSError as error:
                log.warning("a report is in memory only: %s", error)

    def beat(self, name: str, now: float, *, failed: str = "") -> None:
        """A job tells that it is done, or has failed, and why."""
        told = {name: _short(failed)} if failed else {}
        self.take(Change(beats={name: now}, failed=told))

    def findings(self, expected: Iterable[Heartbeat], now: float) -> list[Finding]:
        """All that is wrong as others tell."""
        with self._lock:
            found = list(self._firing.values())
            for heartbeat in expected:
                came = self._beats.get(heartbeat.name)
                silent = now - max(came or 0.0, self._began if came is None else came)
                if heartbeat.name in self._failed:
                    found.append(_late(heartbeat, "has failed", self._failed[heartbeat.name]))
                elif silent > heartbeat.every + heartbeat.grace:
                    words = "it never came" if came is None else f"it last came {silent / 60:.0f} min ago"
                    found.append(_late(heartbeat, "does not come", words))
            return found

    def _apply(self, change: Change) -> None:
        for key in change.resolved:
            self._firing.pop(key, None)
        for finding in change.firing:
            if finding.key in self._firing or len(self._firing) < MOST_REPORTED:
                self._firing[finding.key] = finding
        for name, at in change.beats.items():
            self._beats[name] = at
            self._failed.pop(name, None)
        self._failed |= change.failed

    def _rewrite(self) -> None:
        draft = self._path.with_suffix(".new")
        draft.unlink(missing_ok=True)
        lines.append(draft, Change(firing=tuple(self._firing.values()), beats=self._beats, failed=self._failed))
        draft.replace(self._path)


def _late(heartbeat: Heartbeat, what: str, words: str) -> Finding:
    return Finding(
        key=f"heartbeat/{heartbeat.name}", severity=Severity.TICKET, component="jobs",
        title=f"The job {heartbeat.name} {what}.", evidence=(words,),
        next_step=f"Read its log; it should run every {heartbeat.every / 60:.0f} min.",
    )  # fmt: skip
