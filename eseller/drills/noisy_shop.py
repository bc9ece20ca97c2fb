"""One shop that is asked for fifty times its share, with pages that nothing keeps; the others must not notice."""

from __future__ import annotations

import time

import msgspec

from eseller.bench.wrk import Load, run_wrk
from eseller.drills.measuring import percentile
from eseller.drills.rehearsal import DemoShop, Say, Stage, stage
from eseller.drills.shopping import Answer, Shoppers, Visit

RATE = 6
"""Requests a second of each of the other shops."""
TIMES = 50
SECONDS = 15.0
CONNECTIONS = 32
LEAST_P99_MS, MOST_SLOWER = 50.0, 1.5
WARM_SECONDS, SETTLE_SECONDS = 10.0, 3.0


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """What the drill has measured.

    Attributes:
        requests: of the other shops.
        errors_5xx: answers of 500 and more, and none at all, that they gave.
        p99_before_ms: theirs, while all shops are asked for the same.
        p99_ms: theirs, while one is asked for so much more.
        noisy_per_second: requests a second of the noisy one, those that were refused among them.
        noisy_refused: how many of them were refused.
        times: how many times the share of another shop that was.
        verdict: ``passed``, or what was not as it must be.
    """

    requests: int
    errors_5xx: int
    p99_before_ms: float
    p99_ms: float
    noisy_per_second: float
    noisy_refused: int
    times: float
    verdict: str


def run(say: Say) -> Report:
    """Run the drill on a platform of its own, without any kept pages: each request is work."""
    with stage(say, ESELLER_EDGE_MB="0") as here:
        noisy, *others = here.shops
        visits = [visit for page in zip(*(_visits(shop) for shop in others), strict=False) for visit in page]
        with Shoppers(here.running.port, visits, rate=RATE * len(others)) as shoppers:
            say("all shops alike")
            time.sleep(WARM_SECONDS)
            calm = time.monotonic()
            time.sleep(SECONDS)
            loud = time.monotonic()
            say(f"{noisy.host} is asked for ever more")
            load = _crowd(here, noisy)
        return _report(shoppers.answers, calm, loud, load)


def _visits(shop: DemoShop) -> list[Visit]:
    return [visit for visit in shop.visits() if "search" not in visit.path]


def _crowd(here: Stage, shop: DemoShop) -> Load:
    return run_wrk(
        here.running.url, host=shop.host, seconds=int(SECONDS), connections=CONNECTIONS, threads=1,
        script="searching.lua",
    )  # fmt: skip


def _report(answers: list[Answer], calm: float, loud: float, load: Load) -> Report:
    failed = [answer for answer in answers if answer.status >= 500 or answer.status == 0]
    before = percentile([a.seconds * 1000 for a in answers if calm < a.asked_at < loud], 99)
    during = percentile([a.seconds * 1000 for a in answers if a.asked_at > loud + SETTLE_SECONDS], 99)
    times = load.per_second / RATE
    wrong = [
        f"{len(failed)} requests of the others failed" if failed else "",
        f"their p99 was {during} ms, {before} before" if during > max(MOST_SLOWER * before, LEAST_P99_MS) else "",
        f"the noisy one was asked for only {times:.0f} times as much" if times < TIMES else "",
    ]
    return Report(
        requests=len(answers),
        errors_5xx=len(failed),
        p99_before_ms=before,
        p99_ms=during,
        noisy_per_second=load.per_second,
        noisy_refused=load.errors,
        times=round(times, 1),
        verdict="; ".join(filter(None, wrong)) or "passed",
    )
