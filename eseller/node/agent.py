"""The agent of a database node: tells how the machine fares, and kills its PostgreSQL when told to by who may.

``GET /health`` and ``GET /node`` are answered from memory; ``POST /control/fence`` must be signed.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import secrets
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import msgspec

from eseller.cluster.figures import Prober, fence, look
from eseller.cluster.kernel import Kernel
from eseller.kernel.errors import EsellerError
from eseller.resilience.control.signing import Gate, read_keys

log = logging.getLogger(__name__)

SECONDS = 5.0
MOST_BYTES = 4096
KEYS = "ESELLER_CONTROL_KEYS"


class Agent(ThreadingHTTPServer):
    """Answers for one node.

    Args:
        address: Where to listen.
        data: PostgreSQL's data directory.
        keys: Of signed calls, as in ESELLER_CONTROL_KEYS; without any, nobody may fence.
        probe: Directory on the data disk to write in; beside the data unless given.
    """

    daemon_threads = True
    block_on_close = False

    def __init__(self, address: tuple[str, int], *, data: Path, keys: str, probe: Path | None = None) -> None:
        self.data, self.instance = data, secrets.token_hex(8)
        self.gate = Gate(read_keys(keys), self.instance)
        self.prober, self.kernel = Prober(probe or data.parent), Kernel()
        super().__init__(address, _Handler)
        self.prober.start()

    def node(self) -> bytes:
        """What is known of the node, as JSON."""
        return msgspec.json.encode(look(self.data, self.prober, kernel=self.kernel.recent()))


class _Handler(BaseHTTPRequestHandler):
    server: Agent
    timeout: ClassVar[float] = SECONDS
    server_version = "eseller"
    sys_version = ""

    def do_GET(self) -> None:
        """Tell."""
        if self.path == "/health":
            self._send(200, json.dumps({"status": "pass", "instance": self.server.instance}).encode())
        elif self.path == "/node":
            self._send(200, self.server.node())
        else:
            self._send(404, b'{"detail": "There is only /health and /node here."}')

    def do_POST(self) -> None:
        """Fence, for who may."""
        length = self.headers.get("Content-Length", "")
        if self.path != "/control/fence" or not length.isdigit() or int(length[:9]) > MOST_BYTES:
            self._send(404, b'{"detail": "There is only /control/fence to call."}')
            return
        body = self.rfile.read(int(length))
        try:
            headers = {name.title(): value for name, value in self.headers.items()}
            key = self.server.gate.check("POST", self.path, headers, body)
        except EsellerError as error:
            self._send(error.status, json.dumps({"detail": error.message, "code": error.code}).encode())
            return
        ended = fence(self.server.data)
        log.warning("fenced by key %s: %s processes of PostgreSQL were killed", key, ended)
        self._send(200, json.dumps({"killed": ended}).encode())

    def _send(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is given
        """Say nothing: the agent is asked every second."""


def main() -> None:
    """Entry of the process: answer until a signal ends it."""
    parser = argparse.ArgumentParser(prog="eseller.node.agent")
    parser.add_argument("--data", type=Path, required=True, help="PostgreSQL's data directory")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True)
    given = parser.parse_args()
    logging.basicConfig(stream=sys.stderr, level="INFO", format="%(levelname)s %(message)s")
    agent = Agent((given.host, given.port), data=given.data, keys=os.environ.get(KEYS, ""))
    agent.serve_forever()


if __name__ == "__main__":
    main()
