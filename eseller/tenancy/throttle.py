"""Count attempts, refuse too many."""

import math
from datetime import timedelta

from django.db import connections

from eseller.kernel import clock
from eseller.kernel.errors import EsellerError
from eseller.kernel.ids import hash_token
from eseller.tenancy.scope import WEB
from eseller.tenancy.sql import run

_HIT = """
INSERT INTO tenancy_throttlecounter AS t (key, count, window_ends_at) VALUES (%(key)s, 1, %(ends)s)
ON CONFLICT (key) DO UPDATE SET
    count = CASE WHEN t.window_ends_at <= %(now)s THEN 1 ELSE least(t.count + 1, 1000000) END,
    window_ends_at = CASE WHEN t.window_ends_at <= %(now)s THEN %(ends)s ELSE t.window_ends_at END
RETURNING count, window_ends_at
"""


class TooManyAttempts(EsellerError):
    """Too many attempts. Wait a little, then try again."""

    code = "too_many_attempts"
    status = 429
    retryable = True

    def __init__(self, seconds: int) -> None:
        """Keep how long to wait."""
        super().__init__(seconds=seconds)
        self.seconds = seconds


def hit(key_parts: tuple[str | int, ...], *, limit: int, window: int) -> None:
    """Count an attempt with one statement, which commits at once.

    Args:
        key_parts: what is counted; begin with a purpose and, where there is one, the shop. Only its hash is stored.
        limit: attempts that are allowed in a window.
        window: its length in seconds; it begins with the first attempt.

    Raises:
        TooManyAttempts: with the seconds until the window ends.
        RuntimeError: inside a transaction, which would take the count back with the attempt that it refuses.
    """
    if connections[WEB].in_atomic_block:
        raise RuntimeError("Count attempts before the transaction begins.")
    now = clock.now()
    key = hash_token("\0".join(map(str, key_parts)))
    values = {"key": key, "now": now, "ends": now + timedelta(seconds=window)}
    ((count, ends),) = run(connections[WEB], _HIT, values)
    if count > limit:
        raise TooManyAttempts(max(1, math.ceil((ends - now).total_seconds())))
