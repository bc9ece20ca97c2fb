"""What was done is read from the journals as their writers write them; damage to a line costs that line."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from eseller.cluster.run.journal import Journals, Plan
from eseller.kernel import clock
from eseller.node.journal import Journal
from eseller.operations.incidents.collecting import collect
from eseller.resilience.rollout.decide import State
from eseller.resilience.rollout.journal import Journal as Rollouts


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    control = Journal(tmp_path / "control" / "worker.0.jsonl")
    control.write({"verb": "services", "arguments": {"stop_tier": 3, "why": "the primary is sick"}, "outcome": "done"})
    control.write({"verb": "services", "arguments": {"start_all": True}, "outcome": "done"})
    control.write({"verb": "ping", "arguments": {}, "outcome": "done"})
    control.write({"verb": "drain", "arguments": None, "outcome": "done"})
    Journal(tmp_path / "control" / "worker.0.refused.jsonl").write({"verb": "drain", "outcome": "refused"})
    Journal(tmp_path / "governor.jsonl").write({"level": 1, "stopped": ["mail"], "started": [], "why": "it is slow"})
    Rollouts(tmp_path / "journal").write("caches", State.TAKEN, "less memory (ada)")
    (tmp_path / "cluster-runs").mkdir()
    run = Journals(tmp_path).begin(Plan("node1", ("node2",), fence=True))
    run.note("begun", "fence")
    run.note("done", "fence", seconds=1.0)
    run.note("failed", "survey")
    run.note("ended")
    return tmp_path


def test_journals_become_sentences_in_their_order(data_dir: Path) -> None:
    found = collect(data_dir, clock.now() - timedelta(minutes=5))
    assert [one.at for one in found] == sorted(one.at for one in found)
    assert {(one.kind, one.text) for one in found} == {
        ("services", "Services from tier 3 down were stopped: the primary is sick"),
        ("services", "All services were started"),
        ("deploy", "A process was told to drain"),
        ("services", "The governor stopped mail: it is slow"),
        ("configuration", "caches: taken. less memory (ada)"),
        ("switchover", "A fail-over away from node1 began"),
        ("switchover", "The sick primary was killed"),
        ("switchover", "The data was surveyed – it failed"),
        ("switchover", "The run ended"),
    }
    assert len({one.source for one in found}) == len(found)
    assert collect(data_dir, clock.now() + timedelta(minutes=5)) == []
    assert collect(data_dir / "nowhere", datetime(2020, 1, 1, tzinfo=UTC)) == []


def test_lines_that_are_not_as_expected_are_left_out(data_dir: Path) -> None:
    since = clock.now() - timedelta(minutes=5)
    whole = collect(data_dir, since)
    for path in (data_dir / "governor.jsonl", *data_dir.glob("c*/*.jsonl"), *data_dir.glob("journal/*.jsonl")):
        with path.open("ab") as file:
            file.write(b'\xff\n[]\n{}\n{"at": "soon"}\n{"at": 1e99}\n{"at": null, "verb": 1}\n')
            file.write(b'{"at": "2999-01-01T00:00:00Z", "verb": "services", "arguments": [1]}\n{"at": "2999-01-0')
    assert collect(data_dir, since) == whole
