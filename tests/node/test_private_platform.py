"""Real processes of the platform at their private ports: counts, findings without a database, breaks, releases."""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import psycopg
import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from eseller.config.environment import environment
from eseller.node.changing_settings import change_settings
from eseller.node.control import call
from eseller.resilience.control.errors import NotDone
from eseller.resilience.control.signing import Key, read_keys
from eseller.resilience.rollout.decide import State
from eseller.resilience.rollout.journal import Journal
from eseller.tenancy.guard.watch import judge_rows
from eseller.tenancy.models import Finding
from eseller.tenancy.platform_settings import PlatformSettings
from eseller.tenancy.scope import PLATFORM, platform_transaction
from tests.channels.storefront.shops import Stocked, stocked_shop
from tests.node.cutting import Way
from tests.node.processes import eventually
from tests.node.running import ROOT, free_port
from tests.node.test_worker import defer, status
from tests.snapshots_off import forget_snapshots
from tests.tenancy.guarding import unchecked

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("db")]
Counts = Callable[..., float]


class Process:
    """A process of the platform on the tests' database."""

    def __init__(self, kind: str, directory: Path, **changes: str) -> None:
        self.port, private = free_port(), free_port(2)
        self.private = private if kind == "web" else private + 1
        self.log = directory / "log"
        environ = {
            **os.environ,
            "ESELLER_PORT": str(self.port),
            "ESELLER_PRIVATE_PORT_BASE": str(private),
            "ESELLER_WEB_PROCESSES": "1",
            "ESELLER_THREADS": "2",
            # It would stop services where other tests keep the disk busy.
            "ESELLER_GOVERNOR": "false",
            **changes,
        }
        with self.log.open("ab") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-m", f"eseller.node.{kind}", "0"],
                env=environ, cwd=ROOT, stdout=out, stderr=subprocess.STDOUT,
            )  # fmt: skip

    @property
    def key(self) -> Key:
        return read_keys(environment().control_keys)[0]

    def ask(self, path: str, *, host: str = "", port: int = 0) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", port or self.private, timeout=10)
        try:
            connection.request("GET", path, headers={"Host": f"{host}:{self.port}"} if host else {})
            answer = connection.getresponse()
            return answer.status, answer.read()
        except OSError:
            return 0, b"{}"
        finally:
            connection.close()

    def page(self, path: str, host: str) -> int:
        return self.ask(path, host=host, port=self.port)[0]

    def get(self, path: str) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.ask(path)[1])
        return found

    def metrics(self) -> Counts:
        """The figures, as a function of a sample's name and labels; 0 for what is not there."""
        families = text_string_to_metric_families(self.ask("/metrics")[1].decode())  # type: ignore[no-untyped-call]
        samples = [sample for family in families for sample in family.samples]

        def count(name: str, **labels: str) -> float:
            return next((s.value for s in samples if s.name == name and s.labels == labels), 0.0)

        return count

    def tell(self, verb: str, **body: Any) -> dict[str, Any]:
        return call(self.private, self.key, verb, body)

    def wait(self) -> Process:
        up = eventually(lambda: self.ask("/health")[0] == 200 or self.process.poll() is not None, seconds=30)
        assert up, self.log.read_text()
        assert self.process.poll() is None, self.log.read_text()
        return self

    def end(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait()


Start = Callable[..., Process]


@pytest.fixture
def directory() -> Iterator[Path]:
    """A directory with a short name, as sockets need it, which PostgreSQL's clients may pass."""
    with tempfile.TemporaryDirectory(prefix="way-") as name:
        yield Path(name)


@pytest.fixture
def start(directory: Path) -> Iterator[Start]:
    """Start processes that are ended afterwards."""
    started: list[Process] = []

    def one(kind: str, **changes: str) -> Process:
        started.append(Process(kind, directory, **changes))
        return started[-1].wait()

    yield one
    for process in started:
        if process.process.poll() is None:
            process.end()
    forget_snapshots()


@pytest.fixture
def by_hand(postgres: Any) -> Iterator[Callable[[str, Sequence[Any]], Any]]:
    """Run statements as somebody in psql who may do anything, while titles of products may be anything."""
    mend = "UPDATE catalog_producttext SET title = rtrim(title, chr(1)) WHERE title LIKE '%' || chr(1)"
    with (
        psycopg.connect(postgres.admin.at(environment().role_url("owner").name).url, autocommit=True) as connection,
        unchecked(connection.execute, "catalog_producttext", mend),
    ):
        yield connection.execute


def damage(stocked: Stocked, by_hand: Callable[[str, Sequence[Any]], Any]) -> Finding:
    """Put a bad row into a shop, and let another process find it."""
    ((row,),) = by_hand(
        "UPDATE catalog_producttext SET title = title || chr(1) WHERE shop_id = %s AND title = %s RETURNING id",
        [stocked.shop.pk, "Morning mug"],
    ).fetchall()
    judge_rows({"catalog_producttext": [row]}, found_by="change")
    with platform_transaction():
        return Finding.objects.using(PLATFORM).get(shop_id=stocked.shop.pk)


def test_a_web_process_counts_hears_and_answers_without_its_database(
    start: Start, directory: Path, by_hand: Callable[[str, Sequence[Any]], Any]
) -> None:
    stocked = stocked_shop()
    way = Way(directory, environment().cluster.socket_dir)
    login = replace(environment().role_url("web"), host=str(directory)).url
    web = start("web", DATABASE_WEB_URL=login)
    assert web.get("/health")["status"] == "pass"

    asked = [("/", stocked.host)] * 5 + [("/nothing", stocked.host)] * 2 + [("/sign-in", environment().backoffice_host)]
    answered = [web.page(path, host) for path, host in asked]
    assert answered == [200] * 5 + [404] * 2 + [200]
    count = web.metrics()
    assert count("eseller_requests_total", site="storefront", outcome="2xx") == 5
    assert count("eseller_requests_total", site="storefront", outcome="4xx") == 2
    assert count("eseller_requests_total", site="backoffice", outcome="2xx") == 1
    assert count("eseller_request_seconds_count", site="storefront") == 7
    assert 0 < count("eseller_request_seconds_sum", site="storefront") < 20
    assert count("eseller_shop_requests_total", shop=stocked.shop.slug) == 7
    assert count("eseller_shop_errors_total", shop=stocked.shop.slug) == 0
    assert count("eseller_guard_looks_total") > 0

    finding = damage(stocked, by_hand)
    assert eventually(lambda: finding.pk in [one["id"] for one in web.get("/findings")["findings"]], seconds=2)
    assert web.metrics()("eseller_guard_rows_kept_back") >= 1
    assert web.tell("reload") == {"reloaded": ["quarantine", "snapshot"]}
    with pytest.raises(NotDone, match="Send it to a worker"):
        web.tell("release-finding", id=finding.pk)

    way.cut()
    assert web.page("/p/moon-vase", stocked.host) == 503
    began = time.monotonic()
    (told,) = [one for one in web.get("/findings")["findings"] if one["id"] == finding.pk]
    assert (told["shop"], told["column"], told["value"]) == (stocked.shop.slug, "title", "Morning mug\\x01")
    assert web.ask("/health")[0] == 200
    count = web.metrics()
    # Whose the host is can't be told without the database either, unless it was a moment ago.
    assert sum(count("eseller_requests_total", site=site, outcome="5xx") for site in ("storefront", "other")) == 1
    assert time.monotonic() - began < 0.5
    with pytest.raises(NotDone):
        web.tell("reload")


def command(*arguments: str) -> tuple[int, str]:
    """Exit code and output of ``eseller control``."""
    done = subprocess.run(
        [sys.executable, "-m", "eseller.cli.main", "control", *arguments],
        env=os.environ, cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return done.returncode, done.stdout + done.stderr


def test_a_worker_makes_a_break_and_lets_findings_go(
    start: Start, by_hand: Callable[[str, Sequence[Any]], Any]
) -> None:
    worker = start("worker")
    assert worker.get("/health")["serviceId"] == "worker.0"
    assert worker.metrics()("eseller_serving") == 1

    assert worker.tell("drain") == {"phase": "draining"}
    assert eventually(lambda: worker.get("/health")["output"] == "drained")
    assert worker.ask("/health")[0] == 503
    # Before the jobs that other tests have left, some hundred mails.
    job = defer("eseller.node:forget_old_jobs", priority=1, timestamp=0)
    time.sleep(1.2)
    assert status(job) == "todo"

    stocked = stocked_shop()
    finding = damage(stocked, by_hand)
    code, told = command(str(worker.private), "release-finding", json.dumps({"id": finding.pk}))
    assert (code, json.loads(told)) == (0, {"outcome": "still bad"})
    code, told = command(str(worker.private), "explode")
    assert (code, told.strip()[:28]) == (1, "There is no such verb. There")
    by_hand("UPDATE catalog_producttext SET title = 'Mug' WHERE id = %s", [finding.row_id])
    assert worker.tell("release-finding", id=finding.pk, reason="mended") == {"outcome": "closed"}
    with pytest.raises(NotDone, match="closed already"):
        worker.tell("release-finding", id=finding.pk)
    with pytest.raises(NotDone, match="no such finding"):
        worker.tell("release-finding", id=2**40)

    assert worker.tell("undrain")["restarts"] is False
    assert eventually(lambda: status(job) == "succeeded", seconds=20)
    assert worker.ask("/health")[0] == 200
    assert worker.tell("drain") == {"phase": "draining"}
    assert eventually(lambda: worker.get("/health")["output"] == "drained")
    assert worker.end() == 0, "told to end in a break"


def test_a_web_process_tries_settings_alone_and_for_a_while(start: Start) -> None:
    stocked = stocked_shop()
    web = start("web")

    def registers() -> bool:
        return b"name=password" in web.ask("/account/register", host=stocked.host, port=web.port)[1].replace(b'"', b"")

    assert registers()
    assert web.tell("settings")["trying"] is False
    web.tell("try-settings", settings={"registrations_open": False}, seconds=60)
    assert web.tell("settings") == {
        "settings": msgspec.to_builtins(PlatformSettings(registrations_open=False)), "trying": True,
    }  # fmt: skip
    assert not registers()
    assert web.tell("end-trial") == {"ended": True}
    assert registers()
    for wrong in ({"settings": {"page_seconds": -1}, "seconds": 60}, {"settings": {}, "seconds": 10**6}):
        with pytest.raises(NotDone):
            web.tell("try-settings", **wrong)


def test_a_setting_that_concerns_caches_is_tried_and_then_followed_by_all(start: Start, directory: Path) -> None:
    stocked = stocked_shop()
    web = start("web")
    start("worker")
    env = replace(
        environment(), private_port_base=web.private, web_processes=1, data_dir=directory / "data", cache_url=""
    )
    assert eventually(
        lambda: web.get("/health")["checks"]["reference-data:snapshot"][0]["observedValue"] > 0, seconds=60
    )

    def shop() -> None:
        while not done.is_set():
            web.page("/", stocked.host)

    done = threading.Event()
    threads = [threading.Thread(target=shop) for _ in range(2)]
    for thread in threads:
        thread.start()
    try:
        wanted = {"page_seconds": 90}
        taken = change_settings(env, wanted, by="test", reason="test", seconds=1.0, least=20)
        assert (taken.state, web.tell("settings")["settings"]["page_seconds"]) == (State.TAKEN, 90)
        refused = change_settings(env, {"page_seconds": 0}, by="test", reason="test", seconds=1.0)
        assert (refused.state, web.tell("settings")["settings"]["page_seconds"]) == (State.REFUSED, 90)
        assert "never" in refused.reason or "anew" in refused.reason
        forced = change_settings(env, {"page_seconds": None}, by="test", reason="test", force=True)
        assert forced.state is State.TAKEN
        assert eventually(lambda: web.tell("settings")["settings"]["page_seconds"] is None, seconds=20)
    finally:
        done.set()
        for thread in threads:
            thread.join(10)
    states = [entry.state for entry in Journal(directory / "data" / "journal").entries()]
    assert states[-1] is State.TAKEN
    assert State.REFUSED in states
