"""Watches the primary, tells when it is grey, and takes it out where that is wished for."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import msgspec

from eseller.cluster.facts import Member
from eseller.cluster.figures import failure
from eseller.cluster.gate import judge
from eseller.cluster.gather import Sources, ask_patroni, at_once, figures_of, gather
from eseller.cluster.pulse import EVERY_SECONDS, Pulse
from eseller.cluster.run.journal import Journals
from eseller.cluster.run.runner import Outcome
from eseller.config.environment import Environment
from eseller.kernel.errors import EsellerError
from eseller.node import switching
from eseller.node.journal import Journal
from eseller.node.workers import Place

log = logging.getLogger(__name__)

JOURNAL = "cluster-watch.jsonl"
FENCE_EVERY_SECONDS = 600.0
"""At most one primary is killed by us in so long; the second time something else is wrong than it."""
LOOK_EVERY_SECONDS = 2.0
NODE_SECONDS = 0.5


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """What the watch has seen and done.

    Attributes:
        primary: who is sick.
        beats: its last ones, in words.
        safe: whether the gate lets another one take over.
        reasons: what speaks against it.
        acted: whether it was taken out.
        outcome: of that run.
    """

    primary: str
    beats: list[str]
    safe: bool
    reasons: list[str]
    acted: bool = False
    outcome: Outcome | None = None


class Watch:
    """The watch of one cluster.

    Args:
        env: The settings.
        sources: Whom to ask.
        act: Whether a grey primary is taken out.
        waive: Names of facts that need not hold for that.
        workers: Whose services are stopped meanwhile.
        receipts: Directories with receipts of other nodes.
        tell: Told what was seen, each time that something is.
    """

    def __init__(
        self,
        env: Environment,
        sources: Sources,
        *,
        act: bool,
        waive: Iterable[str] = (),
        workers: Iterable[Place] = (),
        receipts: Iterable[Path] = (),
        tell: Callable[[Seen], None] = lambda _: None,
    ) -> None:
        self._env, self._sources, self._act, self._tell = env, sources, act, tell
        self._waive, self._workers, self._receipts = tuple(waive), list(workers), list(receipts)
        self._pulse = Pulse()
        self._journal = Journal(env.data_dir / JOURNAL)
        self._primary: Member | None = None
        self._looked = float("-inf")
        self._told = ""
        self._seconds: set[str] = set()
        self._listed: set[str] = set()
        self._known: dict[str, Member] = {}

    def demote(self) -> None:
        """Take out who takes itself for a primary beside the one that leads, once that was seen twice in a row."""
        facts = gather(self._sources, self._known.values())
        if facts.cluster is not None:
            self._known |= {member.name: member for member in facts.cluster.members}
        seconds = {member.name: member for member in facts.second_primaries()}
        leader = facts.cluster.leader() if facts.cluster else None
        for name in sorted(seconds.keys() & self._seconds):
            if not self._act and name in self._listed:
                continue
            words = f"it takes itself for a primary, while {leader.name if leader else 'another one'} leads"
            seen = Seen(primary=name, beats=[], safe=True, reasons=[words])
            if self._act:
                try:
                    switching.fence(self._env, seconds[name])
                    seen = msgspec.structs.replace(seen, acted=True)
                except EsellerError as error:
                    seen = msgspec.structs.replace(seen, reasons=[words, error.message])
            log.warning("%s: %s", name, "; ".join(seen.reasons))
            self._journal.write(msgspec.to_builtins(seen))
            self._tell(seen)
        self._listed = seconds.keys() & self._seconds
        self._seconds = set(seconds)

    def _demote_always(self) -> None:
        while True:
            time.sleep(LOOK_EVERY_SECONDS)
            try:
                self.demote()
            except Exception:
                log.exception("nobody could be looked at")

    def run(self, *, until: Callable[[], bool] = lambda: False) -> None:
        """Watch until told to stop."""
        # Beside the pulse, which may not wait for nodes that do not answer.
        threading.Thread(target=self._demote_always, name="second primaries", daemon=True).start()
        while not until():
            began = time.monotonic()
            self.look()
            time.sleep(max(0.0, EVERY_SECONDS - (time.monotonic() - began)))

    def look(self) -> Seen | None:
        """Feel the primary's pulse once; tell and act where it is grey."""
        primary = self._leader()
        if primary is None:
            return None
        self._pulse.feel(primary.name, self._sources.at(primary), lambda: _failure(primary))
        if not self._pulse.is_grey():
            self._told = ""
            return None
        seen = self._judged(primary)
        if seen.safe and self._act and self._may_fence():
            seen = self._take_out(seen)
        if seen.acted or self._told != primary.name:
            self._told = primary.name
            self._journal.write(msgspec.to_builtins(seen))
            self._tell(seen)
        return seen

    def _leader(self) -> Member | None:
        """The primary by Patroni's word, which is asked for every other beat; the last known one where it is silent."""
        if time.monotonic() - self._looked >= LOOK_EVERY_SECONDS or self._primary is None:
            self._looked = time.monotonic()
            cluster, _ = ask_patroni(self._sources.patroni)
            self._primary = (cluster.leader() if cluster else None) or self._primary
        return self._primary

    def _judged(self, primary: Member) -> Seen:
        gate = judge(gather(self._sources), waive=self._waive)
        return Seen(
            primary=primary.name,
            beats=[f"{beat.kind} {beat.seconds:.1f} s {beat.words}".strip() for beat in self._pulse.beats][-5:],
            safe=gate.safe,
            reasons=[reason.words for reason in gate.reasons if not reason.holds and not reason.waived],
        )

    def _may_fence(self) -> bool:
        """Whether the last one that was killed is long enough ago; the journals outlive us."""
        fenced = [
            entry.at for run in Journals(self._env.data_dir).all() for entry in run.entries()
            if entry.step == "fence" and entry.event == "begun"
        ]  # fmt: skip
        return not fenced or time.time() - max(fenced) > FENCE_EVERY_SECONDS

    def _take_out(self, seen: Seen) -> Seen:
        log.warning("%s is grey and is taken out", seen.primary)
        try:
            outcome = switching.begin(
                self._env, self._sources, workers=self._workers, waive=self._waive, fence=True,
                receipts=self._receipts,
            )  # fmt: skip
        except EsellerError as error:
            return msgspec.structs.replace(seen, reasons=[error.message])
        return msgspec.structs.replace(seen, acted=True, outcome=outcome)


def _failure(primary: Member) -> str:
    """What the primary's own machine says that keeps it from its work; an agent that is silent says nothing."""
    return failure(at_once({"figures": lambda: figures_of(primary)}, NODE_SECONDS).get("figures"))
