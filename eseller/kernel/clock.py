"""The one clock. Tests move it; nothing else reads the time."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta

_offset: ContextVar[timedelta] = ContextVar("eseller_clock_offset", default=timedelta(0))


def now() -> datetime:
    """Return the present moment, aware, in UTC."""
    return datetime.now(UTC) + _offset.get()


@contextmanager
def moved(by: timedelta) -> Iterator[None]:
    """Run a block as if the clock were moved (for tests and demo data)."""
    token = _offset.set(_offset.get() + by)
    try:
        yield
    finally:
        _offset.reset(token)
