"""A backup counts by the last proof of it, and its age is a figure."""

from __future__ import annotations

import time
from pathlib import Path

from eseller.cluster.backup.catalogue import FILE, Catalogue, Proof
from eseller.node.health import State
from eseller.node.part_metrics import parts


def proof(name: str, *, ago: float, good: bool = True) -> Proof:
    now = time.time()
    return Proof(backup=name, taken_at=now - ago, proved_at=now, lsn="0/1", good=good, why="" if good else "rows")


def told(kept: Catalogue) -> dict[str, float]:
    process = State("worker.0")
    process.parts["backup"] = kept.figures
    return {sample.name: sample.value for family in parts(process) for sample in family.samples}


def test_the_age_is_that_of_the_newest_backup_whose_last_proof_was_good(tmp_path: Path) -> None:
    kept = Catalogue(tmp_path)
    assert kept.age() is None
    assert told(kept) == {}
    kept.add(proof("a", ago=900))
    kept.add(proof("b", ago=500))
    kept.add(proof("c", ago=100, good=False))
    kept.add(proof("b", ago=500, good=False))
    assert [one.backup for one in kept.proofs()] == ["a", "b", "c", "b"]
    assert 899 < (kept.age() or 0) < 910
    kept.add(proof("c", ago=100))
    with (tmp_path / FILE).open("ab") as file:
        file.write(b'{"backup": "c", "taken_at"')
    assert 99 < told(kept)["eseller_backup_age_seconds"] < 110
