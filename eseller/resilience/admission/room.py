"""Who of those who ask gets a place: a pure machine of tickets, told the time.

Places are filled one after the other, each by whom the fewest speak against: first shops that hold less than their fair
share, then by class, then by who has held less lately. Filling up the least served first is max-min fairness
(Bertsekas and Gallager, Data Networks, 6.5.2).
"""

from __future__ import annotations

import math
from enum import Enum

from eseller.resilience.admission.kinds import PATIENCE, SHARES, Kind

ACTIVE_SECONDS = 5.0
"""A shop takes part in the division for so long after its last request."""
MEMORY_SECONDS = 5.0
"""Time constant with which is forgotten what a shop held."""
MOST_SHOPS = 10_000
RESERVE, RESERVE_ALONE = 2, 4
"""One place in so many is kept free for those below their fair share: where others are seen, and where one is alone.

Places share a processor: with three of four taken by one shop, the others' p99 was 37 to 52 ms, with two 19 to 24."""


class State(Enum):
    """Where a request is."""

    WAITING = 1
    WORKING = 2
    REFUSED = 3


class Shop:
    """What a shop holds, has held on the average of late, and how many of its requests were refused."""

    __slots__ = ("at", "held", "mean", "name", "refused", "waiting")

    def __init__(self, name: str, now: float) -> None:
        self.name, self.at = name, now
        self.held = self.waiting = self.refused = 0
        self.mean = 0.0


class Ticket:
    """One request."""

    __slots__ = ("kind", "number", "shop", "state")

    def __init__(self, shop: Shop, kind: Kind, number: int) -> None:
        self.shop, self.kind, self.number = shop, kind, number
        self.state = State.WAITING


class Room:
    """Places to work and places to wait. Not for several threads at once.

    Args:
        places: So many may work at the same time; may be changed at any time.
        waiting: So many more may wait.
    """

    def __init__(self, *, places: int, waiting: int) -> None:
        self.places, self._most_waiting = places, waiting
        self.in_use = 0
        self.queue: list[Ticket] = []
        self.shops: dict[str, Shop] = {}
        # By when they were last seen, the longest ago first.
        self._active: dict[str, float] = {}
        self._numbers = 0

    def arrive(self, shop: str, kind: Kind, now: float) -> tuple[Ticket, list[Ticket]]:
        """Take a request in: it works, waits or is refused. Return it and whose state has changed besides."""
        self._numbers += 1
        ticket = Ticket(self._seen(shop, now), kind, self._numbers)
        if not self.queue and self._fits(ticket):
            self._admit(ticket)
            return ticket, []
        self.queue.append(ticket)
        ticket.shop.waiting += 1
        changed = self._fill()
        if ticket.state is State.WAITING and len(self.queue) > self._most_waiting * PATIENCE[kind]:
            # Who is served last anyway gives way, be it the new one or another.
            worst = max(self.queue, key=self._rank)
            self.give_up(worst)
            changed.append(worst)
        return ticket, [other for other in changed if other is not ticket]

    def leave(self, ticket: Ticket, now: float) -> list[Ticket]:
        """Let go of one that has worked; return those that work from now on."""
        self._seen(ticket.shop.name, now)
        ticket.shop.held -= 1
        self.in_use -= 1
        return self._fill()

    def give_up(self, ticket: Ticket) -> None:
        """Refuse one that waits."""
        self.queue.remove(ticket)
        ticket.shop.waiting -= 1
        ticket.shop.refused += 1
        ticket.state = State.REFUSED

    def _fill(self) -> list[Ticket]:
        """Give the places that are free to those who wait, best first."""
        admitted = []
        while fitting := [ticket for ticket in self.queue if self._fits(ticket)]:
            best = min(fitting, key=self._rank)
            self.queue.remove(best)
            best.shop.waiting -= 1
            self._admit(best)
            admitted.append(best)
        return admitted

    def _admit(self, ticket: Ticket) -> None:
        ticket.state = State.WORKING
        ticket.shop.held += 1
        self.in_use += 1

    def _fits(self, ticket: Ticket) -> bool:
        # Rounded up, so that each class can use at least one place.
        if self.in_use >= math.ceil(self.places * SHARES[ticket.kind]):
            return False
        kept = self._reserve() if ticket.kind > Kind.CHECKOUT and self._has_its_share(ticket.shop) else 0
        return self.places - self.in_use > kept

    def _rank(self, ticket: Ticket) -> tuple[bool, Kind, float, int]:
        return self._has_its_share(ticket.shop), ticket.kind, ticket.shop.mean, ticket.number

    def _has_its_share(self, shop: Shop) -> bool:
        return shop.held >= max(1.0, (self.places - self._reserve()) / len(self._active))

    def _reserve(self) -> int:
        return self.places // (RESERVE if len(self._active) > 1 else RESERVE_ALONE)

    def _seen(self, name: str, now: float) -> Shop:
        self._active.pop(name, None)
        self._active[name] = now
        while now - self._active[oldest := next(iter(self._active))] > ACTIVE_SECONDS:
            del self._active[oldest]
        shop = self.shops.get(name) or self._new(name, now)
        shop.mean += (shop.held - shop.mean) * (1 - math.exp((shop.at - now) / MEMORY_SECONDS))
        shop.at = now
        return shop

    def _new(self, name: str, now: float) -> Shop:
        if len(self.shops) >= MOST_SHOPS:
            self.shops = {known: shop for known, shop in self.shops.items() if shop.held or shop.waiting}
        return self.shops.setdefault(name, Shop(name, now))
