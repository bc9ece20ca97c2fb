"""The steps of a switchover, and of the fail-over from a primary that is sick."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

import psycopg

from eseller.cluster.facts import Facts, Member, Witness
from eseller.cluster.gate import Limits, judge
from eseller.cluster.gather import Sources, gather
from eseller.cluster.patroni import PatroniRefused, PatroniSilent
from eseller.cluster.run.journal import Plan
from eseller.cluster.run.runner import Evidence, Step, StepFailed

GATE_SECONDS, SHED_SECONDS, CATCH_UP_SECONDS, SWITCH_SECONDS = 10.0, 10.0, 120.0, 45.0
FENCE_SECONDS, PLATFORM_SECONDS, SURVEY_SECONDS, SERVICES_SECONDS = 30.0, 60.0, 900.0, 15.0
LOOK_SECONDS = 0.2
NEAR = 1024 * 1024
"""Bytes that a secondary may be behind when the primary is told to stop: it waits for the rest."""


@dataclass(frozen=True)
class Hands:
    """What the run does besides asking the database and Patroni.

    Attributes:
        shed: Stops background services; returns what was stopped.
        restore: Starts those again that were stopped for the run.
        fence: Kills PostgreSQL on a member's node at once; returns how many processes that were.
        platform: Tells whether shops can write again, in words where they can't; empty: they can.
        survey: Looks whether everything is there; raises `StepFailed` where it is not.
    """

    shed: Callable[[], Evidence]
    restore: Callable[[], Evidence]
    fence: Callable[[Member], int]
    platform: Callable[[], str]
    survey: Callable[[], Evidence]


@dataclass(frozen=True)
class Steps:
    """Makes the steps of one plan."""

    plan: Plan
    sources: Sources
    hands: Hands
    limits: Limits = Limits()  # noqa: RUF009  (frozen)

    def all(self) -> list[Step]:
        """The steps in order."""
        planned = [
            Step(name="shed", do=lambda _: self.hands.shed(), seconds=SHED_SECONDS, essential=False),
            Step(name="catch up", do=self._catch_up, seconds=CATCH_UP_SECONDS),
            Step(name="checkpoint", do=self._checkpoint, seconds=SWITCH_SECONDS, essential=False),
            Step(name="switch", do=self._switch, seconds=SWITCH_SECONDS),
        ]
        # Whose disk is sick finishes no job in time: nothing is waited for.
        sick = [Step(name="fence", do=self._fence, seconds=FENCE_SECONDS)]
        return [
            Step(name="gate", do=self._gate, seconds=GATE_SECONDS),
            *(sick if self.plan.fence else planned),
            Step(name="platform", do=self._platform, seconds=PLATFORM_SECONDS),
            Step(name="survey", do=lambda _: self.hands.survey(), seconds=SURVEY_SECONDS),
            Step(
                name="services", do=lambda _: self.hands.restore(), seconds=SERVICES_SECONDS, essential=False,
                always=True,
            ),
        ]  # fmt: skip

    def _gate(self, _seconds: float) -> Evidence:
        facts = gather(self.sources)
        if self._is_done(facts):
            return {"already": "another one is primary"}
        told = {}
        for candidate in self.plan.candidates:
            gate = judge(facts, self.limits, wanted=candidate, waive=self.plan.waive)
            told[candidate] = {str(reason.fact): reason.words for reason in gate.reasons}
            if not gate.safe:
                against = [reason.words for reason in gate.reasons if not reason.holds and not reason.waived]
                raise StepFailed(f"A fail-over is not safe: {' '.join(against)}", told)
        leader = facts.cluster.leader() if facts.cluster else None
        if leader is None or leader.name != self.plan.leader:
            raise StepFailed(f"{self.plan.leader} is not primary any more. Look again: eseller cluster status", told)
        return told

    def _catch_up(self, seconds: float) -> Evidence:
        began = time.monotonic()
        while True:
            facts = gather(self.sources)
            behind = [name for name in self.plan.candidates if not _is_near(facts, name)]
            if self._is_done(facts) or not behind:
                return {"waited_s": round(time.monotonic() - began, 2)}
            if time.monotonic() - began > seconds:
                names = ", ".join(behind)
                raise StepFailed(f"{names} does not catch up. Stop what writes so much: eseller services list")
            time.sleep(LOOK_SECONDS)

    def _checkpoint(self, seconds: float) -> Evidence:
        """Write down now what the primary would have to write before it could stop."""
        facts = gather(self.sources)
        leader = facts.cluster.leader() if facts.cluster else None
        if leader is None or self._is_done(facts):
            return {}
        began = time.monotonic()
        with psycopg.connect(self.sources.at(leader).url, connect_timeout=2, autocommit=True) as connection:
            connection.execute("SELECT set_config('statement_timeout', %s, false)", [f"{seconds:.0f}s"])
            connection.execute("CHECKPOINT")
            first = time.monotonic() - began
            connection.execute("CHECKPOINT")
        return {"seconds": round(first, 2), "again_s": round(time.monotonic() - began - first, 2)}

    def _switch(self, seconds: float) -> Evidence:
        began = time.monotonic()
        words = ""
        if not self._is_done(gather(self.sources)):
            try:
                only = self.plan.candidates[0] if len(self._secondaries()) > len(self.plan.candidates) else ""
                words = self.sources.patroni.switch_over(
                    leader=self.plan.leader, candidate=only, seconds=seconds / 2
                )
            except PatroniRefused as error:
                raise StepFailed(error.message) from error
            except PatroniSilent as error:
                # It may be under way; what is so is seen below.
                words = error.message
        primary = self._wait_until_primary(seconds - (time.monotonic() - began))
        return {"patroni": words, "primary": primary, "seconds": round(time.monotonic() - began, 2)}

    def _fence(self, seconds: float) -> Evidence:
        """Kill the sick primary, and wait for Patroni to promote who has all that was acknowledged."""
        began = time.monotonic()
        facts = gather(self.sources)
        if self._is_done(facts) or not self._is_led_by(facts, self.plan.leader):
            return {"already": True}
        sick = _member(facts, self.plan.leader)
        if sick is None:
            raise StepFailed(f"Patroni does not know {self.plan.leader} any more.")
        killed = self.hands.fence(sick)
        primary = self._wait_until_primary(seconds)
        return {"killed": killed, "primary": primary, "seconds": round(time.monotonic() - began, 2)}

    def _platform(self, seconds: float) -> Evidence:
        began = time.monotonic()
        while trouble := self.hands.platform():
            if time.monotonic() - began > seconds:
                raise StepFailed(f"The platform can't write: {trouble}")
            time.sleep(LOOK_SECONDS)
        return {"waited_s": round(time.monotonic() - began, 2)}

    def _wait_until_primary(self, seconds: float) -> str:
        """Wait until another one is primary, by its own word too; returns its name."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            facts = gather(self.sources)
            leader = facts.cluster.leader() if facts.cluster else None
            witness = facts.witnesses.get(leader.name, Witness()) if leader else Witness()
            if leader is not None and self._is_done(facts) and witness.in_recovery is False:
                return leader.name
            time.sleep(LOOK_SECONDS)
        raise StepFailed(
            f"None of {', '.join(self.plan.candidates)} has become primary. See what is so: eseller cluster status; "
            "a sick primary that does not let go is fenced: eseller cluster failover"
        )

    def _secondaries(self) -> list[str]:
        cluster = gather(self.sources).cluster
        return [member.name for member in cluster.members if member is not cluster.leader()] if cluster else []

    def _is_done(self, facts: Facts) -> bool:
        """Whether somebody was promoted since the run began.

        By the timeline as well: when a run is taken up again after long, the former primary may be one anew, and well.
        """
        leader = facts.cluster.leader() if facts.cluster else None
        if leader is None:
            return False
        promoted = 0 < self.plan.timeline < (leader.timeline or 0)
        return leader.name != self.plan.leader or promoted

    @staticmethod
    def _is_led_by(facts: Facts, name: str) -> bool:
        leader = facts.cluster.leader() if facts.cluster else None
        return leader is not None and leader.name == name


def _is_near(facts: Facts, name: str) -> bool:
    member = _member(facts, name)
    behind = facts.witnesses.get(name, Witness()).unreplayed
    near = behind is not None and behind <= NEAR and member is not None and (member.lag or 0) <= NEAR
    return near and member is not None and member.role.is_confirmed


def _member(facts: Facts, name: str) -> Member | None:
    members = facts.cluster.members if facts.cluster else ()
    return next((member for member in members if member.name == name), None)


def writable(sources: Sources, *, seconds: float = 2.0) -> str:
    """Tell why nothing can be committed, or nothing: a transaction is, on the primary and its secondary.

    In a thread, since a primary without a secondary, or that is stopped, would keep us.
    """
    trouble = ["it takes too long"]

    def write() -> None:
        try:
            with psycopg.connect(sources.admin.url, connect_timeout=2, application_name="eseller run") as connection:
                connection.execute("SELECT pg_current_xact_id()")
                connection.execute("SELECT pg_logical_emit_message(true, 'eseller', 'run')")
            trouble[0] = ""
        except psycopg.Error as error:
            trouble[0] = str(error).strip().splitlines()[0] if str(error).strip() else repr(error)

    thread = threading.Thread(target=write, daemon=True, name="writable")
    thread.start()
    thread.join(seconds)
    return trouble[0]
