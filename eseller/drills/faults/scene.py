"""What a case works with, and what comes of it."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from enum import StrEnum
from pathlib import Path
from typing import Any

import msgspec

from eseller.cluster.gate import Gate, judge
from eseller.cluster.run.journal import Journals
from eseller.drills.buying import Buyers
from eseller.drills.cluster_stage import ClusterStage, Ledger
from eseller.drills.hosts import Hosts
from eseller.drills.measuring import until

WARM_SECONDS, AFTER_SECONDS, IN_FLIGHT_SECONDS = 3.0, 4.0, 1.0
WAIVED = ("--waive", "backup")
"""A rehearsal's database has no backup."""
NODE_DEATH_SECONDS = 25.0


class Room(StrEnum):
    """Where the cluster of a case runs: on hosts that can be cut off, on this one with disks that fill, or either."""

    HOSTS = "hosts"
    DISKS = "disks"
    ANY = "any"


class Limits(msgspec.Struct, frozen=True):
    """Of a case on a quiet machine.

    Attributes:
        pause: seconds without orders.
        found: seconds until it is known.
        errors: whether the database is away for longer than a request can wait: the answer must be clear then.
        room: where it can be made.
    """

    pause: float
    found: float = 5.0
    errors: bool = False
    room: Room = Room.ANY


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """What one fault did.

    Attributes:
        case: which.
        write_pause_s: the longest time in which nobody was told of an order.
        found_s: until it was known; None where nobody had to know.
        errors_5xx: answers of 500 and more, and none at all.
        ledger: what became of the orders.
        wrong: what was not as it must be; empty: nothing.
        slow: what took longer than it may on a quiet machine; empty: nothing.
        told: what else was measured.
    """

    case: str
    write_pause_s: float
    found_s: float | None = None
    errors_5xx: int
    ledger: Ledger
    wrong: str = ""
    slow: str = ""
    told: dict[str, float] = {}


class Scene(msgspec.Struct):
    """What a case works with; the buyers of all cases so far, the last one's are buying."""

    here: ClusterStage
    hosts: Hosts | None
    everybody: list[Buyers]
    began: float = 0.0
    found: float | None = None
    told: dict[str, float] = {}

    @property
    def buyers(self) -> Buyers:
        """Who buys now."""
        return self.everybody[-1]

    def orders_again(self, seconds: float) -> float:
        """Wait until somebody orders again; returns after how many seconds since the fault, infinity: not in time."""
        # What was done before the fault may be heard of after it.
        since = time.monotonic() + IN_FLIGHT_SECONDS
        return until(
            lambda: any(at > since for at in list(self.buyers.acknowledged.values())), most=seconds, began=self.began
        )

    def orders_in(self, seconds: float) -> int:
        """How many are told of an order in the next seconds."""
        before = len(self.buyers.acknowledged)
        time.sleep(seconds)
        return len(self.buyers.acknowledged) - before

    def gate(self, wanted: str = "") -> Gate:
        """What the gate says, but for the backup that a rehearsal has not."""
        return judge(self.here.facts(), wanted=wanted, waive=("backup",))


Run = Callable[[Scene], Iterator[str]]
"""Makes a fault and mends it; yields what is wrong, or nothing in its place."""


def against(gate: Gate) -> str:
    """What a gate has against a fail-over; empty: nothing."""
    return " ".join(reason.words for reason in gate.reasons if not reason.holds and not reason.waived)


def command(here: ClusterStage, *arguments: str, seconds: float = 300) -> subprocess.CompletedProcess[str]:
    """Run the ``eseller`` command beside the platform."""
    return subprocess.run(
        [sys.executable, "-m", "eseller.cli.main", *arguments],
        env=here.running.environment,
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )


def answered(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    """The JSON object that a command has printed; empty where it printed none."""
    told: dict[str, Any] = json.loads(done.stdout or "{}")
    return told


def words(done: subprocess.CompletedProcess[str]) -> str:
    """The last words of a command."""
    return f"{done.stdout[-500:]} {done.stderr[-500:]}"


def found_after(here: ClusterStage, began: float) -> float:
    """Seconds from a moment (since 1970) until the watch began a run; infinity: it has begun none."""
    runs = [entry.at for run in Journals(here.data_dir).all() for entry in run.entries() if entry.plan]
    return round(min((at - began for at in runs if at > began), default=float("inf")), 2)


@contextlib.contextmanager
def watching(here: ClusterStage) -> Iterator[None]:
    """Have the watch act for as long as the block runs; the fences of former cases are forgotten."""
    for run in Journals(here.data_dir).all():
        run.path.unlink()
    process = subprocess.Popen(
        [sys.executable, "-m", "eseller.cli.main", "cluster", "watch", "--act", *WAIVED],
        env=here.running.environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    time.sleep(WARM_SECONDS)
    try:
        yield
        # What it has begun it ends.
        until(lambda: Journals(here.data_dir).unfinished() is None, most=90)
    finally:
        process.terminate()
        process.wait(10)


def processes(*parts: str) -> list[int]:
    """Ids of all processes whose command has all these arguments, or has them in an argument."""
    wanted = [part.encode() for part in parts]
    found = []
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            command_line = (entry / "cmdline").read_bytes() if entry.name.isdigit() else b""
            if command_line and all(part in command_line for part in wanted):
                found.append(int(entry.name))
    return found
