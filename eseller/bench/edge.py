"""How fast a kept page is, beside nginx with the same bytes on the disk and a bare Granian with them in a dict."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec

from eseller.bench.bare import VARIABLE
from eseller.bench.seed import SLUG
from eseller.bench.wrk import Load, run_wrk
from eseller.kernel.errors import EsellerError
from eseller.node.rehearsal import DidNotStart, free_ports, in_platform, platform
from eseller.node.up import healthy
from eseller.node.web import BACKLOG

HOST = f"{SLUG}.localhost"
PATH = "/p/product-0"
CONNECTIONS = 16
ENCODING = "gzip"
_OF_THE_SERVER = ("server", "date", "connection", "transfer-encoding")
START_SECONDS = 20.0
PACED_SECONDS = 0.0016
"""Between two requests of one connection at half load: the pause of the script, and about what an answer takes."""
LEAST_TO_NGINX, LEAST_TO_BARE, MOST_P99_MS = 0.5, 0.8, 5.0
_NGINX = """
worker_processes 1;
daemon off;
master_process on;
pid {folder}/nginx.pid;
error_log {folder}/error.log warn;
events {{ worker_connections 512; }}
http {{
    access_log off;
    sendfile on;
    tcp_nopush on;
    open_file_cache max=10;
    keepalive_requests 1000000000;
    {temporary}
    server {{
        listen 127.0.0.1:{port} backlog={backlog};
        root {folder};
        location = /page {{ default_type "text/html; charset=utf-8"; {headers} }}
    }}
}}
"""


class NoNginx(EsellerError):
    """The server nginx, which the edge is held against, is missing. Install it with: apt-get install nginx."""

    code = "no_nginx"


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """What was measured. Requests are per second, medians of the rounds; ratios are of one and the same round.

    Attributes:
        edge: a page of a shop that is in memory, one web process.
        nginx: the same bytes from the disk, one worker.
        bare: the same bytes from a dict, one Granian process.
        ratio_to_nginx: median of the rounds.
        ratio_to_bare: as well.
        p99_ms: of the edge at about half of what it can do.
        rate: requests per second at which that was.
        bytes: of the body.
        errors: answers that were none.
        verdict: ``passed``, or what was not as wanted.
    """

    edge: float
    nginx: float
    bare: float
    ratio_to_nginx: float
    ratio_to_bare: float
    p99_ms: float
    rate: float
    bytes: int
    errors: int
    verdict: str


def measure(*, rounds: int, seconds: int, say: Callable[[str], None]) -> Report:
    """Start all three and measure them in turns.

    Args:
        rounds: how often each has its turn.
        seconds: of a turn.
        say: told what goes on.
    """
    say("starting a platform of its own")
    with platform(processes=1, threads=4) as running, tempfile.TemporaryDirectory() as name:
        in_platform(running, "eseller.bench.seed", "20")
        folder = Path(name)
        folder.chmod(0o755)
        _keep_page(running.port, folder)
        with _nginx(folder) as nginx, _bare(folder) as bare:
            turns = {"edge": (running.port, PATH), "nginx": (nginx, "/page"), "bare": (bare, "/page")}
            measured: dict[str, list[float]] = {which: [] for which in turns}
            errors = 0
            for number in range(rounds):
                for which, (port, path) in turns.items():
                    say(f"round {number + 1} of {rounds}: {which}")
                    load = _asked(port, path, seconds)
                    measured[which].append(load.per_second)
                    errors += load.errors
            say("half load")
            most = statistics.median(measured["edge"])
            calm = _asked(running.port, PATH, seconds, connections=round(most / 2 * PACED_SECONDS), script="paced.lua")
        return _report(measured, calm, (folder / "page").stat().st_size, errors + calm.errors)


def _asked(port: int, path: str, seconds: int, *, connections: int = CONNECTIONS, script: str | None = None) -> Load:
    return run_wrk(
        f"http://127.0.0.1:{port}{path}", host=HOST, seconds=seconds, connections=connections, threads=1,
        headers=(f"Accept-Encoding: {ENCODING}",), script=script,
    )  # fmt: skip


def _report(measured: dict[str, list[float]], calm: Load, size: int, errors: int) -> Report:
    edge, nginx, bare = (measured[which] for which in ("edge", "nginx", "bare"))
    to_nginx = statistics.median(ours / theirs for ours, theirs in zip(edge, nginx, strict=True))
    to_bare = statistics.median(ours / theirs for ours, theirs in zip(edge, bare, strict=True))
    wrong = [
        words
        for words, good in (
            (f"half of nginx is wanted, not {to_nginx:.2f}", to_nginx >= LEAST_TO_NGINX),
            (f"0.8 of a bare Granian is wanted, not {to_bare:.2f}", to_bare >= LEAST_TO_BARE),
            (f"a p99 of {MOST_P99_MS:g} ms is wanted, not {calm.p99_ms}", calm.p99_ms <= MOST_P99_MS),
            (f"{errors} answers were none", not errors),
        )
        if not good
    ]
    return Report(
        edge=statistics.median(edge),
        nginx=statistics.median(nginx),
        bare=statistics.median(bare),
        ratio_to_nginx=round(to_nginx, 3),
        ratio_to_bare=round(to_bare, 3),
        p99_ms=calm.p99_ms,
        rate=calm.per_second,
        bytes=size,
        errors=errors,
        verdict="; ".join(wrong) or "passed",
    )


def _keep_page(port: int, folder: Path) -> None:
    """Wait until a page is in memory, and keep its bytes and headers for the other two.

    Raises:
        DidNotStart: it does not come to be.
    """
    end = time.monotonic() + START_SECONDS
    while True:
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=10)) as connection:
            connection.request("GET", PATH, headers={"Host": HOST, "Accept-Encoding": ENCODING})
            answer = connection.getresponse()
            body, headers = answer.read(), answer.getheaders()
        # A shop that was made just now is known within a second.
        if answer.status == 200 and answer.getheader("cache-status", "").endswith("hit"):
            break
        if time.monotonic() > end:
            raise DidNotStart(f"No page is kept; the last answer was {answer.status}.")
        time.sleep(0.1)
    (folder / "page").write_bytes(body)
    kept = [(name, value) for name, value in headers if name.lower() not in _OF_THE_SERVER]
    (folder / "headers.json").write_text(json.dumps(kept))


@contextlib.contextmanager
def _nginx(folder: Path) -> Iterator[int]:
    program = shutil.which("nginx")
    if program is None:
        raise NoNginx
    port = free_ports(1)
    kept = json.loads((folder / "headers.json").read_text())
    own = ("content-type", "content-length", "etag")
    headers = " ".join(f'add_header {name} "{value}";' for name, value in kept if name.lower() not in own)
    paths = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    temporary = " ".join(f"{path}_temp_path {folder}/{path};" for path in paths)
    settings = folder / "nginx.conf"
    settings.write_text(
        _NGINX.format(folder=folder, port=port, backlog=BACKLOG, headers=headers, temporary=temporary)
    )
    with _running([program, "-c", str(settings), "-e", str(folder / "error.log")], port, dict(os.environ)):
        yield port


@contextlib.contextmanager
def _bare(folder: Path) -> Iterator[int]:
    port = free_ports(1)
    command = [
        sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port),
        "--workers", "1", "--blocking-threads", "512", "--http", "1", "--backlog", str(BACKLOG), "--no-log",
        "eseller.bench.bare:application",
    ]  # fmt: skip
    with _running(command, port, {**os.environ, VARIABLE: str(folder)}):
        yield port


@contextlib.contextmanager
def _running(command: list[str], port: int, environ: dict[str, str]) -> Iterator[None]:
    process = subprocess.Popen(command, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        end = time.monotonic() + START_SECONDS
        while not healthy(port, path="/page"):
            if process.poll() is not None or time.monotonic() > end:
                raise DidNotStart(f"{Path(command[0]).name} does not answer.")
            time.sleep(0.05)
        yield
    finally:
        process.terminate()
        process.wait(20)
