"""What a process tells of itself: whether it serves, and the figures behind that."""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Callable
from typing import Any, Literal

import msgspec

import eseller
from eseller.kernel import clock
from eseller.kernel.errors import EsellerError
from eseller.node.gauge import Figures, Gauge
from eseller.tenancy.guard import quarantine
from eseller.tenancy.guard.figures import figures as guard_figures
from eseller.tenancy.snapshots import active

OLD_SECONDS = 10.0
"""No request should take so long."""
DEAF_SECONDS = 3.0
"""A process should have heard of changes since."""
Phase = Literal["starting", "serving", "draining"]


class NotReady(EsellerError):
    """The process is still starting. Try again in a moment."""

    code = "not_ready"
    status = 409
    retryable = True


class State:
    """One process: what it is called, what it does, and how it is made to stop and to go on.

    Attributes:
        service: What it is called on its node, such as ``web.0``.
        instance: A name that no other process ever has, nor this one after it was started again.
        phase: What it does now.
        on_drain: Makes it take nothing new; what runs is finished.
        on_undrain: Makes it take up work again; True when it ends, so that another one is started in its place.
        is_idle: Whether nothing is being worked on.
        reloads: Read something anew from the database, by name.
        parts: Figures of what it is made of, by name: ``edge``, ``cache``.
        checks: What else it tells on ``/health``, by name: a value, its unit, and whether that is a warning.
    """

    def __init__(self, service: str, *, gauge: Gauge | None = None, threads: int = 0) -> None:
        self.service, self.gauge, self.threads = service, gauge, threads
        self.instance = secrets.token_hex(16)
        self.phase: Phase = "starting"
        self.on_drain: Callable[[], object] = lambda: None
        self.on_undrain: Callable[[], bool] = lambda: False
        self.is_idle: Callable[[], bool] = lambda: True
        self.reloads: dict[str, Callable[[], object]] = {}
        self.parts: dict[str, Callable[[], msgspec.Struct]] = {}
        self.checks: dict[str, Callable[[], tuple[float, str, bool]]] = {}
        self.started = time.monotonic()

    def drain(self) -> None:
        """Take nothing new; what runs is finished. A second time makes no difference.

        Raises:
            NotReady: It has not taken anything yet.
        """
        if self.phase == "starting":
            raise NotReady
        if self.phase == "serving":
            self.phase = "draining"
            try:
                self.on_drain()
            except Exception:
                self.phase = "serving"
                raise

    def undrain(self) -> bool:
        """Take up work again; return whether it ends to that end, so that another one is started in its place."""
        return self.phase == "draining" and self.on_undrain()


def health(state: State) -> dict[str, Any]:
    """The answer of ``/health``, in the shape of health+json; with members of our own that say who answers."""
    counts = state.gauge.figures() if state.gauge else None
    checks = dict(_checks(state, counts))
    for name, told in state.checks.items():
        value, unit, warns = told()
        checks[name] = _check("component", value, unit, warns=warns)
    serves = state.phase == "serving"
    warned = any(check["status"] != "pass" for check in checks.values())
    answer: dict[str, Any] = {
        "status": "fail" if not serves else "warn" if warned else "pass",
        "version": eseller.__version__.partition(".")[0],
        "releaseId": eseller.__version__,
        "serviceId": state.service,
        "description": "A process of eSeller Cloud.",
        "checks": {name: [check] for name, check in checks.items()},
        "process": int(state.service.rpartition(".")[2]),
        "instance": state.instance,
        "pid": os.getpid(),
    }
    if not serves:
        answer["output"] = "drained" if state.phase == "draining" and state.is_idle() else state.phase
    if counts is not None:
        answer["requests"] = {
            "active": counts.active,
            "waiting": counts.waiting,
            "oldest_seconds": counts.oldest_seconds,
            "total": sum(sum(site.by_digit) for site in counts.sites.values()),
            "threads": state.threads,
        }
    return answer


def _checks(state: State, counts: Figures | None) -> list[tuple[str, dict[str, Any]]]:
    kept = quarantine.figures()
    found = [
        ("process:uptime", _check("system", round(time.monotonic() - state.started, 3), "s")),
        ("records:kept-back", _check("component", kept["rows"], "rows")),
        ("reference-data:snapshot", _check("component", active.figures()["version"], "version")),
    ]
    if counts is not None:
        waiting, oldest = counts.waiting, counts.oldest_seconds
        found += [
            ("requests:waiting", _check("component", waiting, "requests", warns=waiting > 0)),
            ("requests:oldest", _check("component", oldest, "s", warns=oldest > OLD_SECONDS)),
        ]
    looked_at = guard_figures().looked_at
    if looked_at is not None:
        age = time.monotonic() - looked_at
        found.append(("database:last-heard-of", _check("datastore", round(age, 3), "s", warns=age > DEAF_SECONDS)))
    return found


def _check(kind: str, value: float, unit: str, *, warns: bool = False) -> dict[str, Any]:
    return {
        "componentType": kind,
        "observedValue": value,
        "observedUnit": unit,
        "status": "warn" if warns else "pass",
        "time": clock.now().isoformat(),
    }
