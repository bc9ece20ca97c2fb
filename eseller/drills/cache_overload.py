"""The caching server overloaded: configured badly, hung, full, slow, emptied, gone, and back, one after the other.

In the incident that this rehearses, a badly configured caching server made all shops slow for 72 minutes.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import msgspec

from eseller.drills.buying import MAIL, Buyers
from eseller.drills.caching_server import MOST_MEMORY, CachingServer, caching_server
from eseller.drills.measuring import percentile, until
from eseller.drills.proxy import PLAIN, Manner, Proxy
from eseller.drills.rehearsal import Say, Stage, stage
from eseller.drills.shopping import Answer, Shoppers
from eseller.node.rehearsal import Running, free_ports

RATE = 120
BUYERS = 2
PAUSE_SECONDS = 0.5
PAGE_SECONDS = 15
"""Pages expire four times as often as they do by default, so that the caching server is needed."""
BEFORE_SECONDS = 6.0
DURING_SECONDS = 10.0
GRACE_SECONDS = 2.0
"""After a fault; from then on pages must be as quick as ever."""
LONGEST_SECONDS = 40.0
SLOW = Manner(delay=0.5)
TRY_SECONDS = 20
JUNK, JUNK_KEYS = 64 * 1024, 64
LEAST_P99_MS = 50.0
MOST_SLOWER = 3.0
MOST_LOAD = 1.5
MOST_FAILING = 0.001
_STATEMENTS = "SELECT coalesce(sum(calls), 0)::bigint FROM pg_stat_statements"
_ORDERS = "SELECT count(*) FROM orders_order WHERE email LIKE %s"


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """What one fault did. Latencies in milliseconds, of all answers; those during it without its first two seconds.

    Attributes:
        fault: what was done.
        requests: during it.
        cached_5xx: answers of 500 and more, and none at all, for pages that were cached.
        other_5xx: the same, for carts and checkouts.
        p50_before_ms: median before.
        p99_before_ms: 99th percentile before.
        p50_ms: median during it.
        p99_ms: 99th percentile during it.
        statements_before: that the database was asked each second before.
        statements: during it.
        detected_after_s: until the platform told of it; none if it did not, or where nothing is to be told.
        recovered_after_s: from its end until the caching server was in use again as before; none if it was not.
        told: how it ended, in words.
        wrong: what was not as it must be; empty otherwise.
    """

    fault: str
    requests: int
    cached_5xx: int
    other_5xx: int
    p50_before_ms: float
    p99_before_ms: float
    p50_ms: float
    p99_ms: float
    statements_before: float
    statements: float
    detected_after_s: float | None
    recovered_after_s: float | None
    told: str
    wrong: str


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """What the drill has measured.

    Attributes:
        faults: one after the other.
        requests: of all, carts and checkouts among them.
        errors_5xx: answers of 500 and more, and requests without an answer.
        orders: that buyers were told of.
        orders_lost: of those, how many the database does not have.
        verdict: ``passed``, or what was not as it must be.
    """

    faults: tuple[Fault, ...]
    requests: int
    errors_5xx: int
    orders: int
    orders_lost: int
    verdict: str


class Scene(msgspec.Struct, frozen=True):
    """A platform with its caching server behind a proxy, and the people in its shops."""

    here: Stage
    server: CachingServer
    proxy: Proxy
    shoppers: Shoppers
    buyers: Buyers
    say: Say

    def figures(self, part: str = "cache") -> list[dict[str, Any]]:
        """What the web processes tell of a part."""
        return [_figures(self.here.running, index)[part] for index in range(2)]

    def statements(self) -> int:
        """How many the database was asked since it began."""
        ((count,),) = self.here.do(_STATEMENTS)
        return int(count)

    def counted(self, *names: str) -> int:
        """The sum of some counts of the cache's client, of all web processes."""
        return sum(int(told[name]) for told in self.figures() for name in names)

    def breakers(self) -> set[str]:
        """The states of all breakers."""
        return {str(told["breaker"]["state"]) for told in self.figures()}

    def is_back(self) -> bool:
        """Tell whether all web processes use the caching server."""
        return self.breakers() == {"closed"}

    def set(self, name: str, value: object, *options: str) -> dict[str, Any]:
        """Set one of the platform's settings as an operator does, and return what the command told."""
        command = ["platform", "set", name, json.dumps(value), "--reason", "drill", "--json", *options]
        done = subprocess.run(
            [sys.executable, "-m", "eseller.cli.main", *command],
            env=self.here.running.environment, capture_output=True, text=True, timeout=180, check=False,
        )  # fmt: skip
        if not done.stdout.strip():
            raise RuntimeError(f"{' '.join(command)} failed: {done.stderr[-500:]}")
        told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        return told


class Step(msgspec.Struct, frozen=True):
    """A fault: how it is made and mended, and when the platform has told of it and has recovered.

    Attributes:
        name: what it is.
        make: makes it, and returns words where there is something to tell.
        mend: ends it.
        detected: whether the platform tells of it.
        recovered: whether all is as before.
        counts: names of figures that tell of it by rising.
        seconds: for which it lasts.
    """

    name: str
    make: Callable[[Scene], str]
    mend: Callable[[Scene], object] = lambda _scene: None
    detected: Callable[[Scene], bool] | None = None
    recovered: Callable[[Scene], bool] = Scene.is_back
    counts: tuple[str, ...] = ()
    seconds: float = DURING_SECONDS


def run(say: Say) -> Report:
    """Run the drill on a platform of its own."""
    with (
        tempfile.TemporaryDirectory() as folder,
        caching_server(Path(folder), free_ports(1)) as server,
        Proxy("127.0.0.1", server.port) as proxy,
        stage(
            say,
            CACHE_URL=f"redis://127.0.0.1:{proxy.port}/0",
            ESELLER_PAGE_SECONDS=str(PAGE_SECONDS),
            ESELLER_PG_PRELOAD="pg_stat_statements",
        ) as here,
    ):
        here.do("CREATE EXTENSION IF NOT EXISTS pg_stat_statements")
        here.do("UPDATE inventory_stockitem SET on_hand = 1000000 WHERE variant_id = ANY (%s)", [_variants(here)])
        with _crowd(here, server, proxy, say) as scene:
            say("shoppers fill the caches")
            time.sleep(2 * PAGE_SECONDS)
            faults = tuple(_fault(scene, step) for step in STEPS)
            if not scene.is_back():
                say("waiting for the caching server to be in use again")
                until(scene.is_back, most=LONGEST_SECONDS)
        return _report(scene, faults)


def _variants(here: Stage) -> list[int]:
    return [shop.variant for shop in here.shops]


@contextmanager
def _crowd(here: Stage, server: CachingServer, proxy: Proxy, say: Say) -> Iterator[Scene]:
    visits = [visit for page in zip(*(shop.visits() for shop in here.shops), strict=False) for visit in page]
    port = here.running.port
    with (
        Shoppers(port, visits, rate=RATE) as shoppers,
        Buyers(port, here.shops, buyers=BUYERS, pause=PAUSE_SECONDS) as buyers,
    ):
        yield Scene(here, server, proxy, shoppers, buyers, say)


def _fault(scene: Scene, step: Step) -> Fault:
    scene.say(f"before: {step.name}")
    quiet, asked = time.monotonic(), scene.statements()
    time.sleep(BEFORE_SECONDS)
    usual = (scene.statements() - asked) / (time.monotonic() - quiet)
    scene.say(step.name)
    counted = scene.counted(*step.counts)
    began, asked = time.monotonic(), scene.statements()
    told = step.make(scene)
    detected = None
    if step.detected is not None or step.counts:
        detected = until(lambda: _seen(scene, step, counted), most=LONGEST_SECONDS, began=began)
    elif told:
        detected = round(time.monotonic() - began, 2)
    time.sleep(max(0.0, began + step.seconds - time.monotonic()))
    load = (scene.statements() - asked) / (time.monotonic() - began)
    ended = time.monotonic()
    step.mend(scene)
    recovered = until(lambda: step.recovered(scene), most=LONGEST_SECONDS)
    return _judged(scene, step, (quiet, began, ended), (usual, load), (detected, recovered), told)


def _seen(scene: Scene, step: Step, before: int) -> bool:
    if step.detected is not None and step.detected(scene):
        return True
    return bool(step.counts) and scene.counted(*step.counts) > before


def _judged(
    scene: Scene,
    step: Step,
    moments: tuple[float, float, float],
    loads: tuple[float, float],
    after: tuple[float | None, float | None],
    told: str,
) -> Fault:
    quiet, began, ended = moments
    pages, buying = list(scene.shoppers.answers), list(scene.buyers.answers)
    before = _milliseconds([*pages, *buying], quiet, began)
    during = _milliseconds([*pages, *buying], began + GRACE_SECONDS, ended)
    asked = _between(pages, began, ended), _between(buying, began, ended)
    failed = [sum(answer.status >= 500 or answer.status == 0 for answer in some) for some in asked]
    p99_before, p99 = percentile(before, 99), percentile(during, 99)
    most = max(MOST_SLOWER * p99_before, LEAST_P99_MS)
    wrong = [
        f"{failed[0]} cached pages failed" if failed[0] else "",
        f"{failed[1]} of {len(asked[1])} other requests failed" if failed[1] > MOST_FAILING * len(asked[1]) else "",
        f"the p99 was {p99} ms, {p99_before} before" if p99 > most else "",
        f"{loads[1]:.0f} statements a second, {loads[0]:.0f} before" if loads[1] > MOST_LOAD * loads[0] else "",
        "it was not told of" if after[0] == float("inf") else "",
        "it did not end" if after[1] == float("inf") else "",
    ]
    return Fault(
        fault=step.name,
        requests=len(asked[0]) + len(asked[1]),
        cached_5xx=failed[0],
        other_5xx=failed[1],
        p50_before_ms=percentile(before, 50),
        p99_before_ms=p99_before,
        p50_ms=percentile(during, 50),
        p99_ms=p99,
        statements_before=round(loads[0], 1),
        statements=round(loads[1], 1),
        detected_after_s=_in_time(after[0]),
        recovered_after_s=_in_time(after[1]),
        told=told,
        wrong="; ".join(filter(None, wrong)),
    )


def _report(scene: Scene, faults: tuple[Fault, ...]) -> Report:
    failed = [*scene.shoppers.failed(), *scene.buyers.failed()]
    ((kept,),) = scene.here.do(_ORDERS, [MAIL])
    orders = len(scene.buyers.ordered)
    wrong = [f"{fault.fault}: {fault.wrong}" for fault in faults if fault.wrong]
    wrong += [f"{orders - kept} orders are lost"] if kept < orders else []
    wrong += [f"buyers were told: {scene.buyers.complaints[0]}"] if scene.buyers.complaints else []
    wrong += [] if orders else ["nobody bought anything"]
    return Report(
        faults=faults,
        requests=len(scene.shoppers.answers) + len(scene.buyers.answers),
        errors_5xx=len(failed),
        orders=orders,
        orders_lost=max(0, orders - kept),
        verdict="; ".join(wrong) or "passed",
    )


def _in_time(seconds: float | None) -> float | None:
    return None if seconds == float("inf") else seconds


def _between(answers: list[Answer], began: float, ended: float) -> list[Answer]:
    return [answer for answer in answers if began <= answer.asked_at < ended]


def _milliseconds(answers: list[Answer], began: float, ended: float) -> list[float]:
    return [answer.seconds * 1000 for answer in _between(answers, began, ended)]


def _figures(running: Running, index: int) -> dict[str, Any]:
    base = int(running.environment["ESELLER_PRIVATE_PORT_BASE"])
    with urlopen(f"http://127.0.0.1:{base + index}/figures", timeout=5) as answer:
        told: dict[str, Any] = json.load(answer)
    return told


def _opened(scene: Scene) -> bool:
    return scene.breakers() != {"closed"}


def _refused(scene: Scene) -> str:
    told = scene.set("cache_deadline_ms", 5000)
    return _expected(told, "refused")


def _taken_back(scene: Scene) -> str:
    told = scene.set("cache_max_value_kb", 1, "--seconds", str(TRY_SECONDS))
    return _expected(told, "refused")


def _expected(told: dict[str, Any], state: str) -> str:
    if told["state"] != state:
        raise RuntimeError(f"{told['key']} = {told['value']} was {told['state']}: {told['reason']}")
    return str(told["reason"])


def _forced_and_hung(scene: Scene) -> str:
    scene.set("cache_deadline_ms", 1000, "--force")
    scene.server.signal(signal.SIGSTOP)
    return ""


def _wake(scene: Scene) -> None:
    scene.server.signal(signal.SIGCONT)
    scene.set("cache_deadline_ms", None, "--force")


def _fill(scene: Scene) -> str:
    for number in range(JUNK_KEYS):
        scene.server.say("SET", f"junk:{number}", bytes(JUNK))
    scene.server.say("CONFIG", "SET", "maxmemory-policy", "noeviction")
    scene.server.say("CONFIG", "SET", "maxmemory", "1mb")
    return ""


def _empty_again(scene: Scene) -> None:
    scene.server.say("CONFIG", "SET", "maxmemory", MOST_MEMORY)
    scene.server.say("CONFIG", "SET", "maxmemory-policy", "allkeys-lru")
    for number in range(JUNK_KEYS):
        scene.server.say("DEL", f"junk:{number}")


def _slow(scene: Scene) -> str:
    scene.proxy.manner = SLOW
    return ""


def _quick(scene: Scene) -> None:
    scene.proxy.manner = PLAIN


def _flush(scene: Scene) -> str:
    scene.server.say("FLUSHALL")
    return ""


def _kill(scene: Scene) -> str:
    scene.server.kill()
    return ""


STEPS = (
    Step("a: a bad setting that rules know", _refused),
    Step("a: a bad setting that only traffic shows", _taken_back, seconds=TRY_SECONDS),
    Step("b: forced past the guard, then the server hangs", _forced_and_hung, _wake, _opened),
    Step("c: full, without leave to push anything out", _fill, _empty_again, counts=("errors",)),
    Step("d: half a second late with every answer", _slow, _quick, _opened),
    # Nothing is wrong with an empty one, so nothing is told of it: it must only cost little.
    Step("e: emptied", _flush),
    Step("f and g: killed, then started again", _kill, lambda scene: scene.server.start(), _opened),
)
