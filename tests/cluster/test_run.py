"""A run writes down what it does before and after, and goes on where it was broken off."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from eseller.cluster.address import DatabaseAddress
from eseller.cluster.facts import Cluster, Facts, Member, Role
from eseller.cluster.gather import Sources
from eseller.cluster.patroni import Patroni
from eseller.cluster.run.journal import Busy, Journal, Journals, Plan, Unfinished
from eseller.cluster.run.runner import Evidence, Step, StepFailed, go
from eseller.cluster.run.steps import Hands, Steps

PLAN = Plan("pg1", ("pg2",), waive=("backup",))
NAMES = ("gate", "shed", "switch", "services")


def doing(did: list[str], **faults: Exception) -> list[Step]:
    def one(name: str) -> Callable[[float], Evidence]:
        def do(_seconds: float) -> Evidence:
            did.append(name)
            if name in faults:
                raise faults[name]
            return {"name": name}

        return do

    return [
        Step(name=name, do=one(name), seconds=1, essential=name != "shed", always=name == "services") for name in NAMES
    ]


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    journals = Journals(tmp_path)
    with journals.only_one():
        return journals.begin(PLAN)


def events(journal: Journal) -> list[tuple[str, str]]:
    return [(entry.event, entry.step) for entry in journal.entries()]


def test_steps_are_done_in_order_and_written_down(journal: Journal) -> None:
    did: list[str] = []
    outcome = go(journal, doing(did))
    assert did == list(NAMES)
    assert outcome.done
    assert outcome.evidence["switch"] == {"name": "switch"}
    assert events(journal) == [
        ("plan", ""), *(pair for name in NAMES for pair in (("begun", name), ("done", name))), ("ended", ""),
    ]  # fmt: skip
    assert journal.plan() == PLAN


def test_a_step_that_fails_ends_the_run_and_services_are_started_again(journal: Journal) -> None:
    did: list[str] = []
    outcome = go(journal, doing(did, gate=StepFailed("the secondary is behind", {"behind": 7})))
    assert did == ["gate", "services"]
    assert (outcome.done, outcome.failed, outcome.why) == (False, "gate", "the secondary is behind")
    assert outcome.evidence["gate"]["behind"] == 7
    assert journal.is_ended()


@pytest.mark.parametrize("error", [StepFailed("no worker"), OSError("gone")])
def test_a_step_that_matters_less_does_not_end_it(journal: Journal, error: Exception) -> None:
    did: list[str] = []
    assert go(journal, doing(did, shed=error)).done
    assert did == list(NAMES)


@pytest.mark.parametrize("broken_off_in", NAMES)
def test_what_was_done_before_a_crash_is_not_done_again(journal: Journal, broken_off_in: str) -> None:
    class Crash(BaseException):
        pass

    did: list[str] = []
    steps = doing(did)
    at = NAMES.index(broken_off_in)

    def crash(_seconds: float) -> Evidence:
        raise Crash

    with pytest.raises(Crash):
        go(journal, [*steps[:at], Step(name=broken_off_in, do=crash, seconds=1), *steps[at + 1 :]])
    # The last line may have been cut off with the power.
    with journal.path.open("ab") as file:
        file.write(b'{"at": 1, "event": "do')
    journals = Journals(journal.path.parent.parent)
    found = journals.unfinished()
    assert found is not None
    assert found.plan() == PLAN
    with pytest.raises(Unfinished, match="--resume"):
        journals.begin(PLAN)
    outcome = go(found, steps)
    assert outcome.done
    assert did == list(NAMES)
    assert set(outcome.evidence) == set(NAMES)
    assert journals.unfinished() is None


def led_by(name: str, timeline: int) -> Facts:
    return Facts(cluster=Cluster((Member(name, Role.LEADER, "running", timeline, 0),)))


@pytest.mark.parametrize(
    ("facts", "done"),
    [
        (led_by("pg1", 4), False),
        (led_by("pg2", 5), True),
        # The runner died after the fence, and since then the former primary was promoted again: it is well.
        (led_by("pg1", 6), True),
        (Facts(), False),
        (Facts(cluster=Cluster(())), False),
    ],
)
def test_a_fence_that_was_broken_off_takes_out_nobody_who_was_promoted_since(facts: Facts, done: bool) -> None:
    def never() -> Any:
        raise AssertionError

    plan = Plan("pg1", ("pg2",), fence=True, timeline=4)
    nobody = Sources(Patroni(()), DatabaseAddress(host="x", user="x", password="x", name="x"), lambda: None)
    hands = Hands(shed=never, restore=never, fence=lambda _: never(), platform=never, survey=never)
    assert Steps(plan, nobody, hands)._is_done(facts) is done


def test_two_runs_never_work_at_once_and_the_lock_dies_with_its_holder(tmp_path: Path) -> None:
    journals = Journals(tmp_path)
    hold = (
        "import sys, time; from pathlib import Path; from eseller.cluster.run.journal import Journals\n"
        "with Journals(Path(sys.argv[1])).only_one(): print('held', flush=True); time.sleep(60)"
    )
    holder = subprocess.Popen([sys.executable, "-c", hold, str(tmp_path)], stdout=subprocess.PIPE)
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(Busy), journals.only_one():
            pass
    finally:
        os.kill(holder.pid, signal.SIGKILL)
        holder.communicate()
    with journals.only_one():
        pass


def test_a_line_that_a_crash_cut_short_costs_no_step_that_was_done_after_it(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "run.jsonl")
    journal.note("done", "gate")
    with journal.path.open("ab") as file:
        file.write(b'{"at": 5, "event": "beg')
    journal.note("done", "shed")
    assert journal.done() == {"gate", "shed"}
