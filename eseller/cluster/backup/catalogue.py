"""Which backups were proved: lines of JSON beside the database, of which only the whole ones count."""

from __future__ import annotations

import time
from pathlib import Path

import msgspec

from eseller.cluster.survey import Table
from eseller.kernel import lines

FILE = "cluster-backups.jsonl"


class Proof(msgspec.Struct, frozen=True, kw_only=True):
    """What came of restoring a backup.

    Attributes:
        backup: its name.
        taken_at: seconds since 1970.
        proved_at: the same, of the proof.
        lsn: up to where it was restored.
        good: whether all was as on the secondary at that very place.
        why: what was not; empty where all was.
        seconds: that the proof took.
        tables: of the ledger, as restored.
        checks: what was looked at, and how much of it.
    """

    backup: str
    taken_at: float
    proved_at: float
    lsn: str
    good: bool
    why: str = ""
    seconds: float = 0.0
    tables: tuple[Table, ...] = ()
    checks: dict[str, int] = {}


class BackupFigures(msgspec.Struct, frozen=True):
    """Seconds since the last backup that was proved good was taken; None where there is none."""

    age: float | None


class Catalogue:
    """The proofs of a node.

    Args:
        data_dir: Directory of ours.
    """

    def __init__(self, data_dir: Path) -> None:
        self._path = data_dir / FILE

    def add(self, proof: Proof) -> None:
        """Write a proof down; it is on the disk when this returns."""
        lines.append(self._path, proof)

    def proofs(self) -> list[Proof]:
        """All proofs, the oldest first."""
        return lines.read(self._path, Proof)

    def figures(self) -> BackupFigures:
        """What is told to whoever collects figures."""
        return BackupFigures(self.age())

    def age(self) -> float | None:
        """Seconds since the last backup that was proved good was taken; None where there is none."""
        last: dict[str, Proof] = {proof.backup: proof for proof in self.proofs()}
        good = [proof.taken_at for proof in last.values() if proof.good]
        return time.time() - max(good) if good else None
