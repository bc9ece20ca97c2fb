"""No wait for the database without an end, not even for one whose processes are stopped.

A server that is stopped, or waits for its secondary, heeds no statement time-out. So a thread looks at what is waited
for and shuts the socket of what takes too long; the outcome of that statement is then unknown.
"""

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from typing import NamedTuple

from eseller.tenancy.connection import TellingConnection

LOOK_SECONDS = 0.25


class Watch:
    """Looks at the connections in use of this process.

    Args:
        seconds: for which one of them may be waited for without a break.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.cut = 0
        self._lock = threading.Lock()
        self._used: dict[int, _Used] = {}

    def start(self) -> None:
        """Look from now on."""
        threading.Thread(target=self._run, name="database deadlines", daemon=True).start()

    @contextlib.contextmanager
    def over(self, connection: TellingConnection) -> Iterator[None]:
        """Look at a connection for as long as the block runs."""
        # A duplicate: libpq may close its own, whose number could be another connection's a moment later.
        used = _Used(connection, socket.socket(fileno=socket.dup(connection.pgconn.socket)))
        with self._lock:
            self._used[id(used)] = used
        try:
            yield
        finally:
            with self._lock:
                self._used.pop(id(used), None)
            used.socket.close()

    def look(self) -> None:
        """Cut what is waited for too long."""
        now = time.monotonic()
        with self._lock:
            for used in self._used.values():
                since = used.connection.waiting_since
                if since is not None and now - since > self.seconds:
                    with contextlib.suppress(OSError):
                        used.socket.shutdown(socket.SHUT_RDWR)
                        self.cut += 1

    def _run(self) -> None:
        while True:
            time.sleep(LOOK_SECONDS)
            self.look()


class _Used(NamedTuple):
    connection: TellingConnection
    socket: socket.socket


class _Process:
    watch: Watch | None = None


def keep(watch: Watch | None) -> None:
    """Have this process look at its connections from now on; None: at none."""
    _Process.watch = watch


def over(connection: TellingConnection) -> contextlib.AbstractContextManager[None]:
    """Look at a connection for as long as the block runs, where this process does so."""
    watch = _Process.watch
    return contextlib.nullcontext() if watch is None else watch.over(connection)
