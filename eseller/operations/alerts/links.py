"""Links by which people and machines reach the watch from outside: whoever has one may do that one thing. Pure."""

from __future__ import annotations

import hashlib
import hmac
from urllib.parse import quote

LENGTH = 40


def token(secret: bytes, *parts: object) -> str:
    """What proves that a link is ours, for just these parts (HMAC-SHA256).

    Args:
        secret: a key of control calls.
        parts: what the link is for, such as ``take``, the number of an alert and who takes it.
    """
    told = "\0".join(("link", *map(str, parts)))
    return hmac.new(secret, told.encode(), hashlib.sha256).hexdigest()[:LENGTH]


def is_ours(given: str, secrets: list[bytes], *parts: object) -> bool:
    """Whether a token was made with one of our keys for these parts."""
    # All of them, so that the time that it takes tells nothing.
    matches = [hmac.compare_digest(token(secret, *parts).encode(), given.encode()) for secret in secrets]
    return any(matches)


def take_path(secret: bytes, number: int, who: str) -> str:
    """Where somebody can take an alert, without a slash before it."""
    return f"take/{number}/{quote(who, safe='')}/{token(secret, 'take', number, who)}/"


def beat_path(secret: bytes, name: str) -> str:
    """Where a job tells that it is done, without a slash before it."""
    return f"beat/{quote(name, safe='')}/{token(secret, 'beat', name)}"


def hook_token(secret: bytes) -> str:
    """What Alertmanager sends as its bearer token."""
    return token(secret, "alertmanager")
