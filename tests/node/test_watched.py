"""A real process is watched at its private port, and missed within seconds when it is gone."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.channels.storefront.shops import stocked_shop
from tests.node.running import ROOT
from tests.node.test_private_platform import Process, Start, directory, start

__all__ = ("directory", "start")
pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("db")]


def watched(*processes: Process) -> tuple[int, dict[str, object]]:
    """Exit code and answer of ``eseller watch``."""
    nodes = [part for process in processes for part in ("--node", f"127.0.0.1:{process.private}")]
    done = subprocess.run(
        [sys.executable, "-m", "eseller.cli.main", "watch", *nodes, "--json"],
        env=os.environ, cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.stdout, done.stderr
    return done.returncode, json.loads(done.stdout)


def test_processes_are_watched_and_one_that_is_gone_is_missed(start: Start, tmp_path: Path) -> None:
    stocked = stocked_shop()
    web, worker = start("web"), start("worker")
    assert web.page("/", stocked.host) == 200
    code, told = watched(web, worker)
    # Rows that other tests have damaged are told of as well.
    assert [one for one in told["findings"] if one["component"] != "records"] == []  # type: ignore[attr-defined]
    assert code == bool(told["findings"])
    processes = told["processes"]
    assert isinstance(processes, list)
    assert [one["service"] for one in processes] == ["web.0", "worker.0"]
    assert told["rates"]["storefront"] == [0.0, 0.0]  # type: ignore[index]

    worker.tell("drain")
    code, told = watched(web, worker)
    assert code == 1
    assert any("takes no work" in one["title"] for one in told["findings"])  # type: ignore[attr-defined]

    worker.process.kill()
    worker.process.wait()
    code, told = watched(web, worker)
    assert code == 1
    keys = [one["key"] for one in told["findings"] if one["component"] != "records"]  # type: ignore[attr-defined]
    assert keys == [f"silent/127.0.0.1:{worker.private}"]
