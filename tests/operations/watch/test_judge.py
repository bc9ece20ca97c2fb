"""What is wrong is found by rule, and what is well is left alone."""

from __future__ import annotations

import msgspec
import pytest

from eseller.operations.watch.burn import COMPONENT, SUDDEN, Severity, burning
from eseller.operations.watch.judge import Finding, Seen, of_process, of_shops, of_site, worst_first
from eseller.operations.watch.readings import Reading
from eseller.operations.watch.series import Count

WELL = Seen(name="a:1", service="web.0", reading=Reading(answered=True, status="pass"))

WAITS = Reading(answered=True, status="warn", warnings=("requests:oldest: 12 s",))
DEAF = Reading(answered=True, status="warn", warnings=("database:last-heard-of: 3.2 s",))


def changed(**values: object) -> Seen:
    return msgspec.structs.replace(WELL, **values)


def steady(total: float, share: float) -> object:
    """The same rate all the time: so many requests an hour."""
    return lambda seconds: Count(total * seconds / 3600 * (1 - share), total * seconds / 3600 * share)


@pytest.mark.parametrize(
    ("seen", "keys"),
    [
        (WELL, []),
        (changed(silent=2.0), []),
        (changed(silent=1.0, reading=Reading()), []),
        (changed(silent=2.0, reading=Reading()), ["silent/a:1"]),
        (changed(silent=3.5), ["silent/a:1"]),
        (changed(silent=9.0, reading=Reading(answered=True, status="fail")), ["silent/a:1"]),
        (changed(anew=20.0), ["anew/a:1"]),
        (changed(anew=2000.0), []),
        (changed(reading=Reading(answered=True, status="fail", output="drained")), ["health/a:1"]),
        (changed(reading=WAITS, unwell={"requests:oldest": 14.0}), []),
        (changed(reading=WAITS, unwell={"requests:oldest": 15.0}), ["health/a:1"]),
        (changed(reading=DEAF, unwell={"database:last-heard-of": 0.0}), ["health/a:1"]),
    ],
)
def test_a_process_is_judged_by_its_words_and_its_silence(seen: Seen, keys: list[str]) -> None:
    found = list(of_process(seen))
    assert [one.key for one in found] == keys
    assert all(one.next_step and one.evidence and "web.0" in one.title for one in found)


@pytest.mark.parametrize(
    ("share", "severity"),
    [(0.0, None), (0.0005, None), (0.0012, Severity.TICKET), (0.007, Severity.PAGE), (0.02, Severity.PAGE)],
)
def test_a_budget_that_burns_too_fast_is_told_by_how_fast(share: float, severity: Severity | None) -> None:
    burn = burning(steady(1_000_000, share), COMPONENT, objective=0.999, least=10)  # type: ignore[arg-type]
    assert (burn.window.severity if burn else None) is severity


def test_what_is_over_is_not_told_of_and_neither_is_chance() -> None:
    def over(seconds: float) -> Count:
        return Count(9000, 1000) if seconds > 22_000 else Count(500, 0)

    assert burning(over, COMPONENT, objective=0.999, least=10) is None
    assert burning(lambda _: Count(1, 9), COMPONENT, objective=0.999, least=10) is None


def test_what_fails_all_at_once_is_found_within_seconds() -> None:
    def over(seconds: float) -> Count:
        """Ten requests a second for hours; all have failed for the last four seconds."""
        return Count(seconds * 10 - 40, 40)

    burn = burning(over, (SUDDEN, *COMPONENT), objective=0.999, least=10)
    assert burn is not None
    assert burn.window is SUDDEN
    (found,) = of_site("storefront", over, lambda _: Count())
    assert (found.key, found.severity) == ("errors/storefront", Severity.PAGE)
    assert found.evidence == ("40 of 100 failed in 10 s", "40 of 300 failed in 30 s")


def test_one_shop_is_found_among_those_that_are_well() -> None:
    found = list(of_shops({"well": steady(9000, 0.0), "ill": steady(9000, 0.5)}))  # type: ignore[dict-item]
    assert [(one.key, one.shop) for one in found] == [("errors/shop/ill", "ill")]


def test_what_pages_comes_first() -> None:
    def finding(key: str, severity: Severity, shop: str = "") -> Finding:
        return Finding(key=key, severity=severity, title="x", component="y", shop=shop)

    ordered = worst_first([
        finding("a", Severity.TICKET), finding("b", Severity.PAGE, "one"), finding("c", Severity.PAGE),
    ])  # fmt: skip
    assert [one.key for one in ordered] == ["c", "b", "a"]
