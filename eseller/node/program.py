"""One program of a node: how it is started, heard, stopped and started again."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from eseller.cluster import leash

FIRST_DELAY, LONGEST_DELAY = 0.5, 30.0
STEADY_SECONDS = 30.0
LONGEST_LINE = 16 * 1024


@dataclass(frozen=True, kw_only=True)
class Program:
    """What is to be run.

    Attributes:
        name: Shown before each of its lines.
        start: Starts it from the main thread; its output is a pipe and it leads a process group of its own.
        colour: Colour of its name.
        stop_signal: Asks it to finish what it is doing and end.
        stop_seconds: How long it may take for that before it is killed.
        longest_delay: Seconds before it is started again, at most.
    """

    name: str
    start: Callable[[], subprocess.Popen[bytes]]
    colour: str = "cyan"
    stop_signal: signal.Signals = signal.SIGTERM
    stop_seconds: float = 15.0
    longest_delay: float = LONGEST_DELAY


def leashed(
    command: Sequence[str], environ: Mapping[str, str], *, before: Sequence[str] = ()
) -> subprocess.Popen[bytes]:
    """Start a command that the kernel kills when we die, apart from the terminal's Ctrl-C.

    Args:
        command: What to start.
        environ: Its environment.
        before: Another command that becomes it.
    """
    return subprocess.Popen(
        [*before, *leash.command(command, last_signal=signal.SIGKILL)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env={**environ, "PYTHONUNBUFFERED": "1"},
        start_new_session=True,
    )


@dataclass
class Child:
    """A program that runs, ran or waits to be started again."""

    program: Program
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    restart_at: float | None = None
    failures: int = 0
    silent: bool = False
    _rest: bytes = field(default=b"", repr=False)

    def start(self) -> None:
        """Start the program."""
        self.restart_at, self.silent, self._rest = None, False, b""
        self.process, self.started = self.program.start(), time.monotonic()
        if self.process.stdout is not None:
            os.set_blocking(self.process.stdout.fileno(), False)

    @property
    def running(self) -> bool:
        """Whether its process lives."""
        return self.process is not None and self.process.poll() is None

    def plan_restart(self) -> float:
        """Decide when to start it again: at once after a long life, ever later when it keeps failing."""
        steady = time.monotonic() - self.started > STEADY_SECONDS
        self.failures = 1 if steady else self.failures + 1
        delay = min(FIRST_DELAY * 2.0 ** (self.failures - 1), self.program.longest_delay)
        self.restart_at = time.monotonic() + delay
        return delay

    def lines(self) -> Iterator[str]:
        """The whole lines that it said since the last call; never waits."""
        if self.process is None or self.process.stdout is None:
            return
        with contextlib.suppress(BlockingIOError):
            while chunk := os.read(self.process.stdout.fileno(), 65536):
                *whole, self._rest = (self._rest + chunk).split(b"\n")
                yield from (line.decode(errors="replace") for line in whole)
                if len(self._rest) > LONGEST_LINE:
                    yield self._rest.decode(errors="replace")
                    self._rest = b""
            self.silent = True

    def last_words(self) -> Iterator[str]:
        """What it said and did not end with a line feed; closes the pipe."""
        yield from self.lines()
        if self._rest:
            yield self._rest.decode(errors="replace")
        if self.process is not None and self.process.stdout is not None:
            self.process.stdout.close()

    def ask_to_stop(self) -> None:
        """Send its stop signal."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(self.program.stop_signal)

    def kill(self) -> None:
        """End its process group at once; while its leader is not reaped the group is surely its own."""
        if self.process is not None and self.process.poll() is None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)
