"""Start a node as a process of its own, and look at it from outside."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.node.processes import Process, descendants, eventually

ROOT = Path(__file__).parent.parent.parent
TOYS = (sys.executable, "-m", "tests.node.toy_node")


class Node:
    """A node that was started; ``log`` is all that it said."""

    def __init__(self, command: Sequence[str], environ: Mapping[str, str], log: Path) -> None:
        self.log_path = log
        self.port = int(environ["ESELLER_PORT"])
        self._private = int(environ["ESELLER_PRIVATE_PORT_BASE"])
        with log.open("ab") as file:
            self.process = subprocess.Popen(
                command, env=environ, stdout=file, stderr=subprocess.STDOUT, cwd=ROOT, start_new_session=True
            )

    @property
    def log(self) -> str:
        return self.log_path.read_text(errors="replace")

    def tree(self) -> list[Process]:
        return descendants(self.process.pid)

    def find(self, words: str) -> Process:
        """The one process of the tree whose command contains ``words``; the topmost of several."""
        return next(process for process in self.tree() if words in process.command)

    def wait_until_up(self, *, seconds: float = 60.0) -> Node:
        up = eventually(lambda: "eSeller is up" in self.log or self.process.poll() is not None, seconds=seconds)
        assert up, self.log
        assert self.process.poll() is None, self.log
        return self

    def get(self, path: str = "/", *, port: int | None = None, timeout: float = 10.0) -> tuple[int, str]:
        """Ask the public port, over a connection of its own."""
        connection = http.client.HTTPConnection("127.0.0.1", port or self.port, timeout=timeout)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()

    def private_port(self, index: int) -> int:
        return self._private + index

    def health(self, index: int = 0, *, timeout: float = 1.0) -> dict[str, Any]:
        """What process ``index`` tells on its private port; empty when it doesn't answer."""
        try:
            _, body = self.get("/health", port=self.private_port(index), timeout=timeout)
        except OSError:
            return {}
        answer: dict[str, Any] = json.loads(body)
        return answer

    def end(self, number: signal.Signals = signal.SIGTERM, *, seconds: float = 30.0) -> int:
        self.process.send_signal(number)
        return self.process.wait(seconds)

    def clean_up(self) -> None:
        if self.process.poll() is None:
            leftover = self.tree()
            self.process.kill()
            self.process.wait()
            assert eventually(lambda: not any(process.alive for process in leftover))


def environ_for(data: Path, **changes: str) -> dict[str, str]:
    """An environment with free ports of its own."""
    # Two web processes and a worker.
    port, private = free_port(), free_port(3)
    return {
        **os.environ,
        "ESELLER_DATA": str(data),
        "ESELLER_PORT": str(port),
        "ESELLER_PRIVATE_PORT_BASE": str(private),
        "ESELLER_WEB_PROCESSES": "2",
        "ESELLER_THREADS": "2",
        "ESELLER_STOP_SECONDS": "5",
        "ESELLER_WATCH": "false",
        "ESELLER_OPERATIONS": "false",
        **changes,
    }


def free_port(count: int = 1) -> int:
    """The first of ``count`` ports in a row that nobody listens on."""
    while True:
        with contextlib.ExitStack() as stack:
            first = stack.enter_context(socket.socket())
            first.bind(("127.0.0.1", 0))
            port: int = first.getsockname()[1]
            try:
                for further in range(1, count):
                    stack.enter_context(socket.socket()).bind(("127.0.0.1", port + further))
            except OSError:
                continue
            return port


@contextlib.contextmanager
def passable_directory() -> Iterator[Path]:
    """A directory that PostgreSQL's user may pass, unlike pytest's own."""
    path = Path(tempfile.mkdtemp(prefix="eseller-node-"))
    path.chmod(0o711)
    try:
        yield path
    finally:
        shutil.rmtree(path)
