"""The process of the watch: looks at all others, tells people, and is told by them; without any database.

At its private port it tells ``/picture``, ``/alerts``, ``/messages`` and ``/letters`` besides what all processes do.
"""

from __future__ import annotations

import logging
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

import msgspec

from eseller.config.environment import Environment, operations_environment
from eseller.kernel.errors import EsellerError
from eseller.node.control import Call, Missing, verb
from eseller.node.health import State
from eseller.node.private import Answer, open_port
from eseller.node.watched import looks, targets
from eseller.operations.alerts.delivery import Link
from eseller.operations.alerts.escalation import Aim, AimKind, Alert
from eseller.operations.alerts.links import take_path
from eseller.operations.alerts.mailbox import Mailbox
from eseller.operations.duty import DirectoryFile, Duty
from eseller.operations.watch.history import SCALES
from eseller.operations.watch.outside import read
from eseller.operations.watch.watch import Watch
from eseller.resilience.control.signing import read_keys

MOST_SHOWN = 200
LATELY_SECONDS = 2 * 3600.0
_on_duty: list[Duty] = []


class Unknown(EsellerError):
    """There is nobody of that name. See ESELLER_PEOPLE."""

    code = "nobody"
    status = 404


class Take(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An alert, and who takes or closes it."""

    number: int
    by: str


class Test(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who is to get a message that only shows whether messages come."""

    kind: AimKind
    name: str


class Report(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What Alertmanager has sent."""

    body: str


class Beat(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A job that is done, or has failed and says why."""

    name: str
    failed: str = ""


def begin(env: Environment) -> tuple[Duty, State]:
    """Put the watch on duty and answer at its port."""
    folder = env.data_dir / "watch"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    mailbox = Mailbox(folder / "letters.jsonl")
    mailbox.offer()
    duty = Duty(
        Watch(targets(env)), folder, DirectoryFile(env.people), looks=looks(env), heartbeat_url=env.heartbeat_url,
        link=_link(env),
    )  # fmt: skip
    process = State("watch.0")
    process.checks["watch:looked-at"] = lambda: (round(time.monotonic() - duty.looked_at, 1), "s", duty.is_blind)
    process.checks["alerts:open"] = lambda: (float(len(duty.book.open())), "alerts", False)
    _on_duty[:] = [duty]
    open_port(env, env.watch_port, process, _pages(duty, mailbox))
    duty.start()
    process.phase = "serving"
    return duty, process


def _link(env: Environment) -> Link | None:
    """Where alerts can be taken, if there is a site to take them at."""
    keys = read_keys(env.control_keys)
    if not keys or not (env.operations or env.operations_url):
        return None

    def link(alert: Alert, *, who: str) -> str:
        return f"{env.operations_link}/{take_path(keys[0].secret, alert.number, who)}"

    return link


def _pages(duty: Duty, mailbox: Mailbox) -> dict[str, Callable[[], Answer]]:
    return {
        "/picture": lambda: _json(duty.picture),
        "/alerts": lambda: _json(sorted(duty.book.alerts(), key=lambda one: one.is_over)[:MOST_SHOWN]),
        "/alerts/lately": lambda: _json(_lately(duty)),
        "/messages": lambda: _json(duty.book.messages()[:MOST_SHOWN]),
        "/letters": lambda: _json(mailbox.letters()[:MOST_SHOWN]),
        "/shops": lambda: _json(duty.shops()),
        "/database": lambda: _json(duty.members()),
        **{f"/history/{scale.name}": partial(_lines, duty, scale.name) for scale in SCALES},
    }


def _lately(duty: Duty) -> list[Alert]:
    """All alerts that are open, and those that ended lately: what incidents are made of."""
    since = time.time() - LATELY_SECONDS
    return [one for one in duty.book.alerts() if not one.is_over or one.changed_at > since]


def _lines(duty: Duty, scale: str) -> Answer:
    return _json(duty.lines(scale))


def _json(told: object) -> Answer:
    return 200, "application/json", msgspec.json.encode(told)


def _duty() -> Duty:
    if not _on_duty:
        raise Missing("This process is not the watch. Ask at ESELLER_WATCH_PORT.")
    return _on_duty[0]


@verb("take-alert", Take)
def _take(asked: Call) -> dict[str, Any]:
    """Take an alert, so that nobody else is told of it; tells who has it."""
    alert = _duty().book.acknowledge(asked.arguments.number, by=asked.arguments.by[:100], now=time.time())
    return {"state": alert.state, "by": alert.by}


@verb("close-alert", Take)
def _close(asked: Call) -> dict[str, Any]:
    """Close an alert; trouble that goes on opens another one."""
    alert = _duty().book.close(asked.arguments.number, by=asked.arguments.by[:100], now=time.time())
    return {"state": alert.state, "by": alert.by}


@verb("test-message", Test)
def _test(asked: Call) -> dict[str, Any]:
    """Send somebody a message about nothing."""
    aim, known = Aim(asked.arguments.kind, asked.arguments.name), _duty().directory.current
    names: dict[AimKind, Iterable[str]] = {
        AimKind.PERSON: known.people, AimKind.CHANNEL: known.channels, AimKind.SCHEDULE: known.schedules,
    }  # fmt: skip
    if aim.name not in names[aim.kind]:
        raise Unknown(f"There is no {aim.kind} “{aim.name}”. There are: {', '.join(names[aim.kind]) or 'none'}.")
    return {"message": _duty().book.send(aim, time.time()).number}


@verb("report", Report)
def _report(asked: Call) -> dict[str, Any]:
    """Take up what Alertmanager tells."""
    change = read(asked.arguments.body.encode())
    _duty().outside.take(change)
    return {"firing": len(change.firing), "resolved": len(change.resolved)}


@verb("beat", Beat)
def _beat(asked: Call) -> dict[str, Any]:
    """Note that a job is done, or has failed."""
    known = {one.name for one in _duty().directory.current.heartbeats}
    if asked.arguments.name not in known:
        names = ", ".join(sorted(known)) or "none"
        raise Unknown(f"No job “{asked.arguments.name}” is waited for. There are: {names}.")
    _duty().outside.beat(asked.arguments.name, time.time(), failed=asked.arguments.failed)
    return {"name": asked.arguments.name}


def main() -> None:
    """Entry of the process: be on duty until a signal ends it."""
    env = operations_environment()
    logging.basicConfig(stream=sys.stderr, level=env.log_level.upper(), format="%(levelname)s %(message)s")
    # Apprise tells each failure itself; ours says what is done about it.
    logging.getLogger("apprise").setLevel(logging.CRITICAL)
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    duty, _process = begin(env)
    ended.wait()
    duty.stop()


if __name__ == "__main__":
    main()
