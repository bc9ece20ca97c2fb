"""Cuts the connections of clients that let nothing move, which Granian would keep, and a thread with each.

Granian limits the time for a request's head and for an idle connection. A body may take for ever, and so may the
taking of an answer. Which connection a request belongs to Granian doesn't tell, so all of the public port are
looked at from outside, by what the kernel knows of them (``TCP_INFO``, Linux 4.19 or later).
"""

from __future__ import annotations

import contextlib
import os
import socket
import struct
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass

SLOWEST = 32 * 1024
"""Bytes a second that a body must come with in the long run."""
# struct tcp_info: tcpi_last_data_sent (ms), tcpi_bytes_received and tcpi_bytes_sent.
_LAST_SENT, _RECEIVED, _SENT = struct.Struct("@44xI"), struct.Struct("@128xQ"), struct.Struct("@200xQ")


@dataclass(frozen=True)
class _Look:
    """What a connection had done when it last answered: bytes sent, and bytes received by then."""

    sent: int
    received: int


class Laggards:
    """Watches the connections of one public port that this process has accepted.

    Args:
        port: The port.
        patience: Seconds in which a client must let something move; a long body gets more, by its length.
    """

    def __init__(self, port: int, *, patience: float) -> None:
        self._port, self._patience = port, patience
        self._answered: dict[int, _Look] = {}

    def watch_in_background(self) -> None:
        """Sweep from now on."""
        threading.Thread(target=self._watch, name="laggards", daemon=True).start()

    def _watch(self) -> None:
        while True:
            time.sleep(self._patience / 4)
            self.sweep()

    def sweep(self) -> int:
        """Cut those that were waited for long enough; returns how many."""
        cut, seen = 0, {}
        for inode, connection in _connections(self._port):
            with contextlib.suppress(OSError):
                info = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 256)
                (waited_ms,), (received,), (sent,) = (part.unpack_from(info) for part in (_LAST_SENT, _RECEIVED, _SENT))
                look = self._answered.get(inode) or _Look(sent, received if sent else 0)
                if look.sent != sent:
                    look = _Look(sent, received)
                seen[inode] = look
                if waited_ms / 1000 > self._patience + (received - look.received) / SLOWEST:
                    connection.shutdown(socket.SHUT_RDWR)
                    cut += 1
        self._answered = seen
        return cut


def _connections(port: int) -> Iterator[tuple[int, socket.socket]]:
    """The accepted connections of a port with their inodes, which tell them apart for as long as they live."""
    for name in os.listdir("/proc/self/fd"):  # noqa: PTH208 - only names, and quickly
        with contextlib.suppress(OSError), copy_of(int(name)) as connection:
            if connection.family in (socket.AF_INET, socket.AF_INET6) and connection.getsockname()[1] == port:
                connection.getpeername()
                yield os.fstat(connection.fileno()).st_ino, connection


def copy_of(descriptor: int) -> socket.socket:
    """The socket behind a descriptor; a copy stays the same one whatever the server closes and opens meanwhile.

    Raises:
        OSError: It is none.
    """
    copy = os.dup(descriptor)
    try:
        return socket.socket(fileno=copy)
    except OSError:
        os.close(copy)
        raise
