"""The pages in memory, within a budget of bytes; who was not asked for goes first."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable

from eseller.resilience.edge.depends import Tag
from eseller.resilience.edge.keys import Key
from eseller.resilience.edge.page import Page

Alias = tuple[str, str, str]
"""Host, path and query as requests have them: what a look-up costs least by."""
MOST_ALIASES = 4
"""Ways of writing one page's address that are found at once; further ones take microseconds more."""


class Store:
    """Pages by key. Who was used gets a second chance (CLOCK: Corbató, "A Paging Experiment with Multics", 1968)."""

    def __init__(self, budget: int) -> None:
        """Hold so many bytes of pages; a page that is larger than a tenth of that is not kept."""
        self.budget = budget
        self.bytes = 0
        self.evictions = 0
        self.aliases: dict[Alias, Page] = {}
        """Read without a lock: what is found may have died meanwhile."""
        self._pages: dict[Key, Page] = {}
        self._lock = threading.RLock()

    def __len__(self) -> int:
        """How many pages there are."""
        return len(self._pages)

    def get(self, key: Key) -> Page | None:
        """Return a page, fresh or not."""
        return self._pages.get(key)

    def put(self, page: Page) -> bool:
        """Keep a page in place of its former version; False where it is too large."""
        if page.size > self.budget // 10:
            return False
        with self._lock:
            former = self._pages.get(page.key)
            if former is not None:
                self._remove(former)
            self._pages[page.key] = page
            self.bytes += page.size
            self._shrink(page)
        return True

    def alias(self, alias: Alias, page: Page) -> None:
        """Let a page be found by an address as it is written."""
        with self._lock:
            kept = self._pages.get(page.key) is page
            if not kept or len(page.aliases) >= MOST_ALIASES or alias in self.aliases:
                return
            page.aliases.append(alias)
            self.aliases[alias] = page
            self.bytes += _size_of(alias)
            self._shrink(page)

    def grown(self, page: Page, more: int) -> None:
        """Count what a page has come to need: under one lock with its removal, or its bytes were let go of twice."""
        with self._lock:
            page.size += more
            if not page.dead:
                self.bytes += more
                self._shrink(page)

    def remove(self, page: Page) -> None:
        """Forget a page."""
        with self._lock:
            if not page.dead:
                self._remove(page)

    def clear(self) -> None:
        """Forget all pages."""
        with self._lock:
            for page in list(self._pages.values()):
                self._remove(page)

    def pages(self) -> list[Page]:
        """Return all pages there are now."""
        with self._lock:
            return list(self._pages.values())

    def change(self, touched: Callable[[Page], bool]) -> int:
        """Mark pages that show something that is another by now; return how many."""
        marked = 0
        for page in self.pages():
            if not page.changed and touched(page):
                page.changed, page.fresh_until = True, float("-inf")
                marked += 1
        return marked

    def _remove(self, page: Page) -> None:
        page.dead = True
        del self._pages[page.key]
        self.bytes -= page.size
        for alias in page.aliases:
            del self.aliases[alias]
            self.bytes -= _size_of(alias)
        page.aliases.clear()

    def _shrink(self, kept: Page) -> None:
        spared = 0
        while self.bytes > self.budget and len(self._pages) > 1:
            oldest = next(iter(self._pages.values()))
            if oldest is kept or (oldest.used and spared < len(self._pages)):
                oldest.used = False
                spared += 1
                # A second chance: to the end of the line.
                self._pages[oldest.key] = self._pages.pop(oldest.key)
                continue
            self._remove(oldest)
            self.evictions += 1


def _size_of(alias: Alias) -> int:
    return 200 + sum(map(sys.getsizeof, alias))


def touched_by(tags: frozenset[Tag]) -> Callable[[Page], bool]:
    """Return whether a page shows one of some things."""
    return lambda page: not tags.isdisjoint(page.tags)


def all_of(_page: Page) -> bool:
    """Return that a page may show anything."""
    return True


__all__ = ["Alias", "Store", "all_of", "touched_by"]
