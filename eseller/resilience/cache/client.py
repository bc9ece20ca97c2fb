"""The client: what it is asked it answers within its deadline, whatever the server does."""

import math
import time
from collections.abc import Sequence

import hiredis

from eseller.resilience.breaker import Breaker
from eseller.resilience.cache.address import CacheAddress
from eseller.resilience.cache.connection import Broken, Command, Reply, TooLong
from eseller.resilience.cache.figures import CacheFigures, Counter
from eseller.resilience.cache.pool import Pool
from eseller.resilience.cache.rules import CacheSettings

LONGEST_KEY = 1024
MOST_KEYS = 256
_PROBE_SECONDS = 0.05
# About this key or about writing: a server that says so is well, and its other answers are wanted.
_NARROW = ("WRONGTYPE", "OOM", "READONLY", "MISCONF")


class CacheClient:
    """Client of a Valkey or Redis server; a sick one looks like an empty one.

    Args:
        address: where the server is.
        prefix: what all keys begin with, so that others can use the same server.
        deadline: seconds that a call may take: waiting for a connection, connecting, sending, receiving.
        connections: how many there are at most in this process.
        largest: bytes that a value may have, both ways.
        breaker: who decides whether the server is asked at all.
    """

    def __init__(
        self,
        address: CacheAddress,
        *,
        prefix: str = "eseller:",
        deadline: float = 0.03,
        connections: int = 8,
        largest: int = 1024 * 1024,
        breaker: Breaker | None = None,
    ) -> None:
        self._prefix, self._deadline, self._largest = prefix, deadline, largest
        self._breaker = breaker or Breaker()
        self._counter = Counter()
        self._address = address
        self._pool = Pool(address, connections=connections, largest=largest)

    def reconfigure(self, settings: CacheSettings) -> None:
        """Go by other settings from the next call on; connections that are idle end, others when their call is done."""
        former = self._pool
        self._prefix, self._largest = settings.prefix, settings.max_value_kb * 1024
        self._deadline = settings.deadline_ms / 1000
        self._pool = Pool(self._address, connections=settings.connections, largest=self._largest)
        former.close()

    @property
    def answers(self) -> bool:
        """Whether the server is believed to be well."""
        return self._breaker.closed

    def get(self, key: str) -> bytes | None:
        """The value of ``key``; none when it is absent or the server does not tell in time.

        Raises:
            ValueError: the key is empty or too long.
        """
        return self.get_many([key])[0]

    def get_many(self, keys: Sequence[str]) -> list[bytes | None]:
        """The values of some keys in their order, all within one deadline.

        Raises:
            ValueError: a key is empty or too long, or there are more than `MOST_KEYS`.
        """
        if not keys:
            return []
        if len(keys) > MOST_KEYS:
            raise ValueError(f"at most {MOST_KEYS} keys at a time")
        # Not MGET: the replies stay scalar, and one key of a wrong type does not spoil the others.
        replies = self._call([("GET", self._named(key)) for key in keys])
        if replies is None:
            return [None] * len(keys)
        values = [reply if isinstance(reply, bytes) and len(reply) <= self._largest else None for reply in replies]
        hits = sum(value is not None for value in values)
        self._counter.add({"hits": hits, "misses": sum(reply is None for reply in replies)})
        return values

    def set(self, key: str, value: bytes, *, seconds: float) -> bool:
        """Keep ``value`` for some seconds; whether the server has taken it.

        Raises:
            ValueError: the key is empty or too long, or the time not above 0 and finite.
        """
        return self._write(key, value, seconds)

    def add(self, key: str, value: bytes, *, seconds: float) -> bool:
        """As `set`, where the key is not there yet; no when it is, or when nobody knows.

        Raises:
            ValueError: as `set`.
        """
        return self._write(key, value, seconds, "NX")

    def delete(self, *keys: str) -> bool:
        """Take keys away; whether the server has heard of it.

        Raises:
            ValueError: a key is empty or too long, or there are more than `MOST_KEYS`.
        """
        if not keys:
            return True
        if len(keys) > MOST_KEYS:
            raise ValueError(f"at most {MOST_KEYS} keys at a time")
        replies = self._call([("DEL", *map(self._named, keys))])
        return replies is not None and isinstance(replies[0], int)

    def figures(self) -> CacheFigures:
        """What it has seen since it was made."""
        return self._counter.figures(self._breaker.figures())

    def close(self) -> None:
        """End its idle connections."""
        self._pool.close()

    def _write(self, key: str, value: bytes, seconds: float, *more: str) -> bool:
        if not (math.isfinite(seconds) and seconds >= 0.001):
            raise ValueError("a value is kept for a millisecond at least, and not for ever")
        name = self._named(key)
        if len(value) > self._largest:
            self._counter.add({"oversize": 1})
            return False
        replies = self._call([("SET", name, value, "PX", str(int(seconds * 1000)), *more)])
        return replies is not None and replies[0] == b"OK"

    def _named(self, key: str) -> bytes:
        name = (self._prefix + key).encode()
        if not key or len(name) > LONGEST_KEY:
            raise ValueError(f"a key has 1 to {LONGEST_KEY} bytes with its prefix")
        return name

    def _call(self, commands: Sequence[Command]) -> list[Reply] | None:
        began, pool = time.monotonic(), self._pool
        self._counter.add({"calls": 1})
        try:
            with pool.place(began + self._deadline):
                return self._permitted(commands, pool, began)
        except TimeoutError:
            self._counter.add({"timeouts": 1})
        except Broken:
            self._counter.add({"errors": 1})
        return None

    def _permitted(self, commands: Sequence[Command], pool: Pool, began: float) -> list[Reply] | None:
        """Ask the breaker once there is a place: those who waited for one while it opened are refused."""
        permit = self._breaker.admit()
        if permit is None:
            self._counter.add({"refused": 1})
            return None
        well = False
        try:
            seconds = min(self._deadline, _PROBE_SECONDS) if permit.probe else self._deadline
            replies = pool.exchange(commands, began + seconds)
            told = [str(reply) for reply in replies if isinstance(reply, hiredis.HiredisError)]
            well = all(error.startswith(_NARROW) for error in told)
            if told:
                self._counter.add({"errors": 1})
        except TooLong:
            well = True
            raise
        finally:
            self._breaker.report(permit, well=well)
            self._counter.took(time.monotonic() - began)
        return replies
