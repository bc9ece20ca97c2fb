"""The commands, as an operator types them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from eseller.operations.incidents.models import Entry, Incident

pytestmark = pytest.mark.usefixtures("db")
ROOT = Path(__file__).resolve().parent.parent


def eseller(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "eseller.cli.main", *arguments],
        env=os.environ | {"ESELLER_WATCH_PORT": "9"}, cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_an_incident_from_its_opening_to_its_end(tmp_path: Path) -> None:
    assert eseller("incidents", "list").returncode == 0
    opened = eseller(
        "incidents", "open", "Search is slow", "--severity", "major", "--component",
        "storefronts=degraded_performance", "--by", "ada",
    )  # fmt: skip
    assert opened.returncode == 0, opened.stderr
    number = str(Incident.objects.get().pk)
    told = eseller("incidents", "update", number, "identified", "A disk is full.", "--minutes", "20", "--by", "ada")
    assert "The next update is due by" in told.stdout, told.stderr
    assert "The watch does not answer" in told.stderr
    assert eseller("incidents", "note", number, "Ordered a disk", "--hidden", "--by", "ada").returncode == 0
    assert eseller("incidents", "assign", number, "--lead", "bob").returncode == 0
    listed = eseller("incidents", "list", "--json")
    assert listed.returncode == 1
    assert json.loads(listed.stdout)[0]["lead"] == "bob"
    assert "Ordered a disk (hidden)" in eseller("incidents", "show", number).stdout

    wrong = eseller("incidents", "update", number, "finished", "x")
    assert wrong.returncode == 2
    assert "investigating, identified" in wrong.stderr
    refused = eseller("incidents", "move", number, "resolved")
    assert refused.returncode == 1
    assert "The public was told of it" in refused.stderr
    assert "There is no incident" in eseller("incidents", "move", "999999", "started").stderr

    site = eseller("status", "export", str(tmp_path / "site"))
    assert site.returncode == 0, site.stderr
    page = (tmp_path / "site" / "index.html").read_text()
    assert "A disk is full." in page
    assert "Ordered a disk" not in page
    assert eseller("incidents", "update", number, "resolved", "Over.").returncode == 0
    assert eseller("incidents", "list").returncode == 0
    assert Entry.objects.filter(kind="state").count() == 2
