"""Which class a request is of: what a sale needs goes before what can wait. By its first line and two headers."""

from __future__ import annotations

import re
from enum import IntEnum


class Kind(IntEnum):
    """Classes of requests, the first to be served before the last."""

    CHECKOUT = 0
    CART = 1
    OFFICE = 2
    PRODUCT = 3
    LISTING = 4
    SEARCH = 5
    BULK = 6
    ROBOT = 7

    @property
    def label(self) -> str:
        """What figures call it."""
        return self.name.lower()


SHARES = {
    Kind.CHECKOUT: 1.0,
    Kind.CART: 0.95,
    Kind.OFFICE: 0.9,
    Kind.PRODUCT: 0.85,
    Kind.LISTING: 0.75,
    Kind.SEARCH: 0.6,
    Kind.BULK: 0.5,
    Kind.ROBOT: 0.4,
}
"""A class may work as long as no more than this part of all places is taken; so the last are refused first."""
PATIENCE = {
    Kind.CHECKOUT: 1.0,
    Kind.CART: 1.0,
    Kind.OFFICE: 0.5,
    Kind.PRODUCT: 0.25,
    Kind.LISTING: 0.2,
    Kind.SEARCH: 0.15,
    Kind.BULK: 0.1,
    Kind.ROBOT: 0.05,
}
"""A class may wait as long as no more than this part of all places to wait is taken: a crowd of buyers finds room."""

_LANGUAGE = re.compile(r"/[a-z]{2}(?:-[A-Z]{2})?(?=/|$)")
_BY_FIRST = {
    **dict.fromkeys(("checkout", "order", "pay", "hooks"), Kind.CHECKOUT),
    **dict.fromkeys(("cart", "account"), Kind.CART),
    **dict.fromkeys(("", "p", "pages", "media", "fragments", "theme.css", "static"), Kind.PRODUCT),
    "c": Kind.LISTING,
    "search": Kind.SEARCH,
}
_BULK = frozenset({"export", "exports", "import", "imports"})
# They may say so or not: it only ever lowers a request.
_ROBOT = re.compile(r"bot\b|crawl|spider|slurp|bot/", re.IGNORECASE)


def classify(method: str, path: str, *, office: bool = False, purpose: str = "", agent: str = "") -> Kind:
    """Tell the class of a request.

    Args:
        method: Its method.
        path: Its path, decoded.
        office: Whether it goes to the back office.
        purpose: Its header Sec-Purpose, as browsers send it with what they fetch in advance.
        agent: Its header User-Agent.
    """
    kind = _office(path) if office else _storefront(path)
    if method in ("GET", "HEAD") and kind > Kind.CART and is_lowered(purpose, agent):
        return Kind.ROBOT
    return kind


def is_lowered(purpose: str, agent: str) -> bool:
    """Tell whether nobody waits for the answer: a robot, or a browser that fetches in advance."""
    return purpose.startswith("prefetch") or _ROBOT.search(agent[:300]) is not None


def _storefront(path: str) -> Kind:
    language = _LANGUAGE.match(path)
    rest = path[language.end() :] if language else path
    # What no page has, such as robots.txt, sitemaps and feeds, and what those who search for holes ask for.
    return _BY_FIRST.get(rest[1:].partition("/")[0], Kind.ROBOT)


def _office(path: str) -> Kind:
    return Kind.OFFICE if _BULK.isdisjoint(path.split("/", 4)) else Kind.BULK
