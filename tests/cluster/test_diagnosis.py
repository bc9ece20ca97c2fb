"""A sick query is told from a sick node, and what is named is the right one."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eseller.cluster.diagnosis.judge import Verdict, diagnose
from eseller.cluster.diagnosis.symptoms import Session, Statement, Symptoms
from eseller.cluster.facts import Cluster, Member, Replica, Role, Witness
from eseller.cluster.figures import DiskProbe, NodeFigures
from eseller.cluster.pulse import Beat, Kind

CLUSTER = Cluster((
    Member("pg1", Role.LEADER, "running", 1, 0), Member("pg2", Role.QUORUM_STANDBY, "streaming", 1, 0),
))  # fmt: skip
SOUND = NodeFigures(now=0, free_disk=0.5, disk=DiskProbe(seconds=0.001), postmaster="S", load=0.3)
GOOD = (Beat(at=0, kind=Kind.GOOD, seconds=0.01),) * 4
SLOW = (Beat(at=0, kind=Kind.SLOW, seconds=0.8),) * 4


def selling(waits: str = "", many: int = 4) -> tuple[Session, ...]:
    return tuple(
        Session(pid=n, name=f"shop-{n}/checkout", statement=n, query=f"SELECT {n}", waits_for=waits, seconds=0.1)
        for n in range(many)
    )


RUNAWAY = tuple(
    Session(pid=90 + n, name="shop-7/search", statement=77, query="SELECT  count(*)\n FROM words", seconds=30)
    for n in range(5)
)


def symptoms(
    *sessions: Session, figures: NodeFigures | None = SOUND, beats: tuple[Beat, ...] = GOOD, **more: Any
) -> Symptoms:
    witness = Witness(in_recovery=False, timeline=1, damaged_pages=0, figures=figures)
    known: dict[str, Any] = {"cluster": CLUSTER, "witnesses": {"pg1": witness}, "moments": (sessions,) * 8} | more
    return Symptoms(beats=beats, **known)


def changed(**values: Any) -> NodeFigures:
    return msgspec.structs.replace(SOUND, **values)


def test_a_slow_log_of_all_shops_is_the_disk_of_the_node() -> None:
    found = diagnose(symptoms(*selling("IO:WalSync"), beats=SLOW))
    assert (found.verdict, found.node, found.resource) == (Verdict.NODE, "pg1", "disk")
    assert "4 shops" in found.evidence[0]


@pytest.mark.parametrize(
    ("figures", "resource"),
    [
        (changed(disk=DiskProbe(seconds=0.001, waiting=3.0)), "disk"),
        (changed(disk=DiskProbe(error="No space left on device")), "disk"),
        (changed(free_disk=0.01), "disk"),
        (changed(postmaster="T"), "postmaster"),
        (changed(memory_pressure=0.8), "memory"),
        (changed(kernel=("I/O error, dev sda",)), "disk"),
    ],
)
def test_what_the_machine_says_itself_outweighs_what_sessions_do(figures: NodeFigures, resource: str) -> None:
    found = diagnose(symptoms(*RUNAWAY, figures=figures))
    assert (found.verdict, found.resource) == (Verdict.NODE, resource)


def test_a_statement_that_runs_away_is_named_with_its_shop_and_route() -> None:
    statements = (Statement(statement=77, query="SELECT count(*)", calls=5, milliseconds=4000, former=12),)
    found = diagnose(symptoms(*RUNAWAY, *selling(many=2), statements=statements))
    assert (found.verdict, found.shop, found.route) == (Verdict.QUERY, "shop-7", "search")
    assert found.statement == "SELECT count(*) FROM words"
    assert any("4,000 ms, 12 ms before" in words for words in found.evidence)
    assert "94" in found.next_step


def test_one_statement_of_many_shops_is_named_without_a_shop() -> None:
    sessions = tuple(Session(pid=n, name=f"shop-{n}/listing", statement=5, query="SELECT 5") for n in range(6))
    found = diagnose(symptoms(*sessions))
    assert (found.verdict, found.shop, found.route) == (Verdict.QUERY, "", "listing")


def test_many_statements_of_one_shop_name_the_shop() -> None:
    sessions = tuple(Session(pid=n, name="shop-3/report", statement=n, query=f"SELECT {n}") for n in range(6))
    found = diagnose(symptoms(*sessions, *selling(many=2)))
    assert (found.verdict, found.shop) == (Verdict.QUERY, "shop-3")


def test_who_holds_the_lock_is_named_not_those_who_wait() -> None:
    holder = Session(pid=50, name="shop-2/import", query="UPDATE x", idle_in_transaction=True)
    waiting = tuple(
        Session(pid=n, name=f"shop-2/{n}", statement=n, waits_for="Lock:tuple", blocked_by=(50,)) for n in range(5)
    )
    behind = Session(pid=6, name="shop-2/x", waits_for="Lock:tuple", blocked_by=(0,))
    found = diagnose(symptoms(holder, *waiting, behind))
    assert (found.verdict, found.shop, found.route) == (Verdict.QUERY, "shop-2", "import")
    assert "Process 50" in found.sentence
    assert "does nothing" in found.sentence


def test_commits_that_wait_for_a_secondary_are_not_the_primarys_fault() -> None:
    replicas = (Replica(name="pg2", streaming=True, confirmed=True),)
    found = diagnose(symptoms(*selling("IPC:SyncRep"), replicas=replicas))
    assert (found.verdict, found.node, found.resource) == (Verdict.NODE, "pg2", "replication")


def test_processors_that_are_overloaded_are_told_of() -> None:
    found = diagnose(symptoms(*selling(), figures=changed(load=4.0, cpu_pressure=0.7)))
    assert found.resource == "processor"


@pytest.mark.parametrize("sessions", [(), selling()])
def test_a_database_that_is_well_is_well(sessions: tuple[Session, ...]) -> None:
    assert diagnose(symptoms(*sessions)).verdict is Verdict.WELL


def test_nothing_is_claimed_where_nothing_is_known() -> None:
    assert diagnose(Symptoms()).verdict is Verdict.UNCLEAR
    assert diagnose(symptoms(figures=None, beats=(), moments=())).verdict is Verdict.UNCLEAR


@given(st.integers(0, 30), st.integers(0, 30), st.sampled_from(["", "IO:WalSync", "Lock:tuple", "IPC:SyncRep"]))
def test_whatever_sessions_do_a_shop_is_named_only_where_it_has_most_of_them(
    ours: int, others: int, waits: str
) -> None:
    runaway = tuple(Session(pid=n, name="shop-7/search", statement=7, waits_for=waits) for n in range(ours))
    rest = tuple(Session(pid=99 + n, name=f"shop-{90 + n}/x", statement=99 + n) for n in range(others))
    found = diagnose(symptoms(*runaway, *rest))
    assert found.shop in ("", "shop-7")
    if found.shop:
        assert ours > others
