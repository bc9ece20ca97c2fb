"""A drill ends in an incident whose timeline has what happened, and in a draft report that needs no new facts."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.node.running import ROOT


@pytest.mark.soak
@pytest.mark.timeout(420)
def test_a_drill_ends_in_a_draft_report(tmp_path: Path) -> None:
    done = subprocess.run(
        [
            sys.executable, "-m", "eseller.cli.main", "drill", "run", "malformed-record", "--json",
            "--incident", str(tmp_path / "report.md"),
        ],
        env=os.environ, cwd=ROOT, capture_output=True, text=True, timeout=400, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    assert json.loads(done.stdout)["verdict"] == "passed"
    report = (tmp_path / "report.md").read_text("utf-8")
    kinds = {line["kind"] for line in json.loads((tmp_path / "report.json").read_text("utf-8"))["timeline"]}
    # What was damaged, what was found, what was told of it, and what the drill did meanwhile.
    assert {"opened", "records", "configuration", "alert", "note", "state"} <= kinds
    assert "Rows were kept back: " in report
    assert "Rows were let go: " in report
    assert "- Orders lost: 0" in report
    assert "- Requests failed: 0" in report
    assert "- Ended: " in report
