"""Each process goes by the newest snapshot: from the disk when it starts, from the database when there is another."""

import logging
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.db import connections

from eseller.tenancy.changes import Look
from eseller.tenancy.scope import WEB
from eseller.tenancy.snapshots import active, store
from eseller.tenancy.snapshots.content import Bodies, Loaded, Unusable, build, digest
from eseller.tenancy.snapshots.disk import Shelf

log = logging.getLogger(__name__)


class Keeper:
    """Keeps the snapshot of this process. What cannot be used never takes the place of what can."""

    def __init__(self, directory: Path, *, alias: str = WEB) -> None:
        """Keep snapshots in a directory, and read them from the database by this connection."""
        self._shelf = Shelf(directory)
        self._alias = alias
        self._lock = threading.Lock()

    def start(self) -> None:
        """Go by the newest whole snapshot of the disk, if there is one; needs no database."""
        loaded = self._shelf.newest()
        if loaded is not None:
            active.put(loaded)
            log.info("starts from snapshot %d of the disk", loaded.version)

    def hear(self, seen: Look) -> None:
        """Take the newest snapshot if there may be another one."""
        if not seen.complete or any(change.table == store.TABLE for change in seen.changes):
            self.take()

    def take(self) -> bool:
        """Go by the newest snapshot of the database; return whether it is another than before."""
        # An operator may ask for it while the process follows by itself.
        with self._lock:
            return self._take(connections[self._alias])

    def _take(self, connection: Any) -> bool:
        before = active.of_process()
        fetched: dict[str, bytes] = {}

        def fetch(hashes: Sequence[str]) -> Bodies:
            fetched.update(store.bodies(connection, hashes))
            return fetched

        try:
            stored = store.newest(connection, (before.version, before.made_at) if before else None)
            if not isinstance(stored, store.Stored):
                # None at all is no reason to forget the one that is known.
                return False
            loaded = build(stored.version, stored.made_at, stored.manifest, before=before, fetch=fetch)
        except Unusable as error:
            log.error("the newest snapshot is not taken: %s", error)  # noqa: TRY400  (one sentence is enough)
            return False
        active.put(loaded)
        self._keep(connection, loaded, fetched)
        return True

    def _keep(self, connection: Any, loaded: Loaded, fetched: Bodies) -> None:
        try:
            lacking = self._shelf.lacking(loaded.manifest)
            bodies = {**store.bodies(connection, [name for name in lacking if name not in fetched]), **fetched}
            bodies = {name: body for name, body in bodies.items() if digest(body) == name}
            if bodies.keys() >= set(lacking):
                self._shelf.keep(loaded, bodies)
            else:
                log.error("snapshot %d is not kept on the disk: the database has lost parts of it", loaded.version)
        except OSError as error:
            log.error("snapshot %d is not kept on the disk: %s", loaded.version, error)  # noqa: TRY400
