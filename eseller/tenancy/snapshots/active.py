"""The snapshot that this process goes by. Looking it up costs nothing; a request sees the same one until its end."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from eseller.kernel import clock
from eseller.tenancy.snapshots.content import Loaded


class _Process:
    loaded: Loaded | None = None


_process = _Process()
_none_held = object()
_held: ContextVar[Any] = ContextVar("eseller_snapshot", default=_none_held)


def current() -> Loaded | None:
    """Return the snapshot of this request or trial, else of the process; None before there is any."""
    held = _held.get()
    return _process.loaded if held is _none_held else held


def of_process() -> Loaded | None:
    """Return the snapshot of the process, whatever this thread holds or tries."""
    return _process.loaded


def put(loaded: Loaded | None) -> None:
    """Let the process go by another one from its next request on."""
    _process.loaded = loaded


@contextmanager
def using(loaded: Loaded | None) -> Iterator[None]:
    """Let this thread alone go by a snapshot."""
    token = _held.set(loaded)
    try:
        yield
    finally:
        _held.reset(token)


@contextmanager
def held() -> Iterator[None]:
    """Go by one and the same snapshot within the block, even if the process gets another meanwhile."""
    with using(current()):
        yield


def figures() -> Mapping[str, Any]:
    """Return which snapshot the process goes by, and its age in seconds; version 0 where there is none."""
    loaded = _process.loaded
    if loaded is None:
        return {"version": 0, "age_seconds": 0.0}
    return {"version": loaded.version, "age_seconds": round((clock.now() - loaded.made_at).total_seconds(), 3)}
