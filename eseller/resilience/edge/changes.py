"""What has changed lately, so that a page which was being made meanwhile is not kept as if it had not."""

from __future__ import annotations

import threading
from collections import deque

from eseller.resilience.edge.depends import Tag

MOST = 1_000
"""Looks with changes that are remembered: at four a second, those of four minutes."""


class Changes:
    """Numbers looks at what has changed, and remembers what the latest ones saw."""

    def __init__(self) -> None:
        """Begin before the first look."""
        self._lock = threading.Lock()
        self._looks: deque[tuple[int, frozenset[Tag] | None]] = deque(maxlen=MOST)
        self._number = 0

    @property
    def number(self) -> int:
        """The look before which a page that is begun now can't have been made."""
        return self._number

    def seen(self, tags: frozenset[Tag] | None) -> None:
        """Remember what a look saw; None: all may have changed."""
        with self._lock:
            self._number += 1
            self._looks.append((self._number, tags))

    def since(self, number: int, tags: frozenset[Tag]) -> bool:
        """Tell whether one of some things has changed after a look."""
        with self._lock:
            if self._looks and self._looks[0][0] > number + 1:
                return True
            return any(
                look > number and (changed is None or not changed.isdisjoint(tags)) for look, changed in self._looks
            )
