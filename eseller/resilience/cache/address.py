"""Where the caching server is, and finding its name's addresses without waiting for the resolver."""

import socket
from threading import Lock, Thread
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

import msgspec

_PORT = 6379


class CacheAddress(msgspec.Struct, frozen=True):
    """A caching server: host, port, login, number of the database, and whether it speaks TLS."""

    host: str
    port: int = _PORT
    user: str = ""
    password: str = ""
    database: int = 0
    tls: bool = False

    @classmethod
    def parse(cls, url: str) -> "CacheAddress":
        """Read ``redis://USER:PASSWORD@HOST:PORT/DATABASE``; ``rediss`` speaks TLS.

        Raises:
            ValueError: it is no such address.
        """
        parts = urlsplit(url)
        database = parts.path.strip("/") or "0"
        if parts.scheme not in ("redis", "rediss") or not parts.hostname:
            raise ValueError("no address such as redis://cache.internal:6379/0")
        if not (database.isascii() and database.isdigit() and len(database) <= 5):
            raise ValueError("the path must be the number of a database")
        return cls(
            host=parts.hostname,
            port=parts.port or _PORT,
            user=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
            database=int(database),
            tls=parts.scheme == "rediss",
        )


class Resolved(NamedTuple):
    """What ``socket.connect`` needs."""

    family: int
    where: tuple[str, int]


class Resolver:
    """Resolves one host in a thread of its own: the system's resolver knows no deadline."""

    def __init__(self, host: str, port: int) -> None:
        self._host, self._port = host, port
        self._lock = Lock()
        self._asking: Thread | None = None
        self._found: Resolved | None = None

    def find(self, seconds: float) -> Resolved:
        """The address that was found last, or the first answer within ``seconds``.

        Raises:
            TimeoutError: none is known in time.
        """
        with self._lock:
            found = self._found
            if found is None and (self._asking is None or not self._asking.is_alive()):
                self._asking = Thread(target=self._ask, name="cache-resolver", daemon=True)
                self._asking.start()
            asking = self._asking
        if found is None and asking is not None:
            asking.join(max(seconds, 0.0))
            found = self._found
        if found is None:
            raise TimeoutError("the caching server's name was not resolved in time")
        return found

    def forget(self) -> None:
        """Ask anew next time: nobody listens where it was."""
        self._found = None

    def _ask(self) -> None:
        try:
            family, _, _, _, where = socket.getaddrinfo(self._host, self._port, type=socket.SOCK_STREAM)[0]
        except OSError:
            return
        self._found = Resolved(family, (str(where[0]), int(where[1])))
