"""What follows from the symptoms. Pure.

All that commits is slow alike, or the machine itself says that it is sick: the node. A few statements, or those of one
shop, take most of what the sessions do: these. On the day that this is for, every query seemed extremely costly, and
the search for the costly one cost an hour.
"""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Callable, Iterator
from enum import StrEnum

import msgspec

from eseller.cluster.diagnosis.symptoms import Session, Symptoms
from eseller.cluster.facts import Member, Witness
from eseller.cluster.figures import sickness
from eseller.cluster.pulse import Kind

MOST_SHARE = 0.5
"""Of the sessions at work: so many alike are what it is about."""
FEWEST = 1.5
"""Sessions at work on average, below which nothing is busy."""
SLOW_COMMIT = 0.5
FULL_DISK, PRESSURE, BUSY_CORE = 0.03, 0.4, 2.0
DISK_WAITS = ("IO:WalSync", "IO:WALSync", "IO:WalWrite", "IO:WALWrite", "LWLock:WALWrite", "LWLock:WALWriteLock")
"""What those who commit wait for when the disk does not answer."""


class Verdict(StrEnum):
    """What it is."""

    QUERY = "sick query"
    NODE = "sick node"
    WELL = "well"
    UNCLEAR = "unclear"


class Diagnosis(msgspec.Struct, frozen=True, kw_only=True):
    """What follows.

    Attributes:
        verdict: which.
        sentence: the same in words.
        node: which one is sick; empty: none.
        resource: what of it: disk, memory, processor, postmaster, pages.
        statement: the statement that it is about.
        shop: whose.
        route: on which it runs.
        evidence: what that rests on, the strongest first.
        next_step: what to do.
    """

    verdict: Verdict
    sentence: str
    node: str = ""
    resource: str = ""
    statement: str = ""
    shop: str = ""
    route: str = ""
    evidence: tuple[str, ...] = ()
    next_step: str = ""


def diagnose(symptoms: Symptoms) -> Diagnosis:
    """Tell a sick query from a sick node."""
    leader = symptoms.cluster.leader() if symptoms.cluster else None
    if leader is None:
        return Diagnosis(
            verdict=Verdict.UNCLEAR, sentence="Nobody is known to be primary.", next_step="eseller cluster status"
        )
    machine = list(_machine(symptoms.witnesses.get(leader.name, Witness())))
    waiting = list(_disk_waits(symptoms))
    if machine or waiting:
        resource = machine[0][0] if machine else "disk"
        evidence = [words for _, words in machine] + waiting + list(_pulse(symptoms)) + list(_alike(symptoms))
        return Diagnosis(
            verdict=Verdict.NODE,
            sentence=f"The {resource} of {leader.name} is sick, not a query.",
            node=leader.name,
            resource=resource,
            evidence=tuple(evidence),
            next_step="eseller cluster check, then eseller cluster failover",
        )
    if (found := _blocker(symptoms) or _culprit(symptoms)) is not None:
        return found
    return _otherwise(symptoms, leader)


def _machine(node: Witness) -> Iterator[tuple[str, str]]:
    """What the machine says itself: resource and words."""
    figures = node.figures
    if node.damaged_pages:
        yield "disk", f"it has met {node.damaged_pages} damaged pages"
    if figures is None:
        return
    if words := sickness(figures):
        yield "postmaster" if figures.postmaster == "T" else "disk", words
    if figures.free_disk is not None and figures.free_disk < FULL_DISK:
        yield "disk", f"{figures.free_disk:.1%} of it is free"
    if (figures.memory_pressure or 0.0) > PRESSURE:
        yield "memory", f"something waits for memory {figures.memory_pressure:.0%} of the time"
    for line in figures.kernel:
        yield "disk", f"the kernel says: {line}"


def _disk_waits(symptoms: Symptoms) -> Iterator[str]:
    """Those who commit wait for the primary's own disk, most of them."""
    sessions = _all(symptoms)
    waits = [one for one in sessions if one.waits_for in DISK_WAITS]
    slow = [beat for beat in symptoms.beats if beat.kind is Kind.SLOW or beat.seconds > SLOW_COMMIT]
    if len(slow) * 2 > len(symptoms.beats) > 1 and len(waits) > MOST_SHARE * len(sessions):
        shops = len({one.shop for one in waits if one.shop})
        yield f"{len(waits)} of {len(sessions)} sessions at work wait for the log to reach the disk, of {shops} shops"
    elif len(slow) * 2 > len(symptoms.beats) > 1 and not _busy(sessions, symptoms):
        yield "a commit of one row is slow while hardly anybody works"


def _pulse(symptoms: Symptoms) -> Iterator[str]:
    if symptoms.beats:
        typical = statistics.median(beat.seconds for beat in symptoms.beats)
        yield f"a login and a commit of one row take {typical:.2f} s"


def _alike(symptoms: Symptoms) -> Iterator[str]:
    known = [one for one in symptoms.statements if one.former > 0 and one.calls >= 2]
    slower = [one for one in known if one.milliseconds > 3 * one.former]
    if known:
        yield f"{len(slower)} of {len(known)} statements take more than three times as long as they used to"


def _blocker(symptoms: Symptoms) -> Diagnosis | None:
    """Somebody holds a lock that most wait for."""
    sessions = _all(symptoms)
    blocked = [one for one in sessions if one.blocked_by]
    if not _busy(sessions, symptoms) or len(blocked) <= MOST_SHARE * len(sessions):
        return None
    waiting = {one.pid for one in blocked}
    roots = Counter(pid for one in blocked for pid in one.blocked_by if pid not in waiting)
    if not roots:
        return None
    pid, count = roots.most_common(1)[0]
    holder = next((one for one in sessions if one.pid == pid), Session(pid=pid))
    state = "and does nothing itself" if holder.idle_in_transaction else f"for {holder.seconds:.0f} s"
    return Diagnosis(
        verdict=Verdict.QUERY,
        sentence=f"Process {pid} holds a lock that others wait for, {state}.",
        statement=holder.query, shop=holder.shop, route=holder.route,
        evidence=(f"{len(blocked)} of {len(sessions)} sessions at work wait for locks, {count} for those of {pid}",),
        next_step=f"SELECT pg_terminate_backend({pid})",
    )  # fmt: skip


def _culprit(symptoms: Symptoms) -> Diagnosis | None:
    """One statement, or one shop, is most of what sessions do."""
    sessions = [one for one in _all(symptoms) if not one.idle_in_transaction]
    if not _busy(sessions, symptoms):
        return None
    statement, of_statement = _most(sessions, lambda one: one.statement or None)
    shop, of_shop = _most(sessions, lambda one: one.shop or None)
    if max(of_statement, of_shop) <= MOST_SHARE * len(sessions):
        return None
    wanted = [
        one for one in sessions
        if (one.statement == statement if of_statement > MOST_SHARE * len(sessions) else one.shop == shop)
    ]  # fmt: skip
    query = Counter(one.query for one in wanted).most_common(1)[0][0]
    whose, many = _most(wanted, lambda one: one.shop or None)
    route, _ = _most(wanted, lambda one: one.route or None)
    named = str(whose) if many > MOST_SHARE * len(wanted) else ""
    evidence = [f"{len(wanted)} of {len(sessions)} sessions at work are at it"]
    evidence += [
        f"one call takes {one.milliseconds:,.0f} ms" + (f", {one.former:,.0f} ms before" if one.former else "")
        for one in symptoms.statements if one.statement == wanted[0].statement
    ][:1]  # fmt: skip
    evidence += list(_pulse(symptoms))
    return Diagnosis(
        verdict=Verdict.QUERY,
        sentence=f"One statement{f' of {named}' if named else ''} takes most of the database; the node is well.",
        statement=" ".join(query.split()), shop=named, route=str(route or ""),
        evidence=tuple(evidence),
        next_step=f"pg_cancel_backend of {', '.join(str(pid) for pid in sorted({one.pid for one in wanted})[-8:])}; "
        "then see who asks for it",
    )  # fmt: skip


def _otherwise(symptoms: Symptoms, leader: Member) -> Diagnosis:
    sessions = _all(symptoms)
    figures = symptoms.witnesses.get(leader.name, Witness()).figures
    pulse = tuple(_pulse(symptoms))
    waits = [one for one in sessions if one.waits_for == "IPC:SyncRep"]
    if _busy(sessions, symptoms) and len(waits) > MOST_SHARE * len(sessions):
        return Diagnosis(
            verdict=Verdict.NODE, sentence="Commits wait for the secondaries, not for the primary.",
            node=", ".join(replica.name for replica in symptoms.replicas or ()), resource="replication",
            evidence=(f"{len(waits)} of {len(sessions)} sessions at work wait for a secondary", *pulse),
            next_step="eseller cluster status",
        )  # fmt: skip
    if figures is not None and figures.load > BUSY_CORE and (figures.cpu_pressure or 0.0) > PRESSURE:
        return Diagnosis(
            verdict=Verdict.NODE, sentence=f"The processors of {leader.name} are overloaded.", node=leader.name,
            resource="processor", evidence=(f"{figures.load:.1f} processes a core want to run", *pulse),
            next_step="eseller services stop --tier 3",
        )  # fmt: skip
    slow = any(beat.kind is not Kind.GOOD for beat in symptoms.beats)
    return Diagnosis(
        verdict=Verdict.UNCLEAR if slow or not symptoms.beats else Verdict.WELL,
        sentence="The primary is slow, and nothing stands out." if slow else "Nothing is wrong with the database.",
        evidence=(f"{len(sessions) / max(1, len(symptoms.moments)):.1f} sessions are at work", *pulse),
        next_step="eseller cluster check" if slow else "",
    )


def _all(symptoms: Symptoms) -> list[Session]:
    return [session for moment in symptoms.moments for session in moment]


def _busy(sessions: list[Session], symptoms: Symptoms) -> bool:
    return len(sessions) > FEWEST * max(1, len(symptoms.moments))


def _most(
    sessions: list[Session], key: Callable[[Session], int | str | None]
) -> tuple[int | str | None, int]:
    counted = Counter(value for one in sessions if (value := key(one)) is not None)
    return counted.most_common(1)[0] if counted else (None, 0)
