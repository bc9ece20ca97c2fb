"""A primary is grey when it lives and does not do its work; one that is gone is Patroni's to replace."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator

import pytest

from eseller.cluster.embedded import EmbeddedPostgres, temporary
from eseller.cluster.pulse import Beat, Kind, Pulse, is_grey

LETTERS = {"g": Kind.GOOD, "s": Kind.SLOW, "r": Kind.REFUSED, "f": Kind.FAILED}


@pytest.mark.parametrize(
    ("beats", "grey"),
    [
        ("", False), ("ss", False), ("sss", True), ("gsss", True), ("sssg", False), ("ssgss", False), ("fsf", True),
        # Gone, not grey.
        ("rrr", False), ("ssr", False), ("rsss", True),
    ],
)  # fmt: skip
def test_three_bad_beats_in_a_row_make_it_grey(beats: str, grey: bool) -> None:
    assert is_grey([Beat(at=0, kind=LETTERS[letter]) for letter in beats]) is grey


@pytest.fixture(scope="module")
def server() -> Iterator[EmbeddedPostgres]:
    with temporary() as postgres:
        yield postgres


def test_a_primary_that_is_well_beats(server: EmbeddedPostgres) -> None:
    pulse = Pulse()
    assert [pulse.feel("pg1", server.admin).kind for _ in range(3)] == [Kind.GOOD] * 3
    assert not pulse.is_grey()


def test_a_primary_whose_machine_says_that_it_fails_is_grey_and_one_that_hangs_is_not_waited_for(
    server: EmbeddedPostgres,
) -> None:
    def hangs() -> str:
        time.sleep(3)
        return "too late"

    pulse = Pulse()
    beats = [pulse.feel("pg1", server.admin, lambda: "the disk is full") for _ in range(3)]
    assert [(beat.kind, beat.words) for beat in beats] == [(Kind.FAILED, "the disk is full")] * 3
    assert pulse.is_grey()
    began = time.monotonic()
    assert pulse.feel("pg1", server.admin, hangs).kind is Kind.GOOD
    assert time.monotonic() - began < 2


def test_a_stopped_postmaster_takes_no_login(server: EmbeddedPostgres) -> None:
    pulse = Pulse()
    assert pulse.feel("pg1", server.admin).kind is Kind.GOOD
    assert server.process is not None
    os.kill(server.process.pid, signal.SIGSTOP)
    try:
        began = time.monotonic()
        assert [pulse.feel("pg1", server.admin).kind for _ in range(3)] == [Kind.SLOW] * 3
        assert time.monotonic() - began < 5
        assert pulse.is_grey()
    finally:
        os.kill(server.process.pid, signal.SIGCONT)
    # Another primary is judged by beats of its own.
    assert pulse.feel("pg2", server.admin).kind is Kind.GOOD
    assert len(pulse.beats) == 1


def test_one_that_is_gone_refuses() -> None:
    with temporary() as postgres:
        address = postgres.admin
    assert Pulse().feel("pg1", address).kind is Kind.REFUSED
