"""The private port of a web process: it answers for itself, by threads of its own."""

from __future__ import annotations

import json
import os
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

import eseller
from eseller.node.gauge import Gauge


class State:
    """What a web process tells of itself.

    Attributes:
        status: ``starting``, then ``ok``.
    """

    def __init__(self, *, index: int, threads: int, gauge: Gauge) -> None:
        self.status = "starting"
        self._index, self._threads, self._gauge = index, threads, gauge
        self._started = time.monotonic()

    def report(self) -> dict[str, Any]:
        """The answer of ``/health``."""
        return {
            "status": self.status,
            "process": self._index,
            "pid": os.getpid(),
            "release": eseller.__version__,
            "uptime_seconds": round(time.monotonic() - self._started, 3),
            "requests": {**self._gauge.figures(), "threads": self._threads},
        }


class PrivateServer(ThreadingHTTPServer):
    """Listens on this machine only."""

    daemon_threads = True
    request_queue_size = 32

    def __init__(self, port: int, state: State) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.state = state

    def serve_in_background(self) -> None:
        """Answer from now on."""
        threading.Thread(target=self.serve_forever, name="private port", daemon=True).start()


class _Handler(BaseHTTPRequestHandler):
    """Answers ``GET /health``: 200 when the process serves shoppers, else 503."""

    server: PrivateServer
    timeout: ClassVar[float] = 5.0
    server_version = "eseller"
    sys_version = ""

    def do_GET(self) -> None:
        if self.path != "/health":
            self.send_error(404)
            return
        report = self.server.state.report()
        body = json.dumps(report).encode()
        self.send_response(200 if report["status"] == "ok" else 503)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is given
        """Say nothing: the private port is asked every second."""
