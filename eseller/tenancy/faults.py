"""What PostgreSQL refuses, translated once: what may be tried again, and which rule of the tables was broken."""

import random
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TypeVar

from django.db import DatabaseError, IntegrityError, InterfaceError, OperationalError
from psycopg import errors
from psycopg_pool import PoolTimeout

from eseller.kernel.errors import EsellerError
from eseller.tenancy.outages import is_away, seconds_left

T = TypeVar("T")

PASSING = (
    errors.SerializationFailure,
    errors.DeadlockDetected,
    errors.LockNotAvailable,
    errors.TooManyConnections,
    errors.QueryCanceled,
    PoolTimeout,
)
"""After these nothing has happened, and the same may succeed a moment later.

A statement is cancelled when its time is over: in line for a row it waits for several locks, one after another.
"""
FIRST_PAUSE, LONGEST_PAUSE = 0.01, 0.25


class Busy(EsellerError):
    """The shop is very busy. Try again in a moment."""

    code = "busy"
    status = 503
    retryable = True


def is_passing(error: BaseException) -> bool:
    """Tell whether the transaction was undone by something that passes: a lock, a deadlock, a full pool."""
    return isinstance(error, PASSING) or isinstance(error.__cause__, PASSING)


def retrying(work: Callable[[], T], *, seconds: float = 8.0) -> T:
    """Run a whole transaction, again while it fails for a reason that passes, with full jitter between.

    Args:
        work: opens its own outermost transaction, and knows by a key when it was done before: the database may go away
            after it has committed and before it has said so.
        seconds: after which no new attempt begins.

    Raises:
        Busy: when time is up.
    """
    deadline = time.monotonic() + seconds
    pause = FIRST_PAUSE
    while True:
        try:
            return work()
        except (OperationalError, InterfaceError, PoolTimeout) as error:
            if not (is_passing(error) or is_away(error)):
                raise
            wait = random.uniform(0, pause)  # noqa: S311  (spreads attempts; nothing secret)
            # Asked anew each time: how long a request may take depends on whether the database is there.
            if seconds_left(deadline - time.monotonic()) <= wait:
                raise Busy from error
        time.sleep(wait)
        pause = min(2 * pause, LONGEST_PAUSE)


def broken_rule(error: DatabaseError) -> str:
    """Return the name of the constraint that a statement broke, or nothing."""
    cause = error.__cause__
    return (cause.diag.constraint_name or "") if isinstance(cause, errors.Error) else ""


@contextmanager
def translated(meanings: Mapping[str, Callable[[], EsellerError]]) -> Iterator[None]:
    """Raise a typed error where a named constraint refuses what the block writes.

    The transaction is over then; let the error leave it.
    """
    try:
        yield
    except IntegrityError as error:
        meaning = meanings.get(broken_rule(error))
        if meaning is None:
            raise
        raise meaning() from error
