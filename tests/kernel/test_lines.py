"""Lines that were cut short are left out, and cost no other."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eseller.kernel import lines


class Word(msgspec.Struct, frozen=True):
    """An entry."""

    text: str


@given(st.lists(st.text(max_size=30), max_size=6), st.integers(0, 200), st.lists(st.text(max_size=30), max_size=4))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_crash_at_any_byte_costs_the_line_that_was_being_written_and_no_other(
    tmp_path: Path, before: list[str], cut: int, after: list[str]
) -> None:
    path = tmp_path / "words"
    path.unlink(missing_ok=True)
    for text in before:
        lines.append(path, Word(text))
    written = path.read_bytes() if path.exists() else b""
    path.write_bytes(written[: max(0, len(written) - cut)])
    left = path.read_bytes().count(b"\n")
    for text in after:
        lines.append(path, Word(text))
    told = [word.text for word in lines.read(path, Word)]
    # A line that lacks nothing but its end is whole.
    assert told in (before[:left] + after, before[: left + 1] + after)


def test_what_does_not_fit_on_the_disk_is_told_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "words"
    lines.append(path, Word("one"))
    real = os.write
    monkeypatch.setattr(os, "write", lambda file, line: real(file, line[:5]))
    with pytest.raises(OSError, match="No space left") as caught:
        lines.append(path, Word("two"))
    assert caught.value.errno == errno.ENOSPC
    monkeypatch.undo()
    lines.append(path, Word("three"))
    assert [word.text for word in lines.read(path, Word)] == ["one", "three"]


def test_there_is_nothing_in_a_file_that_is_not_there(tmp_path: Path) -> None:
    assert lines.read(tmp_path / "nothing", Word) == []
