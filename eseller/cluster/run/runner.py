"""Goes through the steps of a run, writes each down, and knows from its journal where to go on after a crash."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from eseller.cluster.run.journal import Journal
from eseller.kernel.errors import EsellerError

Evidence = dict[str, Any]


class StepFailed(EsellerError):
    """A step did not do what it should."""

    code = "run_step_failed"

    def __init__(self, message: str, evidence: Evidence | None = None) -> None:
        super().__init__(message)
        self.evidence = evidence or {}


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One step.

    Attributes:
        name: its name.
        do: does it, within so many seconds, and returns what was seen; once more after a crash, hence it looks first
            whether it was done.
        seconds: that it may take.
        essential: whether the run ends where it fails; else that is written down and the run goes on.
        always: whether it is done on the way out as well, when an earlier step has failed.
    """

    name: str
    do: Callable[[float], Evidence]
    seconds: float
    essential: bool = True
    always: bool = False


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a run.

    Attributes:
        run: its name.
        done: whether all essential steps were done.
        failed: name of the step that ended it; empty: none.
        why: in words.
        seconds: from its begin, or from when it was taken up again.
        evidence: of each step, by name.
    """

    run: str
    done: bool
    failed: str = ""
    why: str = ""
    seconds: float = 0.0
    evidence: dict[str, Evidence] = {}


def go(journal: Journal, steps: Sequence[Step], *, say: Callable[[str], None] = lambda _: None) -> Outcome:
    """Do what is not done yet.

    Args:
        journal: of the run.
        steps: in order.
        say: told which step begins.
    """
    began = time.monotonic()
    done = journal.done()
    evidence = {entry.step: entry.evidence for entry in journal.entries() if entry.event == "done"}
    failed, why = "", ""
    for step in steps:
        if step.name in done or (failed and not step.always):
            continue
        say(step.name)
        trouble, seen = _do(journal, step)
        evidence[step.name] = seen
        if trouble and step.essential and not failed:
            failed, why = step.name, trouble
    seconds = round(time.monotonic() - began, 2)
    journal.note("ended", seconds=seconds, evidence={"failed": failed, "why": why})
    return Outcome(
        run=journal.name, done=not failed, failed=failed, why=why, seconds=seconds, evidence=evidence
    )


def _do(journal: Journal, step: Step) -> tuple[str, Evidence]:
    """Do one step; returns what went wrong, in words, and what was seen."""
    journal.note("begun", step.name)
    began = time.monotonic()
    try:
        seen = step.do(step.seconds)
    except EsellerError as error:
        seen = {"why": error.message, **getattr(error, "evidence", {})}
        journal.note("failed", step.name, seconds=time.monotonic() - began, evidence=seen)
        return error.message, seen
    except Exception as error:
        seen = {"why": repr(error)[:500]}
        journal.note("failed", step.name, seconds=time.monotonic() - began, evidence=seen)
        return seen["why"], seen
    journal.note("done", step.name, seconds=time.monotonic() - began, evidence=seen)
    return "", seen
