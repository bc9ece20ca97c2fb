"""Figures of the edge and of the caching server's client as OpenMetrics."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric

from eseller.cluster.backup.catalogue import BackupFigures
from eseller.cluster.receipts import ReceiptFigures
from eseller.node.health import State
from eseller.node.queue_lengths import QueueFigures
from eseller.resilience.admission.gate import AdmissionFigures
from eseller.resilience.cache.figures import BOUNDS_MS, CacheFigures
from eseller.resilience.edge.figures import EdgeFigures
from eseller.tenancy.outages import Figures as OutageFigures

_STATES = ("closed", "open", "half_open")


def parts(process: State) -> Iterator[Metric]:
    """All families of what a process is made of."""
    for name, part in process.parts.items():
        yield from _WRITERS[name](part())


def _edge(counts: EdgeFigures) -> Iterator[Metric]:
    answers = CounterMetricFamily("eseller_edge_answers", "Answers by where their page came from.", labels=["source"])
    for source in ("hits", "stale", "saved", "waited", "refused", "bypassed"):
        answers.add_metric([source], getattr(counts, source))
    yield answers
    made = CounterMetricFamily("eseller_edge_pages", "Pages that came to be in memory, by how.", labels=["outcome"])
    made.add_metric(["made"], counts.misses + counts.changed)
    made.add_metric(["changed"], counts.changed)
    made.add_metric(["refreshed"], counts.refreshed)
    made.add_metric(["shared"], counts.shared_hits)
    made.add_metric(["unkept"], counts.unkept)
    yield made
    yield CounterMetricFamily("eseller_edge_not_modified", "Answers without a body (304).", counts.not_modified)
    yield CounterMetricFamily("eseller_edge_evictions", "Pages that had to go for others.", counts.evictions)
    yield GaugeMetricFamily("eseller_edge_entries", "Pages in memory.", counts.entries)
    yield GaugeMetricFamily("eseller_edge_bytes", "What they take.", counts.bytes, unit="bytes")
    yield GaugeMetricFamily("eseller_edge_budget_bytes", "What they may take.", counts.budget, unit="bytes")


def _cache(counts: CacheFigures) -> Iterator[Metric]:
    calls = CounterMetricFamily("eseller_cache_calls", "Calls of the caching server by outcome.", labels=["outcome"])
    for outcome in ("calls", "timeouts", "errors", "refused", "oversize"):
        calls.add_metric([outcome], getattr(counts, outcome))
    yield calls
    keys = CounterMetricFamily("eseller_cache_keys", "Keys that were asked for.", labels=["found"])
    keys.add_metric(["yes"], counts.hits)
    keys.add_metric(["no"], counts.misses)
    yield keys
    total, buckets = 0, []
    for bound, count in zip((*(ms / 1000 for ms in BOUNDS_MS), "+Inf"), counts.latency, strict=True):
        total += count
        buckets.append((str(bound), total))
    yield HistogramMetricFamily(
        "eseller_cache_call_seconds", "Time of calls.", buckets, counts.latency_seconds, unit="seconds"
    )
    state = GaugeMetricFamily("eseller_cache_breaker", "1 at the state that the breaker is in.", labels=["state"])
    for name in _STATES:
        state.add_metric([name], counts.breaker.state == name)
    yield state
    yield CounterMetricFamily("eseller_cache_breaker_opened", "Times that it has opened.", counts.breaker.opened)


def _admission(counts: AdmissionFigures) -> Iterator[Metric]:
    yield GaugeMetricFamily("eseller_admission_places", "Requests that may be worked on at once now.", counts.places)
    yield GaugeMetricFamily("eseller_admission_in_use", "That are.", counts.in_use)
    yield GaugeMetricFamily("eseller_admission_waiting", "That wait.", counts.waiting)
    requests = CounterMetricFamily("eseller_admission", "Requests by class and outcome.", labels=["class", "outcome"])
    for outcome, by_class in (("admitted", counts.admitted), ("refused", counts.refused)):
        for name, count in by_class.items():
            requests.add_metric([name, outcome], count)
    yield requests
    shops = CounterMetricFamily(
        "eseller_admission_refused_shop", "Refused, of the shops most often so.", labels=["host"]
    )
    for host, count in counts.refused_shops.items():
        shops.add_metric([host], count)
    yield shops
    usual = GaugeMetricFamily(
        "eseller_admission_usual_seconds", "That a class usually takes.", labels=["class"], unit="seconds"
    )
    for name, seconds in counts.usual_seconds.items():
        usual.add_metric([name], seconds)
    yield usual


def _receipts(counts: ReceiptFigures) -> Iterator[Metric]:
    orders = CounterMetricFamily("eseller_receipts", "Orders noted on this node's disk.", labels=["outcome"])
    orders.add_metric(["written"], counts.written)
    orders.add_metric(["failed"], counts.failed)
    yield orders


def _outages(counts: OutageFigures) -> Iterator[Metric]:
    yield CounterMetricFamily(
        "eseller_outages_repeated", "Runs of requests that were begun anew without a database.", counts.repeated
    )
    requests = CounterMetricFamily(
        "eseller_outages_requests", "Requests that found no database, by what came of them.", labels=["outcome"]
    )
    requests.add_metric(["outlasted"], counts.outlasted)
    requests.add_metric(["given_up"], counts.given_up)
    yield requests


def _backup(counts: BackupFigures) -> Iterator[Metric]:
    if counts.age is not None:
        yield GaugeMetricFamily(
            "eseller_backup_age_seconds", "Age of the last backup that was proved good.", counts.age, unit="seconds"
        )


def _queues(counts: QueueFigures) -> Iterator[Metric]:
    jobs = GaugeMetricFamily("eseller_jobs_waiting", "Jobs that could be done now.", labels=["queue"])
    for name, count in counts.waiting.items():
        jobs.add_metric([name], count)
    yield jobs


_WRITERS: dict[str, Callable[[Any], Iterator[Metric]]] = {
    "edge": _edge,
    "cache": _cache,
    "admission": _admission,
    "receipts": _receipts,
    "outages": _outages,
    "backup": _backup,
    "queues": _queues,
}
