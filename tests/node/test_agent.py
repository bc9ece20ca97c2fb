"""The agent tells everybody how its node fares, and kills PostgreSQL only for who has a key."""

from __future__ import annotations

import http.client
import json
import secrets
import threading
from collections.abc import Iterator

import pytest

from eseller.cluster.embedded import EmbeddedPostgres, temporary
from eseller.cluster.figures import postmaster
from eseller.node.agent import Agent
from eseller.resilience.control.calling import call
from eseller.resilience.control.errors import NotDone
from eseller.resilience.control.signing import read_keys

KEY = f"own:{secrets.token_hex(32)}"


@pytest.fixture
def server() -> Iterator[EmbeddedPostgres]:
    with temporary() as postgres:
        yield postgres


@pytest.fixture
def agent(server: EmbeddedPostgres) -> Iterator[Agent]:
    made = Agent(("127.0.0.1", 0), data=server.layout.data, keys=KEY, probe=server.layout.base)
    threading.Thread(target=made.serve_forever, daemon=True).start()
    yield made
    made.shutdown()
    made.server_close()
    made.prober.stop()


def asked(agent: Agent, method: str, path: str, body: bytes | None = None) -> tuple[int, dict[str, object]]:
    connection = http.client.HTTPConnection("127.0.0.1", agent.server_address[1], timeout=5)
    try:
        connection.request(method, path, body)
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())
    finally:
        connection.close()


def test_it_tells_how_the_node_fares(agent: Agent) -> None:
    status, told = asked(agent, "GET", "/node")
    assert status == 200
    assert told["postmaster"] in ("S", "R", "D")
    assert asked(agent, "GET", "/elsewhere")[0] == 404


def test_who_has_the_key_may_fence(agent: Agent, server: EmbeddedPostgres) -> None:
    port = int(agent.server_address[1])
    assert call(port, read_keys(KEY)[0], "fence")["killed"] > 3
    assert server.process is not None
    server.process.wait(5)
    assert postmaster(server.layout.data) is None


def test_nobody_else_may(agent: Agent, server: EmbeddedPostgres) -> None:
    port = int(agent.server_address[1])
    assert asked(agent, "POST", "/control/fence", b"{}")[0] == 401
    with pytest.raises(NotDone):
        call(port, read_keys(f"own:{secrets.token_hex(32)}")[0], "fence")
    assert asked(agent, "POST", "/control/fence", b"x" * 10_000)[0] == 404
    assert asked(agent, "POST", "/control/drop", b"{}")[0] == 404
    assert postmaster(server.layout.data) is not None
