"""The breaker opens, probes with one call at a time, and closes again."""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from eseller.resilience.breaker import Breaker, BreakerState, Permit


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def made() -> tuple[Breaker, Clock]:
    clock = Clock()
    return Breaker(clock=clock, draw=max), clock


def call(breaker: Breaker, *, well: bool) -> bool:
    permit = breaker.admit()
    if permit is not None:
        breaker.report(permit, well=well)
    return permit is not None


def opened() -> tuple[Breaker, Clock]:
    breaker, clock = made()
    for _ in range(3):
        call(breaker, well=False)
    return breaker, clock


def test_only_failures_in_a_row_open_it() -> None:
    breaker, _ = made()
    for well in (False, False, True, False, False):
        assert call(breaker, well=well)
    assert breaker.closed
    call(breaker, well=False)
    assert not breaker.closed
    assert not call(breaker, well=True)
    figures = breaker.figures()
    assert (figures.state, figures.opened, figures.refused) == (BreakerState.OPEN, 1, 1)


def test_one_probe_at_a_time_and_two_that_went_well_close_it() -> None:
    breaker, clock = opened()
    clock.now = 9.9
    assert breaker.admit() is None
    clock.now = 10.0
    probe = breaker.admit()
    assert probe is not None
    assert probe.probe
    assert breaker.admit() is None
    breaker.report(probe, well=True)
    assert not breaker.closed
    assert call(breaker, well=True)
    assert breaker.closed


def test_a_probe_that_fails_opens_it_for_as_long_again() -> None:
    breaker, clock = opened()
    clock.now = 10.0
    assert call(breaker, well=False)
    clock.now = 19.9
    assert not call(breaker, well=True)
    clock.now = 20.0
    assert call(breaker, well=True)


def test_an_outcome_from_before_it_opened_changes_nothing() -> None:
    breaker, clock = made()
    late = breaker.admit()
    assert late is not None
    for _ in range(3):
        call(breaker, well=False)
    clock.now = 10.0
    probe = breaker.admit()
    breaker.report(late, well=False)
    assert probe is not None
    assert breaker.figures().state is BreakerState.HALF_OPEN
    assert breaker.admit() is None, "the late outcome has not freed the place of the probe"


class Machine(RuleBasedStateMachine):
    """Any order of calls, outcomes and waiting."""

    def __init__(self) -> None:
        super().__init__()
        self.breaker, self.clock = made()
        self.out: list[Permit] = []

    @rule()
    def ask(self) -> None:
        permit = self.breaker.admit()
        if permit is not None:
            self.out.append(permit)

    @precondition(lambda self: self.out)
    @rule(which=st.integers(0, 100), well=st.booleans())
    def tell(self, which: int, well: bool) -> None:
        self.breaker.report(self.out.pop(which % len(self.out)), well=well)

    @rule(seconds=st.floats(0, 12))
    def wait(self, seconds: float) -> None:
        self.clock.now += seconds

    @invariant()
    def at_most_one_probe_of_this_era(self) -> None:
        latest = max((permit.era for permit in self.out), default=0)
        assert sum(permit.probe and permit.era == latest for permit in self.out) <= 1

    def teardown(self) -> None:
        for permit in self.out:
            self.breaker.report(permit, well=True)
        self.clock.now += 11
        for _ in range(2):
            assert call(self.breaker, well=True), "it is never shut for good"
        assert self.breaker.closed


TestMachine = Machine.TestCase
TestMachine.settings = settings(max_examples=100, deadline=None)
