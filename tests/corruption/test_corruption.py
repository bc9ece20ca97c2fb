"""No content of any cell takes a page down: it is found, named and hidden, in its own shop alone, until it is mended.

Every column of every table that a page reads is found in the database's catalogue, and damaged in all ways that
``damage`` knows; see ``legal`` for what a finding must say.
"""

import time
from collections.abc import Iterable, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eseller.channels.backoffice import guard as office
from eseller.channels.storefront import answers
from eseller.channels.storefront.views import feeds
from eseller.resilience.records import overlay
from eseller.resilience.records.kind import kinds
from eseller.services import sending
from eseller.tenancy import hosts, queries
from tests.corruption import legal
from tests.corruption.cases import MODES, WATCHED, Case, Column, cell
from tests.corruption.damage import Damage, damages
from tests.corruption.database import bare, copied
from tests.corruption.suite import Suite, shown
from tests.corruption.world import Busy, of_platform

READ_AND_NOT_GUARDED = {
    "catalog_searchentry": "Made of products, and made anew from them: eseller shop reindex.",
    "catalog_searchword": "Made of products, and made anew from them: eseller shop reindex.",
    "django_session": "Django's own; a session that cannot be read is none.",
    "tenancy_change": "Written by triggers alone, kept for hours.",
    "tenancy_finding": "What the guard itself has written.",
    "tenancy_history": "Written by triggers alone; it shows rows as they were, bad ones too.",
    "tenancy_throttlecounter": "How often something was tried in the last minutes.",
}
UNGUARDED = ("catalog_", "pricing_price", "tenancy_shop", "orders_order")
LEAST = 50
"""So many damages of these tables take a page down where nothing guards them, two tried of each column."""


@pytest.fixture(scope="module")
def suite(postgres: Any, database: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Suite]:
    with copied(postgres) as hand:
        world, other = Busy(), Busy()
        of_platform()
        bare(hand)
        yield Suite(hand, world, other, tmp_path_factory.mktemp("node"))


def test_every_table_that_pages_read_is_guarded(suite: Suite) -> None:
    read = frozenset().union(*suite.reads.values())
    assert read - kinds().keys() - READ_AND_NOT_GUARDED.keys() == set(), "declare a kind for it, or say why not"


def test_every_column_of_a_guarded_table_is_judged(suite: Suite) -> None:
    unknown = [one.label for one in suite.columns if one.name not in kinds()[one.table].row.__struct_fields__]
    assert unknown == [], "say in the kind of the table what it must be"


def test_every_column_can_be_damaged_in_eight_ways(suite: Suite) -> None:
    few = [one.label for one in suite.columns if len([*damages(one.type)]) < 8 and one.type != "boolean"]
    assert few == []
    assert {case.mode for case in suite.cases()} == set(MODES)


@pytest.mark.slow
def test_two_damages_of_every_column_take_no_page_down(suite: Suite, capsys: pytest.CaptureFixture[str]) -> None:
    _run(suite, suite.cases(each=2), most=2, capsys=capsys)


@pytest.mark.soak
@pytest.mark.timeout(3000)
def test_no_damage_of_any_column_takes_a_page_down(suite: Suite, capsys: pytest.CaptureFixture[str]) -> None:
    _run(suite, suite.cases(), most=4, capsys=capsys)


def _run(suite: Suite, cases: Iterable[Case], *, most: int, capsys: pytest.CaptureFixture[str]) -> None:
    began, pages, done, refused = time.monotonic(), 0, 0, 0
    failures: list[str] = []
    for case in cases:
        outcome = suite.run(case, most=most)
        failures += outcome.failures
        pages, done, refused = pages + outcome.pages, done + 1, refused + (outcome.pages == 0)
    tables = len({column.table for column in suite.columns})
    with capsys.disabled():
        print(  # noqa: T201
            f"\ncorruption: {tables} tables, {len(suite.columns)} columns, {done} damages ({refused} change nothing or "
            f"are refused), {pages} looks at {len(suite.pages) + len(suite.theirs)} pages, {len(failures)} failures, "
            f"{time.monotonic() - began:.0f} s"
        )
    assert not failures, shown(failures)


_TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=60)
_VALUES = st.one_of(_TEXTS, st.integers(-(2**63), 2**63 - 1), st.binary(max_size=40))


class TestRandom:
    """What nobody has thought of: random bytes, texts and numbers, as far as the column's type takes them."""

    @staticmethod
    def _check(suite: Suite, column: Column, value: str | int | bytes) -> None:
        case = cell(column, Damage("random", _literal(column, value)), WATCHED)
        outcome = suite.run(case, most=2, judged=False)
        assert not outcome.failures, shown(outcome.failures)

    @pytest.mark.slow
    def test_some_random_values_take_no_page_down(self, suite: Suite) -> None:
        self._property(suite, 150)

    @pytest.mark.soak
    @pytest.mark.timeout(1200)
    def test_many_random_values_take_no_page_down(self, suite: Suite) -> None:
        self._property(suite, 1000)

    def _property(self, suite: Suite, examples: int) -> None:
        @settings(max_examples=examples, deadline=None, suppress_health_check=[*HealthCheck], derandomize=True)
        @given(st.sampled_from(suite.columns), _VALUES)
        def check(column: Column, value: str | int | bytes) -> None:
            self._check(suite, column, value)

        check()


def _literal(column: Column, value: str | int | bytes) -> str:
    """Return a value as SQL of a column's type; bytes as text where they are any, else as they look in hexadecimal."""
    text = str(value)
    if isinstance(value, bytes):
        try:
            text = value.decode().replace("\0", "")
        except UnicodeDecodeError:
            text = value.hex()
    text = text.replace("'", "''").replace("%", "%%")
    if column.type == "jsonb":
        return f"to_jsonb('{text}'::text)"
    if column.type.endswith("[]"):
        return f"ARRAY['{text}']"
    return f"'{text}'"


@pytest.mark.slow
def test_without_the_guard_pages_go_down(
    suite: Suite, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The suite can fail: nothing looks for a bad row, and statements see rows as they are."""
    for module in (answers, feeds, office, sending, hosts, queries):
        monkeypatch.setattr(module, "healed", lambda _shop_id, work: work())
    monkeypatch.setattr(overlay, "apply", lambda sql, _overlay, **_more: sql)
    cases = [case for case in suite.cases(each=2) if case.column.table.startswith(UNGUARDED) and legal.expected(case)]
    broken = {case.label for case in cases if any(" answered 5" in told for told in suite.run(case, most=3).failures)}
    with capsys.disabled():
        print(f"\ncorruption, guard off: {len(broken)} of {len(cases)} damages take a page down")  # noqa: T201
    assert len(broken) >= LEAST, shown(broken)
