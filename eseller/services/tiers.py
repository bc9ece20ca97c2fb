"""The background services, and which of them are let go first when the database can't do everything. Pure."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from eseller.kernel.errors import EsellerError

LOWEST = 4
"""The tier that is stopped first. What is in the first one is never stopped but by name."""


class Service(msgspec.Struct, frozen=True):
    """A background service: the jobs of one queue.

    Attributes:
        name: of it, and of its queue.
        tier: 1 is needed for what was sold; the higher, the longer it can wait.
        what: what it does.
    """

    name: str
    tier: int
    what: str


SERVICES = (
    Service("payments", 1, "captures, refunds and cancels payments"),
    Service("housekeeping", 1, "takes up jobs of workers that died, and forgets old ones"),
    Service("expiry", 2, "lets go of goods and orders that nobody paid for"),
    Service("mail", 2, "sends mails"),
    Service("search", 3, "builds the words that shoppers search by"),
    Service("upkeep", 3, "deletes old sessions, carts and journals"),
    Service("media", 4, "fetches and sizes pictures"),
    Service("scan", 4, "looks for bad records"),
)


class UnknownService(EsellerError):
    """There is no such service."""

    code = "unknown_service"


def chosen(names: Iterable[str] = (), *, tier: int | None = None) -> tuple[Service, ...]:
    """Return services by name and by tier.

    Args:
        names: of services.
        tier: this one and all that are let go before it.

    Raises:
        UnknownService: one has no such name, or the tier is none that is let go.
    """
    known = {service.name: service for service in SERVICES}
    wanted = dict.fromkeys(names)
    if unknown := [name for name in wanted if name not in known]:
        raise UnknownService(f"There is no service {unknown[0]!r}. There are: {', '.join(known)}.")
    if tier is not None:
        if not 2 <= tier <= LOWEST:
            raise UnknownService(f"Tiers 2 to {LOWEST} can be stopped; a service of the first only by its name.")
        wanted |= dict.fromkeys(service.name for service in SERVICES if service.tier >= tier)
    return tuple(known[name] for name in wanted)
