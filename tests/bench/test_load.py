"""Reading what the load generator says, and making load at a fixed rate."""

import http.server
import threading
import time
from collections.abc import Iterator

import pytest

from eseller.bench.openloop import steady
from eseller.bench.wrk import NoWrk, read_report, run_wrk

REPORT = """Running 5s test @ http://127.0.0.1:8000
  2 threads and 16 connections
  Latency Distribution
     50%   31.83ms
     75%   52.00ms
     90%    1.10s
     99%  256.56us
  2293 requests in 5.00s, 40.11MB read
  Socket errors: connect 1, read 2, write 0, timeout 4
  Non-2xx or 3xx responses: 3
Requests/sec:    458.60
"""


def test_a_report_is_read() -> None:
    load = read_report(REPORT)
    assert (load.requests, load.per_second, load.p50_ms, load.p99_ms) == (2293, 458.6, 31.83, 0.26)
    assert load.errors == 1 + 2 + 4 + 3


def test_what_a_script_counted_goes_before_requests() -> None:
    load = read_report(REPORT.replace("timeout 4", "timeout 0") + "DONE 100\nERRORS 5\nDONE 20\nERRORS 0\n")
    assert (load.requests, load.per_second) == (120, 24.0)
    assert load.errors == 5 + 3  # refusals that the script expects are its own to count


def test_what_is_known_of_errors_is_told() -> None:
    told = read_report(REPORT + "DONE 1\nERRORS 1\nWORST 503 Please come again\n").told
    assert told.split("; ") == [
        "Socket errors: connect 1, read 2, write 0, timeout 4", "Non-2xx or 3xx responses: 3", "503 Please come again",
    ]  # fmt: skip


def test_another_tools_words_are_refused() -> None:
    with pytest.raises(ValueError, match="unable to connect"):
        read_report("unable to connect to 127.0.0.1")


def test_a_missing_tool_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    with pytest.raises(NoWrk, match="apt-get install wrk"):
        run_wrk("http://127.0.0.1:1/", host="x", seconds=1, connections=1)


class Stalling(http.server.BaseHTTPRequestHandler):
    """Answers at once, but for one stall of 0.4 s."""

    protocol_version = "HTTP/1.1"
    count = 0
    lock = threading.Lock()

    def do_GET(self) -> None:
        with Stalling.lock:
            Stalling.count += 1
            if Stalling.count == 20:
                time.sleep(0.4)  # with the lock held: all wait
        self.send_response(200 if self.headers["Host"] == "a.localhost" else 500)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, *arguments: object) -> None:
        """Say nothing."""


@pytest.fixture
def server() -> Iterator[int]:
    Stalling.count = 0
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Stalling) as running:
        thread = threading.Thread(target=running.serve_forever)
        thread.start()
        yield running.server_address[1]
        running.shutdown()
        thread.join()


def test_a_stall_is_felt_by_all_requests_that_were_due_meanwhile(server: int) -> None:
    load = steady("127.0.0.1", server, "/", header="a.localhost", rate=100, seconds=1, connections=4)
    assert (load.requests, load.errors) == (100, 0)
    assert load.p99_ms > 300, "latency counts from when a request was due"


def test_refusals_are_counted(server: int) -> None:
    load = steady("127.0.0.1", server, "/", header="b.localhost", rate=50, seconds=1)
    assert load.errors == load.requests == 50
