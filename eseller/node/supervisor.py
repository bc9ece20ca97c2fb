"""Keeps the programs of a node running, and takes them all down together.

One thread and one loop: it waits for output, for a signal or for the next thing to do. Programs are
started from this thread, which the kernel watches on their behalf (see `eseller.cluster.leash`).
"""

from __future__ import annotations

import contextlib
import selectors
import signal
import socket
import time
from collections.abc import Callable, Iterable, Iterator
from types import FrameType

from eseller.node.console import Console
from eseller.node.program import Child, Program

TICK_SECONDS = 0.1
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class StopRequested(Exception):
    """Somebody wants the node to stop while it is still starting."""


class StartFailed(RuntimeError):
    """The node could not be started; the message says why."""


class Supervisor:
    """Runs programs in groups; a later group starts when an earlier one is ready, and stops before it."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self.groups: list[list[Child]] = []
        self._stops = 0
        self._selector = selectors.DefaultSelector()
        self._stopping = False

    @contextlib.contextmanager
    def signals(self) -> Iterator[None]:
        """Take the stop signals for as long as the block runs, then leave no program running."""
        wake, waker = socket.socketpair()
        wake.setblocking(False)
        waker.setblocking(False)
        self._selector.register(wake, selectors.EVENT_READ, None)
        former_fd = signal.set_wakeup_fd(waker.fileno(), warn_on_full_buffer=False)
        # Who started us with nohup wants us to outlive the terminal.
        wanted = [number for number in STOP_SIGNALS if signal.getsignal(number) is not signal.SIG_IGN]
        former = {number: signal.signal(number, self._note_signal) for number in wanted}
        try:
            yield
        finally:
            self.stop()
            for number, handler in former.items():
                signal.signal(number, handler)
            signal.set_wakeup_fd(former_fd)
            self._selector.close()
            wake.close()
            waker.close()

    def start(self, programs: Iterable[Program]) -> list[Child]:
        """Start one group of programs."""
        children = [Child(program) for program in programs]
        self.groups.append(children)
        for child in children:
            self._launch(child)
        return children

    def run_once(self, program: Program, *, seconds: float) -> None:
        """Run a program that ends by itself, and wait for that.

        Raises:
            StartFailed: It ended with an error, or took too long.
            StopRequested: A stop signal came.
        """
        child = Child(program)
        self._launch(child)
        self.groups.append([child])
        try:
            self.wait(lambda: not child.running, seconds=seconds, what=f"{program.name} to end", others=False)
        finally:
            child.kill()
            self.groups.remove([child])
            code = child.process.wait() if child.process else 1
            self._farewell(child)
        if code != 0:
            raise StartFailed(f"{program.name} failed with exit code {code}; its last lines above tell why.")

    def wait(self, ready: Callable[[], bool], *, seconds: float, what: str, others: bool = True) -> None:
        """Keep things going until ``ready`` says so.

        Args:
            ready: Asked ten times a second; must not wait itself.
            seconds: How long this may take.
            what: What is waited for, for the error.
            others: Whether programs that ended are started again meanwhile.

        Raises:
            StartFailed: It took too long.
            StopRequested: A stop signal came.
        """
        deadline = time.monotonic() + seconds
        while not ready():
            if time.monotonic() > deadline:
                raise StartFailed(f"Waited {seconds:.0f} s in vain for {what}; the lines above may tell why.")
            if self._stops:
                raise StopRequested
            self._tick(revive=others)

    def run(self, *, also: Callable[[], None] = lambda: None) -> None:
        """Keep the programs running until a stop signal comes.

        Args:
            also: Done ten times a second; must not wait itself.
        """
        while not self._stops:
            self._tick(revive=True)
            also()

    def stop(self) -> None:
        """Stop the groups, the last one first. A second signal while stopping kills what is left."""
        if self._stopping or not self.groups:
            return
        self._stopping = True
        patience = self._stops + 1
        for group in reversed(self.groups):
            running = [child for child in group if child.running]
            for child in running:
                child.ask_to_stop()
            deadline = time.monotonic() + max((c.program.stop_seconds for c in running), default=0.0)
            while any(child.running for child in running):
                if time.monotonic() > deadline or self._stops >= patience:
                    for child in running:
                        if child.running:
                            self.console.say(child.program.name, "did not end in time: killed", colour="red")
                        child.kill()
                self._tick(revive=False)
            for child in group:
                self._farewell(child)
        self.groups.clear()

    def _note_signal(self, _number: int, _frame: FrameType | None) -> None:
        self._stops += 1

    def _launch(self, child: Child) -> None:
        child.start()
        if child.process is not None and child.process.stdout is not None:
            self._selector.register(child.process.stdout, selectors.EVENT_READ, child)

    def _tick(self, *, revive: bool) -> None:
        """Wait for something to happen, but not long; pass on output; start again what died."""
        for key, _ in self._selector.select(TICK_SECONDS):
            if isinstance(key.data, Child):
                self._pass_on(key.data)
            else:
                with contextlib.suppress(BlockingIOError):
                    key.fileobj.recv(4096)  # type: ignore[union-attr]
        for child in [child for group in self.groups for child in group]:
            if child.process is not None and not child.running and revive:
                self._revive(child)

    def _revive(self, child: Child) -> None:
        """Say that a program ended, and start it again when its time has come."""
        name = child.program.name
        if child.restart_at is None:
            self._farewell(child)
            code = child.process.returncode if child.process else None
            delay = child.plan_restart()
            self.console.say(name, f"ended with {_reason(code)}; starts again in {delay:.1f} s", colour="red")
        elif time.monotonic() >= child.restart_at:
            try:
                self._launch(child)
            except (OSError, RuntimeError) as error:
                delay = child.plan_restart()
                self.console.say(name, f"can't start: {error}; tried again in {delay:.1f} s", colour="red")

    def _pass_on(self, child: Child) -> None:
        for line in child.lines():
            self.console.say(child.program.name, line, colour=child.program.colour)
        if child.silent or not child.running:
            self._farewell(child)

    def _farewell(self, child: Child) -> None:
        """Pass on the last words of a program that ended."""
        stdout = child.process.stdout if child.process else None
        if stdout is None or stdout.closed:
            return
        self._selector.unregister(stdout)
        for line in child.last_words():
            self.console.say(child.program.name, line, colour=child.program.colour)


def _reason(code: int | None) -> str:
    """An exit code in words."""
    if code is not None and code < 0:
        return f"signal {signal.Signals(-code).name}"
    return f"exit code {code}"
