"""Each process follows what changes: so it hears at once of rows that others quarantined or released."""

import json
import logging
import random
import threading
from collections.abc import Callable, Sequence
from typing import Any

from django.db import close_old_connections, connections

from eseller.tenancy.changes import Look, look
from eseller.tenancy.guard import figures, heard, quarantine
from eseller.tenancy.scope import WEB
from eseller.tenancy.sql import raw

log = logging.getLogger(__name__)

SECONDS = 0.25
FINDINGS = "tenancy_finding"
Listener = Callable[[Look], object]


class Follower:
    """Polls the change table and tells listeners. ``once`` is one step; ``start`` goes on in a thread of its own."""

    def __init__(self, *listeners: Listener, alias: str = WEB) -> None:
        """Tell these of each look that has seen something."""
        self._listeners = listeners
        self._alias = alias
        self._since: str | None = None
        self._stop = threading.Event()
        self._failing = False
        self.looks = 0

    def once(self) -> Look:
        """Look once. The first look takes in all that is quarantined, and listeners hear that all may have changed."""
        connection = connections[self._alias]
        seen = look(connection, self._since)
        if self._since is None:
            # What has changed while nobody looked: all of it, perhaps.
            seen = Look(seen.snapshot, (), complete=False)
        self._since = seen.snapshot
        if seen.changes or not seen.complete:
            _hear(connection, seen)
            for listener in self._listeners:
                listener(seen)
        self.looks += 1
        figures.looked()
        return seen

    def start(self) -> threading.Thread:
        """Follow until ``stop``; without the database, what was known last goes on being true."""
        figures.follows()
        thread = threading.Thread(target=self._run, name="follow changes", daemon=True)
        thread.start()
        return thread

    def stop(self) -> None:
        """End after the step that runs."""
        self._stop.set()

    def _run(self) -> None:
        # Jittered, so that processes which start or recover together don't ask together.
        while not self._stop.wait(SECONDS * random.uniform(0.6, 1.4)):  # noqa: S311  (spreads; nothing secret)
            try:
                self.once()
                if self._failing:
                    log.warning("changes can be followed again")
                self._failing = False
            except Exception as error:
                if not self._failing:
                    log.warning("changes cannot be followed for now: %s", error)
                self._failing = True
                # A primary that was replaced may not know the snapshot: begin anew, and take all in.
                self._since = None
                self._stop.wait(SECONDS * random.uniform(2, 8))  # noqa: S311
            finally:
                close_old_connections()


def _hear(connection: Any, seen: Look) -> None:
    shops = {change.shop_id for change in seen.changes if change.table == FINDINGS}
    if shops or not seen.complete:
        reload(connection, [shop for shop in shops if shop is not None] if seen.complete else None)


def reload(connection: Any, shops: Sequence[int] | None) -> None:
    """Take from the database what is quarantined in some shops and for all of them, or in all."""
    rows = raw(connection, "SELECT * FROM eseller_kept_back(%s::bigint[])", [shops])
    entries = [(shop, table, row, _patch(patch)) for shop, table, row, patch in rows]
    quarantine.replace(entries, shops=shops)
    heard.keep(raw(connection, "SELECT eseller_open_findings(%s)::text", [heard.MOST])[0][0])


def _patch(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value
