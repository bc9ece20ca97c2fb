"""Process trees as the kernel sees them, without help from what is tested."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Process:
    """One process; its start time tells it from a later one with the same id."""

    pid: int
    started: str

    @property
    def alive(self) -> bool:
        fields = _fields(self.pid)
        return fields is not None and fields[19] == self.started and fields[0] != "Z"

    @property
    def command(self) -> str:
        try:
            return Path(f"/proc/{self.pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            return ""


def descendants(pid: int) -> list[Process]:
    """All children of ``pid``, their children, and so on."""
    found: list[Process] = []
    parents: dict[int, list[Process]] = {}
    for entry in Path("/proc").iterdir():
        fields = _fields(int(entry.name)) if entry.name.isdigit() else None
        if fields is not None:
            parents.setdefault(int(fields[1]), []).append(Process(int(entry.name), fields[19]))
    waiting = [pid]
    while waiting:
        children = parents.get(waiting.pop(), [])
        found += children
        waiting += [child.pid for child in children]
    return found


def parent_of(pid: int) -> int:
    """The parent of ``pid``."""
    fields = _fields(pid)
    assert fields is not None
    return int(fields[1])


def eventually(what: Callable[[], object], *, seconds: float = 10.0) -> bool:
    """Whether ``what`` becomes true in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if what():
            return True
        time.sleep(0.05)
    return bool(what())


def _fields(pid: int) -> list[str] | None:
    """``/proc/PID/stat`` from the state on, behind the name in parentheses, or None when it is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
