"""The gate says yes only where everything that must hold is known to hold."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eseller.cluster.facts import BadAnswer, Cluster, Facts, Member, Replica, Role, Witness, read_cluster
from eseller.cluster.figures import DiskProbe, NodeFigures
from eseller.cluster.gate import NEVER_WAIVED, Fact, Gate, Limits, UnknownFact, fit, judge
from eseller.cluster.scrub import Scrub

SOUND = Witness(
    in_recovery=True, timeline=3, unreplayed=0, paused=False, damaged_pages=0, free_disk=0.5, clock_offset=0.01
)
GOOD = Facts(
    cluster=Cluster((
        Member("pg1", Role.LEADER, "running", 3, 0),
        Member("pg2", Role.SYNC_STANDBY, "streaming", 3, 0),
        Member("pg3", Role.REPLICA, "streaming", 3, 0),
    )),
    replicas=(
        Replica(name="pg2", streaming=True, confirmed=True),
        Replica(name="pg3", streaming=True, confirmed=False),
    ),
    witnesses={"pg2": SOUND, "pg3": SOUND},
    backup_age=3600.0,
)  # fmt: skip


def node(**changes: Any) -> Facts:
    return msgspec.structs.replace(GOOD, witnesses={"pg2": msgspec.structs.replace(SOUND, **changes)})


def members(*given: Member, paused: bool = False) -> Facts:
    return msgspec.structs.replace(GOOD, cluster=Cluster(given, paused))


def against(gate: Gate) -> set[Fact]:
    return {reason.fact for reason in gate.reasons if not reason.holds}


PRIMARY, SYNC, PLAIN = GOOD.cluster.members if GOOD.cluster else ()
FAULTS = {
    "patroni silent": (msgspec.structs.replace(GOOD, cluster=None), {Fact.PATRONI, Fact.CANDIDATE}),
    "paused": (members(PRIMARY, SYNC, paused=True), {Fact.PATRONI}),
    "no leader": (members(SYNC, PLAIN), {Fact.LEADER, Fact.TIMELINE}),
    "nobody else": (members(PRIMARY), {Fact.CANDIDATE}),
    "candidate down": (
        members(PRIMARY, msgspec.structs.replace(SYNC, state="start failed"), PLAIN), {Fact.IN_SYNC},
    ),
    "not confirmed": (members(PRIMARY, PLAIN), {Fact.IN_SYNC}),
    "the primary gainsays": (
        msgspec.structs.replace(GOOD, replicas=(Replica(name="pg2", streaming=True, confirmed=False),)), {Fact.IN_SYNC},
    ),
    "the primary does not know it": (msgspec.structs.replace(GOOD, replicas=()), {Fact.IN_SYNC}),
    "other timeline": (node(timeline=2), {Fact.TIMELINE}),
    "far behind": (node(unreplayed=10**9), {Fact.REPLAY}),
    "held back": (node(paused=True), {Fact.REPLAY}),
    "a second primary": (node(in_recovery=False), {Fact.REPLAY}),
    "damaged": (node(damaged_pages=1), {Fact.PAGES}),
    "damaged when it was read through": (node(scrub=Scrub(
        node="pg2", at=1e9, seconds=9, good=False, damaged=("base/5/1, block 2",),
    )), {Fact.PAGES}),
    "disk full": (node(free_disk=0.01), {Fact.DISK}),
    "disk slow": (node(figures=NodeFigures(now=0, disk=DiskProbe(seconds=1.5))), {Fact.DISK}),
    "disk failing": (node(figures=NodeFigures(now=0, disk=DiskProbe(error="Input/output error"))), {Fact.DISK}),
    "clock off": (node(clock_offset=-5.0), {Fact.CLOCK}),
    "no backup": (msgspec.structs.replace(GOOD, backup_age=None), {Fact.BACKUP}),
    "old backup": (msgspec.structs.replace(GOOD, backup_age=1e6), {Fact.BACKUP}),
    "backup of tomorrow": (msgspec.structs.replace(GOOD, backup_age=-60.0), {Fact.BACKUP}),
    "node silent": (
        msgspec.structs.replace(GOOD, witnesses={}), {Fact.REPLAY, Fact.PAGES, Fact.DISK, Fact.CLOCK},
    ),
}  # fmt: skip


def test_a_sound_cluster_may_fail_over_to_the_one_that_has_everything() -> None:
    gate = judge(GOOD)
    assert (gate.safe, gate.candidate, against(gate)) == (True, "pg2", set())
    assert {reason.fact for reason in gate.reasons} == set(Fact)


@pytest.mark.parametrize("name", FAULTS)
def test_what_does_not_hold_is_named_and_the_gate_is_shut(name: str) -> None:
    facts, expected = FAULTS[name]
    gate = judge(facts)
    assert not gate.safe
    assert against(gate) == expected
    first = gate.reasons[0]
    assert not first.holds, "what speaks against it comes first"
    assert all(reason.remedy for reason in gate.reasons if not reason.holds)


def test_the_gate_tells_when_pages_were_last_read() -> None:
    def words(facts: Facts) -> str:
        return next(reason.words for reason in judge(facts).reasons if reason.fact is Fact.PAGES)

    assert "never read through" in words(GOOD)
    assert "2001-09-09 01:46 UTC" in words(node(scrub=Scrub(node="pg2", at=1e9, seconds=9, good=True)))


def test_a_silent_primary_can_not_gainsay() -> None:
    gate = judge(msgspec.structs.replace(GOOD, replicas=None))
    assert gate.safe
    assert "says nothing" in next(reason.words for reason in gate.reasons if reason.fact is Fact.IN_SYNC)


def test_another_one_may_be_wanted() -> None:
    gate = judge(GOOD, wanted="pg3")
    assert (gate.safe, gate.candidate, against(gate)) == (False, "pg3", {Fact.IN_SYNC})
    assert judge(GOOD, wanted="pg1").candidate == "", "it is primary already"


def test_facts_are_waived_by_name_and_one_by_one() -> None:
    facts = msgspec.structs.replace(node(free_disk=0.01), backup_age=None)
    assert not judge(facts, waive=["backup"]).safe
    gate = judge(facts, waive=["backup", "disk"])
    assert gate.safe
    assert {reason.fact for reason in gate.reasons if reason.waived} == {Fact.BACKUP, Fact.DISK}


@pytest.mark.parametrize("name", [*sorted(NEVER_WAIVED), "everything", ""])
def test_what_nobody_may_waive(name: str) -> None:
    with pytest.raises(UnknownFact, match="in-sync"):
        judge(GOOD, waive=[name])


some: Callable[[Any], Any] = st.none().__or__
witnesses = st.builds(
    Witness,
    in_recovery=some(st.booleans()), timeline=some(st.integers(1, 4)), unreplayed=some(st.integers(-1, 10**9)),
    paused=some(st.booleans()), damaged_pages=some(st.integers(0, 2)), free_disk=some(st.floats(-1, 2)),
    clock_offset=some(st.floats()),
)  # fmt: skip
names = st.sampled_from(["pg1", "pg2", "pg3"])
replicas = st.builds(Replica, name=names, streaming=st.booleans(), confirmed=st.booleans())
clusters = st.builds(
    Cluster,
    st.lists(
        st.builds(
            Member, names, st.sampled_from(Role), st.sampled_from(["running", "streaming", "stopped", ""]),
            some(st.integers(1, 4)), some(st.integers(0, 10**9)),
        ),
        max_size=4,
    ).map(tuple),
    st.booleans(),
)  # fmt: skip
facts = st.builds(
    Facts,
    cluster=some(clusters),
    replicas=some(st.lists(replicas, max_size=3).map(tuple)),
    witnesses=st.dictionaries(names, witnesses, max_size=3),
    backup_age=some(st.floats()),
)


@given(facts)
def test_an_open_gate_means_that_all_of_it_is_so(known: Facts) -> None:
    gate, limits = judge(known), Limits()
    assert gate.safe == (not against(gate))
    if not gate.safe:
        return
    assert known.cluster is not None
    assert known.backup_age is not None
    assert known.backup_age <= limits.backup_age
    candidates = [member for member in known.cluster.members if member.name == gate.candidate]
    assert any(member.role in (Role.SYNC_STANDBY, Role.QUORUM_STANDBY) for member in candidates)
    own = known.witnesses[gate.candidate]
    assert own.in_recovery is True
    assert own.paused is False
    assert own.damaged_pages == 0
    if known.replicas is not None:
        assert any(r.name == gate.candidate and r.streaming and r.confirmed for r in known.replicas)


# What a node never told of itself, and that it was never read through, is no reason against it: most never were.
@given(
    st.sampled_from(sorted(FAULTS)),
    st.sampled_from(sorted(set(Witness.__struct_fields__) - {"timeline", "figures", "scrub"})),
)
def test_knowing_less_never_opens_the_gate(name: str, field: str) -> None:
    known, _ = FAULTS[name]
    less = {who: msgspec.structs.replace(witness, **{field: None}) for who, witness in known.witnesses.items()}
    assert not judge(msgspec.structs.replace(known, witnesses=less)).safe


def test_those_that_are_fit_are_named_the_best_first() -> None:
    both = msgspec.structs.replace(
        GOOD,
        cluster=Cluster((PRIMARY, SYNC, msgspec.structs.replace(PLAIN, role=Role.QUORUM_STANDBY, lag=7))),
        replicas=tuple(Replica(name=name, streaming=True, confirmed=True) for name in ("pg3", "pg2")),
    )
    assert fit(both) == ("pg2", "pg3")
    assert fit(GOOD) == ("pg2",)
    assert fit(msgspec.structs.replace(both, backup_age=None)) == ()
    assert fit(msgspec.structs.replace(both, backup_age=None), ["backup"]) == ("pg2", "pg3")
    assert fit(Facts()) == ()


def test_a_second_primary_is_one_that_is_behind_the_one_that_leads() -> None:
    leads, stale = Witness(in_recovery=False, timeline=4), Witness(in_recovery=False, timeline=3)

    def names(**witnesses: Witness) -> list[str]:
        facts = msgspec.structs.replace(GOOD, witnesses=witnesses)
        return [member.name for member in facts.second_primaries()]

    assert names(pg1=leads, pg2=stale, pg3=SOUND) == ["pg2"]
    assert names(pg1=leads, pg2=SOUND) == []
    # The one that leads may be about to go: then the other one is the newer, or nobody knows.
    assert names(pg1=stale, pg2=leads) == []
    assert names(pg1=leads, pg2=leads) == []
    assert names(pg2=stale) == []
    assert names(pg1=msgspec.structs.replace(leads, in_recovery=True), pg2=stale) == []
    assert names(pg1=msgspec.structs.replace(leads, timeline=None), pg2=stale) == []
    assert names(pg1=leads, pg2=msgspec.structs.replace(stale, timeline=None)) == []
    assert Facts().second_primaries() == ()
    # Patroni forgets one whose own Patroni is silent.
    forgotten = msgspec.structs.replace(
        members(PRIMARY, PLAIN), witnesses={"pg1": leads, "pg2": stale}, former=(SYNC,)
    )
    assert forgotten.second_primaries() == (SYNC,)


def test_patronis_answer_is_read() -> None:
    answer = b"""{"members": [
        {"name": "pg1", "role": "leader", "state": "running", "api_url": "http://pg1:8008/patroni", "host": "pg1",
         "port": 5432, "timeline": 3},
        {"name": "pg2", "role": "quorum_standby", "state": "streaming", "timeline": 3, "lag": 16,
         "port": 5433, "tags": {"eseller_agent": "http://pg2:8009", "nofailover": false}},
        {"name": "pg3", "role": "replica", "state": "starting", "lag": "unknown"}], "scope": "shops", "pause": true}"""
    assert read_cluster(answer) == Cluster(
        (
            Member("pg1", Role.LEADER, "running", 3, 0, "pg1", rest="http://pg1:8008/patroni"),
            Member("pg2", Role.QUORUM_STANDBY, "streaming", 3, 16, port=5433, agent="http://pg2:8009"),
            Member("pg3", Role.REPLICA, "starting"),
        ),
        paused=True,
    )


@pytest.mark.parametrize(
    "answer",
    [
        b"", b"null", b"[]", b"<html>", b'{"members": [{"name": "pg1", "role": "king"}]}', b'{"members": 5}', b"\xff",
        b'{"members": []}' + b" " * 300_000, b'{"members": [{"name": "a", "role": "leader", "timeline": 1e999}]}',
    ],
)  # fmt: skip
def test_what_is_none_of_patronis_is_refused(answer: bytes) -> None:
    with pytest.raises(BadAnswer):
        read_cluster(answer)
