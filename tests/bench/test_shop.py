"""The shop benchmark runs whole, on a small shop for a moment: what it measures works, whatever the machine's speed."""

import pytest

from eseller.bench.shop import measure


@pytest.mark.slow
def test_every_figure_is_measured() -> None:
    figures = list(measure(products=40, seconds=3, processes=1, threads=4, say=lambda _text: None))
    assert [figure.name for figure in figures] == [
        "product page",
        "category page",
        "search",
        "product page p99 at 100/s",
        "add to cart",
        "place an order",
        "guest checkout",
    ]
    # The command demands none at all; here other tests run beside it, and one may wait for a lock for too long.
    failing = {figure.name: figure.load for figure in figures if figure.errors > figure.load.requests / 100}
    assert failing == {}
    assert all(figure.value > 0 for figure in figures)
