"""A change goes on only when the process that tries it does no worse than those that don't."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eseller.resilience.rollout.decide import Figures, Limits, State, Verdict, decide
from eseller.resilience.rollout.journal import Journal
from eseller.resilience.rollout.runner import roll_out, take_back

figures = st.integers(0, 1000).flatmap(
    lambda asked: st.builds(Figures, st.just(asked), st.integers(0, asked), st.floats(0, 10))
)


@pytest.mark.parametrize(
    ("one", "rest", "limits", "verdict"),
    [
        (Figures(), Figures(100), Limits(), Verdict.WAIT),
        (Figures(19), Figures(100), Limits(least=20), Verdict.WAIT),
        (Figures(20), Figures(100), Limits(least=20), Verdict.GO_ON),
        (Figures(), Figures(), Limits(least=0), Verdict.GO_ON),
        (Figures(20, 1), Figures(100), Limits(), Verdict.BACK),
        (Figures(20, 1), Figures(100, 5), Limits(), Verdict.GO_ON),
        (Figures(20, 1), Figures(100), Limits(more_failing=0.05), Verdict.GO_ON),
        (Figures(20, 0, 0.2), Figures(100, 0, 0.01), Limits(), Verdict.GO_ON),
        (Figures(20, 0, 0.4), Figures(100, 0, 0.1), Limits(), Verdict.BACK),
        (Figures(20, 0, 9.0), Figures(), Limits(), Verdict.GO_ON),
        (Figures(20), Figures(100), Limits(enough=50), Verdict.WAIT),
        (Figures(50), Figures(100), Limits(enough=50), Verdict.GO_ON),
        (Figures(20, 1), Figures(100), Limits(enough=50), Verdict.BACK),
        (Figures(20, shares={"late": 0.3}), Figures(100, shares={"late": 0.1}), Limits(enough=50), Verdict.BACK),
        (Figures(20, shares={"late": 0.15}), Figures(100, shares={"late": 0.1}), Limits(), Verdict.GO_ON),
        (Figures(20, shares={"late": 0.3}), Figures(100), Limits(more=0.4), Verdict.GO_ON),
    ],
)
def test_what_is_seen_decides(one: Figures, rest: Figures, limits: Limits, verdict: Verdict) -> None:
    assert decide(one, rest, limits).verdict is verdict


@given(figures, figures)
def test_more_failures_never_make_a_change_go_on(one: Figures, rest: Figures) -> None:
    worse = Figures(one.asked, one.asked, one.seconds)
    if decide(one, rest).verdict is not Verdict.GO_ON:
        assert decide(worse, rest).verdict is not Verdict.GO_ON
    if decide(worse, rest).verdict is Verdict.GO_ON:
        assert rest.failed == rest.asked


class Toy:
    """A change that notes its steps."""

    def __init__(self, *seen: Figures, complaint: str = "", fault: Exception | None = None) -> None:
        self.seen, self.complaint, self.fault = list(seen), complaint, fault
        self.steps: list[str] = []
        self.limits = Limits(least=10)

    name = "toy 1"

    def check(self) -> Sequence[str]:
        return [self.complaint] if self.complaint else []

    def begin(self) -> None:
        self.steps.append("begin")

    def compare(self) -> tuple[Figures, Figures]:
        if self.fault is not None:
            raise self.fault
        return self.seen.pop(0), Figures(100)

    def evidence(self) -> Mapping[str, Any]:
        return {"left": len(self.seen)}

    def take(self) -> None:
        self.steps.append("take")

    def take_back(self, state: State, reason: str) -> None:
        self.steps.append(f"{state}: {reason}")


def told(journal: Journal) -> list[State]:
    return [entry.state for entry in journal.entries()]


def test_a_good_change_is_taken_after_enough_was_seen(tmp_path: Path) -> None:
    toy, journal = Toy(Figures(1), Figures(5), Figures(12)), Journal(tmp_path)
    outcome = roll_out(toy, journal, reason="for a test", patience=10, pause=0.01)
    assert (outcome.state, outcome.verdict) == (State.TAKEN, Verdict.GO_ON)
    assert toy.steps == ["begin", "take"]
    assert told(journal) == [State.PROPOSED, State.TRYING, State.TAKEN]
    assert next(journal.entries()).reason == "for a test"


def test_a_change_that_makes_requests_fail_is_taken_back_by_itself(tmp_path: Path) -> None:
    toy, journal = Toy(Figures(12, 3)), Journal(tmp_path)
    outcome = roll_out(toy, journal, reason="for a test")
    assert (outcome.state, outcome.verdict) == (State.REFUSED, Verdict.BACK)
    assert toy.steps == ["begin", "refused: 3 of 12 requests fail, 0 of 100 without it"]
    assert told(journal) == [State.PROPOSED, State.TRYING, State.REFUSED]


def test_what_the_checks_refuse_is_never_tried(tmp_path: Path) -> None:
    toy, journal = Toy(complaint="it has no head"), Journal(tmp_path)
    assert roll_out(toy, journal, reason="for a test").state is State.REFUSED
    assert toy.steps == ["refused: it has no head"]


def test_a_change_of_which_too_little_is_seen_is_taken_back(tmp_path: Path) -> None:
    toy, journal = Toy(*[Figures(1)] * 100), Journal(tmp_path)
    outcome = roll_out(toy, journal, reason="for a test", patience=0.05, pause=0.02)
    assert (outcome.state, outcome.verdict) == (State.REFUSED, Verdict.WAIT)


def test_a_step_that_fails_takes_the_change_back_and_says_so(tmp_path: Path) -> None:
    toy, journal = Toy(fault=ZeroDivisionError("by zero")), Journal(tmp_path)
    with pytest.raises(ZeroDivisionError):
        roll_out(toy, journal, reason="for a test")
    assert toy.steps == ["begin", "refused: ZeroDivisionError: by zero"]
    assert told(journal)[-1] is State.REFUSED


def test_what_all_have_is_taken_back(tmp_path: Path) -> None:
    toy, journal = Toy(), Journal(tmp_path)
    assert take_back(toy, journal, reason="the operator says so").state is State.TAKEN_BACK
    assert told(journal) == [State.TAKEN_BACK]


def test_a_line_that_a_crash_cut_short_costs_no_other(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    journal.write("toy 1", State.PROPOSED, "one")
    (path,) = tmp_path.iterdir()
    path.write_bytes(path.read_bytes() + b'{"at": "20\n')
    journal.write("toy 2", State.PROPOSED, "two", {"pages": 3})
    assert [(entry.change, entry.evidence) for entry in journal.entries()] == [("toy 1", {}), ("toy 2", {"pages": 3})]
    assert path.stat().st_mode & 0o777 == 0o600
