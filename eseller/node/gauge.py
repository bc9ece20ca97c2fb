"""What the request threads of this process are doing; cheap enough for every request."""

from __future__ import annotations

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


def counted(application: Application, gauge: Gauge) -> Application:
    """The application, with its requests counted while they are being worked on."""

    def counting(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        with gauge.request():
            return application(environ, start_response)

    return counting
