"""What a process says of itself, read from its health and its figures. Hostile or broken answers are as none."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from eseller.operations.watch.asking import Answer

_SAMPLE = re.compile(r"^(?P<name>eseller_\w+)(?:\{(?P<labels>[^}]*)\})? (?P<value>[-+.\w]+)", re.MULTILINE)
_LABEL = re.compile(r"(\w+)=\"((?:[^\"\\]|\\.)*)\"")
GAUGES = frozenset({
    "eseller_serving", "eseller_requests_active", "eseller_requests_waiting", "eseller_requests_oldest_seconds",
    "eseller_request_threads", "eseller_shops_failing", "eseller_guard_rows_kept_back", "eseller_guard_findings_open",
    "eseller_snapshot_age_seconds", "eseller_backup_age_seconds",
})  # fmt: skip
COUNTED = {
    ("eseller_edge_answers_total", "hits"): "kept pages sent",
    ("eseller_edge_answers_total", "refused"): "requests refused at the edge",
    ("eseller_edge_pages_total", "made"): "pages made",
    ("eseller_cache_calls_total", "calls"): "cache calls",
    ("eseller_cache_calls_total", "errors"): "cache calls that failed",
    ("eseller_cache_calls_total", "timeouts"): "cache calls that took too long",
    ("eseller_outages_requests_total", "outlasted"): "database: requests that outlasted it",
    ("eseller_outages_requests_total", "given_up"): "database: requests given up",
    ("eseller_scanner_rows_total", ""): "rows scanned",
    ("eseller_receipts_total", "written"): "orders noted",
}
"""Counters that are kept for charts, by their only label, and what they are called there."""
BY_QUEUE = "eseller_jobs_waiting"
MOST_SHOPS, MOST_WORDS, MOST_QUEUES = 200, 200, 50


class Site(msgspec.Struct):
    """The requests of one site since a process began.

    Attributes:
        good: those that were answered.
        bad: those that were answered with 5xx.
        by_time: how many took at most so many seconds, by that bound, cumulative; the last bound is infinity.
    """

    good: float = 0.0
    bad: float = 0.0
    by_time: dict[float, float] = {}


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """A process at one moment.

    Attributes:
        answered: whether it has said anything that makes sense.
        seconds: that its answer took.
        service: what it calls itself, such as ``web.0``.
        instance: a name that no other process ever has.
        release: what runs there.
        status: pass, warn or fail, in its own words.
        output: why, where it says so.
        warnings: its checks that do not pass.
        sites: requests by site.
        shops: requests and failed ones of the shops that it names.
        gauges: what else is told, by name.
        counters: what was counted since the process began, by the name of its chart.
        queues: jobs that wait, by service.
    """

    answered: bool = False
    seconds: float = 0.0
    service: str = ""
    instance: str = ""
    release: str = ""
    status: str = ""
    output: str = ""
    warnings: tuple[str, ...] = ()
    sites: dict[str, Site] = {}
    shops: dict[str, tuple[float, float]] = {}
    gauges: dict[str, float] = {}
    counters: dict[str, float] = {}
    queues: dict[str, float] = {}


class _Check(msgspec.Struct):
    status: str = "pass"
    observedValue: float | str | None = None  # noqa: N815  (health+json)
    observedUnit: str = ""  # noqa: N815


class _Health(msgspec.Struct):
    status: str
    serviceId: str = ""  # noqa: N815
    releaseId: str = ""  # noqa: N815
    instance: str = ""
    output: str = ""
    checks: dict[str, list[_Check]] = {}


def read(health: Answer, metrics: Answer) -> Reading:
    """Read the answers to ``/health`` and ``/metrics``; without the first there is none."""
    try:
        told = msgspec.json.decode(health.body, type=_Health) if health.status else None
    except (msgspec.MsgspecError, RecursionError):
        told = None
    if told is None:
        return Reading(seconds=health.seconds)
    sites: dict[str, Site] = {}
    shops: dict[str, tuple[float, float]] = {}
    gauges: dict[str, float] = {}
    counters: dict[str, float] = {}
    queues: dict[str, float] = {}
    # Text that is no figures has no samples in it.
    for name, labels, value in _samples(metrics.body.decode(errors="replace") if metrics.status == 200 else ""):
        if (chart := COUNTED.get((name, next(iter(labels.values()), "")))) is not None:
            counters[chart] = value
        elif name == BY_QUEUE and len(queues) < MOST_QUEUES:
            queues[labels.get("queue", "")[:60]] = value
        else:
            _take(name, labels, value, sites, shops, gauges)
    return Reading(
        answered=True, seconds=health.seconds, service=told.serviceId[:MOST_WORDS],
        instance=told.instance[:MOST_WORDS], release=told.releaseId[:MOST_WORDS], status=told.status,
        output=told.output[:MOST_WORDS], warnings=tuple(_warnings(told)), sites=sites, shops=shops, gauges=gauges,
        counters=counters, queues=queues,
    )  # fmt: skip


def _warnings(told: _Health) -> Iterator[str]:
    for name, checks in list(told.checks.items())[:50]:
        for check in checks[:1]:
            if check.status != "pass":
                yield f"{name[:60]}: {str(check.observedValue)[:40]} {check.observedUnit[:20]}".strip()


def _samples(text: str) -> Iterator[tuple[str, dict[str, str], float]]:
    for match in _SAMPLE.finditer(text):
        try:
            value = float(match["value"])
        except ValueError:
            continue
        if value == value and abs(value) < 1e18:
            yield match["name"], dict(_LABEL.findall(match["labels"] or "")), value


def _take(
    name: str, labels: dict[str, str], value: float,
    sites: dict[str, Site], shops: dict[str, tuple[float, float]], gauges: dict[str, float],
) -> None:  # fmt: skip
    if name in GAUGES:
        gauges[name] = value
    elif name == "eseller_requests_total" and len(sites) < 20:
        site = sites.setdefault(labels.get("site", ""), Site())
        if labels.get("outcome") == "5xx":
            site.bad += value
        else:
            site.good += value
    elif name == "eseller_request_seconds_bucket" and len(sites) < 20:
        site = sites.setdefault(labels.get("site", ""), Site())
        site.by_time[float(labels.get("le", "inf").replace("+Inf", "inf"))] = value
    elif name in ("eseller_shop_requests_total", "eseller_shop_errors_total"):
        shop = labels.get("shop", "")
        requests, errors = shops.get(shop, (0.0, 0.0))
        if shop in shops or len(shops) < MOST_SHOPS:
            is_error = name == "eseller_shop_errors_total"
            shops[shop] = (requests, value) if is_error else (value, errors)
