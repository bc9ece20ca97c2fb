"""A caching server of a drill's own, which can be told, stopped, killed and started again."""

from __future__ import annotations

import contextlib
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import hiredis

from eseller.kernel.errors import EsellerError

START_SECONDS = 20.0
MOST_MEMORY = "64mb"


class NoCachingServer(EsellerError):
    """Neither redis-server nor valkey-server is installed. Install one with: apt-get install redis-server."""

    code = "no_caching_server"


class CachingServer:
    """Redis or Valkey on a port of its own, with nothing on disk."""

    def __init__(self, folder: Path, port: int) -> None:
        """Prepare it.

        Raises:
            NoCachingServer: there is no program for it.
        """
        program = shutil.which("redis-server") or shutil.which("valkey-server")
        if program is None:
            raise NoCachingServer
        self.port = port
        self._command = [
            program, "--bind", "127.0.0.1", "--port", str(port), "--dir", str(folder),
            "--maxmemory", MOST_MEMORY, "--maxmemory-policy", "allkeys-lru", "--save", "", "--appendonly", "no",
        ]  # fmt: skip
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, empty, and wait until it answers."""
        self._process = subprocess.Popen(self._command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        end = time.monotonic() + START_SECONDS
        while True:
            try:
                self.say("PING")
            except OSError:
                if time.monotonic() > end:
                    raise
                time.sleep(0.05)
            else:
                return

    def signal(self, number: signal.Signals) -> None:
        """Send it a signal."""
        if self._process is not None:
            self._process.send_signal(number)

    def kill(self) -> None:
        """End it at once, also while it is stopped."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def say(self, *words: str | bytes) -> object:
        """Send a command and return its reply; what the server refuses comes back as an error, not raised."""
        reader = hiredis.Reader()
        with socket.create_connection(("127.0.0.1", self.port), timeout=10) as connection:
            connection.sendall(hiredis.pack_command(words))  # type: ignore[arg-type]
            while (reply := reader.gets()) is False:
                if not (chunk := connection.recv(65536)):
                    raise ConnectionResetError("the caching server hung up")
                reader.feed(chunk)
        return reply


@contextlib.contextmanager
def caching_server(folder: Path, port: int) -> Iterator[CachingServer]:
    """Run one while the block lasts."""
    server = CachingServer(folder, port)
    server.start()
    try:
        yield server
    finally:
        server.kill()
