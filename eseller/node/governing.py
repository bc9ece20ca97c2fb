"""The governor of a worker: feels how the database fares, and stops and starts its services accordingly."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Iterator
from pathlib import Path

import psycopg

from eseller.cluster.address import DatabaseAddress
from eseller.node.journal import Journal
from eseller.node.services import Services
from eseller.services.governor import Sample, decide, stopped_tier
from eseller.services.tiers import SERVICES, chosen

log = logging.getLogger(__name__)

BY = "governor"
EVERY_SECONDS = 1.0
LONGEST_SECONDS = 2.0
REMEMBERED = 60


class Governor:
    """Stops the lowest tiers of a worker while the database is slow.

    Args:
        services: Of this worker.
        login: At the database; it commits nothing but a note in the log.
        journal: File of what it did and why.
    """

    def __init__(self, services: Services, login: DatabaseAddress, journal: Path) -> None:
        self._services, self._login, self._journal = services, login, Journal(journal)
        self._samples: deque[Sample] = deque(maxlen=REMEMBERED)
        self._connection: psycopg.Connection[tuple[object, ...]] | None = None
        self.level, self._since = 0, time.monotonic()

    def start(self) -> None:
        """Govern from now on. What it had stopped before a restart is started first."""
        self._services.start([service.name for service in SERVICES], only_by=BY)
        threading.Thread(target=self._run, name="governor", daemon=True).start()

    def govern(self, sample: Sample) -> None:
        """Take a sample, and do what follows from it."""
        self._samples.append(sample)
        level = decide(self.level, self._since, tuple(self._samples))
        if level == self.level:
            return
        away = sample.seconds == float("inf")
        why = "the database does not answer" if away else f"a commit takes {sample.seconds:.2f} s"
        tier = stopped_tier(level)
        kept = {service.name for service in chosen(tier=tier)} if tier else set()
        started = self._services.start([one.name for one in SERVICES if one.name not in kept], only_by=BY)
        stopped = self._services.stop(sorted(kept), by=BY, why=why)
        self.level, self._since = level, sample.at
        try:
            self._journal.write({"level": level, "stopped": stopped, "started": started, "why": why})
        except OSError:
            log.exception("what the governor did could not be written down: level %s, %s", level, why)

    def _run(self) -> None:
        while True:
            began = time.monotonic()
            self.govern(self._sample())
            time.sleep(max(0.1, EVERY_SECONDS - (time.monotonic() - began)))

    def close(self) -> None:
        """Let go of the connection."""
        if self._connection is not None:
            self._connection.close()
        self._connection = None

    def _sample(self) -> Sample:
        """Commit once, in a thread that is left behind where the server does not answer."""
        took: list[float] = []
        thread = threading.Thread(target=lambda: took.extend(self._commit()), name="governor's commit", daemon=True)
        thread.start()
        thread.join(LONGEST_SECONDS)
        if not took:
            # Whoever hangs keeps its connection to itself.
            self._connection = None
        return Sample(time.monotonic(), took[0] if took else float("inf"))

    def _commit(self) -> Iterator[float]:
        """Commit a note in the log, which the primary's and a secondary's disk must keep.

        A transaction that has a number and writes nothing would not do: PostgreSQL waits for no disk then
        (``RecordTransactionCommit``, src/backend/access/transam/xact.c).
        """
        try:
            connection = self._connection
            if connection is None or connection.closed:
                connection = self._connection = psycopg.connect(
                    self._login.url, autocommit=True, connect_timeout=2, application_name="eseller governor"
                )
            began = time.monotonic()
            connection.execute("SELECT pg_logical_emit_message(true, 'eseller', 'governor')")
            yield time.monotonic() - began
        except psycopg.Error:
            self.close()
