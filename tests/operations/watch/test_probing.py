"""What is looked at from outside is told when it fails twice, and no more when it is well."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from eseller.operations.watch.burn import Severity
from eseller.operations.watch.judge import Finding
from eseller.operations.watch.probing import CacheServer, Look, Page, Party, PatroniNode, Probes, look


class Site:
    """Answers with what it is told to."""

    def __init__(self) -> None:
        self.status, self.body, self.wait, self.hosts = 200, b"", 0.0, list[str]()

    @contextmanager
    def up(self) -> Iterator[int]:
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                time.sleep(site.wait)
                site.hosts.append(self.headers["Host"])
                self.send_response(site.status)
                self.end_headers()
                self.wfile.write(site.body)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            server.server_close()


def told(at: Look) -> list[Finding]:
    return asyncio.run(look(at))


def test_a_page_is_looked_at_as_a_visitor_would() -> None:
    site = Site()
    with site.up() as port:
        page = Page(
            name="The shop", url=f"http://shop.localhost:{port}/", every=1.0, component="storefront", says="Cups"
        )
        site.body = b"Cups and plates"
        assert told(page) == []
        assert site.hosts == [f"shop.localhost:{port}"]
        site.body = b"Sorry"
        assert "does not say" in told(page)[0].evidence[0]
        site.status = 503
        (found,) = told(page)
        assert (found.severity, found.evidence[0]) == (Severity.PAGE, "it answered 503")
    (found,) = told(page)
    assert "nothing came" in found.evidence[0]


@pytest.mark.parametrize(
    ("body", "severity"),
    [
        ({"status": {"indicator": "none", "description": "All Systems Operational"}}, None),
        ({"status": {"indicator": "minor", "description": "Slow"}}, Severity.TICKET),
        ({"status": {"indicator": "critical", "description": "Down"}}, Severity.PAGE),
        ({"status": {"indicator": "maintenance"}}, None),
        ({"page": {}}, Severity.TICKET),
    ],
)
def test_a_third_party_is_believed_what_it_says_of_itself(body: object, severity: Severity | None) -> None:
    site = Site()
    with site.up() as port:
        site.body = json.dumps(body).encode()
        url = f"http://127.0.0.1:{port}/api/v2/status.json"
        found = told(Party(name="Payments", url=url, every=60.0, component="payments"))
    assert [one.severity for one in found] == ([] if severity is None else [severity])


def members(*listed: tuple[str, str, str]) -> bytes:
    return json.dumps({"members": [{"name": n, "role": r, "state": s} for n, r, s in listed]}).encode()


@pytest.mark.parametrize(
    ("body", "keys"),
    [
        (members(("a", "leader", "running"), ("b", "sync_standby", "streaming")), []),
        (members(("a", "leader", "running")), []),
        (members(("a", "leader", "running"), ("b", "replica", "streaming")), ["patroni/confirmed"]),
        (members(("a", "replica", "running"), ("b", "sync_standby", "streaming")), ["patroni/leader"]),
        (
            members(("a", "leader", "running"), ("b", "sync_standby", "streaming"), ("c", "replica", "stopped")),
            ["patroni/member/c"],
        ),
        (b"<html>", ["patroni/db1"]),
    ],
)
def test_patroni_tells_what_the_database_lacks(body: bytes, keys: list[str]) -> None:
    site = Site()
    with site.up() as port:
        site.body = body
        node = PatroniNode(name="db1", url=f"http://127.0.0.1:{port}", every=2.0, component="database")
        assert [one.key for one in told(node)] == keys


def test_the_nodes_of_the_database_are_told_of_for_the_console() -> None:
    site = Site()
    with site.up() as port:
        site.body = members(("a", "leader", "running"), ("b", "sync_standby", "streaming"))
        node = PatroniNode(name="db1", url=f"http://127.0.0.1:{port}", every=2.0, component="database")

        async def looked() -> list[dict[str, object]]:
            probes = Probes([node])
            assert probes.members() == []
            probes.begin()
            await probes.end()
            return probes.members()

        assert [(one["name"], one["role"]) for one in asyncio.run(looked())] == [("a", "leader"), ("b", "sync_standby")]


def test_a_caching_server_that_answers_anything_is_there() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]

        def answer() -> None:
            client, _ = server.accept()
            with client:
                client.recv(100)
                client.sendall(b"-NOAUTH Authentication required.\r\n")

        threading.Thread(target=answer, daemon=True).start()
        cache = CacheServer(name="cache", url=f"redis://127.0.0.1:{port}/0", every=2.0, component="cache")
        assert told(cache) == []
    assert [one.key for one in told(cache)] == ["cache/cache"]


def test_one_failure_may_be_an_accident_and_two_are_told_of_until_it_is_well() -> None:
    site = Site()

    async def looked(seconds: float, probes: Probes) -> float | None:
        began = time.monotonic()
        while time.monotonic() - began < seconds:
            probes.begin()
            if probes.findings():
                break
            await asyncio.sleep(0.05)
        return time.monotonic() - began if probes.findings() else None

    async def all_of_it(port: int, silent: int) -> None:
        page = Page(name="The shop", url=f"http://127.0.0.1:{port}/", every=0.2, component="storefront")
        party = Party(name="Slow", url=f"http://127.0.0.1:{silent}/", every=1.0, component="payments")
        probes = Probes([page, party])
        assert await looked(0.5, probes) is None
        site.status = 500
        after = await looked(3.0, probes)
        assert after is not None
        assert after < 1.5
        site.status = 200
        for _ in range(40):
            probes.begin()
            await asyncio.sleep(0.05)
        assert [one.key for one in probes.findings() if one.key.startswith("page")] == []
        probes.use([])
        assert probes.findings() == []

    with site.up() as port, socket.create_server(("127.0.0.1", 0)) as silent:
        asyncio.run(all_of_it(port, silent.getsockname()[1]))


def test_a_look_that_can_not_be_made_stops_no_other(caplog: pytest.LogCaptureFixture) -> None:
    async def all_of_it() -> None:
        probes = Probes([Look(name="Strange", url="x", every=0.1, component="x")])
        probes.begin()
        await probes.end()
        assert probes.findings() == []

    asyncio.run(all_of_it())
    assert "could not be looked at" in caplog.text
