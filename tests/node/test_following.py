"""Real processes follow what changes, start from the disk while the database is away, and are harmed by no poison."""

from __future__ import annotations

import contextlib
import http.client
import json
import random
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from eseller.cluster.embedded import EmbeddedPostgres
from tests.node.processes import eventually
from tests.node.running import ROOT, environ_for, passable_directory
from tests.tenancy.guarding import unchecked

pytestmark = pytest.mark.slow

PRIVATE = "ESELLER_PRIVATE_PORT_BASE"
SECONDS = 2.0
"""So long a change may take to be everywhere."""
SHOPS = {"anna": 1, "bo": 2, "carla": 3}
_SHOP = """
INSERT INTO tenancy_shop (id, slug, name, state, country, currency, default_language, languages, time_zone,
    prices_include_vat, sells_to, order_prefix, contact_email, address, vat_number, bank_account, theme,
    reservation_minutes)
VALUES (%s, %s, %s, 'open', 'DK', 'DKK', 'en', '{en}', 'Europe/Copenhagen', true, '{DK}', '', 'a@shop.example', '', '',
    '', '{}', 30)
"""
_DOMAIN = "INSERT INTO tenancy_domain (shop_id, host, is_primary) VALUES (%s, %s, %s)"


def steady_ports(count: int) -> int:
    """Return the first of some free ports that no client is given while a process is still starting."""
    while True:
        first = random.randrange(21_000, 31_000, count)
        with contextlib.ExitStack() as stack, contextlib.suppress(OSError):
            for port in range(first, first + count):
                stack.enter_context(socket.socket()).bind(("127.0.0.1", port))
            return first


class Process:
    """A process of the node."""

    def __init__(self, environ: dict[str, str], log: Path, *command: str) -> None:
        self.port, self._private, self.log = int(environ["ESELLER_PORT"]), int(environ[PRIVATE]), log
        with log.open("ab") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-m", *command], env=environ, cwd=ROOT, stdout=out, stderr=subprocess.STDOUT
            )

    def get(self, host: str, path: str = "/") -> tuple[int, str]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", path, headers={"Host": host})
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        except OSError:
            return 0, ""
        finally:
            connection.close()

    def snapshot(self) -> int:
        """The version that it says it goes by, on its private port."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self._private}/metrics", timeout=5) as answer:
            (line,) = (one for one in answer.read().decode().splitlines() if one.startswith("eseller_snapshot_version"))
        return int(float(line.split()[1]))

    def end(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class Platform:
    """A database of the test's own, a worker and web processes, each with a port of its own."""

    def __init__(self, directory: Path) -> None:
        self.data = directory / "data"
        self.postgres = EmbeddedPostgres(self.data, testing=True)
        self.postgres.start()
        self._directory, self._count = directory, 0
        self.processes: list[Process] = []
        # Without the static files, which take longer than all the rest.
        for command in (["eseller.node.init"], ["django", "migrate", "--database=owner", "--verbosity=0"]):
            subprocess.run([sys.executable, "-m", *command], env=self.environ(), cwd=ROOT, check=True)

    def environ(self) -> dict[str, str]:
        port = steady_ports(4)
        ports = {"ESELLER_PORT": str(port), PRIVATE: str(port + 1)}
        return environ_for(self.data, **ports, ESELLER_WEB_PROCESSES="1", ESELLER_LOG_LEVEL="info")

    def start(self, *command: str) -> Process:
        self._count += 1
        process = Process(self.environ(), self._directory / f"log-{self._count}", *command)
        self.processes.append(process)
        return process

    def web(self) -> Process:
        return self.start("eseller.node.web", "0")

    def connection(self) -> psycopg.Connection[Any]:
        return psycopg.connect(self.postgres.admin.at("eseller").url, autocommit=True)

    def by_hand(self, sql: str, values: Any = None) -> list[Any]:
        with self.connection() as connection:
            done = connection.execute(sql, values)
            return done.fetchall() if done.description else []

    def stop(self) -> None:
        for process in self.processes:
            process.end()
        self.postgres.stop()

    def logs(self) -> str:
        return "\n".join(process.log.read_text(errors="replace") for process in self.processes)


@pytest.fixture(scope="module")
def platform() -> Iterator[Platform]:
    with passable_directory() as directory:
        platform = Platform(directory)
        try:
            for slug, number in SHOPS.items():
                platform.by_hand(_SHOP, [number, slug, slug.title()])
                platform.by_hand(_DOMAIN, [number, f"{slug}.example", True])
            platform.start("eseller.node.worker")
            yield platform
        finally:
            platform.stop()


@pytest.fixture(scope="module")
def two(platform: Platform) -> tuple[Process, Process]:
    """Two web processes that go by a snapshot."""
    webs = platform.web(), platform.web()
    assert eventually(lambda: all(web.get("anna.example")[0] == 200 for web in webs), seconds=30), platform.logs()
    known = "SELECT count(*) FROM tenancy_snapshot WHERE state = 'taken'"
    assert eventually(lambda: platform.by_hand(known)[0][0] > 0, seconds=30), platform.logs()
    return webs


def everywhere(webs: tuple[Process, ...], seen: Callable[[Process], bool], *, seconds: float = SECONDS) -> float:
    """Return after how many seconds all processes show it."""
    began = time.monotonic()
    while not all(map(seen, webs)):
        assert time.monotonic() - began < seconds, [web.get("anna.example") for web in webs]
        time.sleep(0.02)
    return time.monotonic() - began


def shows(host: str, words: str) -> Callable[[Process], bool]:
    return lambda web: words in web.get(host)[1]


def answers(host: str, status: int) -> Callable[[Process], bool]:
    return lambda web: web.get(host)[0] == status


def test_a_change_is_everywhere_within_two_seconds(platform: Platform, two: tuple[Process, Process]) -> None:
    took = []
    for number in range(4):
        platform.by_hand("UPDATE tenancy_shop SET name = %s WHERE id = 1", [f"Annas {number}"])
        took.append(everywhere(two, shows("anna.example", f"Annas {number}")))
    platform.by_hand(_DOMAIN, [1, "annas.example", False])
    took.append(everywhere(two, answers("annas.example", 301)))
    platform.by_hand("DELETE FROM tenancy_domain WHERE host = 'annas.example'")
    took.append(everywhere(two, answers("annas.example", 404)))
    platform.by_hand(_SHOP, [4, "dora", "Dora"])
    platform.by_hand(_DOMAIN, [4, "dora.example", True])
    took.append(everywhere(two, answers("dora.example", 200)))
    current = "SELECT max(id) FROM tenancy_snapshot WHERE state = 'taken'"
    assert {web.snapshot() for web in two} == {platform.by_hand(current)[0][0]}
    print("from write to all processes:", json.dumps([round(seconds, 2) for seconds in took]))  # noqa: T201


def test_poison_is_told_and_healed_and_others_never_notice(platform: Platform, two: tuple[Process, Process]) -> None:
    other = two[0].get("carla.example")[1]
    mend = "UPDATE tenancy_shop SET currency = 'EUR', languages = '{en}' WHERE id = 2"
    found = "SELECT column_name, writer_db_user FROM tenancy_finding WHERE state = 'open' AND shop_id = 2"
    with platform.connection() as connection, unchecked(connection.execute, "tenancy_shop", mend):
        platform.by_hand("UPDATE tenancy_shop SET currency = '', languages = '{}', name = 'Bos' WHERE id = 2")
        everywhere(two, shows("bo.example", "Bos"))
        assert [row[0] for row in platform.by_hand(found)] == ["currency"]
        assert all(web.get("bo.example")[0] == 200 for web in two)
        assert two[0].get("carla.example")[1] == other
    assert eventually(lambda: platform.by_hand(found) == [], seconds=SECONDS)
    current = (
        "SELECT (convert_from(body, 'UTF8')::jsonb #>> '{tenancy_shop,0,currency}') FROM tenancy_snapshotpart "
        "WHERE hash = (SELECT manifest #>> '{parts,routing-02}' FROM tenancy_snapshot WHERE state = 'taken' "
        "ORDER BY id DESC LIMIT 1)"
    )
    assert eventually(lambda: platform.by_hand(current) == [("EUR",)], seconds=SECONDS)


def test_poison_at_a_cold_start_leaves_the_last_known_good(platform: Platform, two: tuple[Process, Process]) -> None:
    platform.by_hand("UPDATE tenancy_shop SET name = 'House of Anna' WHERE id = 1")
    everywhere(two, shows("anna.example", "House of Anna"))
    kept = platform.by_hand("SELECT hash, body FROM tenancy_snapshotpart")
    platform.by_hand("UPDATE tenancy_snapshotpart SET body = '\\x00'")
    poison = '{"parts": {"routing-01": 5}}'
    platform.by_hand("UPDATE tenancy_snapshot SET manifest = %s, made_at = now() WHERE state = 'taken'", [poison])
    web = platform.web()
    assert eventually(lambda: web.get("anna.example")[0] == 200, seconds=20), platform.logs()
    assert "House of Anna" in web.get("anna.example")[1]
    assert web.get("nobody.example")[0] == 404
    assert "starts from snapshot" in web.log.read_text()
    assert "the newest snapshot is not taken" in web.log.read_text()
    for name, body in kept:
        platform.by_hand("UPDATE tenancy_snapshotpart SET body = %s WHERE hash = %s", [body, name])
    # The next change makes a whole one, which all take: the damaged ones are not needed for it.
    platform.by_hand("UPDATE tenancy_shop SET name = 'Annas again' WHERE id = 1")
    everywhere((*two, web), shows("anna.example", "Annas again"))
    web.end()


def test_without_a_database_shops_are_known_and_a_process_starts(
    platform: Platform, two: tuple[Process, Process]
) -> None:
    platform.postgres.stop()
    try:
        began = time.monotonic()
        web = platform.web()
        assert eventually(lambda: web.get("anna.example")[0] == 503, seconds=20), platform.logs()
        print("started without a database after", round(time.monotonic() - began, 2), "s")  # noqa: T201
        for process in two:
            status, text = process.get("anna.example")
            assert status == 200, "the page that is in memory"
            assert "Annas again" in text
        for process in (*two, web):
            status, text = process.get("anna.example", "/search")
            assert status == 503
            assert "Annas again" in text
            assert "be right back" in text
            assert process.get("nobody.example")[0] == 404
    finally:
        platform.postgres.start()
    everywhere((*two, web), answers("anna.example", 200), seconds=5)
    platform.by_hand("UPDATE tenancy_shop SET name = 'Annas at last' WHERE id = 1")
    # The worker had to come back as well.
    took = everywhere((*two, web), shows("anna.example", "Annas at last"), seconds=6)
    print("after the database was back all processes followed within", round(took, 2), "s")  # noqa: T201
