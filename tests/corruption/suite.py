"""Damage something past the constraints, look at the pages of two shops, mend it, and look again."""

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple
from zlib import crc32

import psycopg

from eseller.resilience.records.kind import kinds
from eseller.tenancy.guard import quarantine
from eseller.tenancy.guard.follow import Follower
from eseller.tenancy.guard.scan import scan
from eseller.tenancy.guard.watch import judge_changes
from eseller.tenancy.snapshots import active
from eseller.tenancy.snapshots.compile import Compiler
from eseller.tenancy.snapshots.keeper import Keeper
from eseller.tenancy.snapshots.trial import Trial
from eseller.tenancy.snapshots.watcher import Watcher
from tests.corruption import legal
from tests.corruption.cases import READ, UNWATCHED, WATCHED, Case, Column, cases_of, columns_of, rows_of
from tests.corruption.pages import Answer, Page, fetched, pages_of, tables_read
from tests.corruption.rows import Good
from tests.corruption.world import Busy

_OPEN = "SELECT table_name, row_id, column_name, value, problems::text FROM tenancy_finding WHERE state <> 'closed'"


class Found(NamedTuple):
    """A finding that is open."""

    table: str
    row: int
    column: str
    value: str
    problems: str

    def __str__(self) -> str:
        return f"{self.table} {self.row} {self.column}: {json.loads(self.problems)}"[:300]


class Outcome(NamedTuple):
    """What became of a case: what went wrong, and how many pages were looked at."""

    failures: tuple[str, ...]
    pages: int


class Suite:
    """Two shops in a database that holds nothing back, and what their pages are while all is well."""

    def __init__(self, hand: psycopg.Connection[Any], world: Busy, other: Busy, directory: Path) -> None:
        """Look at all pages, and keep a copy of all rows."""
        self.hand, self.world, self.other = hand, world, other
        keeper, self._watcher = Keeper(directory), Watcher(Compiler(directory, Trial()))
        self._follower = Follower(self._watcher.hear, keeper.hear, judge_changes)
        self._compiling = True
        self.step()
        self._snapshot = active.of_process()
        self.pages, self.theirs = pages_of(world), [page for page in pages_of(other) if page.public]
        self.reads = {page.name: tables_read(hand, page) for page in [*self.pages, *self.theirs]}
        self._good = {True: self._all_pages()}
        self._compiling = False
        active.put(None)
        self._good[False] = self._all_pages()
        self.columns: list[Column] = [*columns_of(hand, [*kinds()])]
        self._rows = Good(hand, world, other)

    def _all_pages(self) -> tuple[dict[str, Answer], dict[str, Answer]]:
        return fetched(self.pages), fetched(self.theirs)

    def step(self) -> None:
        """Let the processes of a node hear what has changed, and do what is to be done about it."""
        self._follower.once()
        if self._compiling:
            self._watcher.once()
            self._follower.once()

    def cases(self, *, each: int | None = None) -> Iterator[Case]:
        """Yield all that can be done to all columns and rows, or so many damages of each column."""
        for column in self.columns:
            yield from cases_of(column, each)
        for table in kinds():
            yield from rows_of(table)

    def pages_for(self, case: Case, most: int | None) -> tuple[list[Page], list[Page]]:
        """Return the pages of both shops that read the damaged table; so many of them, others in each case."""
        mine, theirs = (
            [page for page in pages if case.column.table in self.reads[page.name]] or pages
            for pages in (self.pages, self.theirs)
        )
        turn = crc32(case.label.encode())
        return _some(mine, most, turn), _some(theirs, most and max(1, most // 3), turn)

    def run(self, case: Case, *, most: int | None = None, judged: bool = True) -> Outcome:
        """Do one case.

        Args:
            case: what to do.
            most: pages of each look; others with each case.
            judged: whether it is known what a finding must say.
        """
        mine, theirs = self.pages_for(case, most)
        with self._processes(case.column.table) as with_snapshot:
            good, their_good = self._good[with_snapshot]
            if not self._damage(case):
                return Outcome((), 0)  # the engine itself refuses it, or it is what stood there before
            failures: list[str] = []
            try:
                if case.mode == WATCHED:
                    self.step()
                failures += _broken(fetched(mine))
                failures += [] if legal.of_others(case) else _different(fetched(theirs), their_good)
                if case.mode == READ:
                    self.step()
                if case.mode == UNWATCHED or not case.is_cell:
                    self._scan(case.column.table)
                failures += self._findings(case) if judged else []
            finally:
                self._rows.put_back(case)
            failures += self._after(case)
            failures += _different(fetched(page for page in mine if page.lasting), good)
        return Outcome(tuple(f"{case.label}: {failure}" for failure in failures), 2 * len(mine) + len(theirs))

    @contextmanager
    def _processes(self, table: str) -> Iterator[bool]:
        """Let the process go by a snapshot where the table is only read by way of one; tell whether it does."""
        with_snapshot = kinds()[table].shop is None and table != "tenancy_user"
        self._compiling = with_snapshot
        active.put(self._snapshot if with_snapshot else None)
        try:
            yield with_snapshot
        finally:
            self._snapshot = active.of_process() or self._snapshot
            active.put(None)

    def _damage(self, case: Case) -> bool:
        """Do it by hand; return whether anything has changed."""
        table = case.column.table
        if case.mode == UNWATCHED:
            self.hand.execute(f"ALTER TABLE {table} DISABLE TRIGGER ALL")
        try:
            return self.hand.execute(case.sql, self._rows.values(case)).rowcount > 0
        except psycopg.DataError:
            return False
        finally:
            if case.mode == UNWATCHED:
                self._wake(table)

    def _wake(self, table: str) -> None:
        names = "SELECT tgname FROM pg_trigger WHERE tgrelid = %s::regclass AND NOT tgisinternal"
        for (name,) in self.hand.execute(names, [table]).fetchall():
            self.hand.execute(f'ALTER TABLE {table} ENABLE ALWAYS TRIGGER "{name}"')

    def _scan(self, table: str) -> None:
        scan([kinds()[table]], share=1.0)

    def _open(self) -> list[Found]:
        return [Found(*row) for row in self.hand.execute(_OPEN).fetchall()]

    def _findings(self, case: Case) -> Iterator[str]:
        found = self._open()
        beside, wanted = legal.columns_beside(case), legal.expected(case)
        own = [one for one in found if (one.table, one.column) not in beside or one.column in wanted]
        if not wanted:
            yield from (f"legal, yet found: {one}" for one in own)
        elif len(own) != 1 and not (own and legal.of_others(case)):
            yield f"one finding wanted, not {len(own)}: {'; '.join(map(str, found))}"
        elif own[0].table != case.column.table or own[0].column not in wanted:
            yield f"the finding names another column: {own[0]}"
        for one in found:
            if one.column in kinds()[one.table].secret and one.value != "(not shown)":
                yield f"a finding shows what is secret: {one}"

    def _after(self, case: Case) -> Iterator[str]:
        """Hear that all is mended: nothing is open, and nothing is kept back any more."""
        self.step()
        self.step()
        if case.column.table == "tenancy_user":
            self.world.sign_in()
        for one in self._open():
            yield f"mended, yet open: {one}"
        if kept := quarantine.figures()["rows"]:
            yield f"mended, yet {kept} rows are kept back"
        self.hand.execute("UPDATE tenancy_finding SET state = 'closed' WHERE state <> 'closed'")
        quarantine.replace([], shops=None)


def _some(pages: list[Page], most: int | None, turn: int) -> list[Page]:
    if most is None or len(pages) <= most:
        return pages
    first = turn % len(pages)
    return (pages[first:] + pages[:first])[:most]


def _broken(answers: dict[str, Answer]) -> list[str]:
    return [
        f"{name} answered {answer.status} {answer.error}" for name, answer in answers.items() if answer.status >= 500
    ]


def _different(answers: dict[str, Answer], good: dict[str, Answer]) -> list[str]:
    return [
        f"{name} is another: {answer.status} {answer.error} {_difference(good[name], answer)}"
        for name, answer in answers.items()
        if answer != good[name]
    ]


def _difference(good: Answer, now: Answer) -> str:
    place = next((at for at, (a, b) in enumerate(zip(good.body, now.body, strict=False)) if a != b), 0)
    return f"{good.body[max(0, place - 60) : place + 60]!r} / {now.body[max(0, place - 60) : place + 60]!r}"


def shown(failures: Iterable[str], most: int = 40) -> str:
    """Return failures as a test tells them."""
    told = list(failures)
    rest = f"\n… and {len(told) - most} more" if len(told) > most else ""
    return "\n".join(told[:most]) + rest
