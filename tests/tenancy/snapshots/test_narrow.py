"""Those differences are found that pages fail over, with few trials, and all others are taken."""

from hypothesis import given
from hypothesis import strategies as st

from eseller.tenancy.snapshots.gather import Difference, Parts, differences
from eseller.tenancy.snapshots.narrow import narrow

MANY = 200


def difference(number: int) -> Difference:
    return Difference("settings", "tenancy_platformsetting", number, None, b"%d" % number)


def rows_of(state: Parts) -> set[int]:
    return set(state.get("settings", {}).get("tenancy_platformsetting", {}))


@given(st.integers(1, MANY), st.sets(st.integers(0, MANY - 1), min_size=1, max_size=4))
def test_only_the_bad_ones_are_held(count: int, wanted: set[int]) -> None:
    bad = {number % count for number in wanted}
    trials = []

    def fault_of(state: Parts) -> str:
        trials.append(state)
        return "broken" if rows_of(state) & bad else ""

    kept, held = narrow({}, [difference(number) for number in range(count)], "broken", fault_of)
    assert {one.row_id for one, _fault in held} == bad
    assert rows_of(kept) == set(range(count)) - bad
    assert len(trials) <= 2 * len(bad) * max(1, count.bit_length())


def test_what_time_does_not_suffice_for_is_neither_taken_nor_held() -> None:
    calls = iter(range(1000))

    def fault_of(state: Parts) -> str:
        return "broken" if 0 in rows_of(state) else ""

    kept, held = narrow({}, [difference(number) for number in range(8)], "broken", fault_of, lambda: next(calls) > 3)
    assert len(rows_of(kept)) + len(held) < 8
    assert all(one.row_id == 0 for one, _fault in held)


def test_differences_are_named() -> None:
    before: Parts = {"settings": {"tenancy_platformsetting": {1: b"1", 2: b"2", 3: b"3"}}}
    after: Parts = {"settings": {"tenancy_platformsetting": {1: b"1", 2: b"x", 4: b"4"}}}
    found = {one.row_id: (one.before, one.after) for one in differences(before, after)}
    assert found == {2: (b"2", b"x"), 3: (b"3", None), 4: (None, b"4")}
