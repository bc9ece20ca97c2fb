"""What the request threads of this process are doing, and what came of it; cheap enough for every request.

Counting a request takes about 1.2 µs; see docs/decisions/0017-a-private-port-for-each-process.md.
"""

from __future__ import annotations

import heapq
import queue
import threading
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from time import monotonic
from typing import Any, Protocol

import msgspec

from eseller.kernel.environ import SHOP, SITE
from eseller.kernel.tally import Tally

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
Application = Callable[[Environ, StartResponse], Iterable[bytes]]

BOUNDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Upper ends of the histogram's steps, in seconds; one more is without end."""
FAILED = 5
OUTCOMES = ("2xx", "3xx", "4xx", "5xx")
STOREFRONT = "storefront"
OTHER = "other"
"""The site of what no site has answered: static files, hosts of no shop."""
MOST_TOLD = 20
"""Shops that are told of by name because they fail, and as many because they are the busiest."""
FAILING_SECONDS = 600.0
"""A shop counts as failing for so long after its last error."""
BUSY_SECONDS = 60.0
"""The busiest are those with the most requests in the last one to two spans of this length."""
MOST_KNOWN = 10_000
"""Shops that are counted by themselves; further ones count in the totals alone."""


class Site(msgspec.Struct):
    """What came of the requests at one site: how many by first digit of their status and by time, and their seconds."""

    by_digit: list[int]
    by_time: list[int]
    seconds: float = 0.0

    def outcomes(self) -> dict[str, int]:
        """How many there were of each class."""
        return {name: self.by_digit[int(name[0])] for name in OUTCOMES}


class Shop(msgspec.Struct):
    """Requests of one shop, how many of them failed (5xx), and when the last one did, by ``monotonic``."""

    requests: int = 0
    errors: int = 0
    failed_at: float = 0.0


class Figures(msgspec.Struct, frozen=True):
    """What a process is doing now and what it has done.

    Attributes:
        active: Requests that are being worked on.
        waiting: Requests that wait for one of the threads.
        oldest_seconds: Age of the oldest of both.
        sites: Finished requests by site.
        shops: Those shops that fail or are the busiest, by short name.
        failing: How many shops have failed lately.
    """

    active: int
    waiting: int
    oldest_seconds: float
    sites: dict[str, Site]
    shops: dict[str, Shop]
    failing: int


class Gauge:
    """Counts requests."""

    def __init__(self) -> None:
        # Held for single steps; without it counts of several threads would get lost. The collector of garbage may
        # end a forgotten request within one of them.
        self._lock = threading.RLock()
        self._running: dict[Request, float] = {}
        self._sites: dict[str, Site] = {}
        self._shops: dict[str, Shop] = {}
        self._quick: dict[tuple[str, int], Tally] = {}
        self._taken: dict[tuple[str, int], int] = {}
        self._marks: tuple[dict[str, int], dict[str, int]] = ({}, {})
        self._marked_at = monotonic()
        self.leaving = False
        """Whether clients are asked to come over another connection next time."""

    def begin(self, environ: Environ, start_response: StartResponse) -> Request:
        """Count a request from now on."""
        request = Request(self, environ, start_response)
        self._running[request] = request.began = monotonic()
        return request

    def end(self, request: Request) -> None:
        """Count what came of a request; once for each."""
        now = monotonic()
        environ, digit = request.environ, request.digit
        name, shop_name = environ.get(SITE, OTHER), environ.get(SHOP)
        seconds = now - request.began
        with self._lock:
            del self._running[request]
            site = self._sites.get(name) or self._new_site(name)
            site.by_digit[digit] += 1
            site.by_time[bisect_left(BOUNDS, seconds)] += 1
            site.seconds += seconds
            if shop_name is not None:
                shop = self._shops.get(shop_name) or self._new_shop(shop_name)
                shop.requests += 1
                if digit == 5:
                    shop.errors += 1
                    shop.failed_at = now

    def answered(self, shop_name: str, digit: int) -> None:
        """Count a request of a shop's page that was answered from memory, in far less than a histogram's first step.

        Without the lock: so many of these come that threads would stand in line at it.

        Args:
            shop_name: the shop; empty where it is none's.
            digit: the first of the status.
        """
        tally = self._quick.get((shop_name, digit))
        if tally is None:
            tally = self._quick.setdefault((shop_name, digit), Tally())
        tally.add()

    def refused(self, status: int) -> None:
        """Count a request that no site has seen, nor any thread worked on."""
        with self._lock:
            (self._sites.get(OTHER) or self._new_site(OTHER)).by_digit[status // 100] += 1

    def _new_site(self, name: str) -> Site:
        return self._sites.setdefault(name, Site([0] * 10, [0] * (len(BOUNDS) + 1)))

    def _new_shop(self, name: str) -> Shop:
        return self._shops.setdefault(name, Shop()) if len(self._shops) < MOST_KNOWN else Shop()

    def is_idle(self) -> bool:
        """Whether there is no request."""
        return not self._running

    def figures(self) -> Figures:
        """What is known now, as a copy."""
        now = monotonic()
        with self._lock:
            self._take_quick(now)
            running = list(self._running)
            sites = {n: Site([*s.by_digit], [*s.by_time], s.seconds) for n, s in self._sites.items()}
            shops = {name: Shop(shop.requests, shop.errors, shop.failed_at) for name, shop in self._shops.items()}
        active = sum(request.working for request in running)
        failing = [name for name, shop in shops.items() if shop.errors and now - shop.failed_at < FAILING_SECONDS]
        latest = heapq.nlargest(MOST_TOLD, failing, key=lambda name: shops[name].failed_at)
        told = dict.fromkeys([*latest, *self._busiest(shops, now)])
        return Figures(
            active=active,
            waiting=len(running) - active,
            oldest_seconds=round(max((now - request.began for request in running), default=0.0), 3),
            sites=sites,
            shops={name: shops[name] for name in told},
            failing=len(failing),
        )

    def _take_quick(self, now: float) -> None:
        """Add what was counted without the lock since the last time."""
        for (name, digit), tally in list(self._quick.items()):
            value = tally.value
            more = value - self._taken.get((name, digit), 0)
            if not more:
                continue
            self._taken[name, digit] = value
            site = self._sites.get(STOREFRONT) or self._new_site(STOREFRONT)
            site.by_digit[digit] += more
            site.by_time[0] += more
            if name:
                shop = self._shops.get(name) or self._new_shop(name)
                shop.requests += more
                if digit == FAILED:
                    shop.errors += more
                    shop.failed_at = now

    def _busiest(self, shops: dict[str, Shop], now: float) -> list[str]:
        """Those with the most requests since the older one of two marks."""
        if now - self._marked_at > BUSY_SECONDS:
            self._marks = (self._marks[1], {name: shop.requests for name, shop in shops.items()})
            self._marked_at = now
        before = self._marks[0]
        return heapq.nlargest(MOST_TOLD, shops, key=lambda name: shops[name].requests - before.get(name, 0))


class Request:
    """One request that is counted; it is what the application calls to begin its answer."""

    __slots__ = ("_gauge", "_start_response", "began", "digit", "environ", "working")
    began: float

    def __init__(self, gauge: Gauge, environ: Environ, start_response: StartResponse) -> None:
        self._gauge, self._start_response = gauge, start_response
        self.environ = environ
        self.working = False
        # Without an answer it failed.
        self.digit = 5

    def __call__(self, status: str, headers: list[tuple[str, str]], *error: Any) -> Any:
        """Begin the answer."""
        self.digit = int(status[0])
        if self._gauge.leaving:
            headers = [*headers, ("Connection", "close")]
        return self._start_response(status, headers, *error)


class Door(Protocol):
    """Who lets requests in, may have them wait, and may refuse them."""

    def enter(self, environ: Environ) -> Any:
        """Return what says whether a request is ``refused``, and stands for it when it leaves."""

    def leave(self, admitted: Any, *, good: bool) -> None:
        """Let go of a request that was let in."""


class Places:
    """Lets so many in at once; others wait in line, and nobody is refused."""

    refused = False

    def __init__(self, at_once: int) -> None:
        # As a semaphore, in a tenth of the time.
        self._free: queue.SimpleQueue[None] = queue.SimpleQueue()
        for _ in range(at_once):
            self._free.put(None)

    def enter(self, _environ: Environ) -> Places:
        """Wait for a place."""
        self._free.get()
        return self

    def leave(self, _admitted: Places, *, good: bool) -> None:  # noqa: ARG002  (all are alike)
        """Give a place back."""
        self._free.put(None)


def counted(application: Application, gauge: Gauge, door: Door, refuse: Application | None = None) -> Application:
    """The application, with its requests counted until they are answered.

    Args:
        application: What is asked.
        gauge: Counts.
        door: Lets them in.
        refuse: Answers those that are refused.
    """

    def counting(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        request = gauge.begin(environ, start_response)
        admitted = door.enter(environ)
        if admitted.refused:
            assert refuse is not None  # noqa: S101  (a door that refuses comes with it)
            try:
                return refuse(environ, request)
            finally:
                gauge.end(request)
        request.working = True

        def end(request: Request) -> None:
            gauge.end(request)
            door.leave(admitted, good=request.digit != FAILED)

        try:
            answer = application(environ, request)
        except BaseException:
            request.digit = 5
            end(request)
            raise
        if isinstance(answer, list):
            end(request)
            return answer
        # What is still to be made while it is sent is work as well.
        return _Unfinished(answer, request, end)

    return counting


class _Unfinished:
    """An answer whose request counts until the server closes it, or lets go of it, as after an error of its own."""

    def __init__(self, answer: Iterable[bytes], request: Request, end: Callable[[Request], None]) -> None:
        self._answer, self._request, self._end = answer, request, end
        self._open = True

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._answer)

    def close(self) -> None:
        if not self._open:
            return
        self._open = False
        try:
            close = getattr(self._answer, "close", None)
            if close is not None:
                close()
        finally:
            self._end(self._request)

    __del__ = close
