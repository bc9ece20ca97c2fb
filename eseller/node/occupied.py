"""Find out that a node can't start here because something else is in the way."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import socket
import time
from collections.abc import Iterator
from pathlib import Path

from eseller.config.environment import Environment
from eseller.node.supervisor import StartFailed

PATIENCE_SECONDS = 5.0


@contextlib.contextmanager
def only_node(env: Environment) -> Iterator[None]:
    """Hold the lock of the data directory for as long as the block runs.

    Raises:
        StartFailed: Another node of ours runs on this data directory; the message names it.
    """
    path = env.data_dir / "up.lock"
    with path.open("a+", encoding="ascii") as file:
        os.chmod(path, 0o600)  # noqa: PTH101 - as good as the method, and says the same
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StartFailed(_already_running(path)) from None
        file.truncate(0)
        json.dump({"pid": os.getpid(), "address": f"{env.host}:{env.port}"}, file)
        file.flush()
        try:
            yield
        finally:
            file.truncate(0)


def check_ports(env: Environment) -> None:
    """Make sure that nobody listens on our ports; those of a node that was just killed get a moment.

    Raises:
        StartFailed: A port is in use or may not be used; the message names it and the setting.
    """
    ports = [("ESELLER_PORT", env.host, env.port)]
    private = range(env.web_processes + 1)
    ports += [("ESELLER_PRIVATE_PORT_BASE", env.private_host, env.private_port(index)) for index in private]
    ports += [("ESELLER_WATCH_PORT", env.private_host, env.watch_port)] if env.watch else []
    ports += [("ESELLER_OPERATIONS_PORT", env.host, env.operations_port)] if env.operations else []
    deadline = time.monotonic() + PATIENCE_SECONDS
    for variable, host, port in ports:
        while trouble := _trouble(host, port):
            if time.monotonic() > deadline:
                raise StartFailed(f"Port {port} on {host} can't be used ({trouble}). Set {variable} to another.")
            time.sleep(0.1)


def _trouble(host: str, port: int) -> str:
    """Why the port can't be listened on, or nothing.

    It is tried without SO_REUSEPORT, which would let us share the port with another node unnoticed.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
            probe.listen(1)
    except OSError as error:
        return error.strerror or str(error)
    return ""


def _already_running(path: Path) -> str:
    try:
        holder = json.loads(path.read_text("ascii"))
        return (
            f"eSeller is already running on {path.parent} at {holder['address']}. "
            f"Stop it with Ctrl-C there or with: kill {int(holder['pid'])}"
        )
    except (OSError, ValueError, KeyError, TypeError):
        return f"eSeller is already running on {path.parent}; stop it first."
