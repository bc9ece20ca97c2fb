"""The governor stops tiers within seconds and starts them slowly, and never flaps."""

from __future__ import annotations

import itertools
from dataclasses import replace
from pathlib import Path

import msgspec
import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eseller.cluster.address import DatabaseAddress
from eseller.node.governing import Governor
from eseller.node.services import Services
from eseller.services.governor import HIGHEST_LEVEL, Sample, Thresholds, decide, stopped_tier

NOWHERE = DatabaseAddress(host="127.0.0.1", port="1", user="nobody", password="", name="none")
LIMITS = Thresholds()


def levels(seconds: list[float], *, level: int = 0) -> list[int]:
    """The level after each second."""
    samples: list[Sample] = []
    since, found = -1000.0, []
    for at, took in enumerate(seconds):
        samples.append(Sample(float(at), took))
        former, level = level, decide(level, since, samples[-60:])
        since = float(at) if level != former else since
        found.append(level)
    return found


def test_it_sheds_to_the_lowest_tier_within_ten_seconds() -> None:
    found = levels([0.01] * 5 + [2.0] * 10)
    assert found[:7] == [0] * 7
    assert found[-1] == HIGHEST_LEVEL
    assert [stopped_tier(level) for level in range(HIGHEST_LEVEL + 1)] == [None, 4, 3, 2]


def test_a_slow_moment_is_none() -> None:
    assert set(levels([0.01, 0.9, 0.9, 0.01] * 20)) == {0}


def test_services_come_back_one_tier_in_half_a_minute() -> None:
    found = levels([2.0] * 12 + [0.01] * 100)
    assert found[11] == 3
    assert found[12 + 28] == 3
    assert found[12 + 32] == 2
    assert found[-1] == 0


def test_what_is_neither_slow_nor_quick_changes_nothing() -> None:
    assert set(levels([0.3] * 100, level=2)) == {2}


@given(st.lists(st.sampled_from([0.01, 0.3, 0.8, float("inf")]), max_size=200))
def test_it_never_flaps(seconds: list[float]) -> None:
    found = levels(seconds)
    assert all(0 <= level <= HIGHEST_LEVEL for level in found)
    changes = [at for at in range(1, len(found)) if found[at] != found[at - 1]]
    assert all(abs(found[at] - found[at - 1]) == 1 for at in changes)
    # Half a minute at least lies before each step down.
    for before, at in itertools.pairwise(changes):
        if found[at] < found[at - 1]:
            assert at - before >= LIMITS.fast_for - 1


def test_it_starts_only_what_it_has_stopped_and_writes_down_why(tmp_path: Path) -> None:
    services = Services(tmp_path / "services.json")
    services.stop(["media"], by="operator", why="by hand")
    governor = Governor(services, NOWHERE, tmp_path / "governor.jsonl")
    for at in range(20):
        governor.govern(Sample(1000.0 + at, 2.0))
    assert governor.level == HIGHEST_LEVEL
    assert services.queues() == ["payments", "housekeeping"]
    for at in range(150):
        governor.govern(Sample(1020.0 + at, 0.01))
    assert governor.level == 0
    assert set(services.stopped()) == {"media"}
    told = [msgspec.json.decode(line) for line in (tmp_path / "governor.jsonl").read_bytes().splitlines()]
    assert [entry["level"] for entry in told] == [1, 2, 3, 2, 1, 0]
    assert told[0]["why"] == "a commit takes 2.00 s"


def test_a_database_that_is_gone_is_a_sample(tmp_path: Path) -> None:
    governor = Governor(Services(tmp_path / "s.json"), NOWHERE, tmp_path / "g.jsonl")
    assert governor._sample().seconds == float("inf")


def test_a_database_that_is_there_is_measured(tmp_path: Path, db: None) -> None:
    from eseller.config.environment import environment

    # The tests' own server waits for no disk unless it is told to.
    login = environment().role_url("platform")
    login = replace(login, params=(*login.params, ("options", "-c synchronous_commit=on")))
    governor = Governor(Services(tmp_path / "s.json"), login, tmp_path / "g.jsonl")
    try:
        assert governor._sample().seconds < 5
        with psycopg.connect(login.url, autocommit=True) as connection:
            (before,) = connection.execute("SELECT pg_current_wal_insert_lsn()").fetchone() or ("",)
            assert governor._sample().seconds < 5
            # It has waited for the disk: what it wrote, and all before it, is there.
            kept = connection.execute("SELECT pg_current_wal_flush_lsn() > %s::pg_lsn", [before]).fetchone()
            assert kept == (True,)
    finally:
        governor.close()


@pytest.fixture(autouse=True)
def _quiet(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("ERROR")
