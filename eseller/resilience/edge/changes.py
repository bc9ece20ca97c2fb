"""What has changed lately, so that no page is kept that shows what was before."""

from __future__ import annotations

import threading
from collections import deque
from typing import NamedTuple

from eseller.resilience.edge.depends import Tag
from eseller.resilience.edge.positions import Position, position

MOST = 1_000
"""Looks with changes that are remembered: at four a second, those of four minutes."""


class _Look(NamedTuple):
    number: int
    tags: frozenset[Tag] | None
    position: Position | None


class Changes:
    """Numbers looks at what has changed, and remembers what the latest ones saw."""

    def __init__(self) -> None:
        """Begin before the first look."""
        self._lock = threading.Lock()
        self._looks: deque[_Look] = deque(maxlen=MOST)
        self._number = 0

    @property
    def number(self) -> int:
        """The look before which a page that is begun now can't have been made."""
        return self._number

    def seen(self, tags: frozenset[Tag] | None, at: str = "") -> None:
        """Remember what a look saw.

        Args:
            tags: of what has changed; None: anything.
            at: PostgreSQL's snapshot at the look.
        """
        with self._lock:
            self._number += 1
            self._looks.append(_Look(self._number, tags, position(at)))

    def since(self, number: int, tags: frozenset[Tag]) -> bool:
        """Tell whether one of some things has changed after a look."""
        with self._lock:
            if self._looks and self._looks[0].number > number + 1:
                return True
            return any(look.number > number and _touches(look, tags) for look in self._looks)

    def are_in(self, page_at: str, tags: frozenset[Tag]) -> bool:
        """Tell whether a page that another node has made shows all changes that are known here.

        Args:
            page_at: PostgreSQL's snapshot of which the other node knew before it began.
            tags: what the page shows.
        """
        known = position(page_at)
        if known is None:
            return False
        with self._lock:
            looks = [look for look in self._looks if _touches(look, tags)]
            if len(self._looks) == MOST:
                # Before the oldest there were others, of which nobody knows any more what they saw.
                looks.append(self._looks[0])
        return all(look.position is not None and known.covers(look.position) for look in looks)


def _touches(look: _Look, tags: frozenset[Tag]) -> bool:
    return look.tags is None or not look.tags.isdisjoint(tags)
