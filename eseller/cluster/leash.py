"""Start a program that can't outlive the one that started it, as another user if need be.

A supervisor that is killed with SIGKILL can't tidy up, so the kernel must: it sends the program a signal when
its parent dies. The new process has to ask for that after it became another user (which forgets the wish) and
before it becomes the program; between fork and exec that is not safe in a parent with threads. Hence this
script, which runs alone, without site-packages, in a few milliseconds.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from collections.abc import Sequence
from dataclasses import dataclass

PR_SET_PDEATHSIG = 1


@dataclass(frozen=True)
class User:
    """Who runs a program."""

    name: str
    uid: int
    gid: int


def command(program: Sequence[str], *, last_signal: signal.Signals, user: User | None = None) -> list[str]:
    """The command that runs ``program`` on a leash.

    Must be started by the thread that lives as long as the caller does: the main thread.

    Args:
        program: The command to run; its process id is that of the leash.
        last_signal: What the kernel sends the program when we die.
        user: Whom to become first; needs root.
    """
    identity = f"{user.uid}:{user.gid}" if user else ""
    leash = [sys.executable, "-I", "-S", __file__, str(int(last_signal)), str(os.getpid()), identity]
    return [*leash, *program]


def follow_parent(last_signal: int, parent: int) -> None:
    """Ask the kernel to send this process ``last_signal`` when process ``parent`` ends.

    Raises:
        ProcessLookupError: It has ended already.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_PDEATHSIG, int(last_signal), 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG)")
    if os.getppid() != parent:
        raise ProcessLookupError("the process that started this one is gone")


def main(arguments: Sequence[str]) -> None:
    """Become the program: the signal, the parent, the user and the command, as `command` wrote them."""
    last_signal, parent, identity, *program = arguments
    if identity:
        uid, gid = (int(part) for part in identity.split(":"))
        os.setgroups([gid])
        os.setgid(gid)
        os.setuid(uid)
    follow_parent(int(last_signal), int(parent))
    os.execv(program[0], program)  # noqa: S606 - the command is the caller's own, no shell is involved


if __name__ == "__main__":
    main(sys.argv[1:])
