"""When to compile: soon after a row of reference data has changed, at the start, and now and then."""

import logging
import random
import threading
import time

from django.db import close_old_connections

from eseller.tenancy.changes import Look
from eseller.tenancy.guard.follow import FINDINGS
from eseller.tenancy.snapshots import store
from eseller.tenancy.snapshots.compile import Compiler, all_parts
from eseller.tenancy.snapshots.reference import Reference, references

log = logging.getLogger(__name__)

SOON = 0.1
"""Seconds in which changes gather, so that one of many rows is one snapshot."""
ALL_SECONDS = 900.0
"""After which all is read anew, and what pages have failed over is tried again."""
LONGEST_PAUSE = 10.0


class Watcher:
    """Marks the parts that have changed, and compiles them in a thread of its own. A worker has one."""

    def __init__(self, compiler: Compiler) -> None:
        """Begin with all parts marked."""
        self._compiler = compiler
        self._marked = all_parts()
        self._asked = False
        self._all_at = 0.0
        self._homes: dict[tuple[str, int], str] = {}
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._stop = threading.Event()

    def hear(self, seen: Look) -> None:
        """Mark what a look tells of; quick, and raises nothing."""
        marks = set() if seen.complete else all_parts()
        by_table = _by_table()
        for change in seen.changes:
            for reference in by_table.get(change.table, ()):
                marks.add(reference.part(change.shop_id))
                # A row may have moved here from the part of another shop.
                marks |= {home for row in change.ids if (home := self._homes.get((change.table, row)))}
            if change.table == FINDINGS:
                # A row may have been let go.
                marks |= self._compiler.holding
            # A version may have been unpinned.
            self._asked |= change.table == store.TABLE
        with self._lock:
            self._marked |= marks & all_parts()
        if marks or self._asked:
            self._wake.set()

    def start(self) -> threading.Thread:
        """Compile from now on, until ``stop``."""
        thread = threading.Thread(target=self._run, name="compile snapshots", daemon=True)
        thread.start()
        return thread

    def stop(self) -> None:
        """End after the snapshot that is being made."""
        self._stop.set()
        self._wake.set()

    def once(self) -> bool:
        """Compile what is marked; return whether nothing is left to do."""
        again = time.monotonic() >= self._all_at
        with self._lock:
            wanted, self._marked = self._marked | (all_parts() if again else set()), set()
        if not wanted and not self._asked:
            return True
        self._asked, rows = False, None
        try:
            rows = self._compiler.compile(wanted, again=again)
        finally:
            if rows is None:
                with self._lock:
                    self._marked |= wanted
        if rows is None:
            return False
        for part, tables in rows.items():
            self._homes |= {(table, row): part for table, found in tables.items() for row in found}
        if again:
            self._all_at = time.monotonic() + ALL_SECONDS
        return True

    def _run(self) -> None:
        pause = 0.0
        while not self._stop.is_set():
            done = False
            try:
                done = self.once()
            except Exception:
                log.exception("no snapshot could be made for now")
            finally:
                close_old_connections()
            pause = 0.0 if done else min(max(0.5, 2 * pause), LONGEST_PAUSE)
            self._rest(pause)

    def _rest(self, pause: float) -> None:
        """Wait for something to do; where something is left, no longer than a while."""
        left = pause * random.uniform(0.5, 1.0) if pause else self._all_at - time.monotonic()  # noqa: S311  (spreads)
        self._wake.wait(max(0.0, left))
        self._wake.clear()
        self._stop.wait(SOON)


def _by_table() -> dict[str, list[Reference]]:
    found: dict[str, list[Reference]] = {}
    for reference in references().values():
        for table in reference.tables:
            found.setdefault(table, []).append(reference)
    return found
