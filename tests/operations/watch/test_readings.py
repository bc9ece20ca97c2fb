"""What processes say is read, and what makes no sense is as if nothing was said."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eseller.operations.watch.asking import Answer
from eseller.operations.watch.readings import MOST_SHOPS, Reading, read

HEALTH = {
    "status": "warn", "serviceId": "web.1", "releaseId": "0.1.0", "instance": "abc",
    "checks": {
        "requests:oldest": [{"status": "warn", "observedValue": 12.5, "observedUnit": "s"}],
        "requests:waiting": [{"status": "pass", "observedValue": 0, "observedUnit": "requests"}],
    },
}  # fmt: skip
METRICS = """# TYPE eseller_requests counter
eseller_requests_total{site="storefront",outcome="2xx"} 90.0
eseller_requests_total{site="storefront",outcome="4xx"} 7.0
eseller_requests_total{site="storefront",outcome="5xx"} 3.0
eseller_request_seconds_bucket{site="storefront",le="0.5"} 80.0
eseller_request_seconds_bucket{site="storefront",le="+Inf"} 100.0
eseller_shop_requests_total{shop="demo \\"one\\""} 40.0
eseller_shop_errors_total{shop="demo \\"one\\""} 2.0
eseller_requests_active 4.0
eseller_snapshot_age_seconds NaN
eseller_unheard_of 7
eseller_edge_answers_total{source="hits"} 500.0
eseller_edge_answers_total{source="waited"} 5.0
eseller_scanner_rows_total 900.0
eseller_jobs_waiting{queue="mail"} 3.0
# EOF
"""


def answers(health: object = HEALTH, metrics: str = METRICS) -> Reading:
    return read(Answer(200, json.dumps(health).encode()), Answer(200, metrics.encode()))


def test_health_and_figures_are_read() -> None:
    told = answers()
    assert (told.answered, told.service, told.release, told.instance, told.status) == (
        True, "web.1", "0.1.0", "abc", "warn",
    )  # fmt: skip
    assert told.warnings == ("requests:oldest: 12.5 s",)
    site = told.sites["storefront"]
    assert (site.good, site.bad, site.by_time) == (97.0, 3.0, {0.5: 80.0, float("inf"): 100.0})
    assert list(told.shops.values()) == [(40.0, 2.0)]
    assert told.gauges == {"eseller_requests_active": 4.0}
    assert told.counters == {"kept pages sent": 500.0, "rows scanned": 900.0}
    assert told.queues == {"mail": 3.0}


def test_a_process_that_does_not_serve_is_read_as_well() -> None:
    """It answers 503, and still tells what it is."""
    told = read(Answer(503, json.dumps(HEALTH | {"status": "fail", "output": "drained"}).encode()), Answer(0))
    assert (told.answered, told.status, told.output, told.sites) == (True, "fail", "drained", {})


@pytest.mark.parametrize("body", [b"", b"null", b"[]", b"<html>", b"\xff", b'{"status": 5}', b"[" * 100_000])
def test_what_is_no_health_is_no_answer(body: bytes) -> None:
    assert not read(Answer(200, body, 0.1), Answer(200, METRICS.encode())).answered


def test_nobody_fills_our_memory_with_shops() -> None:
    many = "".join(f'eseller_shop_requests_total{{shop="s{n}"}} 1\n' for n in range(5000))
    assert len(answers(metrics=many).shops) == MOST_SHOPS


@given(st.text(max_size=300), st.floats())
def test_no_figures_whatever_break_the_reader(text: str, value: float) -> None:
    told = answers(metrics=f'{text}\neseller_requests_total{{site="{text}",outcome="5xx"}} {value}\n')
    assert told.answered
    assert all(site.bad == site.bad for site in told.sites.values())
