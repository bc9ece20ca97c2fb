"""Every address of the project, found by walking the urlconfs, and how each of its parts is filled in for a shop.

A new route needs no word here as long as its parameters are known by name. One that isn't known fails the suite with a
sentence that says what to add.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple
from urllib.parse import quote

from django.conf import settings
from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.resolvers import RoutePattern

from eseller.channels.backoffice.links import Purpose
from tests.isolation.world import World

STOREFRONT = "eseller.channels.storefront.urls"
BACKOFFICE = "eseller.channels.backoffice.urls"
MAILBOX = "eseller.channels.mailbox.urls"
ROOT = "eseller.config.urls"

Fill = Callable[[World], Any]

OWN: dict[str, dict[str, Fill]] = {
    STOREFRONT: {
        "product:slug": lambda w: w.product_slug,
        "category:slug": lambda w: w.category_slug,
        "page:slug": lambda w: w.page_slug,
        "public_id": lambda w: w.placed.public_id,
        "paper_id": lambda w: w.paper_id,
        "reference": lambda w: w.reference,
        "reset:token": lambda w: w.reset_token,
        "address_id": lambda w: w.address_id,
        "media:name": lambda w: w.media_name,
    },
    BACKOFFICE: {
        "shop": lambda w: w.shop.slug,
        "media:name": lambda w: w.media_name,
        "number": lambda w: w.placed.number,
        "paper_id": lambda w: w.paper_id,
        "product_id": lambda w: w.product_id,
        "category_id": lambda w: w.category_id,
        "page_id": lambda w: w.page_id,
        "domain_id": lambda w: w.domain_id,
        "user_id": lambda w: w.members["clerk"].pk,
        "shipping-method:code": lambda w: w.shipping_code,
        "shipping-remove:code": lambda w: w.shipping_code,
        "payment-method:code": lambda w: w.payment_codes["invoice"],
    },
    MAILBOX: {},
    ROOT: {},
}
"""Parts of an address that belong to one shop, by ``parameter`` or ``route name:parameter``."""

COMMON: dict[str, dict[str, Fill]] = {
    STOREFRONT: {
        "language": lambda _w: "da",
        "provider": lambda _w: "testcard",
        "sitemap-part:kind": lambda _w: "product",
        "sitemap-part:after": lambda _w: 0,
    },
    BACKOFFICE: {
        # Links for a person, who belongs to no shop.
        "reset:token": lambda w: w.person_token[Purpose.RESET],
        "invitation:token": lambda w: w.person_token[Purpose.INVITATION],
    },
    # The demo's own page: it shows the mails of all shops to whoever runs the demo, and exists nowhere else.
    MAILBOX: {"name": lambda _w: f"{0:020d}-{0:08x}.eml"},
    ROOT: {},
}
"""Parts that mean the same in every shop, or nothing of a shop."""

NEEDED: dict[tuple[str, str], Fill] = {
    (STOREFRONT, "order"): lambda w: {"s": w.signature},
    (STOREFRONT, "order-paper"): lambda w: {"s": w.signature},
    (BACKOFFICE, "theme-frame"): lambda _w: {"brand": "#123456", "surface": "#ffffff"},
}
"""What the query string of a page must hold for the page to answer its owner."""


class UnknownParameter(AssertionError):
    """A route has a part that the tests cannot fill in."""


class Route(NamedTuple):
    """One address pattern of a urlconf."""

    urlconf: str
    name: str
    pattern: str
    parameters: tuple[str, ...]

    @property
    def label(self) -> str:
        """What the route is called in messages."""
        return f"{self.urlconf.split('.')[2]} {self.name}: /{self.pattern}"

    @property
    def of_shop(self) -> tuple[str, ...]:
        """Return the parameters that mean something of one shop."""
        return tuple(name for name in self.parameters if self._find(name)[1])

    def _find(self, parameter: str) -> tuple[Fill, bool]:
        for table, own in ((OWN, True), (COMMON, False)):
            for key in (f"{self.name}:{parameter}", parameter):
                if key in table.get(self.urlconf, {}):
                    return table[self.urlconf][key], own
        raise UnknownParameter(
            f"The tests don't know what to put for <{parameter}> of the route {self.label}. Add "
            f'"{self.name}:{parameter}" to OWN in tests/isolation/urls.py if it means something of one shop (and see '
            "to it that tests/isolation/world.py makes one), else to COMMON."
        )

    def path(self, own: World, **of: World) -> str:
        """Return the address with this shop's values; ``of`` names parameters that come from another shop."""
        pieces = {name: quote(str(self._find(name)[0](of.get(name, own))), safe="=:@") for name in self.parameters}
        return "/" + _PARAMETER.sub(lambda found: pieces[found[1]], self.pattern)

    def foreign_paths(self, own: World, other: World) -> Iterator[str]:
        """Yield the address with the other shop's values: all of them, and each alone among one's own."""
        names = self.of_shop
        yield self.path(own, **dict.fromkeys(names, other))
        if len(names) > 1:
            for name in names:
                yield self.path(own, **{name: other})

    def query(self, world: World) -> dict[str, Any]:
        """Return what the page needs in its query string."""
        given: dict[str, Any] = NEEDED.get((self.urlconf, self.name), lambda _w: {})(world)  # type: ignore[no-untyped-call]
        return given


_PARAMETER = re.compile(r"<(?:[^<>:]+:)?([^<>]+)>")


def urlconfs() -> list[str]:
    """Return the urlconfs that a host can lead to; the middleware chooses among these."""
    return [STOREFRONT, BACKOFFICE, *([MAILBOX] if settings.MAILBOX_HOST else []), ROOT]


def routes(urlconf: str) -> list[Route]:
    """Return all routes of a urlconf, those of included ones too."""
    resolver: URLResolver = get_resolver(urlconf)
    return list(_walk(urlconf, resolver, ""))


def _walk(urlconf: str, resolver: URLResolver, before: str) -> Iterator[Route]:
    for entry in resolver.url_patterns:
        assert isinstance(entry.pattern, RoutePattern), (
            f"{urlconf}: {entry.pattern} is not written with path(); teach tests/isolation/urls.py to fill it in."
        )
        whole = before + str(entry.pattern)
        if isinstance(entry, URLPattern):
            yield Route(urlconf, entry.name or "", whole, tuple(_PARAMETER.findall(whole)))
        else:
            yield from _walk(urlconf, entry, whole)
