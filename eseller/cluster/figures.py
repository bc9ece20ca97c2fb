"""What a node tells of itself: its disk, its load, its PostgreSQL process. Read from the kernel."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import threading
import time
from pathlib import Path

import msgspec

PROBE_SECONDS = 1.0
"""Between two writes to the disk."""
_PROBE = b"\0" * 8192


class DiskProbe(msgspec.Struct, frozen=True):
    """How a write that must reach the disk fares.

    Attributes:
        seconds: that the last finished one took; None before the first.
        waiting: seconds since the one that is not finished began; 0 where there is none.
        error: what the disk said instead; empty where all is well.
    """

    seconds: float | None = None
    waiting: float = 0.0
    error: str = ""


class NodeFigures(msgspec.Struct, frozen=True, kw_only=True):
    """A node at one moment.

    Attributes:
        now: its clock, seconds since 1970.
        free_disk: share of the data disk that is free, 0 to 1; None where it can't be read.
        free_bytes: the same in bytes.
        disk: how writes fare.
        postmaster: one letter, as in /proc/PID/stat: S sleeps, R runs, D waits for a disk, T is stopped, t is held by a
            debugger or a tracer; empty: none.
        load: runnable processes for each core, over a minute.
        io_pressure: share of the last ten seconds in which something waited for a disk, 0 to 1 (PSI); None: not told.
        memory_pressure: the same for memory.
        cpu_pressure: the same for processors.
        free_memory: share of the memory that is available, 0 to 1.
        kernel: lines of the kernel's log of the last minutes that tell of a sick disk or machine; newest last.
    """

    now: float
    free_disk: float | None = None
    free_bytes: int | None = None
    disk: DiskProbe = DiskProbe()
    postmaster: str = ""
    load: float = 0.0
    io_pressure: float | None = None
    memory_pressure: float | None = None
    cpu_pressure: float | None = None
    free_memory: float | None = None
    kernel: tuple[str, ...] = ()


SICK_SECONDS = 0.5
"""That a small write takes on a disk that is sick."""
FULL_BYTES = 4 * 16 * 1024 * 1024
"""Less than four pieces of WAL are free: the next one, or the next page of a table, may not find room."""


def failure(figures: NodeFigures | None) -> str:
    """Tell, in words, what keeps a node from doing the work of a primary; empty: nothing that it tells of."""
    if figures is None:
        return ""
    # A tracer holds it (t) for an instant at each fork and signal: that alone says nothing.
    if figures.postmaster == "T":
        return "its PostgreSQL is stopped by a signal"
    if figures.disk.error:
        return f"a write to the disk fails: {figures.disk.error}"
    if figures.free_bytes is not None and figures.free_bytes < FULL_BYTES:
        return f"the disk is full: {figures.free_bytes / 2**20:.0f} MB are free"
    return ""


def sickness(figures: NodeFigures | None) -> str:
    """Tell what speaks against a node as a place for a primary: a failure, or a slow disk, as under a backup."""
    slowest = max(figures.disk.seconds or 0.0, figures.disk.waiting) if figures else 0.0
    return failure(figures) or (f"a write to the disk takes {slowest:.1f} s" if slowest > SICK_SECONDS else "")


class Prober:
    """Writes to a disk again and again and knows how long that takes. One thread, which may hang with the disk.

    Args:
        folder: On the disk in question.
    """

    def __init__(self, folder: Path) -> None:
        self._file = folder / ".eseller-write-probe"
        self._began: float | None = None
        self._last = DiskProbe()
        self._stop = threading.Event()

    def start(self) -> None:
        """Begin."""
        threading.Thread(target=self._run, name="disk probe", daemon=True).start()

    def stop(self) -> None:
        """End after the write that runs."""
        self._stop.set()

    def told(self) -> DiskProbe:
        """Return what is known now."""
        began = self._began
        waiting = 0.0 if began is None else time.monotonic() - began
        return msgspec.structs.replace(self._last, waiting=round(waiting, 3))

    def _run(self) -> None:
        while not self._stop.wait(PROBE_SECONDS):
            began = self._began = time.monotonic()
            try:
                self._write()
            except OSError as error:
                self._last = DiskProbe(error=error.strerror or str(error))
            else:
                self._last = DiskProbe(seconds=round(time.monotonic() - began, 4))
            self._began = None

    def _write(self) -> None:
        file = os.open(self._file, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        try:
            os.write(file, _PROBE)
            os.fdatasync(file)
        finally:
            os.close(file)


def look(data: Path, prober: Prober, *, kernel: tuple[str, ...] = ()) -> NodeFigures:
    """Return the figures of this machine.

    Args:
        data: PostgreSQL's data directory.
        prober: of its disk.
        kernel: lines of the kernel's log, by whoever can read it.
    """
    pid = postmaster(data)
    room = _room(data)
    return NodeFigures(
        now=time.time(),
        free_disk=round(room[0] / room[1], 4) if room else None,
        free_bytes=room[0] if room else None,
        disk=prober.told(),
        postmaster=_state(pid) if pid else "",
        load=round(os.getloadavg()[0] / (os.cpu_count() or 1), 2),
        io_pressure=_pressure("io"),
        memory_pressure=_pressure("memory"),
        cpu_pressure=_pressure("cpu"),
        free_memory=_free_memory(),
        kernel=kernel,
    )


def postmaster(data: Path) -> int | None:
    """Return the process id of the PostgreSQL server of a data directory; None where none runs."""
    try:
        pid = int((data / "postmaster.pid").read_text("ascii").split("\n", 1)[0])
        command = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except (OSError, ValueError):
        return None
    # The number may be another process's by now.
    return pid if os.fsencode(str(data)) in command else None


def family(pid: int) -> list[int]:
    """Return the processes that a process has started, itself first."""
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError, ValueError, IndexError):
                parent = int((entry / "stat").read_text("ascii", errors="replace").rpartition(")")[2].split()[1])
                parents.setdefault(parent, []).append(int(entry.name))
    found = [pid]
    for one in found:
        found += parents.get(one, [])
    return found


def fence(data: Path) -> int:
    """Kill the PostgreSQL server of a data directory with all its processes, at once; returns how many there were.

    SIGKILL, since one whose disk does not answer ends by nothing less. The postmaster goes first, so that it starts no
    other in place of those that end.
    """
    pid = postmaster(data)
    if pid is None:
        return 0
    processes = family(pid)
    for one in processes:
        with contextlib.suppress(ProcessLookupError):
            os.kill(one, signal.SIGKILL)
    return len(processes)


def _state(pid: int) -> str:
    with contextlib.suppress(OSError, IndexError):
        return Path(f"/proc/{pid}/stat").read_text("ascii", errors="replace").rpartition(")")[2].split()[0]
    return ""


def _room(folder: Path) -> tuple[int, int] | None:
    """Bytes that are free, and all, of what an ordinary user may fill."""
    with contextlib.suppress(OSError):
        usage = shutil.disk_usage(folder)
        return usage.free, max(1, usage.used + usage.free)
    return None


def _pressure(name: str) -> float | None:
    """Pressure stall information (Linux, Documentation/accounting/psi.rst): "some", ten seconds."""
    with contextlib.suppress(OSError, ValueError, IndexError):
        some = Path(f"/proc/pressure/{name}").read_text("ascii").splitlines()[0]
        return round(float(some.split("avg10=")[1].split()[0]) / 100, 4)
    return None


def _free_memory() -> float | None:
    with contextlib.suppress(OSError, ValueError, KeyError, ZeroDivisionError):
        lines = Path("/proc/meminfo").read_text("ascii").splitlines()
        sizes = {name: int(rest.split()[0]) for name, _, rest in (line.partition(":") for line in lines)}
        return round(sizes["MemAvailable"] / sizes["MemTotal"], 4)
    return None
