"""Barman as it is: takes the backup, keeps the WAL, restores."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from eseller.kernel.errors import EsellerError

SERVER = "eseller"
BACKUP_SECONDS, RESTORE_SECONDS, SHORT_SECONDS = 6 * 3600, 6 * 3600, 120
_MOST_WORDS = 600


class BarmanFailed(EsellerError):
    """Barman did not do what it was asked for."""

    code = "backup_failed"


class Backup(msgspec.Struct, frozen=True):
    """A backup as Barman knows it.

    Attributes:
        name: Barman's identifier.
        status: ``DONE``, or what is wrong.
        taken_at: seconds since 1970 when it was whole.
        size: bytes.
    """

    name: str
    status: str
    taken_at: float
    size: int = 0


class _Listed(msgspec.Struct):
    backup_id: str
    status: str
    end_time_timestamp: str | float | None = None
    size_bytes: int | None = None


@dataclass(frozen=True)
class Barman:
    """How to run it.

    Attributes:
        command: Its command, with its configuration.
        environ: Its environment.
        server: What it calls our database.
    """

    command: Sequence[str]
    environ: Mapping[str, str] = field(default_factory=dict)
    server: str = SERVER

    def backup(self) -> str:
        """Take a backup, and wait until all WAL that it needs is archived; returns its name.

        Raises:
            BarmanFailed: with its own words.
        """
        self._run("backup", "--wait", "--wait-timeout", "300", self.server, seconds=BACKUP_SECONDS)
        done = [one for one in self.backups() if one.status == "DONE"]
        if not done:
            raise BarmanFailed("Barman knows of no backup that is whole.")
        return done[0].name

    def backups(self) -> list[Backup]:
        """All backups, the newest first.

        Raises:
            BarmanFailed: with its own words.
        """
        answer = self._run("--format", "json", "list-backups", self.server, seconds=SHORT_SECONDS)
        try:
            told = msgspec.json.decode(answer, type=dict[str, list[_Listed]])
        except msgspec.MsgspecError as error:
            raise BarmanFailed(f"Barman's list of backups can't be read: {error}") from error
        backups = [
            Backup(one.backup_id, one.status, float(one.end_time_timestamp or 0), one.size_bytes or 0)
            for one in told.get(self.server, [])
        ]
        return sorted(backups, key=lambda one: one.name, reverse=True)

    def archive(self) -> None:
        """Take in the WAL that has arrived.

        Raises:
            BarmanFailed: with its own words.
        """
        self._run("archive-wal", self.server, seconds=SHORT_SECONDS)

    def restore(self, name: str, target: Path, *, lsn: str = "", time: str = "") -> None:
        """Restore a backup.

        Args:
            name: of the backup.
            target: directory, which is made.
            lsn: up to and without the record that begins there.
            time: up to this moment, as PostgreSQL reads it.

        Raises:
            BarmanFailed: with its own words.
        """
        point = ["--target-lsn", lsn, "--exclusive"] if lsn else ["--target-time", time] if time else []
        action = ["--target-action", "promote"] if point else []
        self._run("restore", *point, *action, self.server, name, str(target), seconds=RESTORE_SECONDS)

    def _run(self, *arguments: str, seconds: float) -> str:
        try:
            done = subprocess.run(
                [*self.command, *arguments], capture_output=True, text=True, errors="replace", timeout=seconds,
                cwd="/", env=dict(self.environ), check=False,
            )  # fmt: skip
        except (OSError, subprocess.TimeoutExpired) as error:
            raise BarmanFailed(f"Barman can't be run: {error}") from error
        if done.returncode:
            words = " ".join(f"{done.stdout} {done.stderr}".split())[-_MOST_WORDS:]
            raise BarmanFailed(f"barman {' '.join(arguments[:2])}: {words}")
        return done.stdout
