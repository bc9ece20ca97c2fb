"""Looks at all processes again and again, and keeps what they have counted."""

from __future__ import annotations

import time
from collections.abc import Iterable
from functools import partial

import msgspec

from eseller.operations.watch.asking import Answer, Target, ask_all
from eseller.operations.watch.judge import (
    PROMPT_SECONDS,
    SILENT_SECONDS,
    Finding,
    Seen,
    of_latency,
    of_process,
    of_shops,
    of_site,
    worst_first,
)
from eseller.operations.watch.latency import Latency
from eseller.operations.watch.readings import Reading, Site, read
from eseller.operations.watch.series import Rise, Series

EVERY_SECONDS = 1.0
ANSWER_SECONDS = 0.9
MOST_SHOPS = 10_000
FAILED_SECONDS = 300.0
MOST_TOLD = 1000
CHARTED = {
    "eseller_requests_waiting": "requests that wait", "eseller_requests_oldest_seconds": "oldest request, s",
    "eseller_snapshot_age_seconds": "snapshot age, s", "eseller_guard_rows_kept_back": "rows kept back",
    "eseller_backup_age_seconds": "database: backup age, s",
}  # fmt: skip
"""Figures of processes that are kept for charts: the worst of all processes."""


class Picture(msgspec.Struct, frozen=True, kw_only=True):
    """What is so at one moment.

    Attributes:
        at: when, seconds since 1970.
        processes: all that are looked at.
        rates: requests a second, and failed ones, of each site in the last minute.
        findings: what is wrong, worst first.
    """

    at: float
    processes: tuple[Seen, ...]
    rates: dict[str, tuple[float, float]]
    findings: tuple[Finding, ...]


class ShopRate(msgspec.Struct, frozen=True, array_like=True):
    """Requests of a shop in the last minutes, and those that failed."""

    name: str
    requests: float
    failed: float


class _Known(msgspec.Struct):
    answered: float
    began_anew: float | None = None
    reading: Reading = Reading()
    unwell: dict[str, float] = {}


class Watch:
    """Watches some processes.

    Args:
        targets: where they answer.
    """

    def __init__(self, targets: Iterable[Target]) -> None:
        self._targets = tuple(targets)
        began = time.monotonic()
        self._known = {target.name: _Known(began) for target in self._targets}
        self._rise = Rise()
        self._outcomes: dict[str, Series] = {}
        self._prompt: dict[str, Series] = {}
        self._shops: dict[str, Series] = {}
        self._latency: dict[str, Latency] = {}
        self._failed: dict[str, float] = {}
        self._counted: dict[str, float] = {}
        self._figured = began

    @property
    def shops(self) -> int:
        """How many shops processes have told of."""
        return len(self._shops)

    def busiest(self, now: float, *, most: int = MOST_TOLD) -> list[ShopRate]:
        """Shops that were asked for lately: those that fail first, then the busiest."""
        rates = []
        for name, series in list(self._shops.items()):
            count = series.over(now, FAILED_SECONDS)
            if count.total >= 1:
                rates.append(ShopRate(name, round(count.total), round(count.bad)))
        return sorted(rates, key=lambda one: (-one.failed, -one.requests, one.name))[:most]

    def figures(self, picture: Picture, now: float) -> dict[str, float]:
        """What is worth a chart, by name."""
        found: dict[str, float] = {"processes silent": 0.0, "findings": float(len(picture.findings))}
        elapsed, self._figured = max(0.001, now - self._figured), now
        found |= {f"{name}/s": count / elapsed for name, count in self._counted.items()}
        self._counted = dict.fromkeys(self._counted, 0.0)
        for name, (requests, failed) in picture.rates.items():
            found |= {f"{name} requests/s": requests, f"{name} failed/s": failed}
            if name in self._latency and (seconds := self._latency[name].lately(now)) is not None:
                found[f"{name} nine of ten within, s"] = seconds
        for seen in picture.processes:
            found["processes silent"] += seen.silent > SILENT_SECONDS
            for queue, waiting in seen.reading.queues.items():
                found[f"jobs waiting: {queue}"] = max(found.get(f"jobs waiting: {queue}", 0.0), waiting)
            for gauge, name in CHARTED.items():
                if gauge in seen.reading.gauges:
                    found[name] = max(found.get(name, 0.0), seen.reading.gauges[gauge])
        return found

    async def look(self, *, seconds: float = ANSWER_SECONDS) -> Picture:
        """Ask all once, and judge; takes hardly longer than the slowest may."""
        asked = [(target, path) for target in self._targets for path in ("/health", "/metrics")]
        answers = await ask_all(asked, seconds=seconds)
        now = time.monotonic()
        for number, target in enumerate(self._targets):
            self._hear(target, answers[2 * number], answers[2 * number + 1], now)
        return self._picture(now)

    def _hear(self, target: Target, health: Answer, metrics: Answer, now: float) -> None:
        reading, known = read(health, metrics), self._known[target.name]
        if not reading.answered:
            return
        if known.reading.answered and known.reading.instance != reading.instance:
            known.began_anew = now
        names = [words.partition(": ")[0] for words in reading.warnings]
        known.unwell = {name: known.unwell.get(name, now) for name in names}
        known.answered, known.reading = now, reading
        for name, value in reading.counters.items():
            rise = self._rise.since(target.name, f"counter {name}", reading.instance, value)
            self._counted[name] = self._counted.get(name, 0.0) + rise
        for name, site in reading.sites.items():
            self._count_site(target.name, reading.instance, name, site, now)
        for name, (requests, errors) in reading.shops.items():
            self._count_shop(target.name, reading.instance, name, requests, errors, now)

    def _count_site(self, source: str, instance: str, name: str, site: Site, now: float) -> None:
        good = self._rise.since(source, f"{name} good", instance, site.good)
        bad = self._rise.since(source, f"{name} bad", instance, site.bad)
        self._outcomes.setdefault(name, Series(long=True)).add(now, good, bad)
        bounds = sorted(site.by_time)
        if not bounds:
            return
        prompt = max((site.by_time[bound] for bound in bounds if bound <= PROMPT_SECONDS), default=0.0)
        in_time = self._rise.since(source, f"{name} prompt", instance, prompt)
        late = self._rise.since(source, f"{name} late", instance, site.by_time[bounds[-1]] - prompt)
        self._prompt.setdefault(name, Series(long=True)).add(now, in_time, late)
        rises = {
            bound: self._rise.since(source, f"{name} {bound}", instance, site.by_time[bound]) for bound in bounds
        }
        self._latency.setdefault(name, Latency()).add(now, rises)

    def _count_shop(
        self, source: str, instance: str, name: str, requests: float, errors: float, now: float
    ) -> None:
        bad = self._rise.since(source, f"shop {name} errors", instance, errors)
        good = self._rise.since(source, f"shop {name} good", instance, max(0.0, requests - errors))
        if name not in self._shops and len(self._shops) >= MOST_SHOPS:
            # The one that was first known; who still has something to tell is known again at once.
            del self._shops[next(iter(self._shops))]
        self._shops.setdefault(name, Series(long=False)).add(now, good, bad)
        if bad:
            self._failed[name] = now

    def _picture(self, now: float) -> Picture:
        processes = tuple(
            Seen(
                name=name, service=known.reading.service, silent=round(now - known.answered, 1),
                anew=None if known.began_anew is None else round(now - known.began_anew, 1), reading=known.reading,
                unwell={check: now - since for check, since in known.unwell.items()},
            )
            for name, known in self._known.items()
        )  # fmt: skip
        findings = [finding for seen in processes for finding in of_process(seen)]
        for name, outcomes in self._outcomes.items():
            prompt = self._prompt.setdefault(name, Series(long=True))
            findings += of_site(name, partial(outcomes.over, now), partial(prompt.over, now))
            if name in self._latency and (slower := self._latency[name].slower(now)) is not None:
                findings.append(of_latency(name, slower))
        # Of thousands of shops, those that have failed lately; the others have nothing to be judged by.
        self._failed = {name: at for name, at in self._failed.items() if now - at < FAILED_SECONDS}
        findings += of_shops({
            name: partial(self._shops[name].over, now) for name in self._failed if name in self._shops
        })  # fmt: skip
        rates = {}
        for name, outcomes in self._outcomes.items():
            minute = outcomes.over(now, 60.0)
            rates[name] = (round(minute.total / 60, 1), round(minute.bad / 60, 2))
        return Picture(at=time.time(), processes=processes, rates=rates, findings=tuple(worst_first(findings)))
