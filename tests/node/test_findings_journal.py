"""Rows that are kept back are journalled by the worker; a disk that takes nothing does not stop the guard."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from eseller.node.following import _write_down_findings
from eseller.tenancy.guard import heard


def told(*numbers: int) -> str:
    rows = [{"id": number, "table": "pricing_price", "row": number, "shop": "a", "rule": "r"} for number in numbers]
    return json.dumps({"open": len(numbers), "findings": rows})


def test_findings_are_written_down_and_a_full_disk_costs_a_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(heard, "_heard", heard.Heard())
    monkeypatch.setattr(heard, "_listeners", [])
    _write_down_findings(tmp_path)
    heard.keep(told())
    heard.keep(told(1))
    (line,) = (json.loads(one) for one in (tmp_path / "findings.jsonl").read_text().splitlines())
    assert (line["event"], line["count"], line["rows"][0]["table"]) == ("kept back", 1, "pricing_price")
    (tmp_path / "findings.jsonl").unlink()
    (tmp_path / "findings.jsonl").symlink_to("/dev/full")
    heard.keep(told(1, 2))
    assert heard.heard().open == 2
    assert "were not written down" in caplog.text
