"""Pages in a caching server, signed: what is corrupt, cut short, of another release or a stranger's is no page."""

from __future__ import annotations

import hashlib
import hmac
import time
from typing import Protocol

import brotli
import msgspec

from eseller.resilience.edge.depends import Tag
from eseller.resilience.edge.keys import Key
from eseller.resilience.edge.page import Page

LEASE_SECONDS = 10.0
"""Nishtala et al., "Scaling Memcache at Facebook" (NSDI 2013)."""
LARGEST = 4 * 1024 * 1024
_MAGIC = b"eSeller page 1\n"
_DIGEST = hashlib.sha256().digest_size


class Client(Protocol):
    """What is asked of a client of the caching server; see ``resilience.cache``."""

    @property
    def answers(self) -> bool:
        """Whether the server is believed to be well."""

    def get(self, key: str) -> bytes | None:
        """Return a value, if the server tells in time."""

    def set(self, key: str, value: bytes, *, seconds: float) -> bool:
        """Keep a value."""

    def add(self, key: str, value: bytes, *, seconds: float) -> bool:
        """Keep a value where there is none."""

    def delete(self, *keys: str) -> bool:
        """Take values away."""


class _Written(msgspec.Struct, frozen=True, array_like=True):
    shop: int
    path: str
    query: str
    host: str
    slug: str
    headers: list[tuple[str, str]]
    tags: list[Tag]
    reference: bytes
    position: str
    made_at: float
    fresh_until: float
    body: bytes


class LentPages:
    """Pages that the nodes lend each other."""

    def __init__(self, client: Client, secret: bytes) -> None:
        """Keep pages by a client, signed with a key that all nodes have."""
        self._client, self._secret = client, secret

    def get(self, key: Key, reference: object) -> Page | None:
        """Return a page that some node has made from the same reference; it may show what has changed since."""
        value = self._client.get(_name("page", key))
        written = None if value is None else self._read(value)
        if written is None or Key(written.shop, written.path, written.query) != key:
            return None
        if written.reference != _fingerprint(reference):
            return None
        try:
            body: bytes = brotli.decompress(written.body)
        except brotli.error:
            return None
        now = time.time()
        return Page(
            key,
            host=written.host,
            slug=written.slug,
            body=body,
            headers=written.headers,
            tags=frozenset(written.tags),
            reference=reference,
            position=written.position,
            made_at=min(written.made_at, now),
            fresh_until=time.monotonic() + written.fresh_until - now,
        )

    def put(self, page: Page) -> None:
        """Hand a page to the other nodes, and give back its lease."""
        now = time.time()
        left = page.fresh_until - time.monotonic()
        if left > 0:
            written = _Written(
                *page.key,
                host=page.host,
                slug=page.slug,
                headers=page.headers,
                tags=sorted(page.tags),
                reference=_fingerprint(page.reference),
                position=page.position,
                made_at=page.made_at,
                fresh_until=now + left,
                body=page.encoded("br", lambda _page, _more: None),
            )
            self._client.set(_name("page", page.key), self._sign(msgspec.msgpack.encode(written)), seconds=left)
        self._client.delete(_name("lease", page.key))

    def lease(self, key: Key) -> bool:
        """Return whether this node is to make a page; True as well where nobody can tell."""
        name = _name("lease", key)
        if self._client.add(name, b"1", seconds=LEASE_SECONDS):
            return True
        # The server may not have answered: then nobody is known to be at it.
        return not self._client.answers or self._client.get(name) is None

    def _sign(self, content: bytes) -> bytes:
        return _MAGIC + hmac.digest(self._secret, content, "sha256") + content

    def _read(self, value: bytes) -> _Written | None:
        start = len(_MAGIC) + _DIGEST
        if not value.startswith(_MAGIC) or not start < len(value) <= LARGEST:
            return None
        content = value[start:]
        if not hmac.compare_digest(value[len(_MAGIC) : start], hmac.digest(self._secret, content, "sha256")):
            return None
        try:
            return msgspec.msgpack.decode(content, type=_Written)
        except msgspec.MsgspecError:
            return None


def _name(kind: str, key: Key) -> str:
    return f"{kind}:{key.shop}:{hashlib.sha256(msgspec.json.encode(key)).hexdigest()[:40]}"


def _fingerprint(reference: object) -> bytes:
    return hashlib.sha256(msgspec.json.encode(reference)).digest()
