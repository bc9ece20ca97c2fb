"""A PostgreSQL that was restored, started apart from everything to be looked at."""

from __future__ import annotations

import contextlib
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psycopg

from eseller.cluster import leash
from eseller.cluster.address import DatabaseAddress
from eseller.cluster.binaries import Binaries, EmbeddedPostgresError

REPLAY_SECONDS, STOP_SECONDS, LOOK_SECONDS = 3600.0, 30.0, 0.2
_APART = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    # It belongs to no cluster, archives nothing over what the real one has, and waits for nobody.
    "archive_mode": "off",
    "primary_conninfo": "",
    "primary_slot_name": "",
    "synchronous_standby_names": "",
    "logging_collector": "off",
    # What is looked at is thrown away.
    "fsync": "off",
}


@contextlib.contextmanager
def restored(
    data: Path, admin: DatabaseAddress, *, binaries: Binaries, user: leash.User | None, log: Path
) -> Iterator[DatabaseAddress]:
    """Start PostgreSQL in a directory that was restored, until it takes writes, and tell the login at it.

    Args:
        data: the directory.
        admin: the administrator's login at the real one, which it shares.
        binaries: PostgreSQL's programs, of the same major version.
        user: who runs it, and owns the directory.
        log: file for what it says.

    Raises:
        EmbeddedPostgresError: it does not start, or does not come to the end.
    """
    port = _free_port()
    options = [part for name, value in {**_APART, "port": str(port)}.items() for part in ("-c", f"{name}={value}")]
    program = [binaries.program("postgres"), "-D", str(data), *options]
    with log.open("wb") as output:
        process = subprocess.Popen(
            leash.command(program, last_signal=signal.SIGINT, user=user),
            stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, cwd="/",
            env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC"}, start_new_session=True,
        )  # fmt: skip
    address = replace(admin, host="127.0.0.1", port=str(port), params=(("connect_timeout", "2"),))
    try:
        _await_promotion(process, address, log)
        yield address
    finally:
        process.send_signal(signal.SIGINT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(STOP_SECONDS)
        if process.poll() is None:
            process.kill()
            process.wait(STOP_SECONDS)


def _await_promotion(process: subprocess.Popen[bytes], address: DatabaseAddress, log: Path) -> None:
    deadline = time.monotonic() + REPLAY_SECONDS
    while True:
        if process.poll() is not None:
            words = log.read_bytes()[-1500:].decode(errors="replace").strip()
            raise EmbeddedPostgresError(f"The restored PostgreSQL ended. It said: {words}")
        with contextlib.suppress(psycopg.Error), psycopg.connect(address.url) as connection:
            if connection.execute("SELECT pg_is_in_recovery()").fetchone() == (False,):
                return
        if time.monotonic() > deadline:
            raise EmbeddedPostgresError(f"The restored PostgreSQL took longer than {REPLAY_SECONDS:.0f} s.")
        time.sleep(LOOK_SECONDS)


def _free_port() -> int:
    with contextlib.closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
