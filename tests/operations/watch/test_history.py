"""Figures of a year in files of fixed size: what was measured is there, what was not is missing."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from eseller.operations.watch.history import SCALES, History, Point

HOURS, WEEK, YEAR = SCALES
NOW = 1_800_000_000.0


def test_all_scales_have_their_mean_and_their_peak(tmp_path: Path) -> None:
    history = History(tmp_path)
    for second in range(120):
        history.note(NOW + second, {"requests/s": 1.0 if second % 2 else 3.0})
    for scale in SCALES:
        (line,) = history.lines(scale, NOW + 119, most=10**6)
        assert line.name == "requests/s"
        assert len(line.points) == scale.slots
        assert line.begins + line.step * len(line.points) > NOW + 119
        assert line.points[-1] == Point(2.0, 3.0)
    (line,) = history.lines(HOURS, NOW + 119, most=10**6)
    assert sum(point is not None for point in line.points) == 12


def test_a_gap_is_missing_and_the_ring_forgets(tmp_path: Path) -> None:
    history = History(tmp_path)
    history.note(NOW, {"a": 1.0})
    history.note(NOW + 600, {"a": 2.0})
    (line,) = history.lines(HOURS, NOW + 600, most=10**6)
    assert [point for point in line.points if point is not None] == [Point(1.0, 1.0), Point(2.0, 2.0)]
    assert line.points[-2] is None
    around = HOURS.step * HOURS.slots
    history.note(NOW + around + 600, {"a": 5.0})
    (line,) = history.lines(HOURS, NOW + around + 600, most=10**6)
    assert [point for point in line.points if point is not None] == [Point(5.0, 5.0)]
    (line,) = history.lines(YEAR, NOW + around + 600, most=10**6)
    assert sum(point is not None for point in line.points) >= 2


def test_a_restart_loses_nothing_that_was_flushed(tmp_path: Path) -> None:
    History(tmp_path).note(NOW, {"a": 1.0}, flush=True)
    again = History(tmp_path)
    again.note(NOW + 1, {"a": 3.0}, flush=True)
    (line,) = History(tmp_path).lines(YEAR, NOW + 1, most=10**6)
    assert line.points[-1] == Point(2.0, 3.0)


def test_many_points_become_few_and_peaks_stay(tmp_path: Path) -> None:
    history = History(tmp_path)
    for step in range(0, 3600, 10):
        history.note(NOW + step, {"a": 100.0 if step == 1800 else 1.0})
    (line,) = history.lines(HOURS, NOW + 3590, most=100)
    assert len(line.points) <= 100
    assert max(point.peak for point in line.points if point is not None) == 100.0


def test_nonsense_is_left_out_and_names_are_safe(tmp_path: Path) -> None:
    history = History(tmp_path / "history")
    history.note(NOW, {"../../x/y": 1.0, "nan": float("nan"), "huge": 1e300, "é s": 2.0})
    assert sorted(path.parent for path in (tmp_path / "history").iterdir()) == [tmp_path / "history"] * 4
    told = {line.name: line.points[-1] for line in history.lines(HOURS, NOW)}
    assert told["../../x/y"] == Point(1.0, 1.0)
    assert told["é s"] == Point(2.0, 2.0)
    assert told["nan"] is None
    assert told["huge"] is None


def test_a_year_of_fifty_figures_is_small(tmp_path: Path) -> None:
    history = History(tmp_path)
    names = {f"figure {number}": 1.0 for number in range(50)}
    history.note(NOW, names, flush=True)
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) < 20 * 1024 * 1024


def test_a_disk_that_is_full_costs_history_and_nothing_else(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    history = History(tmp_path / "file" / "below")
    for second in range(5):
        history.note(NOW + second, {"a": 1.0})
    assert caplog.text.count("goes on without it") == 1
    assert history.lines(HOURS, NOW) == []


def test_a_file_that_was_cut_begins_anew(tmp_path: Path) -> None:
    History(tmp_path).note(NOW, {"a": 1.0}, flush=True)
    (path,) = tmp_path.iterdir()
    os.truncate(path, 100)
    assert History(tmp_path).lines(HOURS, NOW)[0:1] != [None]
    history = History(tmp_path)
    history.note(NOW, {"a": 2.0}, flush=True)
    (line,) = history.lines(HOURS, NOW)
    assert line.points[-1] == Point(2.0, 2.0)
