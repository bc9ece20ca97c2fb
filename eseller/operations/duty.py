"""The watch on duty: it looks, opens alerts, tells people, and lets others know that it is there itself.

All of it goes on without any database: from memory, with a book of lines on this machine.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from eseller.operations.alerts.book import Book
from eseller.operations.alerts.delivery import Courier, Link, unusable
from eseller.operations.alerts.directory import BadDirectory, Directory, read
from eseller.operations.alerts.mailbox import SCHEMA
from eseller.operations.watch.burn import Severity
from eseller.operations.watch.history import SCALES, History, Line
from eseller.operations.watch.judge import Finding, worst_first
from eseller.operations.watch.outside import Outside
from eseller.operations.watch.probing import Look, Probes
from eseller.operations.watch.watch import EVERY_SECONDS, Picture, ShopRate, Watch

log = logging.getLogger(__name__)
COURIERS = 4
"""A slow mail server holds up no telephone."""
IDLE_SECONDS, ESCALATE_SECONDS, READ_SECONDS = 0.2, 0.5, 5.0
HEARTBEAT_SECONDS, HEARTBEAT_TIMEOUT, BLIND_SECONDS = 60.0, 10.0, 15.0
JUMP_SECONDS = 2.0
FLUSH_SECONDS, LINES_SECONDS = 10.0, 5.0
EVERYBODY = f"""
[[person]]
name = "operators"
urls = ["{SCHEMA}://operators"]
[[person]]
name = "second operators"
urls = ["{SCHEMA}://second-operators"]
[[person]]
name = "developers"
urls = ["{SCHEMA}://developers"]
[[policy]]
name = "default"
  [[policy.step]]
  tell = ["person:operators"]
  minutes = 3
  [[policy.step]]
  tell = ["person:second operators"]
  minutes = 3
  [[policy.step]]
  tell = ["person:developers"]
  minutes = 5
"""
"""Who is told where no file says so: three mailboxes on this machine."""


class DirectoryFile:
    """The file of who is told, read anew when it changes; one that can't be used is told of, and the last one holds.

    Args:
        path: of the file; None: the mailboxes of this machine.
    """

    def __init__(self, path: Path | None) -> None:
        self._path, self._seen = path, ""
        self.current = read(EVERYBODY)
        self.trouble: Finding | None = None
        self.refresh()

    def refresh(self) -> bool:
        """Look whether the file has changed; returns whether something else holds from now on."""
        if self._path is None:
            return False
        try:
            text = self._path.read_text("utf-8")
            if text == self._seen:
                return False
            directory = read(text)
        except (OSError, UnicodeDecodeError, BadDirectory) as error:
            self.trouble = _bad_file(self._path, str(error))
            return False
        self._seen, self.current = text, directory
        ways = [url for one in (*directory.people.values(), *directory.channels.values()) for url in one.urls]
        bad = unusable(ways)
        self.trouble = _bad_file(self._path, f"no messages can be sent to {', '.join(bad)}") if bad else None
        return True


def _bad_file(path: Path, why: str) -> Finding:
    return Finding(
        key="watch/directory", severity=Severity.TICKET, component="watch", title="The file of who is told is wrong.",
        evidence=(str(path), why), next_step="Mend it; the last good one holds until then.",
    )  # fmt: skip


class Duty:
    """Everything that the watch does, by threads of its own.

    Args:
        watch: looks at processes.
        folder: where alerts and reports are kept.
        directory: who is told.
        looks: at what else to look, besides what the directory names.
        link: where an alert can be taken; None: by command only.
        heartbeat_url: is asked for once a minute, so that others know when we are silent; empty: nobody knows.
    """

    def __init__(
        self,
        watch: Watch,
        folder: Path,
        directory: DirectoryFile,
        *,
        looks: tuple[Look, ...] = (),
        link: Link | None = None,
        heartbeat_url: str = "",
    ) -> None:
        self._watch, self.directory, self._looks, self._heartbeat_url = watch, directory, looks, heartbeat_url
        self.book = Book(folder / "alerts.jsonl")
        self.outside = Outside(folder / "reports.jsonl", began=time.time())
        self._probes = Probes()
        self._courier = Courier(self.book, lambda: directory.current, link)
        self._stop = threading.Event()
        self.history = History(folder / "history")
        self._lines: dict[str, tuple[float, list[Line]]] = {}
        self.picture: Picture | None = None
        self.looked_at, self._flushed = time.monotonic(), 0.0
        self._use(directory.current)

    def start(self) -> None:
        """Begin."""
        loops: dict[str, Callable[[], None]] = {"look": self._looking, "escalate": self._escalating}
        loops |= {f"courier {number}": self._bringing for number in range(COURIERS)}
        if self._heartbeat_url:
            loops["heartbeat"] = self._beating
        for name, loop in loops.items():
            threading.Thread(target=self._go_on, args=(loop,), name=name, daemon=True).start()

    def stop(self) -> None:
        """End; what is being sent is sent again when somebody begins anew."""
        self._stop.set()
        self.book.catch_up()

    @property
    def is_blind(self) -> bool:
        """Whether nothing was looked at for long: then nobody may think that all is well."""
        return time.monotonic() - self.looked_at > BLIND_SECONDS

    def findings(self) -> list[Finding]:
        """What is wrong now, worst first."""
        return list(self.picture.findings) if self.picture else []

    def _use(self, directory: Directory) -> None:
        self.book.use(directory.policies, directory.people)
        self._probes.use((*self._looks, *directory.looks))

    def _go_on(self, loop: Callable[[], None]) -> None:
        """Do something until the end, whatever goes wrong with it."""
        while not self._stop.is_set():
            try:
                loop()
            except Exception:
                log.exception("the watch goes on after an error")
                self._stop.wait(1.0)

    def _looking(self) -> None:
        asyncio.run(self._look_on())

    async def _look_on(self) -> None:
        loop = asyncio.get_running_loop()
        while not self._stop.is_set():
            began = loop.time()
            self._probes.begin()
            picture = await self._watch.look()
            now = time.time()
            found = [*picture.findings, *self._probes.findings()]
            found += self.outside.findings(self.directory.current.heartbeats, now)
            found += [self.directory.trouble] if self.directory.trouble else []
            self.picture = msgspec.structs.replace(picture, findings=tuple(worst_first(found)))
            # Writes to a disk, which may hang; then nothing is looked at, and the heartbeat to others stops.
            await asyncio.to_thread(self.book.observe, found, now)
            await asyncio.to_thread(self._keep_figures, now)
            self.looked_at = time.monotonic()
            await asyncio.sleep(max(0.0, EVERY_SECONDS - (loop.time() - began)))

    def _keep_figures(self, now: float) -> None:
        if self.picture is None:
            return
        figures = self._watch.figures(self.picture, time.monotonic()) | self._probes.seconds()
        figures["alerts open"] = float(len(self.book.open()))
        flush = now - self._flushed > FLUSH_SECONDS
        self._flushed = now if flush else self._flushed
        self.history.note(now, figures, flush=flush)

    def lines(self, scale: str) -> list[Line]:
        """Figures over time; of an unknown scale none. Several consoles ask every few seconds: it is read once."""
        read_at, kept = self._lines.get(scale, (float("-inf"), []))
        if time.monotonic() - read_at > LINES_SECONDS:
            kept = [line for one in SCALES if one.name == scale for line in self.history.lines(one, time.time())]
            self._lines[scale] = (time.monotonic(), kept)
        return kept

    def members(self) -> list[dict[str, Any]]:
        """The database's nodes, as Patroni tells of them."""
        return self._probes.members()

    def shops(self) -> list[ShopRate]:
        """Requests of shops, those that fail first."""
        return self._watch.busiest(time.monotonic())

    def _escalating(self) -> None:
        wall, steady, read_at = time.time(), time.monotonic(), time.monotonic()
        while not self._stop.wait(ESCALATE_SECONDS):
            jumped = (time.time() - wall) - (time.monotonic() - steady)
            wall, steady = time.time(), time.monotonic()
            if abs(jumped) > JUMP_SECONDS:
                log.warning("the clock was set by %.0f s", jumped)
                self.book.move(jumped)
            self.book.escalate(wall)
            if steady - read_at > READ_SECONDS:
                read_at = steady
                self.book.catch_up()
                if self.directory.refresh():
                    self._use(self.directory.current)

    def _bringing(self) -> None:
        while not self._stop.is_set():
            if not self._courier.bring_one(time.time()):
                self._stop.wait(IDLE_SECONDS)

    def _beating(self) -> None:
        """Tell somebody elsewhere that the watch looks; who hears nothing for some minutes tells people."""
        while not self._stop.is_set():
            if not self.is_blind:
                try:
                    with urllib.request.urlopen(self._heartbeat_url, timeout=HEARTBEAT_TIMEOUT) as answer:  # noqa: S310
                        answer.read(1)
                except (OSError, ValueError) as error:
                    log.warning("the heartbeat of the watch was not heard: %s", error)
            self._stop.wait(HEARTBEAT_SECONDS)
