"""The compiler: makes a snapshot of what has changed, has it tried and taken. One process at a time, in a worker."""

import logging
import time
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec
from django.db import DatabaseError, InterfaceError, OperationalError, connections

from eseller.resilience.records.check import Problem, shown
from eseller.resilience.records.kind import kinds
from eseller.resilience.rollout.decide import State, Verdict
from eseller.resilience.rollout.journal import Journal
from eseller.resilience.rollout.runner import Outcome, roll_out
from eseller.tenancy.guard import findings
from eseller.tenancy.guard.rows import BadRow
from eseller.tenancy.scope import PLATFORM, platform_transaction
from eseller.tenancy.snapshots import active, store
from eseller.tenancy.snapshots.attempt import Attempt, Base, draft
from eseller.tenancy.snapshots.candidate import Candidate
from eseller.tenancy.snapshots.content import Bodies, Unusable, build, columns, digest, rows_in
from eseller.tenancy.snapshots.disk import Shelf
from eseller.tenancy.snapshots.gather import BY_TRIAL, Difference, Parts, differences, gather
from eseller.tenancy.snapshots.narrow import Held, narrow
from eseller.tenancy.snapshots.reference import Reference, reference_of, references
from eseller.tenancy.snapshots.trial import Trial
from eseller.tenancy.sql import raw

log = logging.getLogger(__name__)

ACTOR = "snapshots"
PATIENCE = 2.0
"""Seconds to wait for a page that can be shown, with or without the candidate; then it is tried again later."""
NARROW_SECONDS = 60.0
"""To look for the rows that pages fail over; what was found by then is taken, the rest waits for the next time."""
MOST_DEATHS = 2
_HELD = "SELECT id, table_name, row_id FROM public.tenancy_finding WHERE state = 'open' AND found_by = %s"


def all_parts() -> set[str]:
    """Return the names of all parts that this release has."""
    return {part for reference in references().values() for part in reference.parts()}


class Compiler:
    """Compiles once; when, decides the ``Watcher``."""

    def __init__(self, directory: Path, trial: Trial) -> None:
        """Journal below a data directory, and try candidates so."""
        self._journal = Journal(directory / "journal")
        self._shelf = Shelf(directory / "snapshots")
        self._trial = trial
        self._missed = False
        self.holding: set[str] = set()
        """The parts of rows that pages fail over."""

    def compile(self, wanted: Collection[str], *, again: bool = False) -> Parts | None:
        """Make, try and take a snapshot with some parts read anew, if anything in them is another.

        Args:
            wanted: the parts.
            again: whether to try those rows again that pages have failed over.

        Returns:
            The rows of the parts as they are now; None when it must be done later: another process is at it, a
            version is pinned, or no page can be shown with or without it.
        """
        connection = connections[PLATFORM]
        with store.only_one(connection) as mine:
            return self._compile(connection, set(wanted), again) if mine else None

    def _compile(self, connection: Any, wanted: set[str], again: bool) -> Parts | None:
        store.give_up(connection)
        stored = self._present(connection)
        if stored is not None and stored.pinned:
            self._missed = True
            return None
        if stored is None or stored.manifest.tables != columns() or self._missed:
            wanted = all_parts()
        wanted |= all_parts() - (stored.manifest.parts.keys() if stored else set())
        if not wanted:
            return {}
        base = self._base(connection, stored)
        before = self._rows(connection, base, wanted)
        after: Parts = {}
        for reference in references().values():
            mine = {part: before[part] for part in reference.parts() if part in wanted}
            after |= _gathered(connection, reference, mine, again) if mine else {}
        if not self._settled(connection, base, before, after, again):
            return None
        self._missed = False
        if again:
            store.write_parts(connection, draft(base, after).bodies)
            store.forget(connection)
        return after

    def _settled(self, connection: Any, base: Base, before: Parts, after: Parts, again: bool) -> bool:
        """Roll out what is new, without those rows that pages fail over; False where that could not be told."""
        changed = differences(before, after)
        held: Held = []
        outcome, fault = self._roll_out(connection, base, after, changed)
        if outcome is not None and outcome.verdict is Verdict.WAIT:
            return False
        if outcome is not None and outcome.state is State.REFUSED and changed:
            end = time.monotonic() + NARROW_SECONDS
            fault_of = self._attempt(connection, base, changed).fault_of
            kept, held = narrow(before, changed, fault, fault_of, lambda: time.monotonic() > end)
            _hold(connection, held)
            self.holding |= {one.part for one, _fault in held}
            outcome, _fault = self._roll_out(connection, base, kept, differences(before, kept))
            if time.monotonic() > end:
                # What time did not suffice for is not lost: it is marked still.
                return False
        if again:
            _let_go(connection, {(one.table, one.row_id) for one, _fault in held})
            self.holding = {one.part for one, _fault in held}
        return outcome is None or outcome.state is State.TAKEN

    def _roll_out(
        self, connection: Any, base: Base, after: Parts, changed: Sequence[Difference]
    ) -> tuple[Outcome | None, str]:
        """Roll out a state of some parts; None where it is the present one, or has ended processes.

        Returns:
            The outcome, and what a page failed over.
        """
        made = draft(base, after)
        if base.loaded is not None and made.manifest == base.loaded.manifest and base.stored:
            return None, ""
        if store.deaths(connection, made.manifest) >= MOST_DEATHS:
            log.error("a snapshot ends the processes that try it; the present one stays: %s", changed[:3])
            return None, ""
        attempt = self._attempt(connection, base, changed)
        candidate = Candidate(connection, attempt, made, changed)
        outcome = roll_out(candidate, self._journal, reason=candidate.reason, patience=PATIENCE)
        tell = log.info if outcome.state is State.TAKEN else log.error
        tell("%s is %s: %s", candidate.name, outcome.state, outcome.reason)
        return outcome, attempt.told() or outcome.reason

    def _attempt(self, connection: Any, base: Base, changed: Sequence[Difference]) -> Attempt:
        shops = [shop for one in changed if (shop := one.shop_id()) is not None]
        return Attempt(self._trial, base, list(dict.fromkeys(shops)), lambda names: self._bodies(connection, names))

    def _present(self, connection: Any) -> store.Stored | None:
        """Return the present snapshot; where the database has none that is whole, the one of this process."""
        try:
            stored = store.newest(connection, None)
            if isinstance(stored, store.Stored):
                return stored
        except Unusable as error:
            log.error("the newest snapshot is damaged: %s", error)  # noqa: TRY400  (one sentence is enough)
        loaded = active.of_process()
        return store.Stored(0, loaded.made_at, loaded.manifest) if loaded is not None else None

    def _base(self, connection: Any, stored: store.Stored | None) -> Base:
        if stored is None:
            return Base({}, None, stored=False)
        known = {name: value for name, value in stored.manifest.parts.items() if reference_of(name) is not None}
        try:
            loaded = build(
                stored.version,
                stored.made_at,
                stored.manifest,
                before=active.of_process(),
                fetch=lambda names: self._bodies(connection, names),
            )
        except Unusable as error:
            log.warning("the present snapshot is of no use to this process: %s", error)
            loaded = None
        return Base(known, loaded, stored=stored.version > 0)

    def _rows(self, connection: Any, base: Base, wanted: Collection[str]) -> Parts:
        """Return the rows that some parts have now; none where a part is lost."""
        names = {part: base.parts[part] for part in wanted if part in base.parts}
        bodies = self._bodies(connection, list(set(names.values())))
        found: Parts = {part: {} for part in wanted}
        for part, name in names.items():
            try:
                found[part] = rows_in(bodies[name])
            except (KeyError, Unusable) as error:
                log.error("the part %s of the present snapshot is lost: %s", part, error)  # noqa: TRY400
        return found

    def _bodies(self, connection: Any, names: Sequence[str]) -> Bodies:
        """Return stored parts that are whole: of the database, else of the disk."""
        found = {name: body for name, body in store.bodies(connection, names).items() if digest(body) == name}
        lost = [name for name in names if name not in found]
        return found | {name: body for name, body in self._shelf.bodies(lost).items() if digest(body) == name}


def _gathered(connection: Any, reference: Reference, before: Parts, again: bool) -> Parts:
    """Gather some parts; one that the database cannot read stays as it was."""
    try:
        return gather(connection, reference, before, again=again)
    except (OperationalError, InterfaceError):
        raise
    except (DatabaseError, UnicodeDecodeError) as error:
        if len(before) == 1:
            log.error("%s cannot be read and stays as it was: %s", *before, error)  # noqa: TRY400
            return before
    names = list(before)
    halves = (names[: len(names) // 2], names[len(names) // 2 :])
    after: Parts = {}
    for half in halves:
        after |= _gathered(connection, reference, {name: before[name] for name in half}, again)
    return after


def _hold(connection: Any, held: Held) -> None:
    """Write down rows that pages fail over; they stay as they were until they change, or are let go."""
    if not held:
        return
    for one, fault in held:
        log.error("pages fail over %s %d, which stays as it was: %s", one.table, one.row_id, fault)
    with platform_transaction(actor=ACTOR):
        findings.note(connection, [_bad_row(*one) for one in held], found_by=BY_TRIAL)


def _let_go(connection: Any, held: Collection[tuple[str, int]]) -> None:
    """Close what trials have found of rows that pages can be shown with now."""
    found = raw(connection, _HELD, [BY_TRIAL])
    over = [number for number, table, row_id in found if (table, row_id) not in held]
    if over:
        with platform_transaction(actor=ACTOR):
            findings.close(connection, over, by=ACTOR, note="Pages can be shown with it now.")


def _bad_row(one: Difference, fault: str) -> BadRow:
    kind, rule = kinds()[one.table], f"what pages can be shown with ({fault})"
    before, after = (msgspec.json.decode(row) if row else {} for row in (one.before, one.after))
    problems = tuple(_problems(kind, before, after, rule)) or (Problem("", rule),)
    instead = {problem.column: before[problem.column] for problem in problems if problem.column in before}
    row = one.after or one.before or b"{}"
    return BadRow(one.table, one.row_id, one.shop_id(), problems, row, instead or None)


def _problems(kind: Any, before: dict[str, Any], after: dict[str, Any], rule: str) -> Iterator[Problem]:
    for column, value in after.items():
        if before.get(column) != value:
            yield Problem(column, rule, shown(kind, column, value))
