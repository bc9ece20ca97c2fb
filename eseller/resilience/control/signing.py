"""How control calls are signed, and how a process tells a good signature from all others.

Signed with HMAC-SHA256 are, a line each: method, path, the process that is meant, time, nonce and the body's SHA-256.
The process is named by its instance, which it tells on ``/health`` and which a restart changes: so a call can neither
be repeated at another process nor at the one that takes the place of this one.
"""

import hashlib
import hmac
import re
import secrets
import threading
import time
from collections.abc import Callable, Mapping

import msgspec

from eseller.resilience.control.errors import Expired, Refused, Replayed, TooMany, UnknownKey

WINDOW_SECONDS = 60
"""So far the clock of a caller may be from ours."""
MOST_NONCES = 4096
MOST_KEYS = 2
"""As many as it takes to change them without a gap."""
KEY, TIME, NONCE, SIGNATURE = "Eseller-Key", "Eseller-Time", "Eseller-Nonce", "Eseller-Signature"
_NONCE = re.compile(r"[0-9a-f]{32}")
_TIME = re.compile(r"[0-9]{1,12}")
_LISTED = re.compile(r"([A-Za-z0-9_.-]{1,32}):((?:[0-9a-fA-F]{2}){32,64})")


class Key(msgspec.Struct, frozen=True):
    """A key of control calls and what it is called."""

    name: str
    secret: bytes


def read_keys(listed: str) -> list[Key]:
    """Return the keys of a list such as ``2027a:0f…,2027b:9c…``; the first is the one to sign with.

    Raises:
        ValueError: it is no such list, has more than two, or two of the same name.
    """
    matches = [_LISTED.fullmatch(part.strip()) for part in listed.split(",")] if listed.strip() else []
    keys = [Key(match[1], bytes.fromhex(match[2])) for match in matches if match is not None]
    if len(keys) != len(matches) or len({key.name for key in keys}) != len(keys) or len(keys) > MOST_KEYS:
        raise ValueError("is no list of one or two keys as NAME:HEX")
    return keys


def signed(key: Key, method: str, path: str, body: bytes, *, instance: str) -> dict[str, str]:
    """Return the headers of a call to the process of that instance, signed now."""
    at, nonce = str(int(time.time())), secrets.token_hex(16)
    signature = _signature(key.secret, method, path, instance, at, nonce, body)
    return {KEY: key.name, TIME: at, NONCE: nonce, SIGNATURE: signature}


def _signature(secret: bytes, method: str, path: str, instance: str, at: str, nonce: str, body: bytes) -> str:
    lines = (method, path, instance, at, nonce, hashlib.sha256(body).hexdigest())
    return hmac.new(secret, "\n".join(lines).encode(), hashlib.sha256).hexdigest()


class Gate:
    """Lets through what is signed with one of some keys, lately, for this process, and for the first time."""

    def __init__(self, keys: list[Key], instance: str, *, now: Callable[[], float] = time.time) -> None:
        """Know the keys; without any, nothing is let through."""
        self._keys = {key.name: key.secret for key in keys}
        self._instance, self._now = instance, now
        self._seen: dict[str, float] = {}
        self._lock = threading.Lock()

    def check(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> str:
        """Return the name of the key that a call is signed with.

        Raises:
            UnknownKey, Refused, Expired, Replayed: it is not let through.
            TooMany: more calls were let through lately than can be remembered.
        """
        name, at = headers.get(KEY, ""), headers.get(TIME, "")
        nonce, told = headers.get(NONCE, ""), headers.get(SIGNATURE, "")
        secret = self._keys.get(name)
        if secret is None:
            raise UnknownKey
        expected = _signature(secret, method, path, self._instance, at, nonce, body)
        if not hmac.compare_digest(expected.encode(), told.encode(errors="replace")):
            raise Refused
        if not _TIME.fullmatch(at) or not _NONCE.fullmatch(nonce):
            raise Refused
        self._once(nonce, int(at))
        return name

    def _once(self, nonce: str, at: int) -> None:
        now = self._now()
        if abs(now - at) > WINDOW_SECONDS:
            raise Expired
        with self._lock:
            if nonce in self._seen:
                raise Replayed
            if len(self._seen) >= MOST_NONCES:
                self._seen = {one: until for one, until in self._seen.items() if until >= now}
            if len(self._seen) >= MOST_NONCES:
                raise TooMany
            self._seen[nonce] = at + WINDOW_SECONDS
