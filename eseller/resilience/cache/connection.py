"""One connection, and how long it may keep us: never beyond a moment that is told for each use."""

import contextlib
import socket
import ssl
import time
from collections.abc import Sequence
from typing import Self

import hiredis

from eseller.resilience.cache.address import CacheAddress, Resolver

Reply = bytes | int | None | hiredis.HiredisError
Command = tuple[bytes | str, ...]
_CHUNK = 65536
_OVERHEAD = 1024
_SCALARS = b"+-:$"


class Broken(Exception):
    """The server is gone, or says what makes no sense.

    Attributes:
        silent: whether it had not answered a byte: the connection may have been dead before it was used.
    """

    def __init__(self, reason: str, *, silent: bool = False) -> None:
        super().__init__(reason)
        self.silent = silent


class TooLong(Broken):
    """One value is larger than we take; the server is well."""


class Connection:
    """A socket and the parser of what comes from it; after any exception it must be closed."""

    def __init__(self, sock: socket.socket, largest: int) -> None:
        self._socket, self._largest = sock, largest
        self._reader = hiredis.Reader()
        self.used = False

    @classmethod
    def open(
        cls, address: CacheAddress, resolver: Resolver, tls: ssl.SSLContext | None, *, largest: int, until: float
    ) -> Self:
        """Connect, log in and choose the database.

        Args:
            address: where, and as whom.
            resolver: knows the host's address.
            tls: proves the server's name; none for plain text.
            largest: bytes that a value may have.
            until: moment of ``time.monotonic`` at which all of it has ended.

        Raises:
            TimeoutError: it was not done by then.
            Broken: nobody listens there, or our login is refused.
        """
        family, where = resolver.find(left(until))
        sock = socket.socket(family, socket.SOCK_STREAM)
        try:
            sock.settimeout(left(until))
            sock.connect(where)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if tls is not None:
                # The time-out of a handshake is for all its steps together.
                sock.settimeout(left(until))
                sock = tls.wrap_socket(sock, server_hostname=address.host)
            connection = cls(sock, largest)
            connection._greet(address, until)
        except TimeoutError:
            sock.close()
            raise
        except OSError as error:
            sock.close()
            resolver.forget()
            raise Broken(str(error)) from error
        except BaseException:
            sock.close()
            raise
        return connection

    def exchange(self, commands: Sequence[Command], until: float) -> list[Reply]:
        """Send commands whose replies are no lists, and return these.

        Raises:
            TimeoutError: not all had come at ``until``.
            Broken: the connection ended, or what came is no reply or too long.
        """
        received = 0
        replies: list[Reply] = []
        longest = (self._largest + _OVERHEAD) * len(commands)
        try:
            self._socket.settimeout(left(until))
            # For sendall the time-out is for all bytes together; for recv it is set anew each time.
            # Their stub declares tuples of one element.
            packed = [hiredis.pack_command(command) for command in commands]  # type: ignore[arg-type]
            self._socket.sendall(b"".join(packed))
            while len(replies) < len(commands):
                self._socket.settimeout(left(until))
                chunk = self._socket.recv(_CHUNK)
                if not chunk:
                    raise Broken("the server has hung up", silent=not received)
                # The parser would make room for as many elements as a list announces.
                if not received and chunk[0] not in _SCALARS:
                    raise Broken("the reply is none that was asked for")
                received += len(chunk)
                if received > longest:
                    raise TooLong("the reply is too long")
                self._reader.feed(chunk)
                replies += self._parsed()
        except TimeoutError:
            raise
        except OSError as error:
            raise Broken(str(error), silent=not received) from error
        if len(replies) > len(commands) or self._reader.has_data():
            raise Broken("there are more replies than commands")
        self.used = True
        return replies

    def close(self) -> None:
        """End it, at once."""
        with contextlib.suppress(OSError):
            self._socket.close()

    def _parsed(self) -> list[Reply]:
        replies: list[Reply] = []
        try:
            while (reply := self._reader.gets()) is not False:
                if not isinstance(reply, bytes | int | hiredis.HiredisError | None):
                    raise Broken("the reply is none that was asked for")
                replies.append(reply)
        except (hiredis.HiredisError, MemoryError) as error:
            raise Broken(str(error)) from error
        return replies

    def _greet(self, address: CacheAddress, until: float) -> None:
        commands: list[Command] = []
        if address.password:
            login = (address.user, address.password) if address.user else (address.password,)
            commands.append(("AUTH", *login))
        if address.database:
            commands.append(("SELECT", str(address.database)))
        for reply in self.exchange(commands, until) if commands else []:
            if reply != b"OK":
                raise Broken("the caching server refuses our login or database")
        self.used = False


def left(until: float) -> float:
    """Seconds until a moment of ``time.monotonic``.

    Raises:
        TimeoutError: it has passed.
    """
    seconds = until - time.monotonic()
    if seconds <= 0:
        raise TimeoutError("the deadline has passed")
    return seconds
