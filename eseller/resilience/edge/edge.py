"""The outermost layer of a web process: pages that it has are sent at once, all else goes on to the origin (Django)."""

from __future__ import annotations

import io
import logging
import queue
import random
import threading
import time
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple, Protocol

from eseller.kernel.environ import LOWERED
from eseller.kernel.tally import Tally
from eseller.kernel.wsgi import Application, Ending, Environ, StartResponse
from eseller.resilience.admission.gate import lowered
from eseller.resilience.edge import depends
from eseller.resilience.edge.changes import Changes
from eseller.resilience.edge.depends import Tag
from eseller.resilience.edge.figures import COUNTED, EdgeFigures
from eseller.resilience.edge.flights import Flights
from eseller.resilience.edge.keys import Key, Rules, key_of
from eseller.resilience.edge.page import Encoding, Headers, Page, State, best_encoding
from eseller.resilience.edge.shared import Shared
from eseller.resilience.edge.store import Alias, Store, all_of, touched_by

log = logging.getLogger(__name__)

GRACE_SECONDS = 24 * 3600.0
"""An old page answers for a sick origin so long."""
WAIT_SECONDS = 5.0
"""Nobody waits longer for a page that somebody else makes."""
PAUSE_SECONDS = 1.0
"""After the origin has failed, a page is tried again so much later."""
JITTER = 0.2
LEASE_WAIT_SECONDS = 0.2
LEASE_PAUSE_SECONDS = 0.02
_MOST_ENCODINGS = 200
_LONGEST_HOST = 253
_FULL = b"Too many people are here just now. Please try again in a moment.\n"
_LARGEST = 2 * 1024 * 1024
# Of an answer's headers, what says something of its way rather than of the page.
_NOT_KEPT = frozenset({"content-length", "content-encoding", "etag", "vary", "set-cookie", "x-request-id", "date"})
_OF_BODIES = frozenset({"Content-Type", "Content-Length", "Content-Encoding"})
# Of a request, what the server itself says. Nothing that a client sends reaches a page that others are shown.
_SERVER = (
    "SERVER_NAME", "SERVER_PORT", "SERVER_PROTOCOL", "SCRIPT_NAME",
    "wsgi.version", "wsgi.url_scheme", "wsgi.errors", "wsgi.multithread", "wsgi.multiprocess", "wsgi.run_once",
)  # fmt: skip


class Route(NamedTuple):
    """Whose pages a host has.

    Attributes:
        shop: its number.
        slug: its short name.
        host: as pages are made for it, with a port where links have one.
        reference: what its pages are made from beside rows of the database; compared by ``==``.
    """

    shop: int
    slug: str
    host: str
    reference: object


class Site(Protocol):
    """What the edge must know of the pages behind it."""

    rules: Rules

    def route(self, host: str) -> Route | None:
        """Return whose pages a host (lower case, without port) has; None where it is none's main one."""

    def position(self) -> str:
        """Return what this node has seen of the database."""


class Count(Protocol):
    """Who counts answers that never reached the origin."""

    leaving: bool

    def answered(self, slug: str, digit: int) -> None:
        """Count one."""


class Edge:
    """Answers from memory, or has pages made."""

    def __init__(
        self,
        origin: Application,
        site: Site,
        count: Count,
        *,
        budget: int,
        places: int,
        seconds: float = 60.0,
        shared: Shared | None = None,
        refuse: Application | None = None,
    ) -> None:
        """Put an edge before an origin.

        Args:
            origin: makes pages.
            site: knows of them.
            count: counts what is answered here.
            budget: bytes of memory that pages may take.
            places: requests that may be at the origin, or wait for one that is.
            seconds: for how long a page is fresh that nothing changes, 20 % more or less.
            shared: pages of other nodes, if there is a caching server.
            refuse: answers who finds no place; a line of text unless given.
        """
        self.origin, self.site, self.count, self.shared = origin, site, count, shared
        self._refuse = refuse or _refuse
        self.seconds = seconds
        self.store = Store(budget)
        self._tallies = {name: Tally() for name in COUNTED}
        self._hit, self._not_modified = self._tallies["hits"].add, self._tallies["not_modified"].add
        self._changes = Changes()
        self._flights: Flights[_Made] = Flights()
        self._places = threading.BoundedSemaphore(places)
        self._encodings: dict[str, Encoding] = {}
        self._queue: queue.SimpleQueue[Page] = queue.SimpleQueue()
        self._refreshes = False
        self._lock = threading.Lock()

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request."""
        method = environ["REQUEST_METHOD"]
        if method not in ("GET", "HEAD"):
            return self._bypass(environ, start_response)
        alias = (environ.get("HTTP_HOST", ""), environ["PATH_INFO"], environ.get("QUERY_STRING", ""))
        page = self.store.aliases.get(alias)
        if page is not None and time.monotonic() < page.fresh_until:
            self._hit()
            return self._send(page, "fresh", environ, start_response)
        return self._look_up(environ, start_response, alias)

    def figures(self) -> EdgeFigures:
        """Return all counts, as a copy."""
        store = self.store
        return EdgeFigures(
            **{name: tally.value for name, tally in self._tallies.items()},
            entries=len(store),
            bytes=store.bytes,
            budget=store.budget,
            evictions=store.evictions,
        )

    def changed(self, tags: frozenset[Tag] | None, at: str = "") -> None:
        """Have pages that show one of some things made anew before they are sent again.

        Args:
            tags: of what has changed; None: anything.
            at: PostgreSQL's snapshot at the look that has seen it.
        """
        # First what is being made: it asks for changes after it was put into the store.
        self._changes.seen(tags, at)
        self.store.change(all_of if tags is None else touched_by(tags))

    def rerouted(self) -> None:
        """Have pages made anew whose shop is another by now, in whatever they are made from beside rows."""
        known: dict[str, object] = {}

        def differs(page: Page) -> bool:
            if page.host not in known:
                route = self.site.route(page.host)
                known[page.host] = None if route is None else route.reference
            return bool(known[page.host] != page.reference)

        self.store.change(differs)

    # What follows is in the order in which a request comes by.

    def _look_up(self, environ: Environ, start_response: StartResponse, alias: Alias) -> Iterable[bytes]:
        host = alias[0].rpartition(":")[0] if ":" in alias[0] else alias[0]
        route = self.site.route(host.lower()) if len(host) <= _LONGEST_HOST else None
        key = key_of(route.shop, alias[1], alias[2], self.site.rules) if route else None
        if route is None or key is None:
            return self._bypass(environ, start_response)
        page = self.store.get(key)
        if page is not None:
            if time.monotonic() < page.fresh_until:
                self._hit()
                self.store.alias(alias, page)
                return self._send(page, "fresh", environ, start_response)
            if not page.changed:
                self._refresh(page)
                self._tally("stale")
                return self._send(page, "stale", environ, start_response)
        made, counted = self._obtain(key, route, page, environ)
        if made.page is not None:
            self.store.alias(alias, made.page)
            return self._send(made.page, "stored", environ, start_response, counted=counted)
        if page is not None and made.failed and time.time() - page.made_at < GRACE_SECONDS:
            self._tally("saved")
            return self._send(page, "stale", environ, start_response, counted=counted)
        if made.answer is None:
            return self._full(environ, start_response)
        if page is not None and not made.failed:
            # What was a page is one no more.
            self.store.remove(page)
        if not counted:
            self.count.answered(route.slug, made.answer.status // 100)
        return made.answer.send(environ, start_response)

    def _obtain(self, key: Key, route: Route, former: Page | None, environ: Environ) -> tuple[_Made, bool]:
        """Make a page, or wait for who makes it; return as well whether the origin has counted a request for it."""
        if not self._places.acquire(blocking=False):
            self._tally("refused")
            return _Made(failed=True), False
        try:
            flight, mine = self._flights.join(key)
            if not mine:
                self._tally("waited")
                return flight.wait(WAIT_SECONDS) or _Made(failed=True), False
            made = None
            try:
                page = self._made_meanwhile(key, route, former)
                if page is not None:
                    made = _Made(page)
                    return made, False
                self._tally("changed" if former is not None and former.changed else "misses")
                made = self._ask_origin(key, route, environ)
                return made, True
            finally:
                self._flights.land(key, flight, made)
        finally:
            self._places.release()

    def _made_meanwhile(self, key: Key, route: Route, former: Page | None) -> Page | None:
        """Return a page that somebody else has made: here since the request looked, or at another node."""
        page = self.store.get(key)
        if page is not None and page is not former and time.monotonic() < page.fresh_until:
            return page
        if self.shared is None:
            return None
        page = self._from_others(key, route)
        end = time.monotonic() + LEASE_WAIT_SECONDS
        # Without a lease another node is at it; whether it lives nobody knows, so the wait is short.
        ours = False
        while page is None and not ours and time.monotonic() < end:
            ours = self.shared.lease(key)
            if not ours:
                time.sleep(LEASE_PAUSE_SECONDS)
            # With the lease as well: who had it may have handed its page over since we looked.
            page = self._from_others(key, route)
        return page

    def _from_others(self, key: Key, route: Route) -> Page | None:
        if self.shared is None:
            return None
        number = self._changes.number
        page = self.shared.get(key, route.reference)
        if page is None or time.monotonic() >= page.fresh_until:
            return None
        if not self._changes.are_in(page.position, page.tags) or not self._keep(page, number):
            return None
        self._tally("shared_hits")
        return page

    def _ask_origin(self, key: Key, route: Route, environ: Environ) -> _Made:
        number, position, began = self._changes.number, self.site.position(), time.monotonic()
        with depends.collected() as tags:
            try:
                answer = _Answer.of(self.origin, _cleaned(environ, key, route))
            except Exception:
                # The origin has written down what it was.
                log.exception("a page could not be made")
                return _Made(failed=True)
        if answer.status >= 500:
            return _Made(answer=answer, failed=True)
        if not answer.is_for_everybody or len(answer.body) > _LARGEST:
            return _Made(answer=answer)
        now = time.monotonic()
        page = Page(
            key,
            host=route.host.partition(":")[0],
            slug=route.slug,
            body=answer.body,
            headers=answer.kept_headers(),
            tags=frozenset(tags),
            reference=route.reference,
            position=position,
            made_at=time.time() - (now - began),
            fresh_until=now + self.seconds * random.uniform(1 - JITTER, 1 + JITTER),  # noqa: S311  (spreads)
        )
        if self._keep(page, number) and self.shared is not None:
            page.encoded("br", self.store.grown)
            self.shared.put(page)
        return _Made(page)

    def _keep(self, page: Page, number: int) -> bool:
        """Put a page into the store, unless something that it shows has changed since a look."""
        self.store.put(page)
        # Only now: whoever marks what has changed finds it in the store, or has been here before.
        route = self.site.route(page.host)
        if self._changes.since(number, page.tags) or route is None or route.reference != page.reference:
            self._tally("unkept")
            self.store.remove(page)
            return False
        return True

    def _refresh(self, page: Page) -> None:
        """Have an expired page made anew behind its back, once at a time."""
        with self._lock:
            if page.refreshing or time.monotonic() < page.retry_at:
                return
            page.refreshing = True
            if not self._refreshes:
                self._refreshes = True
                threading.Thread(target=self._refresh_all, name="refresh pages", daemon=True).start()
        self._queue.put(page)

    def _refresh_all(self) -> None:
        while True:
            page = self._queue.get()
            try:
                if not page.dead:
                    self._refresh_one(page)
            except Exception:
                log.exception("a page could not be refreshed")
            finally:
                page.retry_at = time.monotonic() + PAUSE_SECONDS
                page.refreshing = False

    def _refresh_one(self, page: Page) -> None:
        route = self.site.route(page.host)
        if route is not None:
            made, _ = self._obtain(page.key, route, page, {})
            if made.page is not None:
                self._tally("refreshed")

    def _send(
        self, page: Page, state: State, environ: Environ, start_response: StartResponse, *, counted: bool = False
    ) -> Iterable[bytes]:
        page.used = True
        accepted = environ.get("HTTP_ACCEPT_ENCODING", "")
        tag, headers, body = page.ready(
            self._encodings.get(accepted) or self._encoding(accepted), state, self.store.grown
        )
        asked = environ.get("HTTP_IF_NONE_MATCH")
        if asked is not None and _matches(asked, tag):
            self._not_modified()
            headers = [one for one in headers if one[0] not in _OF_BODIES]
            status, parts, digit = "304 Not Modified", [], 3
        else:
            status, parts, digit = "200 OK", [body] if environ["REQUEST_METHOD"] == "GET" else [], 2
        if not counted:
            self.count.answered(page.slug, digit)
        start_response(status, self._leaving(headers))
        return parts

    def _leaving(self, headers: Headers) -> Headers:
        return [*headers, ("Connection", "close")] if self.count.leaving else headers

    def _encoding(self, accepted: str) -> Encoding:
        best = best_encoding(accepted)
        if len(self._encodings) >= _MOST_ENCODINGS:
            self._encodings.clear()
        if len(accepted) <= _MOST_ENCODINGS:
            self._encodings[accepted] = best
        return best

    def _bypass(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        self._tally("bypassed")
        if not self._places.acquire(blocking=False):
            self._tally("refused")
            return self._full(environ, start_response)
        try:
            answer = self.origin(environ, start_response)
        except BaseException:
            self._places.release()
            raise
        if isinstance(answer, list):
            self._places.release()
            return answer
        return Ending(answer, self._places.release)

    def _full(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        self.count.answered("", 5)
        return self._refuse(environ, start_response)

    def _tally(self, name: str) -> None:
        self._tallies[name].add()


class _Made(NamedTuple):
    """What came of having a page made: a page, else an answer that is not kept, else nothing."""

    page: Page | None = None
    answer: _Answer | None = None
    failed: bool = False


class _Answer(NamedTuple):
    """What the origin has answered."""

    line: str
    headers: Headers
    body: bytes

    @classmethod
    def of(cls, origin: Application, environ: Environ) -> _Answer:
        """Ask the origin."""
        begun: list[tuple[str, Headers]] = []

        def start_response(status: str, headers: Headers, *_error: Any) -> None:
            begun.append((status, headers))

        parts = origin(environ, start_response)
        try:
            body = b"".join(parts)
        finally:
            close: Callable[[], object] | None = getattr(parts, "close", None)
            if close is not None:
                close()
        return cls(*begun[-1], body)

    @property
    def status(self) -> int:
        """Its code."""
        return int(self.line[:3])

    @property
    def is_for_everybody(self) -> bool:
        """Whether it says that all may have it, and sets nobody's cookie."""
        found = {name.lower(): value for name, value in self.headers}
        return (
            self.status == 200
            and found.get("cache-control", "").startswith("public")
            and "set-cookie" not in found
            and found.get("vary", "accept-encoding").lower() == "accept-encoding"
        )

    def kept_headers(self) -> Headers:
        """Return the headers that belong to the page."""
        return [(name, value) for name, value in self.headers if name.lower() not in _NOT_KEPT]

    def send(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Send it as it is."""
        start_response(self.line, [*self.headers, ("Cache-Status", "eSeller; fwd=miss")])
        return [self.body] if environ["REQUEST_METHOD"] == "GET" else []


def _refuse(_environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
    headers = [
        ("Content-Type", "text/plain; charset=utf-8"),
        ("Content-Length", str(len(_FULL))),
        ("Cache-Control", "no-store"),
        ("Retry-After", "2"),
    ]
    start_response("503 Service Unavailable", headers)
    return [_FULL]


def _cleaned(environ: Environ, key: Key, route: Route) -> Environ:
    """Return the request that the key alone stands for."""
    cleaned = {name: environ[name] for name in _SERVER if name in environ}
    return (
        _DEFAULTS
        | cleaned
        | {
            "REQUEST_METHOD": "GET",
            "PATH_INFO": key.path,
            "QUERY_STRING": key.query,
            "HTTP_HOST": route.host,
            LOWERED: lowered(environ),
            "CONTENT_LENGTH": "0",
            "wsgi.input": io.BytesIO(),
        }
    )


_DEFAULTS: Environ = {
    "SERVER_NAME": "localhost",
    "SERVER_PORT": "80",
    "SERVER_PROTOCOL": "HTTP/1.1",
    "SCRIPT_NAME": "",
    "REMOTE_ADDR": "",
    "wsgi.version": (1, 0),
    "wsgi.url_scheme": "http",
    "wsgi.errors": io.StringIO(),
    "wsgi.multithread": True,
    "wsgi.multiprocess": True,
    "wsgi.run_once": False,
}


def _matches(asked: str, tag: str) -> bool:
    """Tell whether If-None-Match names an entity tag (RFC 9110, section 13.1.2: compared weakly)."""
    return asked == tag or asked == "*" or tag in (part.strip().removeprefix("W/") for part in asked[:2000].split(","))
