"""Who listens is told of what is new and what is gone, not of what was there before."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from eseller.tenancy.guard import heard


def told(*numbers: int) -> str:
    return json.dumps({"open": len(numbers), "findings": [{"id": number} for number in numbers]})


def test_changes_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[list[int], list[int]]] = []

    def hear(new: Sequence[Mapping[str, Any]], gone: Sequence[Mapping[str, Any]]) -> None:
        seen.append(([one["id"] for one in new], [one["id"] for one in gone]))

    monkeypatch.setattr(heard, "_heard", heard.Heard())
    monkeypatch.setattr(heard, "_listeners", [])
    heard.listen(hear)
    for numbers in ((1,), (1,), (2, 1), (2,), ()):
        heard.keep(told(*numbers))
    assert seen == [([2], []), ([], [1]), ([], [2])]
