"""The private port of a process: it answers for itself, by threads of its own.

``GET /health`` (health+json), ``/findings`` and ``/figures`` (JSON) and ``/metrics`` (OpenMetrics) are answered from
memory alone.
``POST /control/VERB`` is for who holds a key. See docs/decisions/0017-a-private-port-for-each-process.md.
"""

from __future__ import annotations

import contextlib
import json
import logging
import socket
import sys
import threading
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import msgspec

from eseller.config.environment import Environment
from eseller.kernel.errors import EsellerError
from eseller.node.control import MOST_BYTES, BadCall, Control
from eseller.node.health import State, health
from eseller.node.metrics import CONTENT_TYPE, Metrics
from eseller.operations.incidents.collecting import collect
from eseller.resilience.control.signing import read_keys
from eseller.tenancy.guard.heard import heard

log = logging.getLogger(__name__)

MOST_CLIENTS = 32
"""Connections, hence threads, at the same time; the oldest gives way to a new one."""
HAPPENED, MOST_HAPPENED = timedelta(hours=6), 500
SECONDS = 5.0
"""A client has so long to send its request and to take the answer."""
Answer = tuple[int, str, bytes]


class TooLarge(EsellerError):
    """At most 64 kB can be sent."""

    code = "too_large"
    status = 413


class PrivateServer(ThreadingHTTPServer):
    """Answers at the private port of one process.

    Args:
        address: Host and port to listen on.
        process: The process.
        control: Takes its control calls.
        pages: What it tells besides, by path.
    """

    daemon_threads = True
    block_on_close = False
    request_queue_size = 128
    tick_seconds = 0.5

    def __init__(
        self, address: tuple[str, int], process: State, control: Control, pages: Mapping[str, Callable[[], Answer]] = {}
    ) -> None:
        self.control, metrics = control, Metrics(process, control.counts)
        self.pages: dict[str, Callable[[], Answer]] = {
            "/health": lambda: _health(process),
            "/findings": _findings,
            "/figures": lambda: _figures(process),
            "/metrics": lambda: (200, CONTENT_TYPE, metrics.text()),
            **pages,
        }
        # Pages of a browser that were made to believe that their host is this machine may not read here.
        self.local = address[0] == "localhost" or address[0].startswith("127.")
        self._clients: dict[socket.socket, float] = {}
        self._lock = threading.Lock()
        super().__init__(address, _Handler)

    def serve_in_background(self) -> None:
        """Answer from now on."""
        answering = threading.Thread(target=self.serve_forever, args=(self.tick_seconds,), name="private port")
        answering.daemon = True
        answering.start()

    def process_request(self, request: Any, client_address: Any) -> None:
        """Give a connection a thread; where there are too many, the oldest is cut."""
        with self._lock:
            for oldest in list(self._clients)[: max(0, len(self._clients) + 1 - MOST_CLIENTS)]:
                self._cut(oldest)
            self._clients[request] = time.monotonic()
        super().process_request(request, client_address)

    def service_actions(self) -> None:
        """Cut the connections whose time is over, at every tick."""
        with self._lock:
            for client, began in list(self._clients.items()):
                if time.monotonic() - began > SECONDS:
                    self._cut(client)

    def keep(self, request: Any) -> None:
        """Let a connection be for as long as its control call takes; those are few by other means."""
        with self._lock:
            self._clients.pop(request, None)

    def shutdown_request(self, request: Any) -> None:
        """Close a connection that was answered."""
        self.keep(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ARG002 - called so
        """Say what went wrong, unless it is the client's going away."""
        if not isinstance(sys.exc_info()[1], OSError):
            log.exception("the private port could not answer %s", client_address)

    def _cut(self, client: socket.socket) -> None:
        self._clients.pop(client, None)
        with contextlib.suppress(OSError):
            client.shutdown(socket.SHUT_RDWR)


def open_port(
    env: Environment, port: int, process: State, pages: Mapping[str, Callable[[], Answer]] = {}
) -> PrivateServer:
    """Answer at a private port from now on.

    Args:
        env: The settings.
        port: Which.
        process: Whose it is.
        pages: What it tells besides what every process does, by path.

    Raises:
        OSError: The port can't be listened on.
    """
    directory: Path = env.data_dir / "control"
    control = Control(process, read_keys(env.control_keys), directory)
    told = {"/happened": lambda: _happened(env.data_dir), **pages}
    server = PrivateServer((env.private_host, port), process, control, told)
    server.serve_in_background()
    return server


def _health(process: State) -> Answer:
    report = health(process)
    status = HTTPStatus.SERVICE_UNAVAILABLE if report["status"] == "fail" else HTTPStatus.OK
    return status, "application/health+json", _json(report)


def _figures(process: State) -> Answer:
    told = {name: msgspec.to_builtins(part()) for name, part in process.parts.items()}
    return HTTPStatus.OK, "application/json", _json(told)


def _happened(data_dir: Path) -> Answer:
    """What was done on this machine lately, by its processes' journals, for timelines of incidents elsewhere."""
    found = collect(data_dir, datetime.now(UTC) - HAPPENED)[-MOST_HAPPENED:]
    return HTTPStatus.OK, "application/json", msgspec.json.encode(found)


def _findings() -> Answer:
    known = heard()
    age = None if known.at is None else round(time.monotonic() - known.at, 3)
    return 200, "application/json", _json({"open": known.open, "age_seconds": age, "findings": known.findings})


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


class _Handler(BaseHTTPRequestHandler):
    """One request, and the connection is closed."""

    server: PrivateServer
    timeout: ClassVar[float] = SECONDS
    server_version = "eseller"
    sys_version = ""

    def do_GET(self) -> None:
        """Answer from memory."""
        page = self.server.pages.get(self.path)
        if page is None or not self._meant_for_us():
            self._problem(404, "not_found", f"There is only {', '.join(self.server.pages)} here.")
            return
        self._send(*page())

    do_HEAD = do_GET  # noqa: N815 - the name is given

    def do_POST(self) -> None:
        """Take a control call."""
        try:
            # Cut off like any other until all of it is here.
            body = self._body()
            self.server.keep(self.request)
            headers = {name.title(): value for name, value in self.headers.items()}
            answer = self.server.control.answer(self.path, headers, body, client=self.client_address[0])
        except EsellerError as error:
            self._problem(error.status, error.code, error.message, retryable=error.retryable)
        except Exception:
            log.exception("a control call failed: %s", self.path[:100])
            self._problem(500, "error", "It failed; the log of the process tells why.")
        else:
            self._send(200, "application/json", _json(answer))

    def _body(self) -> bytes:
        """What was sent, up to 64 kB.

        Raises:
            BadCall, TooLarge: It is not read.
        """
        length = self.headers.get("Content-Length", "")
        refusal: EsellerError | None = None
        if not self.path.startswith("/control/") or not (length.isascii() and length.isdigit()):
            refusal = BadCall("A call is POST /control/VERB with a Content-Length.")
        elif int(length[:12]) > MOST_BYTES:
            refusal = TooLarge()
        if refusal is not None:
            self.server.control.refuse(
                self.path, refusal, key=self.headers.get("Eseller-Key", ""), client=self.client_address[0]
            )
            raise refusal
        body = self.rfile.read(int(length))
        if len(body) < int(length):
            raise ConnectionError("The call ended too early.")
        return body

    def _meant_for_us(self) -> bool:
        """Whether a client on this machine has asked for this machine."""
        host = self.headers.get("Host", "").rpartition(":")[0] or self.headers.get("Host", "")
        return not self.server.local or host in ("", "localhost") or host.replace(".", "").isdigit()

    def _problem(self, status: int, code: str, detail: str, *, retryable: bool = False) -> None:
        """Answer as RFC 9457 has it."""
        problem = {
            "type": "about:blank",
            "title": HTTPStatus(status).phrase,
            "status": status,
            "detail": detail,
            "code": code,
            "retryable": retryable,
        }
        self._send(status, "application/problem+json", _json(problem))

    def _send(self, status: int, kind: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is given
        """Say nothing: the private port is asked every second."""
