"""A real caching server for each test that asks for one."""

import os
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from eseller.resilience.cache.address import CacheAddress
from tests.node.processes import eventually

PROGRAM = shutil.which("redis-server") or shutil.which("valkey-server")


class Server:
    """redis-server on a port of its own, with little memory and nothing on disk."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder, self.port = folder, port
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> CacheAddress:
        return CacheAddress("127.0.0.1", self.port)

    def start(self, *options: str) -> None:
        assert PROGRAM, "redis-server is missing; install it with: tools/debian redis-server"
        bounds = ("--maxmemory", "16mb", "--maxmemory-policy", "allkeys-lru", "--save", "", "--appendonly", "no")
        place = ("--bind", "127.0.0.1", "--port", str(self.port), "--dir", str(self.folder))
        self.process = subprocess.Popen([PROGRAM, *place, *bounds, *options], stdout=subprocess.DEVNULL)
        assert eventually(self._answers, seconds=20)

    def signal(self, number: signal.Signals) -> None:
        assert self.process is not None
        os.kill(self.process.pid, number)

    def stop(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def say(self, *words: str) -> str:
        """Send one inline command past the client that is tested; the first bytes of the reply."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=10) as sock:
            sock.sendall(" ".join(words).encode() + b"\r\n")
            return sock.recv(4096).decode()

    def _answers(self) -> bool:
        try:
            return self.say("PING").startswith(("+PONG", "-NOAUTH"))
        except OSError:
            return False


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = Server(tmp_path, port)
    server.start()
    yield server
    server.stop()
