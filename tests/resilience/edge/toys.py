"""A site of two shops, an origin that counts what it is asked, and a client that needs no socket."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterable
from typing import Any

from eseller.kernel.wsgi import Environ
from eseller.resilience.edge import depends
from eseller.resilience.edge.edge import Edge, Route
from eseller.resilience.edge.keys import Rules

RULES = Rules(re.compile(r"/(?:p/[a-z0-9-]+)?"), frozenset({"page", "q"}))
ROOMY = 10_000_000


class Site:
    """Two shops."""

    rules = RULES

    def __init__(self) -> None:
        self.references = {"one.example": "as it was", "two.example": "as it was"}
        self.seen = "1:1:"

    def route(self, host: str) -> Route | None:
        if host not in self.references:
            return None
        number = list(self.references).index(host) + 1
        return Route(number, host.partition(".")[0], host, self.references[host])

    def position(self) -> str:
        return self.seen


class Counts:
    """Counts answers."""

    leaving = False

    def __init__(self) -> None:
        self.told: list[tuple[str, int]] = []

    def answered(self, slug: str, digit: int) -> None:
        self.told.append((slug, digit))


class Origin:
    """Makes pages of a counter; ``/p/N`` shows thing N."""

    def __init__(self) -> None:
        self.asked: list[Environ] = []
        self.status = "200 OK"
        self.cache_control = "public, max-age=0"
        self.more_headers: list[tuple[str, str]] = []
        self.hold: threading.Event | None = None
        self.during: Callable[[], object] = lambda: None
        self.fault: Exception | None = None
        self._lock = threading.Lock()

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        with self._lock:
            self.asked.append(environ)
            number = len(self.asked)
        if self.hold is not None:
            self.hold.wait(10)
        if self.fault is not None:
            raise self.fault
        thing = environ["PATH_INFO"].rpartition("/")[2]
        if thing.isdigit():
            depends.on(depends.tag(0, int(thing)))
        self.during()
        body = f"{environ['HTTP_HOST']} {environ['PATH_INFO']}?{environ.get('QUERY_STRING', '')} {number}".encode()
        start_response(
            self.status,
            [
                ("Content-Type", "text/plain"),
                ("Cache-Control", self.cache_control),
                ("X-Request-ID", "1"),
                *self.more_headers,
            ],
        )
        return [body]


class Told:
    """An answer."""

    def __init__(self, edge: Edge, path: str = "/", query: str = "", **environ: Any) -> None:
        self.status = ""
        self.headers: dict[str, str] = {}
        base = {
            "REQUEST_METHOD": "GET", "PATH_INFO": path, "QUERY_STRING": query, "HTTP_HOST": "one.example",
            "CONTENT_LENGTH": "0",
        }  # fmt: skip
        parts = edge(base | environ, self._start)
        self.body = b"".join(parts)
        close = getattr(parts, "close", None)
        if close is not None:
            close()

    def _start(self, status: str, headers: list[tuple[str, str]], *_error: Any) -> None:
        self.status = status
        self.headers = {name.lower(): value for name, value in headers}

    @property
    def how(self) -> str:
        """How the page came about."""
        return self.headers.get("cache-status", "")


class World:
    """An edge with all around it."""

    def __init__(self, *, budget: int = ROOMY, places: int = 8, seconds: float = 60.0) -> None:
        self.site, self.origin, self.counts = Site(), Origin(), Counts()
        self.edge = Edge(self.origin, self.site, self.counts, budget=budget, places=places, seconds=seconds)

    def get(self, path: str = "/", query: str = "", **environ: Any) -> Told:
        return Told(self.edge, path, query, **environ)

    def expire(self) -> None:
        """Let the time of all pages be over."""
        for page in self.edge.store.pages():
            page.fresh_until = float("-inf")
