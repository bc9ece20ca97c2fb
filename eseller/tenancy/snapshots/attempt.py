"""What a candidate would be, and whether pages of this process can be shown with it."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

import msgspec

from eseller.kernel import clock
from eseller.kernel.errors import EsellerError
from eseller.resilience.rollout.decide import Figures, Limits, Verdict, decide
from eseller.tenancy.snapshots.content import Bodies, Loaded, Manifest, Unusable, body_of, build, columns, digest
from eseller.tenancy.snapshots.gather import Parts
from eseller.tenancy.snapshots.trial import Page, Trial, compared, sample

Fetch = Callable[[Sequence[str]], Bodies]
"""Returns stored parts by hash."""


class Undecided(EsellerError):
    """No page can be shown, with or without a candidate, so nothing tells whether it is good."""

    code = "snapshot_undecided"
    retryable = True


class Base(msgspec.Struct, frozen=True, eq=False):
    """What a candidate is a change of: the parts of the present snapshot, it in memory, and if the database has it."""

    parts: Mapping[str, str]
    loaded: Loaded | None
    stored: bool


class Draft(msgspec.Struct, frozen=True, eq=False):
    """What a candidate would be."""

    manifest: Manifest
    bodies: Bodies


def draft(base: Base, changed: Parts) -> Draft:
    """Return the present snapshot with some parts replaced."""
    bodies = {part: body_of(rows) for part, rows in changed.items()}
    hashes = {part: digest(body) for part, body in bodies.items()}
    manifest = Manifest(dict(sorted((dict(base.parts) | hashes).items())), columns())
    return Draft(manifest, {hashes[part]: body for part, body in bodies.items()})


class Attempt:
    """Tries drafts on pages of this process."""

    def __init__(self, trial: Trial, base: Base, shops: Sequence[int], fetch: Fetch) -> None:
        """Try drafts that differ from a base in rows of some shops."""
        self._trial, self._base, self._shops, self._fetch = trial, base, shops, fetch
        self.pages: list[Page] = []

    def load(self, made: Draft, version: int = 0, made_at: datetime | None = None) -> Loaded:
        """Return a draft as a process would have it.

        Raises:
            Unusable: when a process could not.
        """

        def fetch(hashes: Sequence[str]) -> Bodies:
            return {**self._fetch([name for name in hashes if name not in made.bodies]), **made.bodies}

        return build(version, made_at or clock.now(), made.manifest, before=self._base.loaded, fetch=fetch)

    def ask(self, loaded: Loaded) -> tuple[Figures, Figures, Limits]:
        """Ask some pages; return figures with and without it, and how many must be seen: none where no shop is open."""
        hosts = sample(loaded, self._shops)
        self.pages = self._trial.ask(hosts, loaded, self._base.loaded)
        return *compared(self.pages), Limits(least=min(1, len(hosts)))

    def fault_of(self, changed: Parts) -> str:
        """Return what is wrong with some parts replaced; nothing where pages can be shown so.

        Raises:
            Undecided: when no page can be shown at all.
        """
        try:
            decision = decide(*self.ask(self.load(draft(self._base, changed))))
        except Unusable as error:
            return str(error)
        if decision.verdict is Verdict.WAIT:
            raise Undecided
        return "" if decision.verdict is Verdict.GO_ON else self.told() or decision.reason

    def told(self) -> str:
        """Return the first page that could not be shown, and why."""
        return next((str(page) for page in self.pages if page.comparable and not page.answer.good), "")
