"""What was done to the platform, from the journals that its processes keep: settings, services, releases, switchovers.

Journals are files of JSON lines of other parts, which know nothing of incidents. A line that is not as expected is left
out; what is read becomes words here, so that a timeline tells what a person would.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

MOST_BYTES = 2 * 1024 * 1024
"""Of a journal, its end: an incident is about what is new."""
_STEPS = {
    "gate": "The gate was asked", "shed": "Services were stopped", "catch up": "The secondary caught up",
    "checkpoint": "The primary wrote all to disk", "switch": "Another node became primary",
    "fence": "The sick primary was killed", "platform": "The platform is back", "survey": "The data was surveyed",
    "services": "Services run again",
}  # fmt: skip


class Happened(msgspec.Struct, frozen=True, kw_only=True):
    """Something that was done.

    Attributes:
        at: when.
        kind: configuration, services, switchover, deploy or control.
        text: what, in a sentence.
        source: where that is written, so that it is noted once.
        evidence: the line itself.
    """

    at: datetime
    kind: str
    text: str
    source: str
    evidence: dict[str, Any]


Words = Callable[[Mapping[str, Any]], tuple[str, str] | None]


def collect(data_dir: Path, since: datetime) -> list[Happened]:
    """Read what was done since some time, the oldest first.

    Args:
        data_dir: the platform's data directory, where its processes keep their journals.
        since: what was before is left out.
    """
    found: list[Happened] = []
    for pattern, words in _JOURNALS.items():
        for path in sorted(data_dir.glob(pattern)):
            if ".refused." not in path.name and path.stat().st_mtime >= since.timestamp():
                found += _of_file(data_dir, path, words, since)
    return sorted(found, key=lambda one: (one.at, one.source))


def _of_file(data_dir: Path, path: Path, words: Words, since: datetime) -> Iterator[Happened]:
    name = str(path.relative_to(data_dir))
    for line in _end(path):
        try:
            told = msgspec.json.decode(line, type=dict[str, Any])
            at = _moment(told["at"])
            said = words(told) if at >= since else None
        except (msgspec.MsgspecError, KeyError, TypeError, ValueError, AttributeError, OverflowError):
            continue
        if said is not None:
            kind, text = said
            yield Happened(at=at, kind=kind, text=text, source=f"{name}@{at.timestamp():.6f}", evidence=told)


def _end(path: Path) -> list[bytes]:
    try:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - MOST_BYTES))
            return file.read(MOST_BYTES).splitlines()
    except OSError:
        return []


def _moment(told: object) -> datetime:
    if isinstance(told, (int, float)):
        return datetime.fromtimestamp(told, UTC)
    return datetime.fromisoformat(str(told)).astimezone(UTC)


def _of_control(told: Mapping[str, Any]) -> tuple[str, str] | None:
    verb, given = told["verb"], told.get("arguments") or {}
    if verb == "services" and any(given.get(name) for name in ("stop", "stop_tier", "start", "start_all")):
        return "services", _services(given)
    if verb in ("drain", "undrain", "reload"):
        return "deploy", f"A process was told to {verb}"
    if verb == "release-finding":
        return "control", f"A finding was released: {given.get('reason') or 'its row is good again'}"
    return None


def _services(given: Mapping[str, Any]) -> str:
    why = f": {given['why']}" if given.get("why") else ""
    if given.get("stop_tier"):
        return f"Services from tier {given['stop_tier']} down were stopped{why}"
    if given.get("stop"):
        return f"Services were stopped, {', '.join(map(str, given['stop']))}{why}"
    if given.get("start_all"):
        return "All services were started"
    return f"Services were started, {', '.join(map(str, given['start']))}"


def _of_rollout(told: Mapping[str, Any]) -> tuple[str, str]:
    return "configuration", f"{told['change']}: {told['state']}. {told.get('reason', '')}".strip()


def _of_governor(told: Mapping[str, Any]) -> tuple[str, str] | None:
    stopped, started = told.get("stopped") or (), told.get("started") or ()
    if not (stopped or started):
        return None
    what = f"stopped {', '.join(stopped)}" if stopped else f"started {', '.join(started)}"
    return "services", f"The governor {what}: {told.get('why', '')}"


def _of_run(told: Mapping[str, Any]) -> tuple[str, str] | None:
    event, step = told["event"], told.get("step", "")
    if event == "plan":
        plan = told.get("plan") or {}
        what = "fail-over" if plan.get("fence") else "switchover"
        return "switchover", f"A {what} away from {plan.get('leader')} began"
    if event == "ended":
        return "switchover", "The run ended"
    if event in ("done", "failed"):
        return "switchover", _STEPS.get(step, f"Step {step}") + (" – it failed" if event == "failed" else "")
    return None


def _of_cluster_watch(told: Mapping[str, Any]) -> tuple[str, str]:
    did = "acted" if told.get("acted") else "saw"
    return "switchover", f"The watch over the database {did}: {'; '.join(map(str, told['reasons']))}"


def _of_findings(told: Mapping[str, Any]) -> tuple[str, str]:
    rows = [f"{row.get('table')} {row.get('row')}" for row in told["rows"][:3]]
    more = f" and {told['count'] - len(rows)} more" if told["count"] > len(rows) else ""
    return "records", f"Rows were {told['event']}: {', '.join(rows)}{more}"


_JOURNALS: dict[str, Words] = {
    "findings.jsonl": _of_findings,
    "control/*.jsonl": _of_control,
    "journal/rollout-*.jsonl": _of_rollout,
    "governor.jsonl": _of_governor,
    "cluster-runs/*.jsonl": _of_run,
    "cluster-watch.jsonl": _of_cluster_watch,
}
