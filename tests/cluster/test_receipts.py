"""Receipts are on the disk before anybody is told, and a disk that fails takes no order away."""

from __future__ import annotations

import threading
from datetime import timedelta
from pathlib import Path

import pytest

from eseller.cluster import receipts
from eseller.cluster.receipts import KEPT_DAYS, Receipt, Receipts, read_receipts
from eseller.kernel import clock


def note(kept: Receipts, number: int = 1) -> bool:
    return kept.note(shop=7, order=f"o{number}", number=f"N{number}", total=100 * number)


def test_what_is_noted_is_read(tmp_path: Path) -> None:
    kept = Receipts(tmp_path / "receipts", "web.0")
    assert note(kept)
    (one,) = read_receipts(tmp_path / "receipts")
    assert one == Receipt(at=one.at, shop=7, order="o1", number="N1", total=100)
    assert abs(clock.now() - one.at) < timedelta(minutes=1)
    (path,) = (tmp_path / "receipts").iterdir()
    assert path.stat().st_mode & 0o077 == 0


def test_processes_and_threads_do_not_mix_their_lines(tmp_path: Path) -> None:
    kept = [Receipts(tmp_path, f"web.{index}") for index in range(2)]
    threads = [
        threading.Thread(target=lambda one=one, n=n: [note(one, n * 50 + k) for k in range(50)])
        for one in kept
        for n in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(one.total for one in read_receipts(tmp_path)) == sorted([100 * n for n in range(200)] * 2)
    assert [one.figures().written for one in kept] == [200, 200]


def test_a_line_that_was_cut_short_is_left_out(tmp_path: Path) -> None:
    note(Receipts(tmp_path, "web.0"))
    (path,) = tmp_path.iterdir()
    path.write_bytes(path.read_bytes() + b'{"at":"2026-01-01T00:0')
    assert [one.number for one in read_receipts(tmp_path)] == ["N1"]


def test_a_disk_that_fails_is_counted_and_nothing_is_raised(tmp_path: Path) -> None:
    (tmp_path / "receipts").write_text("in the way")
    kept = Receipts(tmp_path / "receipts", "web.0")
    assert not note(kept)
    assert (kept.figures().written, kept.figures().failed) == (0, 1)
    (tmp_path / "receipts").unlink()
    assert note(kept), "it goes on when there is room again"


def test_old_files_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept, began = Receipts(tmp_path, "web.0"), clock.now()
    for days in (0, 1, KEPT_DAYS + 1):
        monkeypatch.setattr(clock, "now", lambda days=days: began + timedelta(days=days))
        assert note(kept, days)
    assert [one.total for one in read_receipts(tmp_path)] == [100, 100 * (KEPT_DAYS + 1)]


def test_a_process_that_keeps_none_writes_none(tmp_path: Path) -> None:
    receipts.note(shop=1, order="o", number="N", total=1)
    receipts.keep(Receipts(tmp_path, "web.0"))
    try:
        receipts.note(shop=1, order="o", number="N", total=1)
    finally:
        receipts.keep(None)
    assert len(list(read_receipts(tmp_path))) == 1
