"""How many jobs of each background service wait, looked at every few seconds; told from memory."""

from __future__ import annotations

import logging
import threading

import msgspec
import psycopg

from eseller.cluster.address import DatabaseAddress
from eseller.services.tiers import SERVICES

log = logging.getLogger(__name__)
EVERY_SECONDS, MOST = 5.0, 10_000
"""More than ``MOST`` waiting jobs are not counted to their end: it is many."""
_OPTIONS = "-c statement_timeout=2s"
_WAITING = """
SELECT queue_name, count(*) FROM (
    SELECT queue_name FROM procrastinate_jobs
    WHERE status = 'todo' AND (scheduled_at IS NULL OR scheduled_at <= now()) LIMIT %s
) waiting GROUP BY queue_name
"""


class QueueFigures(msgspec.Struct, frozen=True):
    """Jobs that could be done now, by service; empty while the database does not tell."""

    waiting: dict[str, int]


class QueueLengths:
    """Looks from a thread of its own.

    Args:
        address: a login that may read the queue.
    """

    def __init__(self, address: DatabaseAddress) -> None:
        self._address = address
        self._waiting: dict[str, int] = {}

    def start(self) -> None:
        """Look from now on."""
        threading.Thread(target=self._run, name="queue lengths", daemon=True).start()

    def figures(self) -> QueueFigures:
        """How many jobs wait now."""
        return QueueFigures(dict(self._waiting))

    def look(self, connection: psycopg.Connection) -> None:
        """Look once."""
        found: dict[str, int] = dict(connection.execute(_WAITING, [MOST]).fetchall())
        self._waiting = {service.name: int(found.get(service.name, 0)) for service in SERVICES}

    def _run(self) -> None:
        pause = threading.Event()
        while True:
            try:
                login = {"autocommit": True, "connect_timeout": 2, "options": _OPTIONS}
                with psycopg.connect(self._address.url, **login) as connection:  # type: ignore[arg-type]
                    while True:
                        self.look(connection)
                        pause.wait(EVERY_SECONDS)
            except psycopg.Error as error:
                self._waiting = {}
                log.debug("how many jobs wait is not known: %s", error)
                pause.wait(EVERY_SECONDS)
