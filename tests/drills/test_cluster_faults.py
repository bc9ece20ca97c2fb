"""Faults of the database under a stream of orders: none is lost, invented or doubled.

In a process of its own, since hosts of a rehearsal have addresses that tests may not reach. Other tests run beside, so
what is slow is printed and not held against it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import pytest

from eseller.drills.cluster_faults import CASES
from eseller.drills.faults.scene import Room
from tests.node.running import ROOT

SHARES = 2
SHORT = ("switchover", "killed-postmaster", "grey", "partition")


def run(*cases: str, seconds: int) -> list[dict[str, Any]]:
    done = subprocess.run(
        [sys.executable, "-m", "eseller.drills.cluster_faults", *cases],
        env=os.environ | {"PYTHONWARNINGS": "default"}, capture_output=True, text=True, timeout=seconds, check=False,
    )  # fmt: skip
    print(done.stdout)  # noqa: T201
    told = [json.loads(line) for line in done.stdout.splitlines()]
    assert {case["case"] for case in told} == set(cases), done.stderr[-3000:]
    assert all(case["ledger"]["acknowledged"] > 20 for case in told)
    return told


@pytest.mark.slow
@pytest.mark.timeout(960)
def test_orders_survive_a_switchover_and_the_loss_of_a_primary() -> None:
    for case in run(*SHORT, seconds=900):
        assert not case["wrong"], case


def of_this_commit(cases: list[str]) -> list[str]:
    """Every other case, the others with the next commit or so; all of them with ESELLER_ALL_FAULTS=1."""
    if os.environ.get("ESELLER_ALL_FAULTS") == "1":
        return cases
    told = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False).stdout
    share = int(told.strip()[-1:] or "0", 16) % SHARES
    return cases[share::SHARES]


@pytest.mark.soak
@pytest.mark.timeout(1500)
@pytest.mark.parametrize("room", [*Room], ids=str)
def test_orders_survive_all_faults(room: Room, capsys: pytest.CaptureFixture[str]) -> None:
    cases = [name for name, (_, limits) in CASES.items() if limits.room is room and name not in SHORT]
    chosen = of_this_commit(cases)
    with capsys.disabled():
        print(f"\n{len(chosen)} of {len(cases)} faults in {room}: {', '.join(chosen)}")  # noqa: T201
    bad = [case for case in run(*chosen, seconds=1450) if case["wrong"]]
    assert not bad, bad
