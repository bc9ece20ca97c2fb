"""The figures of a process as OpenMetrics, for Prometheus and the operations plane.

Nothing is counted here: what is counted elsewhere is written out when somebody asks.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping

from prometheus_client import CollectorRegistry, ProcessCollector
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    InfoMetricFamily,
    Metric,
)
from prometheus_client.openmetrics.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.registry import Collector

import eseller
from eseller.node.gauge import BOUNDS, Figures, Site
from eseller.node.health import State
from eseller.node.part_metrics import parts
from eseller.tenancy.guard import quarantine
from eseller.tenancy.guard.figures import figures as guard_figures
from eseller.tenancy.guard.heard import heard
from eseller.tenancy.snapshots import active

CONTENT_TYPE = CONTENT_TYPE_LATEST


class Metrics(Collector):
    """Writes the figures of one process.

    Args:
        process: The process.
        calls: Control calls by outcome.
    """

    def __init__(self, process: State, calls: Mapping[str, int]) -> None:
        self._process, self._calls = process, calls
        self._registry = CollectorRegistry(auto_describe=False)
        ProcessCollector(registry=self._registry)
        self._registry.register(self)

    def text(self) -> bytes:
        """All figures, as they are now."""
        text: bytes = generate_latest(self._registry)  # type: ignore[no-untyped-call]
        return text

    def describe(self) -> Iterable[Metric]:
        """Nothing in advance."""
        return ()

    def collect(self) -> Iterator[Metric]:
        """All families."""
        release = {"version": eseller.__version__, "service": self._process.service}
        yield InfoMetricFamily("eseller_release", "What runs here.", value=release)
        yield _gauge("eseller_serving", "1 while the process takes new work.", self._process.phase == "serving")
        calls = CounterMetricFamily("eseller_control_calls", "Control calls by outcome.", labels=["outcome"])
        for outcome in ("done", "failed", "refused"):
            calls.add_metric([outcome], self._calls.get(outcome, 0))
        yield calls
        if self._process.gauge is not None:
            yield from _requests(self._process.gauge.figures(), self._process.threads)
        yield from parts(self._process)
        yield from _guard()
        snapshot = active.figures()
        yield _gauge("eseller_snapshot_version", "Of the reference data in use; 0 before any.", snapshot["version"])
        yield _gauge("eseller_snapshot_age_seconds", "Since it was compiled.", snapshot["age_seconds"], "seconds")


def _requests(counts: Figures, threads: int) -> Iterator[Metric]:
    outcomes = CounterMetricFamily(
        "eseller_requests", "Finished requests by site and class of status.", labels=["site", "outcome"]
    )
    seconds = HistogramMetricFamily(
        "eseller_request_seconds", "Time from a request's coming to its answer.", labels=["site"], unit="seconds"
    )
    for name, site in sorted(counts.sites.items()):
        for outcome, count in site.outcomes().items():
            outcomes.add_metric([name, outcome], count)
        seconds.add_metric([name], [*_buckets(site)], site.seconds)
    yield outcomes
    yield seconds
    yield _gauge("eseller_requests_active", "Requests that are being worked on.", counts.active)
    yield _gauge("eseller_requests_waiting", "Requests that wait for a thread.", counts.waiting)
    yield _gauge(
        "eseller_requests_oldest_seconds", "Age of the oldest unfinished request.", counts.oldest_seconds, "seconds"
    )
    yield _gauge("eseller_request_threads", "Requests that can be worked on at once.", threads)
    yield from _shops(counts)


def _buckets(site: Site) -> Iterator[tuple[str, float]]:
    total = 0
    for bound, count in zip((*BOUNDS, "+Inf"), site.by_time, strict=True):
        total += count
        yield str(bound), total


def _shops(counts: Figures) -> Iterator[Metric]:
    requests = CounterMetricFamily(
        "eseller_shop_requests", "Finished requests of the shops that fail or are busiest.", labels=["shop"]
    )
    errors = CounterMetricFamily("eseller_shop_errors", "Those of them that failed (5xx).", labels=["shop"])
    for name, shop in sorted(counts.shops.items()):
        requests.add_metric([name], shop.requests)
        errors.add_metric([name], shop.errors)
    yield requests
    yield errors
    yield _gauge("eseller_shops_failing", "Shops that have failed in the last ten minutes.", counts.failing)


def _guard() -> Iterator[Metric]:
    counts, kept, now = guard_figures(), quarantine.figures(), time.monotonic()
    yield _gauge("eseller_guard_rows_kept_back", "Rows that are kept from pages.", kept["rows"])
    yield _gauge("eseller_guard_shops_concerned", "Shops with such rows.", kept["shops"])
    yield _gauge("eseller_guard_findings_open", "Open findings that this process has heard of.", heard().open)
    noted = CounterMetricFamily(
        "eseller_guard_findings", "Bad rows written down here, by what found them.", labels=["source"]
    )
    for source in sorted({"page", "change", "scan", *counts.noted}):
        noted.add_metric([source], counts.noted.get(source, 0))
    yield noted
    yield CounterMetricFamily("eseller_guard_heals", "Requests done again without a bad row.", counts.heals)
    yield CounterMetricFamily("eseller_guard_diagnoses", "Looks through a shop after an error.", counts.diagnoses)
    yield CounterMetricFamily(
        "eseller_guard_diagnosis_seconds", "Time that they took.", counts.diagnosis_seconds, unit="seconds"
    )
    yield CounterMetricFamily("eseller_guard_looks", "Looks at what has changed.", counts.looks)
    if counts.looked_at is not None:
        age = now - counts.looked_at
        yield _gauge("eseller_guard_look_age_seconds", "Time since the last of them.", age, "seconds")
    yield CounterMetricFamily("eseller_scanner_rows", "Rows judged by the scanner.", counts.scanned)
    if counts.scan is not None:
        place = GaugeMetricFamily("eseller_scanner_place_rows", "Rows of its present table so far.", labels=["table"])
        place.add_metric([counts.scan.table], counts.scan.rows)
        yield place
        age = now - counts.scan.at
        yield _gauge("eseller_scanner_age_seconds", "Time since its last batch.", age, "seconds")


def _gauge(name: str, text: str, value: float, unit: str = "") -> GaugeMetricFamily:
    return GaugeMetricFamily(name, text, value=float(value), unit=unit)
