"""What a program says is passed on line by line, and it is started again with growing patience."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest

from eseller.cluster import leash
from eseller.node.program import LONGEST_DELAY, LONGEST_LINE, STEADY_SECONDS, Child, Program, leashed


def python(script: str) -> Child:
    """A started program that runs ``script``."""
    child = Child(Program(name="toy", start=lambda: leashed([sys.executable, "-c", script], os.environ)))
    child.start()
    return child


def said(child: Child) -> list[str]:
    """All that it says until it ends."""
    lines: list[str] = []
    while child.running:
        lines += child.lines()
        time.sleep(0.01)
    return lines + list(child.last_words())


def test_lines_come_whole_and_the_last_one_without_a_line_feed_as_well() -> None:
    child = python(
        "import sys, time; sys.stdout.write('one\\ntw'); sys.stdout.flush(); time.sleep(.3); print('o\\nthree', end='')"
    )

    assert said(child) == ["one", "two", "three"]


def test_bytes_that_are_no_text_and_lines_without_end_do_no_harm() -> None:
    child = python(f"import sys; sys.stdout.buffer.write(b'\\xff\\n' + b'x' * {3 * LONGEST_LINE})")

    lines = said(child)

    assert lines[0] == "\N{REPLACEMENT CHARACTER}"
    assert "".join(lines[1:]) == "x" * 3 * LONGEST_LINE


def test_errors_are_heard_too() -> None:
    assert said(python("import sys; sys.exit('broken')")) == ["broken"]


def test_a_program_that_keeps_failing_is_started_ever_more_rarely() -> None:
    child = Child(Program(name="toy", start=lambda: pytest.fail("not started")), started=time.monotonic())

    delays = [child.plan_restart() for _ in range(10)]

    assert delays[:4] == [0.5, 1, 2, 4]
    assert delays[-1] == LONGEST_DELAY


def test_a_long_life_makes_up_for_earlier_failures() -> None:
    child = Child(Program(name="toy", start=lambda: pytest.fail("not started")), failures=9)
    child.started = time.monotonic() - STEADY_SECONDS - 1

    assert child.plan_restart() == 0.5


def test_a_leashed_program_hears_nothing_from_our_terminal() -> None:
    process = leashed(
        [sys.executable, "-c", "import os; print(os.getsid(0) == os.getpid(), os.read(0, 1))"], os.environ
    )
    output, _ = process.communicate(timeout=10)

    assert output.split() == [b"True", b"b''"]


def test_a_program_whose_parent_is_gone_before_it_starts_does_not_run() -> None:
    command = leashed_by_somebody_else(["/bin/echo", "ran"])

    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert done.returncode != 0
    assert "ran" not in done.stdout


def leashed_by_somebody_else(program: list[str]) -> list[str]:
    """The command of a leash whose other end is held by process 1 instead of us."""
    command = leash.command(program, last_signal=signal.SIGKILL)
    command[command.index(str(os.getpid()))] = "1"
    return command
