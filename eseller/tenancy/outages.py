"""What a request does while the database is away, as in a switchover: it waits a little and begins anew.

A transaction whose COMMIT got no answer may have happened. Work is only repeated where that does no harm: it has
committed nothing and asked for no COMMIT, or it recognises by a key that it was done.
"""

import logging
import random
import threading
import time
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any, TypeVar

import msgspec
from django.db import DatabaseError, InterfaceError, OperationalError
from psycopg import errors
from psycopg_pool import PoolTimeout

from eseller.kernel.ids import new_token

log = logging.getLogger(__name__)

T = TypeVar("T")

SECONDS = 6.0
"""For which a request waits: longer than a switchover takes, shorter than a shopper's patience."""
LATE_SECONDS = 3.0
"""For which it goes on while the database works: those who have waited stand in line for each other's locks."""
HOPELESS_SECONDS = 12.0
"""After so long without the database nobody is made to wait for it any more."""
COMMITS_HOPELESS_SECONDS = 8.0
"""After so long without a commit that ends nobody is made to wait for one: each that waits takes a page's place."""
GRACE_SECONDS = 0.5
"""For which even then the one that tries is waited for: commits may end again for long, and nobody has tried."""
PAUSE, LOOK_SECONDS = 0.15, 0.1
TELL_SECONDS = 0.4
AWAY = (
    errors.AdminShutdown,
    errors.CrashShutdown,
    errors.CannotConnectNow,
    errors.ReadOnlySqlTransaction,
    errors.IdleInTransactionSessionTimeout,
    errors.TransactionTimeout,
    PoolTimeout,
)
"""The server goes, comes, or has become a secondary; it has ended the session, as it does where we, or its clock, stood
still for long; or no connection to it could be made in time.
"""


class Unconfirmed(OperationalError):
    """A commit is on the primary alone: its wait for the secondary was broken off. It may yet be lost."""


class Attempt:
    """One run of a request's work, and those after it.

    Attributes:
        token: The same in all of them; new for each request.
        deadline: Until when a further one may begin, by the monotonic clock.
        wrote: Whether this run has committed a transaction, or asked for it in vain.
    """

    def __init__(self, deadline: float) -> None:
        self.token = new_token()
        self.deadline = deadline
        self.wrote = False

    @property
    def ends_at(self) -> float:
        """Until when work may go on trying; later than the deadline while the database does what it is asked."""
        works = _answers.back.is_set() and _commits.back.is_set()
        return self.deadline + (LATE_SECONDS if works else 0.0)


class Figures(msgspec.Struct):
    """What outages have cost this process.

    Attributes:
        repeated: runs that were done again.
        outlasted: requests that came through so.
        given_up: requests that did not.
    """

    repeated: int = 0
    outlasted: int = 0
    given_up: int = 0


_attempt: ContextVar[Attempt | None] = ContextVar("eseller_attempt", default=None)
_figures = Figures()


class _Service:
    """What this process knows of something that the database does.

    Attributes:
        away_since: by the monotonic clock; None while it does it.
        back: set while it does it.
        probing: held by the one request that tries whether it is back; the others wait for what comes of that.
    """

    def __init__(self, words: str, *, hopeless_after: float) -> None:
        self._words, self._told, self._hopeless_after = words, False, hopeless_after
        self.away_since: float | None = None
        self.back = threading.Event()
        self.back.set()
        self.probing = threading.Lock()

    def note_away(self, error: Exception, since: float) -> None:
        now = time.monotonic()
        if self.away_since is None:
            self.away_since = since
            self.back.clear()
        elif now - self.away_since > TELL_SECONDS and not self._told:
            self._told = True
            log.warning("%s is away; requests wait for it: %s", self._words, error)

    def note_back(self) -> None:
        since = self.away_since
        if since is not None:
            self.away_since = None
            self.back.set()
            if self._told:
                self._told = False
                log.warning("%s is back after %.1f s", self._words, time.monotonic() - since)

    def is_hopeless(self, now: float) -> bool:
        """Whether it is away for so long that nobody is made to wait for it."""
        since = self.away_since
        return since is not None and now - since > self._hopeless_after


_answers = _Service("the database", hopeless_after=HOPELESS_SECONDS)
_commits = _Service("what confirms commits", hopeless_after=COMMITS_HOPELESS_SECONDS)
"""Without a secondary a primary answers, and no commit comes to an end: pages must not wait behind orders then."""


def figures() -> Figures:
    """Return what outages have cost this process."""
    return msgspec.structs.replace(_figures)


def attempt_token() -> str:
    """Return a token by which work recognises, when it is repeated, that it was done; a new one outside of requests."""
    attempt = _attempt.get()
    return new_token() if attempt is None else attempt.token


def seconds_left(most: float) -> float:
    """Return for how long the present request may still be waited with, at most ``most``."""
    attempt = _attempt.get()
    return most if attempt is None else max(0.0, min(most, attempt.ends_at - time.monotonic()))


def is_away(error: BaseException) -> bool:
    """Tell whether work failed since the database is away, not since of what was asked of it."""
    cause = error.__cause__ if isinstance(error, DatabaseError | InterfaceError) else error
    if isinstance(cause, AWAY):
        return True
    # Without a code of the server's own it is the connection that failed.
    lost = isinstance(cause, errors.OperationalError | errors.InterfaceError) and cause.sqlstate is None
    return lost or isinstance(error, Unconfirmed)


def committing() -> None:
    """Note that a COMMIT is asked for: whatever comes of it, the work is not as if never begun."""
    attempt = _attempt.get()
    if attempt is not None:
        attempt.wrote = True


def committed(connection: Any) -> None:
    """Note that a COMMIT has succeeded.

    Raises:
        Unconfirmed: on the primary alone.
    """
    if getattr(connection, "unconfirmed", False):
        connection.unconfirmed = False
        raise Unconfirmed("the wait for the secondary was broken off")
    _answers.note_back()


def outlast(work: Callable[[], T], *, repeatable: bool, writes: bool = False) -> T:
    """Return what some work returns; begin it anew while the database is away.

    While commits do not come to an end, one request that writes tries whether they do again, and others are refused.

    Args:
        work: opens its own transactions.
        writes: whether it is there to write something.
        repeatable: whether it may be repeated after it has committed something: it only reads, or knows by
            `attempt_token` or another key what it has done.

    Raises:
        Unconfirmed: nothing was done, since no commit would come to an end.
        Exception: what the work raises, where time is up or repeating could do harm.
    """
    began = time.monotonic()
    needed = (_answers, _commits) if writes else (_answers,)
    hopeless = any(service.is_hopeless(began) for service in needed)
    attempt = Attempt(began if hopeless else began + SECONDS)
    token = _attempt.set(attempt)
    probe, commits, repeated = _Probe(_answers), _Probe(_commits), False
    try:
        probe.wait(attempt.deadline)
        while True:
            if writes and not commits.may_go(max(attempt.deadline, time.monotonic() + GRACE_SECONDS)):
                _figures.given_up += 1
                raise Unconfirmed("no commit is confirmed; nothing was begun")
            attempt.wrote, tried = False, time.monotonic()
            try:
                result = work()
            except Exception as error:
                if not is_away(error):
                    raise
                (_commits if attempt.wrote and writes else _answers).note_away(error, tried)
                if (attempt.wrote and not repeatable) or not probe.pause(attempt):
                    _figures.given_up += 1
                    raise
                _figures.repeated, repeated = _figures.repeated + 1, True
            else:
                _figures.outlasted += repeated
                if writes:
                    _commits.note_back()
                return result
    finally:
        probe.release()
        commits.release()
        _attempt.reset(token)


class _Probe:
    """The turn of one request to try whether the database is back."""

    def __init__(self, service: _Service) -> None:
        self._service, self._mine = service, False

    def may_go(self, deadline: float) -> bool:
        """Wait until the service is back, or trying is this one's turn; tells whether it came to either."""
        self.wait(deadline)
        return self._mine or self._service.back.is_set()

    def wait(self, deadline: float) -> None:
        """Wait until the service is back, or trying is this one's turn, or until it is too late."""
        while not (self._service.back.is_set() or self._mine):
            self._mine = self._service.probing.acquire(blocking=False)
            if self._mine or time.monotonic() > deadline:
                break
            self._service.back.wait(LOOK_SECONDS)

    def pause(self, attempt: Attempt) -> bool:
        """Wait before the next attempt; tells whether there is time for one."""
        self.wait(attempt.deadline)
        in_time = time.monotonic() <= attempt.ends_at
        if in_time:
            time.sleep(random.uniform(PAUSE / 2, PAUSE))  # noqa: S311  (spreads attempts; nothing secret)
        return in_time

    def release(self) -> None:
        """Leave trying to others."""
        if self._mine:
            self._mine = False
            self._service.probing.release()
