"""A kept page: its bytes in each encoding, what it shows, and until when it is fresh."""

from __future__ import annotations

import hashlib
import sys
import zlib
from collections.abc import Callable
from typing import Literal

import brotli

from eseller.resilience.edge.depends import Tag
from eseller.resilience.edge.keys import Key

Encoding = Literal["br", "gzip", "identity"]
Headers = list[tuple[str, str]]
State = Literal["fresh", "stale", "stored"]
Ready = tuple[str, Headers, bytes]
"""Entity tag, headers, body."""
# What a page costs beside its bytes: objects, places in tables. Measured with tracemalloc.
OVERHEAD = 550
_TAG_BYTES = 90
_HEADER_BYTES = 170
_READY_BYTES = 700
_QUALITY = 5
"""Of brotli: a page of 30 kB takes a millisecond; 11 would take fifty for a tenth less."""
_STATUS = {"fresh": "eSeller; hit", "stale": "eSeller; hit; detail=stale", "stored": "eSeller; fwd=miss; stored"}
"""Values of Cache-Status (RFC 9211)."""


class Page:
    """A page as it is sent. Bodies are compressed when they are asked for first, once.

    Attributes:
        fresh_until: by ``time.monotonic``; afterwards it is stale.
        changed: whether something that it shows is another by now: only an origin that fails lets it be sent.
        used: set by every look-up; what was not used goes first.
        retry_at: by ``time.monotonic``; before, it is not made anew behind a stale answer once more.
        refreshing: whether it is being made anew.
        dead: whether it is no longer in the store.
        size: bytes of memory that it needs; only the store counts what is added.
    """

    __slots__ = (
        "_bodies",
        "_digest",
        "_kept",
        "_ready",
        "aliases",
        "changed",
        "dead",
        "fresh_until",
        "host",
        "key",
        "made_at",
        "position",
        "reference",
        "refreshing",
        "retry_at",
        "size",
        "slug",
        "tags",
        "used",
    )

    def __init__(
        self,
        key: Key,
        *,
        host: str,
        slug: str,
        body: bytes,
        headers: Headers,
        tags: frozenset[Tag],
        reference: object,
        position: str,
        made_at: float,
        fresh_until: float,
    ) -> None:
        """Keep a page.

        Args:
            key: under which it is found.
            host: of the shop.
            slug: the shop's short name.
            body: its bytes, not encoded.
            headers: that the origin has sent with it, without those that concern its length or encoding.
            tags: what it shows.
            reference: what it was made from beside the database's rows, compared by ``==``.
            position: what the node had seen of the database before the page was made.
            made_at: when, in seconds since the epoch.
            fresh_until: see above.
        """
        self.key, self.host, self.slug, self.tags = key, host, slug, tags
        self.reference, self.position, self.made_at = reference, position, made_at
        self.fresh_until, self.retry_at = fresh_until, 0.0
        self.changed = self.used = self.dead = self.refreshing = False
        self.aliases: list[tuple[str, str, str]] = []
        self._bodies: dict[Encoding, bytes] = {"identity": body}
        self._kept = headers
        self._digest = hashlib.sha256(body).hexdigest()[:20]
        self._ready: dict[tuple[Encoding, State], Ready] = {}
        self.size = OVERHEAD + sys.getsizeof(body) + len(tags) * _TAG_BYTES
        self.size += sum(_HEADER_BYTES + len(name) + len(value) for name, value in headers)

    @property
    def body(self) -> bytes:
        """Its bytes, not encoded."""
        return self._bodies["identity"]

    @property
    def headers(self) -> Headers:
        """What the origin has sent with it."""
        return self._kept

    def encoded(self, encoding: Encoding, grown: Callable[[Page, int], object]) -> bytes:
        """Return its bytes in an encoding; ``grown`` counts the bytes by which the page has grown."""
        body = self._bodies.get(encoding)
        if body is None:
            body = self._bodies[encoding] = encode(self.body, encoding)
            grown(self, sys.getsizeof(body))
        return body

    def ready(self, encoding: Encoding, state: State, grown: Callable[[Page, int], object]) -> Ready:
        """Return the page as it is sent.

        Args:
            encoding: of the body.
            state: how it came about.
            grown: counts the bytes by which the page has grown.
        """
        found = self._ready.get((encoding, state))
        return found if found is not None else self._made_ready(encoding, state, grown)

    def _made_ready(self, encoding: Encoding, state: State, grown: Callable[[Page, int], object]) -> Ready:
        body = self.encoded(encoding, grown)
        coded = [] if encoding == "identity" else [("Content-Encoding", encoding)]
        tag = f'"{self._digest}"' if encoding == "identity" else f'"{self._digest}-{encoding}"'
        about = [("ETag", tag), ("Vary", "Accept-Encoding"), ("Cache-Status", _STATUS[state])]
        made = (tag, [*self._kept, *about, *coded, ("Content-Length", str(len(body)))], body)
        self._ready[encoding, state] = made
        grown(self, _READY_BYTES)
        return made


def encode(body: bytes, encoding: Encoding) -> bytes:
    """Return bytes in an encoding."""
    if encoding == "br":
        coded: bytes = brotli.compress(body, quality=_QUALITY)
        return coded
    if encoding == "gzip":
        packer = zlib.compressobj(6, wbits=31)
        return packer.compress(body) + packer.flush()
    return body


def best_encoding(accepted: str) -> Encoding:
    """Return the smallest encoding that a client takes (RFC 9110, section 12.5.3); identity where it says nothing.

    Args:
        accepted: the header Accept-Encoding.
    """
    weights: dict[str, float] = {}
    for part in accepted[:200].lower().split(","):
        name, _, parameters = part.partition(";")
        weights[name.strip()] = _weight(parameters)
    best: Encoding = "identity"
    if weights.get("gzip", 0) > 0:
        best = "gzip"
    if weights.get("br", 0) > 0 and weights["br"] >= weights.get("gzip", 0):
        best = "br"
    return best


def _weight(parameters: str) -> float:
    name, _, value = parameters.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0
