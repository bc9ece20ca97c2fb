"""Some connections, shared by all threads of a process."""

import ssl
from collections.abc import Sequence
from threading import Lock, Semaphore
from types import TracebackType
from typing import Self

from eseller.resilience.cache.address import CacheAddress, Resolver
from eseller.resilience.cache.connection import Broken, Command, Connection, Reply, left


class Pool:
    """At most ``connections`` at a time, made when they are first needed: after the process was forked."""

    def __init__(self, address: CacheAddress, *, connections: int, largest: int) -> None:
        self._address, self._largest = address, largest
        self._resolver = Resolver(address.host, address.port)
        self._tls = ssl.create_default_context() if address.tls else None
        self._places = Semaphore(connections)
        self._lock = Lock()
        self._idle: list[Connection] = []
        self._ended = False

    def place(self, until: float) -> "Place":
        """Leave to use one connection.

        Raises:
            TimeoutError: all were in use until then.
        """
        if not self._places.acquire(timeout=left(until)):
            raise TimeoutError("all connections are in use")
        return Place(self)

    def leave(self) -> None:
        """Give a place back."""
        self._places.release()

    def exchange(self, commands: Sequence[Command], until: float) -> list[Reply]:
        """As `Connection.exchange`, on a connection that was idle or is new.

        A server that was restarted has ended all idle ones: then they are dropped, and a new one is tried.
        """
        connection = self._take(until)
        used = connection.used
        try:
            return self._tried(connection, commands, until)
        except Broken as error:
            if not (used and error.silent):
                raise
        self._drop_idle()
        return self._tried(self._take(until), commands, until)

    def close(self) -> None:
        """End all that are idle now, and those in use when their call is done."""
        self._ended = True
        self._drop_idle()

    def _drop_idle(self) -> None:
        with self._lock:
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()

    def _tried(self, connection: Connection, commands: Sequence[Command], until: float) -> list[Reply]:
        try:
            replies = connection.exchange(commands, until)
        except BaseException:
            connection.close()
            raise
        with self._lock:
            kept = not self._ended
            if kept:
                self._idle.append(connection)
        if not kept:
            connection.close()
        return replies

    def _take(self, until: float) -> Connection:
        with self._lock:
            if self._idle:
                return self._idle.pop()
        return Connection.open(self._address, self._resolver, self._tls, largest=self._largest, until=until)


class Place:
    """A place in the pool, given back at the end of the block."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.leave()
