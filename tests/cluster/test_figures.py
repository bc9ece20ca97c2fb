"""A node tells how its disk and its PostgreSQL fare, and kills it whole."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest

from eseller.cluster.embedded import temporary
from eseller.cluster.figures import (
    FULL_BYTES,
    DiskProbe,
    NodeFigures,
    Prober,
    failure,
    family,
    fence,
    look,
    postmaster,
    sickness,
)


def test_the_disk_is_written_to_and_its_time_told(tmp_path: Path) -> None:
    prober = Prober(tmp_path)
    prober.start()
    deadline = time.monotonic() + 10
    while prober.told().seconds is None and time.monotonic() < deadline:
        time.sleep(0.05)
    prober.stop()
    told = prober.told()
    assert told.seconds is not None
    assert 0 < told.seconds < 5
    assert not told.error


def test_a_disk_that_refuses_is_told_of(tmp_path: Path) -> None:
    prober = Prober(tmp_path / "not there")
    prober.start()
    deadline = time.monotonic() + 10
    while not prober.told().error and time.monotonic() < deadline:
        time.sleep(0.05)
    prober.stop()
    assert "No such file" in prober.told().error


@pytest.mark.parametrize(
    ("figures", "fails", "is_sick"),
    [
        (NodeFigures(now=0), "", ""),
        (NodeFigures(now=0, postmaster="T"), "stopped", "stopped"),
        (NodeFigures(now=0, postmaster="t"), "", ""),
        (NodeFigures(now=0, disk=DiskProbe(error="Input/output error")), "Input/output", "Input/output"),
        (NodeFigures(now=0, free_bytes=FULL_BYTES - 1), "is full", "is full"),
        (NodeFigures(now=0, free_bytes=FULL_BYTES), "", ""),
        (NodeFigures(now=0, disk=DiskProbe(seconds=0.01, waiting=2.0)), "", "takes 2.0 s"),
        (None, "", ""),
    ],
)
def test_a_machine_that_fails_is_told_from_one_that_is_slow(
    figures: NodeFigures | None, fails: str, is_sick: str
) -> None:
    for words, expected in ((failure(figures), fails), (sickness(figures), is_sick)):
        assert bool(words) is bool(expected)
        assert expected in words


def test_postgresql_is_seen_stopped_and_killed_whole() -> None:
    with temporary() as postgres:
        data = postgres.layout.data
        pid = postmaster(data)
        assert postgres.process is not None
        assert pid == postgres.process.pid
        assert len(family(pid)) > 3
        figures = look(data, Prober(data.parent))
        assert figures.free_disk is not None
        assert 0 < figures.free_disk < 1
        assert figures.postmaster in ("S", "R", "D")
        os.kill(pid, signal.SIGSTOP)
        time.sleep(0.05)
        assert look(data, Prober(data.parent)).postmaster == "T"
        # A stopped one is killed as well, with all that it has started.
        assert fence(data) > 3
        postgres.process.wait(5)
        assert fence(data) == 0
        assert look(data, Prober(data.parent)).postmaster == ""


def test_a_number_that_is_another_process_by_now_is_no_postmaster(tmp_path: Path) -> None:
    (tmp_path / "postmaster.pid").write_text(f"{os.getpid()}\n")
    assert postmaster(tmp_path) is None
    assert fence(tmp_path) == 0


@pytest.mark.parametrize("content", ["", "nonsense\n", "-1\n", "99999999999999\n"])
def test_a_torn_file_is_no_postmaster(tmp_path: Path, content: str) -> None:
    (tmp_path / "postmaster.pid").write_text(content)
    assert postmaster(tmp_path) is None
