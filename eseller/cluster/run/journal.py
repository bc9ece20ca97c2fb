"""The journal of a run: lines of JSON in a local file, each on the disk before the next step begins.

It lies beside the database and never in it: the database is what is being rescued.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import secrets
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from eseller.kernel import lines
from eseller.kernel.errors import EsellerError

FOLDER = "cluster-runs"


class Unfinished(EsellerError):
    """A run was broken off. Take it up again, or give it up."""

    code = "run_unfinished"


class Busy(EsellerError):
    """Another run is at work here. Wait for it."""

    code = "run_busy"
    retryable = True


class NothingToResume(EsellerError):
    """No run was broken off."""

    code = "run_none"


class Plan(msgspec.Struct, frozen=True):
    """What a run is to do.

    Attributes:
        leader: who was primary when it began.
        candidates: who may be: those that the gate finds fit, or the one that was named.
        fence: whether the primary is sick, and killed instead of asked.
        waive: names of facts that need not hold.
        timeline: of the primary when it began; each promotion makes a higher one.
    """

    leader: str
    candidates: tuple[str, ...]
    fence: bool = False
    waive: tuple[str, ...] = ()
    timeline: int = 0


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """A line.

    Attributes:
        at: seconds since 1970.
        event: ``plan``, ``begun``, ``done``, ``failed``, or ``ended`` for the whole run.
        step: which step; empty for the run.
        seconds: that the step took.
        evidence: what was seen.
        plan: of the run, on its first line.
    """

    at: float
    event: str
    step: str = ""
    seconds: float = 0.0
    evidence: dict[str, Any] = {}
    plan: Plan | None = None


class Journal:
    """One run's file.

    Args:
        path: Where it is.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def name(self) -> str:
        """What the run is called."""
        return self.path.stem

    def write(self, entry: Entry) -> None:
        """Add a line; it is on the disk when this returns."""
        lines.append(self.path, entry)

    def note(self, event: str, step: str = "", *, seconds: float = 0.0, evidence: dict[str, Any] | None = None) -> None:
        """Add a line of now."""
        self.write(
            Entry(at=time.time(), event=event, step=step, seconds=round(seconds, 3), evidence=evidence or {})
        )

    def entries(self) -> list[Entry]:
        """Read all whole lines; the last one may be torn."""
        try:
            return lines.parse(self.path.read_bytes(), Entry)
        except FileNotFoundError:
            return []

    def plan(self) -> Plan | None:
        """What the run is to do; None where its first line is missing."""
        return next((entry.plan for entry in self.entries() if entry.plan is not None), None)

    def done(self) -> set[str]:
        """The steps that are done."""
        return {entry.step for entry in self.entries() if entry.event == "done"}

    def is_ended(self) -> bool:
        """Whether nothing is left to do."""
        return any(entry.event == "ended" for entry in self.entries())


class Journals:
    """The runs of a node.

    Args:
        data_dir: Directory of ours.
    """

    def __init__(self, data_dir: Path) -> None:
        self.folder = data_dir / FOLDER

    def all(self) -> list[Journal]:
        """All runs, oldest first."""
        return [Journal(path) for path in sorted(self.folder.glob("*.jsonl"))]

    def unfinished(self) -> Journal | None:
        """The run that was broken off; None where there is none."""
        return next((one for one in reversed(self.all()) if one.plan() is not None and not one.is_ended()), None)

    def begin(self, plan: Plan) -> Journal:
        """Begin a run.

        Raises:
            Unfinished: another was broken off.
        """
        former = self.unfinished()
        if former is not None:
            raise Unfinished(
                f"The run {former.name} was broken off. Take it up again: eseller cluster switchover --resume; "
                "or give it up: eseller cluster switchover --give-up"
            )
        name = f"{time.strftime('%Y%m%d-%H%M%S', time.gmtime())}-{secrets.token_hex(2)}"
        journal = Journal(self.folder / f"{name}.jsonl")
        journal.write(Entry(at=time.time(), event="plan", plan=plan))
        return journal

    @contextlib.contextmanager
    def only_one(self) -> Iterator[None]:
        """Hold the lock of runs for as long as the block runs; the kernel lets go of it when we die.

        Raises:
            Busy: another holds it.
        """
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = os.open(self.folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise Busy from None
            yield
        finally:
            os.close(file)
