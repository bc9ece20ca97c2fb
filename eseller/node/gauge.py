"""What the request threads of this process are doing; cheap enough for every request."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
Application = Callable[[Environ, StartResponse], Iterable[bytes]]


class Gauge:
    """Counts requests; single steps on its dictionary are atomic, so that no lock is needed."""

    def __init__(self) -> None:
        self._running: dict[int, float] = {}
        self.total = 0

    @contextmanager
    def request(self) -> Iterator[None]:
        """Count one request for as long as the block runs."""
        thread = threading.get_ident()
        self._running[thread] = time.monotonic()
        self.total += 1
        try:
            yield
        finally:
            self._running.pop(thread, None)

    def figures(self) -> dict[str, float]:
        """How many requests run now, how many there were, and the age of the oldest in seconds."""
        started = list(self._running.values())
        oldest = time.monotonic() - min(started) if started else 0.0
        return {"active": len(started), "total": self.total, "oldest_seconds": round(oldest, 3)}


def counted(application: Application, gauge: Gauge, *, at_once: int) -> Application:
    """The application, with its requests counted while they are being worked on.

    Args:
        application: What is asked.
        gauge: Counts.
        at_once: So many requests are worked on at the same time; others wait.
    """
    places = threading.BoundedSemaphore(at_once)

    def counting(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        with contextlib.ExitStack() as stack:
            stack.enter_context(places)
            stack.enter_context(gauge.request())
            answer = application(environ, start_response)
            # What is still to be made while it is sent is work as well.
            return answer if isinstance(answer, list) else _Unfinished(answer, stack.pop_all())

    return counting


class _Unfinished:
    """An answer whose request counts until the server closes it, or lets go of it, as after an error of its own."""

    def __init__(self, answer: Iterable[bytes], place: contextlib.ExitStack) -> None:
        self._answer, self._place = answer, place

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._answer)

    def close(self) -> None:
        with self._place.pop_all():
            close = getattr(self._answer, "close", None)
            if close is not None:
                close()

    __del__ = close
