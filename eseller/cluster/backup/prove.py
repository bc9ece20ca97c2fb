"""A backup counts once it was restored, started, read through, and found equal to a secondary at the same place.

The place is one in the WAL: a secondary stops replaying there for the moment that its ledger is summed up, and the
backup is restored up to there. So both are compared exactly while shops sell; commits do not wait for replay.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

import psycopg

from eseller.cluster.address import DatabaseAddress
from eseller.cluster.backup.barman import Backup, Barman
from eseller.cluster.backup.catalogue import Proof
from eseller.cluster.survey import Survey, Table, ledger, survey
from eseller.kernel.errors import EsellerError

ARCHIVE_SECONDS = 120.0
PAUSE_SECONDS = 10.0
LOOK_SECONDS = 0.5
_STANDS = "SELECT pg_get_wal_replay_pause_state(), pg_last_wal_replay_lsn()::text"
"""The first such statement of a transaction takes its snapshot, the second shows that replay stood still meanwhile."""


class CantProve(EsellerError):
    """The backup can't be proved now."""

    code = "backup_not_proved"
    retryable = True


def mark(secondary: DatabaseAddress, *, seconds: float) -> tuple[str, tuple[Table, ...]]:
    """Sum up the ledger of a secondary at one place; returns the place and the sums.

    Args:
        secondary: login at it, as an administrator.
        seconds: for which replay may stand still.

    Raises:
        CantProve: it does not stand still.
        psycopg.Error: it does not answer.
    """
    with psycopg.connect(secondary.url, autocommit=True, connect_timeout=2) as connection:
        connection.execute("SELECT set_config('statement_timeout', %s, false)", [f"{seconds:.0f}s"])
        deadline = time.monotonic() + PAUSE_SECONDS
        while time.monotonic() < deadline:
            connection.execute("SELECT pg_wal_replay_pause()")
            with connection.transaction():
                connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
                before = connection.execute(_STANDS).fetchone()
                after = connection.execute(_STANDS).fetchone()
                if before is not None and before == after and before[0] == "paused":
                    # What is seen from now on is what was there; replay may go on, as Patroni has it within a second.
                    connection.execute("SELECT pg_wal_replay_resume()")
                    return before[1], ledger(connection)
            time.sleep(0.02)
        connection.execute("SELECT pg_wal_replay_resume()")
        raise CantProve("The secondary does not stop replaying.")


def archived(primary: DatabaseAddress, barman: Barman, lsn: str, *, seconds: float = ARCHIVE_SECONDS) -> None:
    """Have all WAL up to a place, and a little more, archived.

    Raises:
        CantProve: that takes too long.
        psycopg.Error, BarmanFailed: somebody does not answer.
    """
    with psycopg.connect(primary.url, autocommit=True, connect_timeout=2) as connection:
        connection.execute("SELECT pg_logical_emit_message(false, 'eseller', 'backup')")
        ((last,),) = connection.execute("SELECT pg_walfile_name(pg_switch_wal())").fetchall()
        deadline = time.monotonic() + seconds
        while True:
            ((done,),) = connection.execute("SELECT last_archived_wal FROM pg_stat_archiver").fetchall()
            if done is not None and done[:24] >= last:
                break
            if time.monotonic() > deadline:
                raise CantProve(f"The WAL up to {lsn} is not archived; its archive may be full.")
            time.sleep(LOOK_SECONDS)
    barman.archive()


def prove(
    backup: Backup,
    barman: Barman,
    *,
    lsn: str,
    expected: Sequence[Table],
    scratch: Path,
    started: Callable[[Path], AbstractContextManager[DatabaseAddress]],
    say: Callable[[str], None] = lambda _: None,
) -> Proof:
    """Restore a backup, start it and look at everything.

    Args:
        backup: which.
        barman: restores it.
        lsn: up to where.
        expected: the ledger's sums there.
        scratch: directory to restore to; it must not be there, and is removed.
        started: a context manager that starts PostgreSQL in that directory and tells the login at its database.
        say: told what goes on.
    """
    began = time.monotonic()
    why, found = "", None
    try:
        say("restoring")
        barman.restore(backup.name, scratch, lsn=lsn)
        say("starting")
        with started(scratch) as address, psycopg.connect(address.url, autocommit=True) as connection:
            found = survey(connection, [], files=True, say=say)
        why = "; ".join(_differences(found, expected))
    except (EsellerError, psycopg.Error, OSError, RuntimeError) as error:
        why = str(getattr(error, "message", "") or error).strip() or repr(error)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return Proof(
        backup=backup.name,
        taken_at=backup.taken_at,
        proved_at=time.time(),
        lsn=lsn,
        good=not why,
        why=why[:1000],
        seconds=round(time.monotonic() - began, 1),
        tables=found.tables if found else (),
        checks={check.name: check.looked_at for check in found.checks} if found else {},
    )


def _differences(found: Survey, expected: Sequence[Table]) -> Iterator[str]:
    for check in found.checks:
        if check.wrong:
            yield f"{check.name}: {check.wrong} wrong, as {', '.join(check.examples)}"
    restored = {table.name: table for table in found.tables}
    for table in expected:
        other = restored.get(table.name)
        if other != table:
            had = f"{other.rows:,} rows" if other else "nothing"
            yield f"{table.name}: {table.rows:,} rows on the secondary, {had} restored, or other contents"
