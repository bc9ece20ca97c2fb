"""The benchmark of kept pages runs whole, for a moment: what it measures works, whatever the machine's speed."""

import pytest

from eseller.bench.edge import measure


@pytest.mark.slow
def test_a_kept_page_is_held_against_nginx_and_a_bare_granian() -> None:
    report = measure(rounds=1, seconds=1, say=lambda _text: None)
    assert report.errors == 0
    assert report.bytes > 2_000
    assert min(report.edge, report.nginx, report.bare, report.ratio_to_nginx, report.ratio_to_bare) > 0
    assert 0 < report.p99_ms < 1_000
