"""One process watches many nodes and shops."""

import pytest

from eseller.bench.watching import measure


@pytest.mark.slow
def test_forty_nodes_are_heard_every_second() -> None:
    report = measure(nodes=40, shops=2_000, seconds=6)
    assert (report.silent, report.shops) == (0, 2_000), report
    assert report.looks >= 4


@pytest.mark.soak
def test_two_hundred_nodes_and_ten_thousand_shops_need_less_than_a_core() -> None:
    report = measure(seconds=30)
    print(report)  # noqa: T201
    assert report.verdict == "passed", report
