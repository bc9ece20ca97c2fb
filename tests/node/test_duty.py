"""The process of the watch beside real ones: it finds what ends, tells people, and takes orders; with no database."""

from __future__ import annotations

import dataclasses
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from eseller.cluster.local import layout
from eseller.cluster.local.layout import LocalCluster, Node, Passwords
from eseller.config.environment import load
from eseller.config.setting import split_addresses
from eseller.node.control import call
from eseller.node.watched import looks, targets, watched_environ
from eseller.operations.watch.probing import CacheServer, Page, PatroniNode, Shops
from eseller.resilience.control.calling import get
from eseller.resilience.control.errors import NotDone
from tests.node.processes import eventually
from tests.node.running import ROOT, free_port
from tests.node.test_private_platform import Process, Start, directory, start

__all__ = ("directory", "start")
PEOPLE = """
[[person]]
name = "ada"
urls = ["mailbox://ada"]
[[schedule]]
name = "operators"
[[schedule.rotation]]
people = ["ada"]
zone = "Europe/Copenhagen"
start = 2026-11-23T09:00:00
[[policy]]
name = "default"
[[policy.step]]
tell = ["schedule:operators"]
minutes = 3
[[heartbeat]]
name = "nightly"
every_minutes = 0.02
grace_minutes = 0
"""


def test_what_is_looked_at_follows_from_the_settings() -> None:
    env = load({
        "ESELLER_SECRET": "s" * 40, "ESELLER_WEB_PROCESSES": "2", "CACHE_URL": "redis://u:hush@cache.internal:6379/0",
        "CLUSTER_PATRONI": "https://patroni:hush@db1.internal:8008,https://patroni:hush@db2.internal:8008",
    })  # fmt: skip
    assert [target.name for target in targets(env)] == ["127.0.0.1:8100", "127.0.0.1:8101", "127.0.0.1:8102"]
    page, shops, first, second, cache = looks(env)
    assert isinstance(page, Page)
    assert isinstance(shops, Shops)
    assert shops.url == "http://127.0.0.1:8100/shops"
    assert isinstance(first, PatroniNode)
    assert (first.url, second.url) == ("https://db1.internal:8008", "https://db2.internal:8008")
    assert isinstance(cache, CacheServer)
    assert cache.url == "redis://cache.internal:6379/0"
    assert "hush" not in json.dumps(watched_environ(env))
    listed = load({"ESELLER_SECRET": "s" * 40, "ESELLER_WATCHED": "10.0.0.5:8100, web-2.internal:8101"})
    assert looks(listed) == (), "no page of it is here"
    assert [target.name for target in targets(listed)] == ["10.0.0.5:8100", "web-2.internal:8101"]
    assert split_addresses("") == []


def test_where_a_node_may_be_added_later_nobody_is_missed(tmp_path: Path) -> None:
    nodes = tuple(Node(f"node{number}", "127.0.0.1", 100 + number, 200 + number, 300 + number) for number in range(5))
    layout.write(tmp_path, LocalCluster(nodes[:3], "127.0.0.1", 1, 2, Passwords.make(), nodes[3:]))
    env = dataclasses.replace(
        load({"ESELLER_SECRET": "s" * 40}), data_dir=tmp_path,
        cluster_patroni=",".join(f"http://u:hush@127.0.0.1:{200 + number}" for number in range(5)),
    )  # fmt: skip
    told = watched_environ(env)["CLUSTER_PATRONI"]
    assert told == "http://127.0.0.1:200,http://127.0.0.1:201,http://127.0.0.1:202"


class Duty:
    """The process of the watch, on a data directory of its own, with neither a database nor the platform's secret."""

    def __init__(self, folder: Path, *watched: Process) -> None:
        self.port, self.folder = free_port(), folder
        people = folder / "people.toml"
        people.write_text(PEOPLE)
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("DATABASE_", "ESELLER_"))}
        self.environ = kept | {
            "ESELLER_DATA": str(folder / "data"),
            "ESELLER_CONTROL_KEYS": "test:" + "0f" * 32,
            "ESELLER_WATCH_PORT": str(self.port),
            "ESELLER_WATCHED": ",".join(f"127.0.0.1:{process.private}" for process in watched) or "127.0.0.1:9",
            "ESELLER_PEOPLE": str(people),
            "ESELLER_SECRET": "another secret, not that of the platform",
        }
        self.log = folder / "duty.log"
        self.process = self._start()

    def _start(self) -> subprocess.Popen[bytes]:
        with self.log.open("ab") as out:
            return subprocess.Popen(
                [sys.executable, "-m", "eseller.node.duty"], env=self.environ, cwd=ROOT, stdout=out, stderr=out
            )

    def again(self) -> None:
        self.process.kill()
        self.process.wait()
        self.process = self._start()
        self.wait()

    def wait(self) -> None:
        assert eventually(lambda: self.tells("/picture", none=True) is not None, seconds=30), self.log.read_text()

    def tells(self, path: str, *, none: bool = False) -> Any:
        try:
            return get(self.port, path)
        except Exception:
            if none:
                return None
            raise

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "eseller.cli.main", "alerts", *arguments],
            env=self.environ, cwd=ROOT, capture_output=True, text=True, check=False,
        )  # fmt: skip

    def call(self, verb: str, **body: Any) -> dict[str, Any]:
        from eseller.resilience.control.signing import Key

        return call(self.port, Key("test", bytes.fromhex("0f" * 32)), verb, body)

    def letters(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.tells("/letters")
        return found

    def end(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(10)


@pytest.fixture
def on_duty(tmp_path: Path) -> Iterator[Callable[..., Duty]]:
    begun: list[Duty] = []

    def one(*watched: Process) -> Duty:
        begun.append(Duty(tmp_path, *watched))
        begun[-1].wait()
        return begun[-1]

    yield one
    for duty in begun:
        duty.end()


@pytest.mark.slow
@pytest.mark.usefixtures("db")
def test_a_web_process_that_is_killed_is_told_of_within_five_seconds(
    start: Start, on_duty: Callable[..., Duty]
) -> None:
    web = start("web")
    duty = on_duty(web)
    time.sleep(2.0)
    # Of rows that other tests have damaged, and of the job that nobody has done, it is told as well.
    expected = ("nightly", "Rows that are not what they must be")
    quiet = [one["title"] for one in duty.letters() if not any(words in one["title"] for words in expected)]
    assert quiet == []
    web.process.kill()
    began = time.monotonic()
    assert eventually(lambda: any("says nothing" in letter["title"] for letter in duty.letters()), seconds=15)
    took = time.monotonic() - began
    print(f"a killed process was told of after {took:.1f} s")  # noqa: T201
    assert took < 5.0


@pytest.mark.slow
def test_alerts_are_taken_by_one_and_outlive_the_watch(on_duty: Callable[..., Duty]) -> None:
    duty = on_duty()
    assert eventually(duty.letters, seconds=10)
    listed = duty.run("list", "--json")
    assert listed.returncode == 1
    number = next(one["number"] for one in json.loads(listed.stdout) if one["finding"]["component"] == "process")
    answers: dict[str, int] = {}

    def take(who: str) -> None:
        answers[who] = duty.run("take", str(number), "--by", who).returncode

    threads = [threading.Thread(target=take, args=(who,)) for who in ("ada", "bob")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers.values()) == [0, 1], "one of them has it, and the other is told so"
    first = next(who for who, code in answers.items() if code == 0)
    duty.again()
    alerts = {one["number"]: one for one in duty.tells("/alerts")}
    assert (alerts[number]["state"], alerts[number]["by"]) == ("acknowledged", first)
    assert duty.run("close", str(number), "--by", first).returncode == 0
    assert duty.run("close", "999").returncode == 1
    assert "There is no alert" in duty.run("take", "999").stderr
    assert duty.run("test", "person:nobody").returncode == 1
    assert duty.run("test", "schedule:operators").returncode == 0
    assert eventually(lambda: any("test" in one["title"] for one in duty.letters()), seconds=5)
    assert "This is a test" in duty.run("letters").stdout
    assert "sent" in duty.run("messages").stdout


@pytest.mark.slow
def test_others_report_and_jobs_tell_that_they_are_done(on_duty: Callable[..., Duty]) -> None:
    duty = on_duty()

    def keys() -> set[str]:
        return {one["key"] for one in duty.tells("/picture")["findings"]}

    assert eventually(lambda: "heartbeat/nightly" in keys(), seconds=10)
    duty.call("beat", name="nightly")
    assert eventually(lambda: "heartbeat/nightly" not in keys(), seconds=5)
    with pytest.raises(NotDone, match="No job"):
        duty.call("beat", name="another")
    report = {"version": "4", "alerts": [{"status": "firing", "fingerprint": "f", "labels": {"alertname": "Full"}}]}
    assert duty.call("report", body=json.dumps(report)) == {"firing": 1, "resolved": 0}
    assert eventually(lambda: "alertmanager/f" in keys(), seconds=5)
    with pytest.raises(NotDone, match="can't be read"):
        duty.call("report", body="{}")
