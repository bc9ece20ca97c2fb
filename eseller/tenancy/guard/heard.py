"""The open findings that this process has heard of: in memory, so that operators get them without the database."""

import time
from collections.abc import Mapping, Sequence
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


_heard = Heard()


def keep(answer: str | bytes) -> None:
    """Take what ``eseller_open_findings`` says."""
    global _heard
    told = msgspec.json.decode(answer)
    _heard = Heard(told["findings"], told["open"], time.monotonic())


def heard() -> Heard:
    """Return what is known."""
    return _heard
