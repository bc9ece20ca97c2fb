"""The gate before a fail-over: whether it is safe now, and if not, why. Pure.

On the day that this is for, the secondary was not in sync, and nobody could tell so within minutes. What is not known
counts as not so: a gate that guesses is none.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from datetime import UTC, datetime
from enum import StrEnum

import msgspec

from eseller.cluster.facts import RUNNING, Facts, Member, Witness
from eseller.cluster.figures import sickness
from eseller.cluster.scrub import Scrub
from eseller.kernel.errors import EsellerError

_MB = 1024 * 1024


class Fact(StrEnum):
    """What must hold, by the name under which it can be waived."""

    PATRONI = "patroni"
    LEADER = "leader"
    CANDIDATE = "candidate"
    IN_SYNC = "in-sync"
    TIMELINE = "timeline"
    REPLAY = "replay"
    PAGES = "pages"
    DISK = "disk"
    CLOCK = "clock"
    BACKUP = "backup"


NEVER_WAIVED = frozenset({Fact.PATRONI, Fact.CANDIDATE})
"""Without these there is nobody to ask, or nobody to take over."""


class UnknownFact(EsellerError):
    """There is no such fact, or it can't be waived."""

    code = "cluster_unknown_fact"


class Limits(msgspec.Struct, frozen=True):
    """What is still good.

    Attributes:
        unreplayed: bytes that a secondary may have received and not yet replayed: it must replay them before it serves.
        free_disk: share of the data disk that must be free.
        clock: seconds that clocks may differ.
        backup_age: seconds that the last verified backup may be old.
    """

    unreplayed: int = 64 * _MB
    free_disk: float = 0.1
    clock: float = 1.0
    backup_age: float = 26 * 3600.0


class Reason(msgspec.Struct, frozen=True, kw_only=True):
    """One fact: whether it holds, what is so in words, and what to do where it does not.

    Attributes:
        fact: which.
        holds: whether it does; what nobody knows does not.
        words: what is so.
        remedy: what to do; empty where nothing is.
        waived: whether somebody has said, by name, that it need not.
    """

    fact: Fact
    holds: bool
    words: str
    remedy: str = ""
    waived: bool = False


class Gate(msgspec.Struct, frozen=True):
    """The answer.

    Attributes:
        safe: whether a fail-over may begin.
        candidate: who would become primary; empty where nobody could.
        reasons: of all facts, what speaks against it first.
    """

    safe: bool
    candidate: str
    reasons: tuple[Reason, ...]


def judge(
    facts: Facts, limits: Limits = Limits(), *, wanted: str = "", waive: Collection[str] = ()  # noqa: B008  (frozen)
) -> Gate:
    """Tell whether a fail-over is safe.

    Args:
        facts: what is known.
        limits: what is still good.
        wanted: who is to become primary; without it the one that is confirmed and furthest.
        waive: names of facts that need not hold.

    Raises:
        UnknownFact: something can't be waived.
    """
    waived = {_waivable(name) for name in waive}
    candidate = _candidate(facts, wanted)
    reasons = [
        msgspec.structs.replace(reason, waived=reason.fact in waived and not reason.holds)
        for reason in _reasons(facts, limits, candidate, wanted)
    ]
    against = [reason for reason in reasons if not reason.holds and not reason.waived]
    ordered = sorted(reasons, key=lambda reason: (reason.holds, reason.waived))
    return Gate(not against, candidate.name if candidate else "", tuple(ordered))


def fit(facts: Facts, waive: Collection[str] = (), limits: Limits = Limits()) -> tuple[str, ...]:  # noqa: B008  (frozen)
    """Return the names of all that may become primary, the best first."""
    members = facts.cluster.members if facts.cluster else ()
    gates = [judge(facts, limits, wanted=member.name, waive=waive) for member in members]
    best = judge(facts, limits, waive=waive).candidate
    return tuple(sorted({gate.candidate for gate in gates if gate.safe}, key=lambda name: (name != best, name)))


def _waivable(name: str) -> Fact:
    known = [fact for fact in Fact if fact not in NEVER_WAIVED]
    if name not in known:
        raise UnknownFact(f"{name!r} can't be waived; these can: {', '.join(known)}.")
    return Fact(name)


def _candidate(facts: Facts, wanted: str) -> Member | None:
    if facts.cluster is None:
        return None
    secondaries = [
        member
        for member in facts.cluster.members
        if member is not facts.cluster.leader() and member.state in RUNNING and (not wanted or member.name == wanted)
    ]

    def rank(member: Member) -> tuple[bool, bool, int, str]:
        return not member.role.is_confirmed, member.lag is None, member.lag or 0, member.name

    return min(secondaries, key=rank, default=None)


def _reasons(facts: Facts, limits: Limits, candidate: Member | None, wanted: str) -> Iterator[Reason]:
    cluster = facts.cluster
    if cluster is None:
        yield Reason(
            fact=Fact.PATRONI,
            holds=False,
            words="Patroni's nodes contradict each other." if facts.disagree else "Patroni does not answer.",
            remedy="See whether it runs on any node, and reaches its store: systemctl status patroni",
        )
    else:
        words = "Patroni is paused and would do nothing." if cluster.paused else "Patroni answers."
        yield Reason(fact=Fact.PATRONI, holds=not cluster.paused, words=words, remedy="patronictl resume")
        leader = cluster.leader()
        yield Reason(
            fact=Fact.LEADER,
            holds=leader is not None,
            words=f"{leader.name} is primary." if leader else "There is no primary.",
            remedy="" if leader else "Patroni chooses one by itself when a majority of its store answers.",
        )
    yield Reason(
        fact=Fact.CANDIDATE,
        holds=candidate is not None,
        words=f"{candidate.name} could take over." if candidate else f"{wanted or 'Nobody'} runs that could take over.",
        remedy="" if candidate else "Start a secondary, or name another one.",
    )
    if candidate is not None:
        yield _in_sync(facts, candidate)
        yield _timeline(facts, candidate)
        yield from _of_the_node(facts.witnesses.get(candidate.name, Witness()), candidate.name, limits)
    age = facts.backup_age
    yield Reason(
        fact=Fact.BACKUP,
        holds=age is not None and 0 <= age <= limits.backup_age,
        words="No backup has been verified." if age is None else f"The last verified backup is {age / 3600:.1f} h old.",
        remedy="eseller cluster backup",
    )


def _in_sync(facts: Facts, candidate: Member) -> Reason:
    """Patroni's word and the primary's own must agree; a silent primary, which may be the sick one, can't gainsay."""
    name = candidate.name
    remedy = "Wait until it has caught up: eseller cluster status"
    if not candidate.role.is_confirmed:
        words = f"Commits do not wait for {name}: what was acknowledged may be missing there."
        return Reason(fact=Fact.IN_SYNC, holds=False, words=words, remedy=remedy)
    if facts.replicas is None:
        words = f"Patroni says that {name} has all that was acknowledged; the primary says nothing."
        return Reason(fact=Fact.IN_SYNC, holds=True, words=words)
    known = next((replica for replica in facts.replicas if replica.name == name), None)
    if known is None or not (known.streaming and known.confirmed):
        words = f"Patroni says that {name} is in sync, its primary that it is not."
        return Reason(fact=Fact.IN_SYNC, holds=False, words=words, remedy=remedy)
    return Reason(fact=Fact.IN_SYNC, holds=True, words=f"{name} has all that was acknowledged; both say so.")


def _timeline(facts: Facts, candidate: Member) -> Reason:
    leader = facts.cluster.leader() if facts.cluster else None
    own = facts.witnesses.get(candidate.name, Witness()).timeline
    told = {own if own is not None else candidate.timeline, candidate.timeline, leader.timeline if leader else None}
    holds = len(told) == 1 and None not in told
    listed = ", ".join("unknown" if one is None else str(one) for one in sorted(told, key=lambda one: one or 0))
    words = f"Primary and {candidate.name} are on timeline {listed}."
    return Reason(fact=Fact.TIMELINE, holds=holds, words=words, remedy=f"patronictl reinit, for {candidate.name}")


def _when(scrub: Scrub | None) -> str:
    if scrub is None:
        return "and was never read through (eseller cluster scrub)"
    return f"and was read through on {datetime.fromtimestamp(scrub.at, UTC):%Y-%m-%d %H:%M} UTC"


def _of_the_node(node: Witness, name: str, limits: Limits) -> Iterator[Reason]:
    def reason(fact: Fact, value: float | None, good: Callable[[float], bool], words: str, remedy: str) -> Reason:
        if value is None:
            told = f"{name} does not tell of its {fact}."
            return Reason(fact=fact, holds=False, words=told, remedy=f"See whether {name} answers.")
        return Reason(fact=fact, holds=good(value), words=words, remedy=remedy)

    behind = node.unreplayed
    if node.in_recovery is False:
        words = f"{name} says that it is no secondary."
        yield Reason(fact=Fact.REPLAY, holds=False, words=words, remedy="Ask again; two primaries must never be.")
    elif node.paused:
        words = f"Somebody holds replay back on {name}."
        yield Reason(fact=Fact.REPLAY, holds=False, words=words, remedy="SELECT pg_wal_replay_resume()")
    else:
        yield reason(
            Fact.REPLAY,
            behind if node.in_recovery and node.paused is not None else None,
            lambda value: 0 <= value <= limits.unreplayed,
            f"{name} has {(behind or 0) / _MB:.0f} MB to replay before it could serve.",
            "Wait, or stop what writes so much: eseller services list",
        )
    found = node.scrub.damaged if node.scrub else ()
    yield reason(
        Fact.PAGES,
        node.damaged_pages,
        lambda value: value == 0 and not found,
        f"{name} has damaged pages, such as {found[0]}."
        if found
        else f"{name} has met {node.damaged_pages or 'no'} damaged pages, {_when(node.scrub)}.",
        f"Take another one, and build this one anew: eseller cluster rebuild {name}",
    )
    sick, free = sickness(node.figures), f"{(node.free_disk or 0):.0%} of the data disk of {name} is free."
    yield reason(
        Fact.DISK,
        node.free_disk,
        lambda value: limits.free_disk <= value <= 1 and not sick,
        f"{name} is sick itself: {sick}." if sick else free,
        "Make room, or take another one.",
    )
    yield reason(
        Fact.CLOCK,
        node.clock_offset,
        lambda value: abs(value) <= limits.clock,
        f"The clock of {name} is {abs(node.clock_offset or 0):.1f} s off.",
        "Mend its time service: chronyc tracking",
    )
