"""Whether the primary still does its work: not only lives, but takes a login and keeps what it is told.

About each second a new connection writes one row and commits it, on the primary alone, so that a slow secondary is
not taken for a sick primary.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from enum import StrEnum

import msgspec
import psycopg
from psycopg import errors

from eseller.cluster.address import DatabaseAddress

EVERY_SECONDS = 0.9
MOST_SECONDS = 0.8
"""A login, one row and its commit take a few milliseconds on a primary that is well."""
BAD_IN_A_ROW = 3
_TABLE = """
CREATE TABLE IF NOT EXISTS eseller_pulse (one boolean PRIMARY KEY DEFAULT true CHECK (one), at timestamptz NOT NULL)
"""
_BEAT = """
INSERT INTO eseller_pulse (at) VALUES (clock_timestamp()) ON CONFLICT (one) DO UPDATE SET at = excluded.at
"""


class Kind(StrEnum):
    """What came of a beat."""

    GOOD = "good"
    SLOW = "slow"
    REFUSED = "refused"
    FAILED = "failed"


class Beat(msgspec.Struct, frozen=True, kw_only=True):
    """One beat.

    Attributes:
        at: when it began, by the monotonic clock.
        kind: what came of it; a primary that is gone refuses, and Patroni sees to that.
        seconds: that it took, or has taken so far.
        words: what the server said.
    """

    at: float
    kind: Kind
    seconds: float = 0.0
    words: str = ""


def is_grey(beats: Sequence[Beat]) -> bool:
    """Tell whether a primary is alive and does not do its work. Pure.

    Args:
        beats: of one primary, the newest last.
    """
    last = list(beats)[-BAD_IN_A_ROW:]
    return len(last) == BAD_IN_A_ROW and all(beat.kind in (Kind.SLOW, Kind.FAILED) for beat in last)


class Pulse:
    """Feels the pulse of one primary after another.

    Args:
        most: Beats that are remembered.
    """

    def __init__(self, most: int = 60) -> None:
        self.beats: deque[Beat] = deque(maxlen=most)
        self._of = ""
        self._prepared = False

    def feel(self, name: str, address: DatabaseAddress, sick: Callable[[], str] = lambda: "") -> Beat:
        """Do one beat at a primary; takes at most `MOST_SECONDS`, and the rest is left to threads that nobody awaits.

        Args:
            name: of the primary; another one has beats of its own.
            address: of it, as an administrator.
            sick: tells, in words, what the node itself says that keeps it from its work, or nothing: the row may fit in
                a place that is there already while the disk is full for all others.
        """
        if name != self._of:
            self._of, self._prepared = name, False
            self.beats.clear()
        done: list[Beat] = []
        told: list[str] = []
        began = time.monotonic()
        asked = [
            threading.Thread(target=lambda: done.append(self._beat(began, address)), daemon=True, name="pulse"),
            threading.Thread(target=lambda: told.append(sick()), daemon=True, name="pulse of the node"),
        ]
        for thread in asked:
            thread.start()
        for thread in asked:
            thread.join(max(0.0, MOST_SECONDS - (time.monotonic() - began)))
        beat = done[0] if done else Beat(at=began, kind=Kind.SLOW, seconds=MOST_SECONDS, words="no answer in time")
        # Who is gone is Patroni's business, whatever its machine says.
        if beat.kind is Kind.GOOD and told and told[0]:
            beat = msgspec.structs.replace(beat, kind=Kind.FAILED, words=told[0])
        self.beats.append(beat)
        return beat

    def is_grey(self) -> bool:
        """Whether the primary is alive and does not do its work."""
        return is_grey(self.beats)

    def _beat(self, began: float, address: DatabaseAddress) -> Beat:
        kind, words = Kind.GOOD, ""
        try:
            # What hangs may not pile up: the server ends it, or the kernel.
            options = "-c statement_timeout=5s -c synchronous_commit=local"
            with psycopg.connect(
                address.url, connect_timeout=3, autocommit=True, application_name="eseller pulse", options=options
            ) as connection:
                if not self._prepared:
                    connection.execute(_TABLE)
                    self._prepared = True
                connection.execute(_BEAT)
        except psycopg.Error as error:
            kind, words = _kind(error), str(error).strip()[:300]
        seconds = time.monotonic() - began
        if kind is Kind.GOOD and seconds > MOST_SECONDS:
            kind = Kind.SLOW
        return Beat(at=began, kind=kind, seconds=round(seconds, 3), words=words)


def _kind(error: psycopg.Error) -> Kind:
    """Refused: it is gone, starts, stops, or is a secondary by now. Failed: it answers, and can't do it."""
    if isinstance(
        error,
        errors.CannotConnectNow | errors.AdminShutdown | errors.CrashShutdown | errors.ReadOnlySqlTransaction,
    ):
        return Kind.REFUSED
    if isinstance(error, errors.ConnectionTimeout | errors.QueryCanceled):
        return Kind.SLOW
    if error.sqlstate is not None:
        return Kind.FAILED
    return Kind.SLOW if "timeout" in str(error) else Kind.REFUSED
