"""Real web processes and a real browser.

``web.url(host, path)`` is an address that Chromium resolves by itself (``NAME.localhost``); ``open_page()`` gives a
page that fails the test if anything was logged as an error, such as a breach of the content security policy.
"""

import json
import os
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.node.processes import eventually
from tests.node.running import free_port

ROOT = Path(__file__).parent.parent.parent
CHROMIUM = os.environ.get("ESELLER_CHROMIUM", "/usr/bin/chromium")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1440, "height": 900}


class Web:
    """Web processes that share a port."""

    def __init__(self, processes: int, log: Path) -> None:
        from tests.snapshots_off import forget_snapshots

        # A worker of another test may have left one, to which nobody would add the shops to come.
        forget_snapshots()
        self.port, self._private, self.log_path = free_port(), free_port(processes), log
        self._environ = {
            **os.environ,
            "ESELLER_PORT": str(self.port),
            "ESELLER_PRIVATE_PORT_BASE": str(self._private),
            "ESELLER_WEB_PROCESSES": str(processes),
        }
        self.processes = [self._start(index) for index in range(processes)]

    def url(self, host: str, path: str = "/") -> str:
        """Return an address; ``host`` is a whole name or a shop's slug."""
        name = host if "." in host else f"{host}.localhost"
        return f"http://{name}:{self.port}{path}"

    def _start(self, index: int) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "eseller.node.web", str(index)]
        with self.log_path.open("ab") as out:
            return subprocess.Popen(command, env=self._environ, cwd=ROOT, stdout=out, stderr=subprocess.STDOUT)

    def without_snapshot(self) -> None:
        """Start those anew that have taken another test's snapshot, in which no shop to come will ever be."""
        stale = [index for index in range(len(self.processes)) if self._snapshot(index)]
        if not stale:
            return
        from tests.snapshots_off import forget_snapshots

        forget_snapshots()
        for index in stale:
            _end(self.processes[index])
            self.processes[index] = self._start(index)
        self.wait_until_up()

    def wait_until_up(self) -> None:
        assert eventually(lambda: all(map(self._answers, range(len(self.processes)))), seconds=30), self.log

    @property
    def log(self) -> str:
        """All that the processes said."""
        return self.log_path.read_text(errors="replace")

    def stop(self) -> None:
        for process in self.processes:
            process.terminate()
        for process in self.processes:
            _end(process)

    def _answers(self, index: int) -> bool:
        assert self.processes[index].poll() is None, self.log
        try:
            self._health(index)
        except OSError:
            return False
        return True

    def _snapshot(self, index: int) -> int:
        return int(self._health(index)["checks"]["reference-data:snapshot"][0]["observedValue"])

    def _health(self, index: int) -> dict[str, Any]:
        with urllib.request.urlopen(f"http://127.0.0.1:{self._private + index}/health", timeout=1) as answer:
            told: dict[str, Any] = json.load(answer)
            return told


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@pytest.fixture(scope="session")
def web(database: None) -> Iterator[Web]:
    """Two web processes on the tests' database."""
    from django.core.management import call_command

    call_command("collectstatic", interactive=False, verbosity=0)
    with tempfile.TemporaryDirectory(prefix="eseller-web-") as folder:
        running = Web(2, Path(folder) / "log")
        try:
            running.wait_until_up()
            yield running
        finally:
            running.stop()


@pytest.fixture(scope="module", autouse=True)
def _without_snapshot(web: Web) -> None:
    """Begin each module with web processes that look shops up in the database."""
    web.without_snapshot()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """One browser for a module. While it is open, Django would take its event loop for ours."""
    from django.db import connections
    from playwright.sync_api import sync_playwright

    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()
        # Those of this loop; no other test would find and close them when it lets go of the database.
        connections.close_all()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


OpenPage = Callable[..., Any]


@pytest.fixture
def open_page(chromium: Any) -> Iterator[OpenPage]:
    """Return a function that opens a page in a context of its own; keywords go to ``new_context``.

    Where an answer such as 404 is what is tested, put a part of Chromium's message into the page's ``expected_errors``.
    """
    opened: list[tuple[Any, Any, list[str]]] = []

    def opener(**options: Any) -> Any:
        options.setdefault("viewport", DESKTOP)
        context = chromium.new_context(**options)
        context.set_default_timeout(10_000)
        page = context.new_page()
        said: list[str] = []
        page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: said.append(str(error)))
        page.expected_errors = []
        opened.append((context, page, said))
        return page

    yield opener
    wrong = []
    for context, page, said in opened:
        wrong += [text for text in said if not any(part in text for part in page.expected_errors)]
        context.close()
    assert wrong == [], wrong
