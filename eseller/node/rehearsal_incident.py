"""A rehearsal as an incident: with the watch and the clerk beside it, it ends in a timeline and a draft report."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

PATH, NAME = "REHEARSAL_INCIDENT", "REHEARSAL_NAME"
"""Variables of who wants the report: the file it is written to, and what the rehearsal is called."""
TOLD_ORDERS = "each order that somebody was told of"
"""How the survey's check begins that compares receipts with orders."""
UP_SECONDS, NOTED_SECONDS = 60.0, 15.0
_open: list[tuple[dict[str, str], int]] = []


class NoReport(RuntimeError):
    """The rehearsal ended without a report; the message says at which step."""


def wanted() -> bool:
    """Whether somebody wants a report of the rehearsals of this process."""
    return bool(os.environ.get(PATH))


@contextmanager
def incident(environment: Mapping[str, str]) -> Iterator[None]:
    """Open an incident, and when the block has ended, resolve it, count it, and write its draft report.

    Raises:
        NoReport: one of that could not be done.
    """
    name = os.environ.get(NAME, "rehearsal")
    number = _opened(environment, f"Rehearsal: {name}")
    _open.append((dict(environment), number))
    try:
        yield
    finally:
        _open.pop()
        # What happened at the very end is noted in the clerk's next rounds.
        time.sleep(NOTED_SECONDS)
        survey = _run(environment, "cluster", "verify", "--no-files", "--json", good=(0, 1))
        lost = _lost(survey)
        _run(environment, "incidents", "move", str(number), "started", good=(0, 1))
        _run(environment, "incidents", "move", str(number), "resolved")
        time.sleep(NOTED_SECONDS)
        if lost is not None:
            _run(environment, "incidents", "count", str(number), "--lost-orders", str(lost))
        slug = _run(environment, "reports", "draft", str(number)).partition(":")[0]
        text = _run(environment, "reports", "write", slug)
        told = _run(environment, "incidents", "show", str(number), "--json")
        Path(os.environ[PATH]).write_text(text, "utf-8")
        Path(os.environ[PATH]).with_suffix(".json").write_text(told, "utf-8")


def tell(text: str) -> None:
    """Note in the timeline what the rehearsal does now, where one is kept; nobody waits for it."""
    if _open:
        environment, number = _open[-1]
        command = [sys.executable, "-m", "eseller.cli.main", "incidents", "note", str(number), f"Rehearsal: {text}"]
        threading.Thread(
            target=subprocess.run, args=(command,), daemon=True,
            kwargs={"env": environment, "capture_output": True, "timeout": 60, "check": False},
        ).start()  # fmt: skip


def _opened(environment: Mapping[str, str], title: str) -> int:
    deadline = time.monotonic() + UP_SECONDS
    while True:
        try:
            said = _run(environment, "incidents", "open", title)
            return int(said.split()[1])
        except NoReport:
            # Its database starts after the shops are served.
            if time.monotonic() > deadline:
                raise
            time.sleep(1.0)


def _lost(survey: str) -> int | None:
    """Orders that were acknowledged and are not there; None: that was not found out."""
    try:
        checks = json.loads(survey)["checks"]
        return next(int(check["wrong"]) for check in checks if check["name"].startswith(TOLD_ORDERS))
    except (ValueError, KeyError, TypeError, StopIteration):
        return None


def _run(environment: Mapping[str, str], *arguments: str, good: tuple[int, ...] = (0,)) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "eseller.cli.main", *arguments], env=dict(environment), capture_output=True, text=True,
        timeout=120, check=False,
    )  # fmt: skip
    if done.returncode not in good:
        raise NoReport(f"eseller {' '.join(arguments)} ended with {done.returncode}: {done.stderr[-500:]}")
    return done.stdout
