"""Processes that answer, fail, hang and begin anew are seen for what they are, within seconds."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from eseller.operations.watch.asking import MOST_BYTES, Target, ask
from eseller.operations.watch.judge import SILENT_SECONDS
from eseller.operations.watch.watch import Picture, Watch


class Simulated:
    """A process that tells what it is told to tell."""

    def __init__(self, service: str) -> None:
        self.service, self.instance = service, "one"
        self.good = self.bad = self.kept = self.waiting = 0

    def body(self, path: str) -> bytes:
        if path == "/health":
            told = {"status": "pass", "serviceId": self.service, "releaseId": "1", "instance": self.instance}
            return json.dumps(told).encode()
        return (
            f'eseller_requests_total{{site="storefront",outcome="2xx"}} {self.good}\n'
            f'eseller_requests_total{{site="storefront",outcome="5xx"}} {self.bad}\n'
            f'eseller_shop_requests_total{{shop="ill"}} {self.good + self.bad}\n'
            f'eseller_shop_errors_total{{shop="ill"}} {self.bad}\n'
            f'eseller_edge_answers_total{{source="hits"}} {self.kept}\n'
            f'eseller_jobs_waiting{{queue="mail"}} {self.waiting}\n'
        ).encode()

    @contextmanager
    def answering(self) -> Iterator[Target]:
        process = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = process.body(self.path)
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield Target("127.0.0.1", server.server_address[1])
        finally:
            server.shutdown()
            server.server_close()


def look(watch: Watch, seconds: float = 0.9) -> Picture:
    return asyncio.run(watch.look(seconds=seconds))


def keys(picture: Picture) -> list[str]:
    return [finding.key for finding in picture.findings]


def test_what_processes_count_is_added_up_and_judged() -> None:
    first, second = Simulated("web.0"), Simulated("web.1")
    with first.answering() as one, second.answering() as two:
        watch = Watch([one, two])
        first.good, first.bad = 10**6, 10**6
        assert keys(look(watch)) == [], "what was before we looked is no news"
        first.good += 60
        second.good += 60
        picture = look(watch)
        assert picture.rates == {"storefront": (2.0, 0.0)}
        second.bad += 30
        assert keys(look(watch)) == ["errors/storefront", "errors/shop/ill"]
        first.instance, first.good, first.bad = "another", 5, 0
        assert f"anew/{one.name}" in keys(look(watch))


def test_figures_for_charts_are_rates_of_what_was_counted_and_the_worst_of_what_is() -> None:
    first, second = Simulated("web.0"), Simulated("worker.0")
    with first.answering() as one, second.answering() as two:
        watch = Watch([one, two])
        first.kept = 1000
        began = time.monotonic()
        watch.figures(look(watch), began)
        first.kept, first.waiting, second.waiting = 1060, 2, 7
        figures = watch.figures(look(watch), began + 2.0)
        assert figures["kept pages sent/s"] == 30.0
        assert figures["jobs waiting: mail"] == 7.0
        assert figures["processes silent"] == 0.0
        assert watch.figures(look(watch), began + 3.0)["kept pages sent/s"] == 0.0
        first.good += 50
        look(watch)
        assert [(one.name, one.failed) for one in watch.busiest(time.monotonic())] == [("ill", 0)]


def test_one_that_dies_is_found_within_seconds_and_one_that_hangs_holds_nobody_up() -> None:
    lives = Simulated("web.0")
    with lives.answering() as one, closing(socket.create_server(("127.0.0.1", 0))) as hangs, ExitStack() as dies:
        dead = dies.enter_context(Simulated("worker.0").answering())
        mute = Target("127.0.0.1", hangs.getsockname()[1])
        watch = Watch([one, dead, mute])
        look(watch, 0.3)
        dies.close()
        began = time.monotonic()
        while f"silent/{dead.name}" not in (found := keys(look(watch, 0.3))):
            assert time.monotonic() - began < 5
            time.sleep(0.1)
        assert time.monotonic() - began > SILENT_SECONDS - 0.5
        assert f"silent/{mute.name}" in found
        assert f"silent/{one.name}" not in found


@pytest.mark.parametrize(
    "answer", [b"", b"SSH-2.0-x\r\n", b"HTTP/1.1 abc\r\n\r\n", b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * (MOST_BYTES + 1)]
)
def test_what_is_no_answer_is_none(answer: bytes) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as server:

        def serve() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(1000)
                try:
                    connection.sendall(answer)
                except OSError:
                    return

        threading.Thread(target=serve, daemon=True).start()
        told = asyncio.run(ask(Target("127.0.0.1", server.getsockname()[1]), "/health", seconds=2.0))
    assert (told.status, told.body) == (0, b"")
