"""The process of the clerk: incidents of alerts, the public site as files; it reads the watch and its own database."""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
import time
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from eseller.config.environment import Environment, operations_environment
from eseller.node.watched import targets
from eseller.operations.alerts.directory import Directory
from eseller.operations.duty import DirectoryFile
from eseller.operations.incidents.collecting import Happened
from eseller.operations.watch.history import SCALES, Line
from eseller.resilience.control.calling import call, get
from eseller.resilience.control.errors import NotDone, Unreachable
from eseller.resilience.control.signing import read_keys

log = logging.getLogger(__name__)
EVERY_SECONDS, REPORT_SECONDS, SITE_SECONDS = 2.0, 300.0, 60.0
LETTER_SECONDS, COURIERS = 1.0, 4
ELSEWHERE_SECONDS = 10.0
FAILED, MEAN_OF = " failed/s", 60.0
"""The watch's figure of failed requests is the mean of so many seconds."""


class Clerk:
    """Does its rounds.

    Args:
        env: The settings.
        site: Directory of the public site as files.
    """

    def __init__(self, env: Environment, site: Path) -> None:
        self._env, self._site = env, site
        self.people = DirectoryFile(env.people)
        self._is_away, self._asked_at = False, float("-inf")
        self._happened: list[Happened] = []
        self._failing: dict[int, set[str]] = {}
        self._written: tuple[Any, ...] = ()
        self._reported = b""
        self._written_at = self._reported_at = float("-inf")

    def round(self) -> None:
        """One round: whatever fails in it is tried again in the next one."""
        from django.db import close_old_connections
        from django.utils import timezone

        from eseller.operations.incidents import clerk
        from eseller.operations.subscribers.spreading import spread

        close_old_connections()
        now = timezone.now()
        alerts = self._alerts()
        if alerts is not None:
            clerk.keep_up(alerts, publish=self._env.publish, now=now)
        clerk.take_notes(self._env.data_dir, now, self._elsewhere())
        self._count(now)
        clerk.move_maintenance(now)
        spread(self._directory().posts, now)
        self._report(clerk.overdue_report(now))
        self._write()

    def _directory(self) -> Directory:
        self.people.refresh()
        return self.people.current

    def bring(self, ended: threading.Event) -> None:
        """Bring letters to subscribers until the end."""
        from django.db import close_old_connections

        from eseller.operations.subscribers import delivering

        while not ended.is_set():
            try:
                close_old_connections()
                letter = delivering.take()
                if letter is None:
                    ended.wait(LETTER_SECONDS)
                    continue
                places = {name: one.urls for name, one in self.people.current.posts.items()}
                delivering.bring(letter, places)
            except Exception:
                log.exception("a letter could not be brought, and is tried again")
                ended.wait(EVERY_SECONDS)

    def _alerts(self) -> list[Any] | None:
        """What the watch knows; None where it does not answer, which is told of elsewhere."""
        from eseller.operations.alerts.escalation import Alert

        try:
            found = msgspec.convert(self._watch("/alerts/lately"), list[Alert])
        except (Unreachable, msgspec.ValidationError) as error:
            if not self._is_away:
                log.warning("the watch does not tell its alerts: %s", error)
            self._is_away = True
            return None
        if self._is_away:
            log.warning("the watch tells its alerts again")
        self._is_away = False
        return found

    def _watch(self, path: str) -> Any:
        return get(self._env.watch_port, path, host=self._env.private_reached_at, seconds=2.0)

    def _elsewhere(self) -> list[Happened]:
        """What was done on other machines, by a process of each of them; now and then, since they are asked for it."""
        if time.monotonic() - self._asked_at < ELSEWHERE_SECONDS:
            return self._happened
        self._asked_at, found = time.monotonic(), []
        hosts = {one.host: one.port for one in reversed(targets(self._env)) if one.host != self._env.private_reached_at}
        for host, port in hosts.items():
            try:
                told = msgspec.convert(get(port, "/happened", host=host, seconds=2.0), list[Happened])
            except (Unreachable, msgspec.ValidationError):
                continue  # the watch tells of it
            found += [msgspec.structs.replace(one, source=f"{host}/{one.source}"[:200]) for one in told]
        self._happened = found
        return found

    def _count(self, now: datetime) -> None:
        """Remember which shops fail while an incident lasts, and count it when it has ended."""
        from eseller.operations.incidents import clerk
        from eseller.operations.incidents.models import Incident
        from eseller.operations.incidents.states import State

        present = Incident.objects.exclude(state__in=[State.RESOLVED, State.CLOSED]).values_list("pk", flat=True)
        numbers = [int(number) for number in present]
        try:
            if numbers:
                failing = {name for name, _, failed in self._watch("/shops") if failed}
                for number in numbers:
                    self._failing.setdefault(number, set()).update(failing)
            clerk.count_up(self._failing, self._failed, now)
        except (Unreachable, ValueError, TypeError):
            return  # it is counted when the watch is there
        self._failing = {number: shops for number, shops in self._failing.items() if number in numbers}

    def _failed(self, begin: datetime, end: datetime) -> int | None:
        """How many requests failed, by the finest scale of the watch's history that reaches so far back; None: none."""
        scale = next((one for one in SCALES if time.time() - begin.timestamp() < one.step * one.slots), None)
        if scale is None:
            return None
        told = msgspec.convert(self._watch(f"/history/{scale.name}"), list[Line], strict=False)
        lines = [line for line in told if line.name.endswith(FAILED)]
        if not lines:
            return None
        return round(sum(
            point.mean * line.step for line in lines for number, point in enumerate(line.points)
            if point is not None
            and begin.timestamp() - line.step <= line.begins + number * line.step <= end.timestamp() + MEAN_OF
        ))  # fmt: skip

    def _report(self, body: bytes) -> None:
        """Tell the watch of overdue updates; the same again now and then, in case it has forgotten."""
        keys = read_keys(self._env.control_keys)
        if not keys or (body == self._reported and time.monotonic() - self._reported_at < REPORT_SECONDS):
            return
        try:
            where = {"host": self._env.private_reached_at, "seconds": 2.0}
            call(self._env.watch_port, keys[0], "report", {"body": body.decode()}, **where)  # type: ignore[arg-type]
            self._reported, self._reported_at = body, time.monotonic()
        except (Unreachable, NotDone) as error:
            log.warning("the watch does not hear of overdue updates: %s", error)

    def _write(self) -> None:
        """Write the site where something has changed, and now and then so that it tells that it is not old."""
        from eseller.operations.portal.export import export
        from eseller.operations.portal.situation import gather

        found = gather()
        key = (found.parts and [(one.slug, one.state, one.changed_at) for one in found.parts],
               found.incidents, found.planned, found.reports)  # fmt: skip
        if key == self._written and time.monotonic() - self._written_at < SITE_SECONDS:
            return
        export(self._site, found)
        self._written, self._written_at = key, time.monotonic()


def main() -> None:
    """Entry of the process: do rounds until a signal ends it."""
    env = operations_environment()
    os.environ["DJANGO_SETTINGS_MODULE"] = "eseller.config.operations_site"
    import django

    django.setup()
    logging.basicConfig(stream=sys.stderr, level=env.log_level.upper(), format="%(levelname)s %(message)s")
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    from eseller.operations.portal.views import site_dir

    # Apprise tells each failure itself; ours says what is done about it.
    logging.getLogger("apprise").setLevel(logging.CRITICAL)
    clerk = Clerk(env, site_dir())
    # Several, so that one that hangs holds up few.
    for courier in range(COURIERS):
        threading.Thread(target=clerk.bring, args=(ended,), name=f"courier {courier}", daemon=True).start()
    while not ended.is_set():
        began = time.monotonic()
        try:
            clerk.round()
        except Exception:
            log.exception("a round of the clerk failed, and is done again")
        ended.wait(max(0.1, EVERY_SECONDS - (time.monotonic() - began)))


if __name__ == "__main__":
    main()
