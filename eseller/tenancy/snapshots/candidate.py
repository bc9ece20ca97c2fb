"""A snapshot on its way through the rollout."""

from collections.abc import Mapping, Sequence
from typing import Any

from eseller.kernel.errors import EsellerError
from eseller.resilience.rollout.decide import Figures, Limits, State
from eseller.tenancy.snapshots import store
from eseller.tenancy.snapshots.attempt import Attempt, Draft
from eseller.tenancy.snapshots.content import Loaded, Unusable
from eseller.tenancy.snapshots.gather import Difference
from eseller.tenancy.snapshots.trial import Page

SHOWN = 20
"""So many changed rows and failed pages the evidence names."""


class Overtaken(EsellerError):
    """Another process has had a later snapshot taken meanwhile."""

    code = "snapshot_overtaken"
    retryable = True


class Candidate:
    """A draft that was written to the database; a ``resilience.rollout.Change``."""

    def __init__(self, connection: Any, attempt: Attempt, made: Draft, changed: Sequence[Difference]) -> None:
        """Propose a draft.

        Args:
            connection: the platform role's.
            attempt: tries it.
            made: what it is.
            changed: the rows in which it differs from the present snapshot.
        """
        self._connection, self._attempt, self._draft, self._changed = connection, attempt, made, changed
        self.reason = _told(changed)
        self.version, self._made_at = store.propose(connection, made.manifest, made.bodies, self.reason)
        self._loaded: Loaded | None = None
        self.limits = Limits(least=0)

    @property
    def name(self) -> str:
        """What the journal calls it."""
        return f"snapshot {self.version}"

    def check(self) -> Sequence[str]:
        """Load it as every process will."""
        try:
            self._loaded = self._attempt.load(self._draft, self.version, self._made_at)
        except Unusable as error:
            return [str(error)]
        return []

    def begin(self) -> None:
        """Nothing to do: only the threads of the trial see it."""

    def compare(self) -> tuple[Figures, Figures]:
        """Show some pages with it."""
        assert self._loaded is not None  # noqa: S101  (it was checked)
        one, rest, self.limits = self._attempt.ask(self._loaded)
        return one, rest

    def evidence(self) -> Mapping[str, Any]:
        """Return which rows have changed and which pages fail."""
        failed = self.failed()
        return {
            "changed": [f"{one.table} {one.row_id}" for one in self._changed[:SHOWN]],
            "rows_changed": len(self._changed),
            "pages": len(self._attempt.pages),
            "failed": [_failure(page) for page in failed[:SHOWN]],
        }

    def failed(self) -> list[Page]:
        """Return the pages that cannot be shown with it."""
        return [page for page in self._attempt.pages if not page.answer.good]

    def take(self) -> None:
        """Let all processes have it.

        Raises:
            Overtaken: when there is a later one.
        """
        if not store.settle(self._connection, self.version, State.TAKEN, self.reason, self.evidence()):
            raise Overtaken

    def take_back(self, state: State, reason: str) -> None:
        """Refuse it: no process has had it."""
        store.settle(self._connection, self.version, state, reason, self.evidence())


def _failure(page: Page) -> dict[str, Any]:
    before = page.before.status if page.before is not None else None
    told = {"host": page.host, "path": page.path, "status": page.answer.status, "status_before": before}
    return told | {"error": page.answer.error}


def _told(changed: Sequence[Difference]) -> str:
    names = [f"{one.table} {one.row_id}" for one in changed[:3]]
    more = f" and {len(changed) - len(names)} more" if len(changed) > len(names) else ""
    return ", ".join(names) + more if names else "a new layout of the same rows"
