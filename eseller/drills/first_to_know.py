"""Each part of a platform is stopped in turn: when did operations know, when the public, and when was it over?

What the figures of the incidents were is why: 18 minutes until operations knew, and the public heard late.
"""

from __future__ import annotations

import contextlib
import os
import signal
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from eseller.cluster.figures import family, postmaster
from eseller.cluster.layout import ClusterLayout
from eseller.drills.caching_server import CachingServer, caching_server
from eseller.drills.measuring import until
from eseller.drills.rehearsal import Say, Stage, stage
from eseller.node.rehearsal import free_ports
from eseller.resilience.control.calling import get
from eseller.resilience.control.errors import Unreachable

MOST_ALERT, MOST_PUBLIC, MOST_OVER, MOST_BACK, PATIENCE = 5.0, 30.0, 150.0, 15.0, 40.0


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one part.

    Attributes:
        part: which.
        alert_s: seconds from its end until an alert that says so; None: nobody had to know.
        told_s: until a message of it was with somebody.
        public_s: until the public site said so; None: users do not notice.
        over_s: from its return until the public site said that all is well.
    """

    part: str
    alert_s: float | None
    told_s: float | None
    public_s: float | None
    over_s: float | None


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """What the drill has measured.

    Attributes:
        parts: one after the other.
        watch_back_s: from the death of the watch until it looks again.
        alerts: that there were in all.
        incidents: that were made of them.
        verdict: ``passed``, or what was not as it must be.
    """

    parts: tuple[Part, ...]
    watch_back_s: float
    alerts: int
    incidents: int
    verdict: str


class _Seen:
    """What the watch and the public site say."""

    def __init__(self, watch: int, site: int) -> None:
        self._watch, self._site = watch, site

    def _get(self, port: int, path: str) -> Any:
        with contextlib.suppress(Unreachable):
            return get(port, path, seconds=2.0)
        return None

    def alerts(self) -> list[dict[str, Any]]:
        return self._get(self._watch, "/alerts") or []

    def letters(self) -> list[dict[str, Any]]:
        return self._get(self._watch, "/letters") or []

    def looks(self) -> bool:
        """Whether the watch has looked a moment ago."""
        told = self._get(self._watch, "/picture")
        return told is not None and time.time() - told["at"] < 3.0

    def indicator(self) -> str:
        told = self._get(self._site, "/api/v2/status.json") or {}
        return str((told.get("status") or {}).get("indicator", ""))

    def incidents(self) -> int:
        return len((self._get(self._site, "/api/v2/incidents.json") or {}).get("incidents", ()))

    def open_keys(self) -> set[str]:
        return {one["finding"]["key"] for one in self.alerts() if one["state"] != "closed"}


def run(say: Say) -> Report:
    """Run the drill on a platform of its own, with the watch, the public site and a caching server."""
    watch, site, port = free_ports(1), free_ports(1), free_ports(1)
    with tempfile.TemporaryDirectory() as folder, caching_server(Path(folder), port) as cache:
        settings = {
            "ESELLER_WATCH": "true", "ESELLER_WATCH_PORT": str(watch), "ESELLER_OPERATIONS": "true",
            "ESELLER_OPERATIONS_PORT": str(site), "CACHE_URL": f"redis://127.0.0.1:{port}/0",
        }  # fmt: skip
        with stage(say, **settings) as here:
            seen = _Seen(watch, site)
            until(lambda: seen.indicator() == "none" and seen.looks(), most=60)
            parts = list(_each(say, here, seen, cache))
            say("ending the watch")
            before = seen.alerts()
            for pid in _processes(here, "eseller.node.duty"):
                os.kill(pid, signal.SIGKILL)
            back = until(seen.looks, most=60) if until(lambda: not seen.looks(), most=10) < 10 else float("inf")
            kept = {one["number"] for one in before} <= {one["number"] for one in seen.alerts()}
            alerts, incidents = len(before), seen.incidents()
    wrong = [words for part in parts for words in _wrong(part)]
    wrong += [] if back <= MOST_BACK else [f"the watch looked again after {back} s"]
    wrong += [] if kept else ["the watch has forgotten alerts"]
    return Report(
        parts=tuple(parts), watch_back_s=back, alerts=alerts, incidents=incidents,
        verdict="; ".join(wrong) or "passed",
    )  # fmt: skip


def _each(say: Say, here: Stage, seen: _Seen, cache: CachingServer) -> Iterator[Part]:
    say("stopping a web process")
    with _stopped(_processes(here, "eseller.node.web 0")):
        part = _known(seen, "web process", "silent/", is_public=True)
    yield _over(seen, part)
    say("stopping the worker")
    with _stopped(_processes(here, "eseller.node.worker")):
        part = _known(seen, "worker", "silent/", is_public=True)
    yield _over(seen, part)
    say("stopping the database")
    data = ClusterLayout.inside(Path(here.running.environment["ESELLER_DATA"])).data
    pid = postmaster(data)
    with _stopped(family(pid) if pid else []):
        part = _known(seen, "database", "", is_public=True)
    yield _over(seen, part)
    say("ending the caching server")
    cache.kill()
    yield _known(seen, "caching server", "cache/", is_public=False)


def _known(seen: _Seen, name: str, key: str, *, is_public: bool) -> Part:
    """Wait until everybody knows that something is wrong who has to."""
    began, at = time.monotonic(), time.time()
    alert = until(lambda: any(one.startswith(key) for one in seen.open_keys()), most=PATIENCE, began=began)
    told = until(lambda: any(one["at"] > at for one in seen.letters()), most=PATIENCE, began=began)
    public = until(lambda: seen.indicator() not in ("", "none"), most=PATIENCE, began=began) if is_public else None
    return Part(part=name, alert_s=alert, told_s=told, public_s=public, over_s=None)


def _over(seen: _Seen, part: Part) -> Part:
    """Wait until the public reads that all is well again."""
    over = until(lambda: seen.indicator() == "none" and not seen.open_keys(), most=MOST_OVER + 30)
    return msgspec.structs.replace(part, over_s=over)


def _wrong(part: Part) -> Iterator[str]:
    for name, measured, most in (
        ("known", part.alert_s, MOST_ALERT), ("public", part.public_s, MOST_PUBLIC), ("over", part.over_s, MOST_OVER),
    ):  # fmt: skip
        if measured is not None and measured > most:
            yield f"{part.part}: {name} after {measured} s"


@contextlib.contextmanager
def _stopped(pids: list[int]) -> Iterator[None]:
    """Stop processes for as long as the block runs."""
    _send(pids, signal.SIGSTOP)
    try:
        yield
    finally:
        _send(pids, signal.SIGCONT)


def _send(pids: list[int], number: signal.Signals) -> None:
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)


def _processes(here: Stage, words: str) -> list[int]:
    """Processes of this platform, by words of their commands."""
    mark = f"ESELLER_DATA={here.running.environment['ESELLER_DATA']}".encode()
    return [pid for pid, command, environ in _all() if words in command and mark in environ]


def _all() -> Iterator[tuple[int, str, list[bytes]]]:
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            if entry.name.isdigit():
                command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
                yield int(entry.name), command, (entry / "environ").read_bytes().split(b"\0")


