"""What was done to whom, why, and on what evidence: a local file that is only added to, and survives the database."""

import os
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from eseller.kernel import clock
from eseller.resilience.rollout.decide import State


class Entry(msgspec.Struct, frozen=True):
    """One step of one change."""

    at: datetime
    change: str
    state: State
    reason: str
    evidence: dict[str, Any] = {}


class Journal:
    """JSON lines, one file a month, each line on the disk before the step is done."""

    def __init__(self, directory: Path) -> None:
        """Keep the files in a directory, which is made with the first entry."""
        self._directory = directory

    def write(self, change: str, state: State, reason: str, evidence: Mapping[str, Any] | None = None) -> Entry:
        """Add a step.

        Raises:
            OSError: it could not be written.
        """
        entry = Entry(clock.now(), change, state, reason, dict(evidence or {}))
        self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = self._directory / f"rollout-{entry.at:%Y-%m}.jsonl"
        # One write of a whole line: processes that share the file never mix theirs.
        file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            os.write(file, msgspec.json.encode(entry) + b"\n")
            os.fsync(file)
        finally:
            os.close(file)
        return entry

    def entries(self) -> Iterator[Entry]:
        """Yield all steps, oldest first; a line that was cut short by a crash is left out."""
        for path in sorted(self._directory.glob("rollout-*.jsonl")):
            for line in path.read_bytes().splitlines():
                try:
                    yield msgspec.json.decode(line, type=Entry)
                except msgspec.MsgspecError:
                    continue
