"""What a running caching server says of itself, for an operator who has time; no request waits for this."""

from __future__ import annotations

import re
import socket
import ssl
import time
from typing import Any

import hiredis

from eseller.kernel.errors import EsellerError
from eseller.resilience.cache.address import CacheAddress
from eseller.resilience.cache.connection import left
from eseller.resilience.cache.rules import ServerFacts

SECONDS = 3.0
MOST_BYTES = 1024 * 1024
MOST_SCANS = 20
UNKNOWN_CLIENTS = 10_000
"""The server's own default, where it does not tell."""
_STRANGE = 5
KINDS = ("page:", "lease:")
"""What our keys go on with after the prefix."""
_VERSION = re.compile(r"(\d+)\.(\d+)\.(\d+)")


class NoAnswer(EsellerError):
    """The caching server does not answer. See whether it runs, and whether CACHE_URL has the right login."""

    code = "cache_no_answer"
    retryable = True


def server_facts(address: CacheAddress, prefix: str, *, seconds: float = SECONDS) -> ServerFacts:
    """Ask a server what it is and how it is set.

    Args:
        address: where it is.
        prefix: what our keys begin with.
        seconds: all of it may take.

    Raises:
        NoAnswer: it did not say so in time.
    """
    until = time.monotonic() + seconds
    try:
        with _Talk(address, until) as talk:
            info = _info(talk.say("INFO"))
            settings = _pairs(talk.say("CONFIG", "GET", "*"))
            strange = _strange_keys(talk, prefix)
    except (OSError, hiredis.HiredisError, ValueError) as error:
        raise NoAnswer(f"{NoAnswer.__doc__} ({error})") from error

    def known(name: str) -> str:
        return settings.get(name) or info.get(name.replace("-", "_"), "")

    version = _VERSION.match(info.get("valkey_version") or info.get("redis_version", ""))
    return ServerFacts(
        version=tuple(map(int, version.groups())) if version else (0,),
        maxmemory=int(known("maxmemory") or 0),
        used_memory=int(info.get("used_memory", 0)),
        policy=known("maxmemory-policy"),
        maxclients=int(known("maxclients") or UNKNOWN_CLIENTS),
        persists=bool(settings.get("save")) or settings.get("appendonly") == "yes" or info.get("aof_enabled") == "1",
        evicted=int(info.get("evicted_keys", 0)),
        other_databases=tuple(
            number for name in info if name.startswith("db") and name[2:].isdigit()
            if (number := int(name[2:])) != address.database
        ),
        strange_keys=strange,
    )  # fmt: skip


class _Talk:
    """A connection on which lists may come back, up to a size."""

    def __init__(self, address: CacheAddress, until: float) -> None:
        self._until, self._received = until, 0
        self._socket = socket.create_connection((address.host, address.port), timeout=left(until))
        if address.tls:
            self._socket = ssl.create_default_context().wrap_socket(self._socket, server_hostname=address.host)
        self._reader = hiredis.Reader(encoding="utf-8", errors="replace")
        if address.password:
            self.say("AUTH", *filter(None, (address.user, address.password)))
        if address.database:
            self.say("SELECT", str(address.database))

    def __enter__(self) -> _Talk:
        return self

    def __exit__(self, *_error: object) -> None:
        self._socket.close()

    def say(self, *words: str) -> Any:
        """Send a command and return its reply; what the server refuses to tell is None."""
        self._socket.settimeout(left(self._until))
        self._socket.sendall(hiredis.pack_command(words))  # type: ignore[arg-type]
        while (reply := self._reader.gets()) is False:
            self._socket.settimeout(left(self._until))
            chunk = self._socket.recv(65536)
            self._received += len(chunk)
            if not chunk or self._received > MOST_BYTES:
                raise ValueError("it has hung up, or says too much")
            self._reader.feed(chunk)
        if isinstance(reply, hiredis.HiredisError):
            # Hosted servers refuse CONFIG; who is not let in is refused all.
            if str(reply).startswith(("NOAUTH", "WRONGPASS")):
                raise reply
            return None
        return reply


def _info(reply: Any) -> dict[str, str]:
    lines = reply.splitlines() if isinstance(reply, str) else []
    return {name: value for name, _, value in (line.partition(":") for line in lines) if value}


def _pairs(reply: Any) -> dict[str, str]:
    if not isinstance(reply, list):
        return {}
    words = [str(word) for word in reply]
    return dict(zip(words[::2], words[1::2], strict=False))


def _strange_keys(talk: _Talk, prefix: str) -> tuple[str, ...]:
    """Return some keys that are not ours, of those that a few steps through the database show."""
    found: list[str] = []
    ours = tuple(prefix + kind for kind in KINDS)
    cursor = "0"
    for _ in range(MOST_SCANS):
        reply = talk.say("SCAN", cursor, "COUNT", "500")
        if not (isinstance(reply, list) and len(reply) == 2 and isinstance(reply[1], list)):
            break
        cursor = str(reply[0])
        found += [str(key)[:60] for key in reply[1] if not str(key).startswith(ours)]
        if cursor == "0" or len(found) >= _STRANGE:
            break
    return tuple(found[:_STRANGE])
