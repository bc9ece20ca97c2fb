"""A web process stops taking connections, while the others that share its port go on.

The listening socket is Granian's and can't be closed from here. But what its descriptor stands for can be exchanged for
a listener to which nobody ever comes: the kernel then lets go of the real one, and Granian waits for connections as
before. It would not hear of them at a new listener, so a process that is to serve again is started anew.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import socket
import struct
import threading
import time

from eseller.node.gauge import Gauge
from eseller.node.health import NotReady, State
from eseller.node.laggards import copy_of

ANSWER_SECONDS = 0.2
HANDSHAKE_SECONDS = 0.1
"""A client that has begun to connect gets so long to finish that."""
ACCEPT_SECONDS = 1.0
# Classic BPF: load byte 13 of the TCP header, drop what has the flag SYN, take all else.
_NO_SYN = b"".join(
    struct.pack("@HBBI", *step) for step in ((0x30, 0, 0, 13), (0x45, 0, 1, 0x02), (0x06, 0, 0, 0), (0x06, 0, 0, 2**18))
)
_SO_ATTACH_FILTER = 26


def steer(process: State, gauge: Gauge, *, port: int, main: int) -> None:
    """Let a web process be drained.

    Args:
        process: The process.
        gauge: Counts its requests.
        port: The public one.
        main: Granian's main process, which ends together with its worker.
    """

    def drain() -> None:
        stop_listening(port)
        gauge.leaving = True

    process.on_drain = drain
    process.on_undrain = lambda: end_soon(main)
    process.is_idle = gauge.is_idle


def stop_listening(port: int) -> None:
    """Take no more connections at a port; those that were accepted stay.

    Raises:
        NotReady: This process does not listen there.
    """
    found = 0
    for name in os.listdir("/proc/self/fd"):  # noqa: PTH208 - only names, and quickly
        with contextlib.suppress(OSError), copy_of(int(name)) as listener:
            if listener.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN) and listener.getsockname()[1] == port:
                _empty(listener)
                with _deserted() as other:
                    os.dup2(other.fileno(), int(name), inheritable=False)
                found += 1
    if not found:
        raise NotReady


def _empty(listener: socket.socket) -> None:
    """Wait until all connections that have begun were accepted, since those that wait would be reset.

    Further ones are not let begin: their clients try again after a second, and come to another process.
    """
    program = ctypes.create_string_buffer(_NO_SYN)
    listener.setsockopt(
        socket.SOL_SOCKET, _SO_ATTACH_FILTER, struct.pack("@HP", len(_NO_SYN) // 8, ctypes.addressof(program))
    )
    time.sleep(HANDSHAKE_SECONDS)
    deadline = time.monotonic() + ACCEPT_SECONDS
    while _waiting(listener) and time.monotonic() < deadline:
        time.sleep(0.005)


def _waiting(listener: socket.socket) -> int:
    """How many connections were made and not accepted yet: tcpi_unacked of a listener."""
    (waiting,) = struct.unpack_from("@24xI", listener.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 256))
    return int(waiting)


def _deserted() -> socket.socket:
    """A listener that nobody can find: in Linux's abstract namespace, under a name that the kernel chooses."""
    listener = socket.socket(socket.AF_UNIX)
    listener.bind("")
    listener.listen(1)
    listener.setblocking(False)
    return listener


def end_soon(pid: int) -> bool:
    """Ask a process to end as soon as the present call is answered; who runs it starts another one."""
    threading.Timer(ANSWER_SECONDS, os.kill, (pid, signal.SIGTERM)).start()
    return True
