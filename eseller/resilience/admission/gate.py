"""The gate before Django: lets requests in as the room decides, has them wait, or sends them away at once."""

from __future__ import annotations

import threading
import time

import msgspec

from eseller.kernel.environ import LOWERED
from eseller.kernel.wsgi import Environ
from eseller.resilience.admission.kinds import Kind, classify, is_lowered
from eseller.resilience.admission.limit import Limit
from eseller.resilience.admission.room import Room, State, Ticket

LEAST = 2
"""Places that are left however slow it gets: with one, one slow page would hold up all."""
WAITING = 256
WAIT_SECONDS = {Kind.CHECKOUT: 15.0, Kind.CART: 10.0}
WAIT_SECONDS_OF_OTHERS = 3.0
MOST_TOLD = 20


class AdmissionFigures(msgspec.Struct, frozen=True):
    """What the gate has done in this process since it began.

    Attributes:
        places: requests that may be worked on now.
        most_places: that may be at best.
        in_use: that are.
        waiting: that wait.
        admitted: requests let in, by class.
        refused: requests sent away, by class.
        refused_shops: by host, of those most often refused.
        usual_seconds: that requests of a class usually take.
    """

    places: int
    most_places: int
    in_use: int
    waiting: int
    admitted: dict[str, int]
    refused: dict[str, int]
    refused_shops: dict[str, int]
    usual_seconds: dict[str, float]


class Admitted:
    """A request at the gate; ``refused`` where it is sent away."""

    __slots__ = ("began", "ticket")

    def __init__(self, ticket: Ticket, began: float) -> None:
        """Hold its ticket, and when it began to be worked on."""
        self.ticket, self.began = ticket, began

    @property
    def refused(self) -> bool:
        """Whether it is sent away."""
        return self.ticket.state is State.REFUSED


class Gate:
    """Decides over requests, for many threads."""

    def __init__(self, most: int, *, office_host: str = "", adaptive: bool = True) -> None:
        """Let at most so many in at once.

        Args:
            most: requests.
            office_host: host of the back office.
            adaptive: whether fewer are let in while they take longer than usual.
        """
        self._most, self._office, self._adaptive = most, office_host, adaptive
        self._limit = Limit(min(LEAST, most), most)
        self._room = Room(places=most, waiting=WAITING)
        self._lock = threading.Lock()
        self._wakers: dict[int, threading.Event] = {}
        self._admitted = dict.fromkeys(Kind, 0)
        self._refused = dict.fromkeys(Kind, 0)

    def enter(self, environ: Environ) -> Admitted:
        """Take a request in, wait with it, or refuse it."""
        host = str(environ.get("HTTP_HOST", ""))[:300].lower().rpartition(":")
        shop = host[0] or host[2]
        kind = self._kind(environ, shop)
        waker = None
        with self._lock:
            ticket, changed = self._room.arrive(shop, kind, time.monotonic())
            self._wake(changed)
            if ticket.state is State.WAITING:
                waker = self._wakers[ticket.number] = threading.Event()
        if waker is not None:
            waker.wait(WAIT_SECONDS.get(kind, WAIT_SECONDS_OF_OTHERS))
            with self._lock:
                self._wakers.pop(ticket.number, None)
                if ticket.state is State.WAITING:
                    self._room.give_up(ticket)
        with self._lock:
            counts = self._refused if ticket.state is State.REFUSED else self._admitted
            counts[kind] += 1
        return Admitted(ticket, time.monotonic())

    def leave(self, admitted: Admitted, *, good: bool) -> None:
        """Let go of a request that was let in.

        Args:
            admitted: which.
            good: whether its time tells something: what fails at once does not.
        """
        now = time.monotonic()
        with self._lock:
            if good and self._adaptive:
                seconds = now - admitted.began
                self._limit.note(admitted.ticket.kind, seconds, in_use=self._room.in_use, now=now)
                self._room.places = self._limit.places
            self._wake(self._room.leave(admitted.ticket, now))

    def figures(self) -> AdmissionFigures:
        """What is known now, as a copy."""
        with self._lock:
            refused = sorted(self._room.shops.values(), key=lambda shop: -shop.refused)[:MOST_TOLD]
            return AdmissionFigures(
                places=self._room.places,
                most_places=self._most,
                in_use=self._room.in_use,
                waiting=len(self._room.queue),
                admitted={kind.label: count for kind, count in self._admitted.items()},
                refused={kind.label: count for kind, count in self._refused.items()},
                refused_shops={shop.name: shop.refused for shop in refused if shop.refused},
                usual_seconds={
                    kind.label: round(seconds, 6)
                    for kind, seconds in self._limit.usual_seconds().items()
                    if isinstance(kind, Kind)
                },
            )

    def _kind(self, environ: Environ, host: str) -> Kind:
        purpose, agent = environ.get("HTTP_SEC_PURPOSE", ""), environ.get("HTTP_USER_AGENT", "")
        if environ.get(LOWERED):
            purpose = "prefetch"
        return classify(
            environ["REQUEST_METHOD"], environ["PATH_INFO"], office=host == self._office, purpose=purpose, agent=agent
        )

    def _wake(self, tickets: list[Ticket]) -> None:
        for ticket in tickets:
            waker = self._wakers.get(ticket.number)
            if waker is not None:
                waker.set()


def lowered(environ: Environ) -> bool:
    """Tell whether nobody waits for the answer to a request; see ``kinds.is_lowered``."""
    return is_lowered(environ.get("HTTP_SEC_PURPOSE", ""), environ.get("HTTP_USER_AGENT", ""))
