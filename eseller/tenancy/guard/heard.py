"""The open findings that this process has heard of: in memory, so that operators get them without the database."""

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec

MOST = 200


class Heard(msgspec.Struct, frozen=True):
    """What the database said last.

    Attributes:
        findings: The newest ``MOST`` open ones, newest first, as JSON values.
        open: How many are open in all.
        at: When that was, by ``time.monotonic``; None where it was never asked.
    """

    findings: Sequence[Mapping[str, Any]] = ()
    open: int = 0
    at: float | None = None


Listener = Callable[[Sequence[Mapping[str, Any]], Sequence[Mapping[str, Any]]], None]
"""Is told which findings are new, and which are open no more."""
_heard = Heard()
_listeners: list[Listener] = []


def listen(listener: Listener) -> None:
    """Tell somebody of each change from now on, by the thread that hears of it."""
    _listeners.append(listener)


def keep(answer: str | bytes) -> None:
    """Take what ``eseller_open_findings`` says."""
    global _heard
    told, before = msgspec.json.decode(answer), _heard
    _heard = Heard(told["findings"], told["open"], time.monotonic())
    # What was open when this process began was told of by the one before it.
    if before.at is None or not _listeners:
        return
    known, now = ({one["id"]: one for one in found.findings} for found in (before, _heard))
    new = [one for number, one in now.items() if number not in known]
    gone = [one for number, one in known.items() if number not in now]
    if new or gone:
        for listener in _listeners:
            listener(new, gone)


def heard() -> Heard:
    """Return what is known."""
    return _heard
