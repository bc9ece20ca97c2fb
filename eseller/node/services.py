"""Which background services a worker does, kept in a file so that a restart forgets nothing."""

from __future__ import annotations

import logging
import os
import tempfile
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import msgspec

from eseller.node.control import BadCall, Call, Missing, verb
from eseller.services.tiers import SERVICES, UnknownService, chosen

log = logging.getLogger(__name__)
DRAIN_SECONDS = 6.0


class Stopped(msgspec.Struct, frozen=True):
    """Why a service does not run: since when (seconds since 1970), by whom, for what."""

    since: float
    by: str
    why: str


class Services:
    """The services of one worker.

    Args:
        path: Where it is kept which are stopped.
        changed: Called, from any thread, when that has changed.
    """

    def __init__(self, path: Path, changed: Callable[[], None] = lambda: None) -> None:
        self._path, self.changed = path, changed
        self._lock = threading.Lock()
        self._stopped = _read(path)
        self.is_settled: Callable[[], bool] = lambda: True

    def queues(self) -> list[str]:
        """The queues whose jobs are done now."""
        return [service.name for service in SERVICES if service.name not in self._stopped]

    def stopped(self) -> dict[str, Stopped]:
        """The services that do not run, and why."""
        return dict(self._stopped)

    def stop(self, names: Iterable[str], *, by: str, why: str) -> list[str]:
        """Stop services; those that are stopped already keep their reason. Returns what was stopped."""
        with self._lock:
            fresh = [name for name in names if name not in self._stopped]
            told = Stopped(time.time(), by, why)
            self._keep(self._stopped | dict.fromkeys(fresh, told))
        if fresh:
            log.warning("stopped by %s: %s (%s)", by, ", ".join(fresh), why)
            self.changed()
        return fresh

    def start(self, names: Iterable[str], *, only_by: str = "") -> list[str]:
        """Start services again; returns which.

        Args:
            names: of them.
            only_by: leave alone what was stopped by others.
        """
        with self._lock:
            known = self._stopped
            fresh = [name for name in names if name in known and only_by in ("", known[name].by)]
            self._keep({name: why for name, why in known.items() if name not in fresh})
        if fresh:
            log.warning("started again: %s", ", ".join(fresh))
            self.changed()
        return fresh

    def _keep(self, stopped: dict[str, Stopped]) -> None:
        self._stopped = stopped
        with tempfile.NamedTemporaryFile("wb", dir=self._path.parent, prefix=".services-", delete=False) as file:
            file.write(msgspec.json.encode(stopped))
            file.flush()
            os.fsync(file.fileno())
        Path(file.name).rename(self._path)


class Wish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is to become of services.

    Attributes:
        stop: names of those to stop.
        start: names of those to start.
        stop_tier: with all that are let go before it.
        start_all: start all that are stopped.
        only_by: start only what this one has stopped.
        by: who wishes it, beside the key that it is signed with.
        why: what for.
    """

    stop: list[str] = []
    start: list[str] = []
    stop_tier: int | None = None
    start_all: bool = False
    only_by: str = ""
    by: str = ""
    why: str = ""


class _Process:
    services: Services | None = None


def keep(services: Services) -> None:
    """Have the calls of this process be about these."""
    _Process.services = services


@verb("services", Wish)
def _services(asked: Call) -> dict[str, Any]:
    """Tell which services run; stop and start some first, and wait until their jobs are finished."""
    services, wish = _Process.services, asked.arguments
    if services is None:
        raise Missing("This process does no jobs. Ask a worker.")
    try:
        stopping = [one.name for one in chosen(wish.stop, tier=wish.stop_tier)] if wish.stop or wish.stop_tier else []
        starting = [one.name for one in (SERVICES if wish.start_all else chosen(wish.start))]
    except UnknownService as error:
        raise BadCall(error.message) from error
    started = services.start(starting, only_by=wish.only_by) if starting else []
    stopped = services.stop(stopping, by=wish.by or asked.by, why=wish.why or "no reason given") if stopping else []
    deadline = time.monotonic() + DRAIN_SECONDS
    while stopped and not services.is_settled() and time.monotonic() < deadline:
        time.sleep(0.05)
    why = services.stopped()
    listed = [
        {"name": one.name, "tier": one.tier, "what": one.what, "stopped": msgspec.to_builtins(why.get(one.name))}
        for one in SERVICES
    ]
    return {"services": listed, "stopped": stopped, "started": started, "settled": services.is_settled()}


def _read(path: Path) -> dict[str, Stopped]:
    """What was kept; a file that can't be read stops nothing."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=dict[str, Stopped])
    except FileNotFoundError:
        return {}
    except (OSError, msgspec.MsgspecError):
        log.exception("%s can't be read; all services run", path)
        return {}
