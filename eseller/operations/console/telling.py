"""What the console is told by the watch and by single processes, at this moment; none of it is kept here."""

from __future__ import annotations

import asyncio
from typing import Any, TypeVar

import msgspec
from django.conf import settings

from eseller.kernel.errors import EsellerError
from eseller.operations.alerts.escalation import Alert
from eseller.operations.alerts.mailbox import Letter
from eseller.operations.alerts.messages import Message
from eseller.operations.watch.asking import Target, ask_all
from eseller.operations.watch.history import Line
from eseller.operations.watch.watch import Picture, ShopRate
from eseller.resilience.control.calling import call, get
from eseller.resilience.control.errors import NotDone, Unreachable
from eseller.resilience.control.signing import read_keys

SECONDS, MOST_PROCESSES = 2.0, 64
T = TypeVar("T")


class NotActed(EsellerError):
    """The watch did not do it. Look again, and use eseller alerts where it runs."""

    code = "watch_away"
    status = 503


def picture() -> Picture | None:
    """What is so now; None: the watch does not answer."""
    return _ask("/picture", Picture)


def alerts() -> list[Alert] | None:
    """The alerts, open ones first; None: the watch does not answer."""
    return _ask("/alerts", list[Alert])


def messages() -> list[Message] | None:
    """What was sent to people."""
    return _ask("/messages", list[Message])


def letters() -> list[Letter] | None:
    """What lies in the mailboxes of the watch's machine."""
    return _ask("/letters", list[Letter])


def shops() -> list[ShopRate] | None:
    """Requests of shops, those that fail first."""
    return _ask("/shops", list[ShopRate])


def members() -> list[dict[str, Any]] | None:
    """The database's nodes, as Patroni tells of them; empty where it is a single PostgreSQL."""
    return _ask("/database", list[dict[str, Any]])


def history(scale: str) -> list[Line] | None:
    """Figures over time."""
    return _ask(f"/history/{scale}", list[Line])


def act(verb: str, arguments: dict[str, Any]) -> dict[str, Any]:
    """Have the watch do something.

    Raises:
        NotActed: it did not, or does not answer.
    """
    host, port = settings.WATCH_PLACE
    try:
        return call(port, read_keys(settings.CONTROL_KEYS)[0], verb, arguments, host=host, seconds=5.0)
    except NotDone as error:
        raise NotActed(error.message) from error
    except (Unreachable, IndexError) as error:
        raise NotActed from error


def of_processes(now: Picture | None, path: str, *, kind: str = "") -> list[tuple[str, str, Any]]:
    """What each process tells at a path: name, place, and what it said; None: it said nothing.

    Args:
        now: who there is.
        path: of its private port.
        kind: only processes whose name begins so.
    """
    seen = [one for one in (now.processes if now else ()) if one.service.startswith(kind)][:MOST_PROCESSES]
    targets = [Target(one.name.rpartition(":")[0], int(one.name.rpartition(":")[2])) for one in seen]
    answers = asyncio.run(ask_all([(target, path) for target in targets], seconds=SECONDS))
    return [
        (one.service or one.name, one.name, _read(answer.body) if answer.status == 200 else None)
        for one, answer in zip(seen, answers, strict=True)
    ]


def services(now: Picture | None) -> list[tuple[str, list[dict[str, Any]] | None]]:
    """Which background services run at each worker; None: it does not tell."""
    keys, found = read_keys(settings.CONTROL_KEYS), []
    for one in now.processes if now else ():
        if one.service.startswith("worker"):
            host, _, port = one.name.rpartition(":")
            try:
                told = call(int(port), keys[0], "services", {}, host=host, seconds=SECONDS)["services"]
            except (EsellerError, IndexError, KeyError):
                told = None
            found.append((one.name, told))
    return found


def _ask(path: str, kind: type[T]) -> T | None:
    host, port = settings.WATCH_PLACE
    try:
        return msgspec.convert(get(port, path, host=host, seconds=SECONDS), kind, strict=False)
    except (Unreachable, msgspec.ValidationError):
        return None


def _read(body: bytes) -> Any:
    try:
        return msgspec.json.decode(body)
    except (msgspec.MsgspecError, RecursionError):
        return None
