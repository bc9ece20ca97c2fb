"""Requests are counted by what came of them; shops are named when they fail or are busy."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable
from typing import Any

import pytest

from eseller.kernel.environ import SHOP, SITE
from eseller.node import gauge as module
from eseller.node.gauge import BOUNDS, MOST_TOLD, OTHER, Figures, Gauge, Places, counted


def answering(gauge: Gauge) -> Any:
    """A function that asks an application, which answers as it is told."""

    def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if "shop" in environ:
            environ[SITE], environ[SHOP] = "storefront", environ["shop"]
        if environ["status"] is None:
            raise RuntimeError("as asked")
        time.sleep(environ.get("seconds", 0))
        start_response(f"{environ['status']} As asked", [])
        return [b""]

    counting = counted(application, gauge, Places(2))

    def ask(status: int | None, **more: Any) -> None:
        counting({"status": status, **more}, lambda *_answer: None)

    return ask


def figures(*asked: tuple[int | None, dict[str, Any]]) -> Figures:
    gauge = Gauge()
    ask = answering(gauge)
    for status, more in asked:
        if status is None:
            with pytest.raises(RuntimeError):
                ask(status, **more)
        else:
            ask(status, **more)
    return gauge.figures()


def test_outcomes_are_counted_by_site_and_class() -> None:
    shop = {"shop": "a"}
    found = figures((200, shop), (204, shop), (301, shop), (404, shop), (503, shop), (None, shop), (200, {}))
    assert found.sites["storefront"].outcomes() == {"2xx": 2, "3xx": 1, "4xx": 1, "5xx": 2}
    assert found.sites[OTHER].outcomes() == {"2xx": 1, "3xx": 0, "4xx": 0, "5xx": 0}
    assert (found.shops["a"].requests, found.shops["a"].errors, found.failing) == (6, 2, 1)
    assert (found.active, found.waiting, found.oldest_seconds) == (0, 0, 0)


def test_times_are_counted_in_steps() -> None:
    found = figures((200, {}), (200, {"seconds": 0.03}))
    steps = found.sites[OTHER].by_time
    assert (steps[0], sum(steps)) == (1, 2)
    assert sum(steps[: BOUNDS.index(0.025) + 1]) == 1
    assert 0.03 <= found.sites[OTHER].seconds < 1


def test_a_body_that_is_refused_counts() -> None:
    gauge = Gauge()
    gauge.refused(413)
    assert gauge.figures().sites[OTHER].outcomes()["4xx"] == 1


def test_who_waits_for_a_thread_is_told_apart_and_ages() -> None:
    gauge = Gauge()
    ask = answering(gauge)
    threads = [threading.Thread(target=ask, args=(200,), kwargs={"seconds": 0.3}) for _ in range(3)]
    for thread in threads:
        thread.start()
    time.sleep(0.15)
    found = gauge.figures()
    assert (found.active, found.waiting) == (2, 1)
    assert 0.1 < found.oldest_seconds < 0.3
    for thread in threads:
        thread.join()
    assert gauge.is_idle()


def test_no_count_gets_lost_between_threads() -> None:
    gauge = Gauge()
    ask = answering(gauge)
    threads = [threading.Thread(target=lambda: [ask(200, shop="a") for _ in range(2000)]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = gauge.figures()
    assert found.shops["a"].requests == sum(found.sites["storefront"].by_time) == 8000


def test_only_the_shops_that_fail_and_the_busiest_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    gauge = Gauge()
    ask = answering(gauge)
    for number in range(100):
        ask(500 if number < 30 else 200, shop=f"shop-{number}")
    for number in range(40, 60):
        ask(200, shop=f"shop-{number}")
    found = gauge.figures()
    named = {f"shop-{number}" for number in [*range(10, 30), *range(40, 60)]}
    assert set(found.shops) == named, "the last twenty that failed, and the twenty busiest"
    assert len(found.shops) == 2 * MOST_TOLD
    assert found.failing == 30

    monkeypatch.setattr(module, "FAILING_SECONDS", 0.0)
    monkeypatch.setattr(module, "BUSY_SECONDS", 0.0)
    gauge.figures()
    gauge.figures()
    for _ in range(2):
        ask(200, shop="shop-99")
    found = gauge.figures()
    assert "shop-99" in found.shops
    assert (found.failing, len(found.shops)) == (0, MOST_TOLD)


def test_the_shops_that_are_known_by_themselves_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_KNOWN", 2)
    found = figures(*[(200, {"shop": name}) for name in "abcd"])
    assert set(found.shops) == {"a", "b"}
    assert found.sites["storefront"].outcomes()["2xx"] == 4
