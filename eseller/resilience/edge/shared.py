"""What the pages of several nodes share: a caching server, which may lie, stumble or be gone."""

from typing import Protocol

from eseller.resilience.edge.keys import Key
from eseller.resilience.edge.page import Page


class Shared(Protocol):
    """Pages in a caching server. Nothing raises, and nothing takes longer than the deadline of its client."""

    def get(self, key: Key, reference: object) -> Page | None:
        """Return a page that some node has made from the same reference; it may show what has changed since."""

    def put(self, page: Page) -> None:
        """Hand a page to the other nodes, and give back its lease."""

    def lease(self, key: Key) -> bool:
        """Return whether this node is to make a page; True as well where nobody can tell."""
