"""What a switchover's run does on this platform: services, agents, the survey."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import psycopg

from eseller.cluster.facts import Member
from eseller.cluster.gate import Limits, fit, judge
from eseller.cluster.gather import Sources, gather
from eseller.cluster.patroni import Endpoint
from eseller.cluster.receipts import RECEIPTS, read_receipts
from eseller.cluster.run.journal import Journal, Journals, NothingToResume, Plan
from eseller.cluster.run.runner import Evidence, Outcome, StepFailed, go
from eseller.cluster.run.steps import Hands, Steps, writable
from eseller.cluster.survey import survey
from eseller.config.environment import Environment
from eseller.kernel.errors import EsellerError
from eseller.node.workers import Place, ask_workers
from eseller.resilience.control.calling import call
from eseller.resilience.control.errors import UnknownKey
from eseller.resilience.control.signing import read_keys

BY = "switchover"
SHED_TIER = 2
FENCE_CALL_SECONDS = 5.0
Say = Callable[[str], None]


class NotSafe(EsellerError):
    """A fail-over is not safe."""

    code = "cluster_not_safe"


def begin(
    env: Environment,
    sources: Sources,
    *,
    workers: Iterable[Place],
    to: str = "",
    waive: Iterable[str] = (),
    fence: bool = False,
    receipts: Iterable[Path] = (),
    say: Say = lambda _: None,
) -> Outcome:
    """Switch over, or fail over from a sick primary.

    Args:
        env: The settings.
        sources: Whom to ask.
        workers: Those whose services are stopped meanwhile.
        to: Who is to become primary; without it whom the gate chooses.
        waive: Names of facts that need not hold.
        fence: Whether the primary is killed first, instead of asked.
        receipts: Directories with receipts of other nodes.
        say: Told which step begins.

    Raises:
        NotSafe: The gate says no; nothing was done.
        Unfinished, Busy: Another run is in the way.
    """
    journals = Journals(env.data_dir)
    with journals.only_one():
        facts = gather(sources)
        gate = judge(facts, Limits(), wanted=to, waive=tuple(waive))
        leader = facts.cluster.leader() if facts.cluster else None
        if not gate.safe or leader is None:
            against = [reason.words for reason in gate.reasons if not reason.holds and not reason.waived]
            raise NotSafe(f"{NotSafe.__doc__} {' '.join(against)}")
        candidates = (to,) if to else fit(facts, tuple(waive))
        journal = journals.begin(Plan(leader.name, candidates, fence, tuple(waive), leader.timeline or 0))
        return _go(env, sources, journal, workers, receipts, say)


def resume(
    env: Environment, sources: Sources, *, workers: Iterable[Place], receipts: Iterable[Path] = (),
    say: Say = lambda _: None,
) -> Outcome:  # fmt: skip
    """Take up the run that was broken off.

    Raises:
        NothingToResume: None was.
        Busy: It is still at work.
    """
    journals = Journals(env.data_dir)
    with journals.only_one():
        return _go(env, sources, _broken_off(journals), workers, receipts, say)


def give_up(env: Environment, *, workers: Iterable[Place]) -> str:
    """End the run that was broken off where it stands, and start the services again; returns its name.

    Raises:
        NothingToResume: None was.
        Busy: It is still at work.
    """
    journals = Journals(env.data_dir)
    with journals.only_one():
        journal = _broken_off(journals)
        journal.note("ended", evidence={"failed": "", "why": "given up", **_restore(list(workers))})
        return journal.name


def _broken_off(journals: Journals) -> Journal:
    journal = journals.unfinished()
    if journal is None:
        raise NothingToResume
    return journal


def _go(
    env: Environment, sources: Sources, journal: Journal, workers: Iterable[Place], receipts: Iterable[Path], say: Say
) -> Outcome:
    plan = journal.plan()
    if plan is None:
        raise NothingToResume
    places, folders = list(workers), [env.data_dir / RECEIPTS, *receipts]
    hands = Hands(
        shed=lambda: _shed(places),
        restore=lambda: _restore(places),
        fence=lambda member: fence(env, member),
        platform=lambda: writable(sources),
        survey=lambda: _survey(sources, env.role_url("web").name, folders),
    )
    return go(journal, Steps(plan, sources, hands).all(), say=say)


def _shed(places: list[Place]) -> Evidence:
    wish = {"stop_tier": SHED_TIER, "by": BY, "why": "the database switches over"}
    answers = ask_workers(places, wish)
    return {"stopped": {where: told["stopped"] for where, told in answers.items()}}


def _restore(places: list[Place]) -> Evidence:
    answers = ask_workers(places, {"start_all": True, "only_by": BY})
    return {"started": {where: told["started"] for where, told in answers.items()}}


def fence(env: Environment, member: Member) -> int:
    """Have a member's agent kill its PostgreSQL; returns how many processes that were.

    Raises:
        StepFailed: It names no agent, or has killed nothing.
        Unreachable, NotDone: The agent does not answer, or refuses.
    """
    keys = read_keys(env.control_keys)
    if not keys:
        raise UnknownKey("We have no key to sign with: ESELLER_CONTROL_KEYS")
    if not member.agent:
        raise StepFailed(f"{member.name} names no agent. Fence it by hand: kill -9 its postmaster, or cut its power.")
    at = Endpoint.parse(member.agent)
    killed = int(call(at.port, keys[0], "fence", {}, host=at.host, seconds=FENCE_CALL_SECONDS)["killed"])
    if not killed:
        raise StepFailed(f"No PostgreSQL runs on {member.name} that could be killed.")
    return killed


def _survey(sources: Sources, database: str, folders: list[Path]) -> Evidence:
    known = [receipt for folder in folders for receipt in read_receipts(folder)]
    with psycopg.connect(sources.admin.at(database).url, autocommit=True, connect_timeout=2) as connection:
        found = survey(connection, known, files=True)
    wrong = {check.name: list(check.examples) for check in found.checks if check.wrong}
    told = {"receipts": len(known), "checks": {check.name: check.looked_at for check in found.checks}}
    if wrong:
        raise StepFailed(f"The survey found what is not right: {', '.join(wrong)}", {**told, "wrong": wrong})
    return told
