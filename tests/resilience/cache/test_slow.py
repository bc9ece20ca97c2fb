"""A caching server that is slow, hung or cut off behind a proxy costs its callers no more than their deadline."""

import time
from collections.abc import Iterator
from threading import Thread

import pytest

from eseller.drills.proxy import PLAIN, Manner, Proxy
from eseller.resilience.breaker import Breaker
from eseller.resilience.cache import CacheClient
from eseller.resilience.cache.address import CacheAddress
from eseller.resilience.cache.rules import CacheSettings
from tests.node.processes import eventually
from tests.resilience.cache.conftest import Server

BOUND = 2.0
"""No call takes so long whose deadline is 0.25 s, however busy the machine."""
SLOW = 10.0
"""Seconds after which the proxy would let an answer through."""
DEADLINE = 0.25


@pytest.fixture
def proxy(server: Server) -> Iterator[Proxy]:
    with Proxy("127.0.0.1", server.port) as proxy:
        yield proxy


@pytest.fixture
def client(proxy: Proxy) -> Iterator[CacheClient]:
    client = CacheClient(
        CacheAddress("127.0.0.1", proxy.port), deadline=DEADLINE, breaker=Breaker(open_seconds=(0.2, 0.2))
    )
    assert eventually(lambda: client.set("k", b"v" * 1000, seconds=60))
    yield client
    client.close()


def is_well(client: CacheClient) -> bool:
    return client.get("k") == b"v" * 1000 and client.answers


@pytest.mark.parametrize(
    "manner",
    [Manner(delay=SLOW), Manner(hang=True), Manner(piece=1, pause=0.01), Manner(piece=20, pause=SLOW / 50)],
    ids=["delay", "hang", "drip", "limit"],
)
def test_a_slow_server_opens_the_breaker_and_is_used_again_when_it_is_quick(
    proxy: Proxy, client: CacheClient, manner: Manner
) -> None:
    before = client.figures()
    proxy.manner = manner
    began = time.monotonic()
    assert client.get("k") is None
    assert time.monotonic() - began < BOUND
    assert [client.get("k") for _ in range(2)] == [None] * 2
    assert not client.answers
    assert client.figures().timeouts - before.timeouts == 3
    proxy.manner = PLAIN
    assert eventually(lambda: is_well(client))


def test_an_answer_that_comes_late_is_never_taken_for_that_of_a_later_question(
    proxy: Proxy, client: CacheClient
) -> None:
    proxy.manner = Manner(delay=2 * DEADLINE)
    assert client.get("k") is None
    proxy.manner = PLAIN
    assert client.get("other") is None
    assert eventually(lambda: client.set("other", b"o", seconds=60))
    assert eventually(lambda: client.get_many(["other", "k"]) == [b"o", b"v" * 1000])


def test_a_connection_that_is_cut_is_replaced_within_the_call(proxy: Proxy, client: CacheClient) -> None:
    errors = client.figures().errors
    proxy.cut()
    assert eventually(lambda: is_well(client))
    assert client.figures().errors == errors


def test_a_server_that_takes_a_large_value_slowly_does_not_hold_a_write(proxy: Proxy, client: CacheClient) -> None:
    proxy.manner = Manner(piece=1024, pause=0.01)
    began = time.monotonic()
    assert not client.set("large", bytes(1_000_000), seconds=60)
    assert time.monotonic() - began < BOUND


def test_other_settings_end_connections_that_are_idle_and_those_in_use(
    proxy: Proxy, client: CacheClient, server: Server
) -> None:
    client.reconfigure(CacheSettings(deadline_ms=20_000))
    proxy.manner = Manner(hang=True)
    answers: list[bytes | None] = []
    asking = Thread(target=lambda: answers.append(client.get("k")))
    asking.start()
    assert eventually(lambda: "cmdstat_get:calls=1," in server.say("INFO", "commandstats"))
    client.reconfigure(CacheSettings(prefix="other:", deadline_ms=20_000))
    proxy.manner = PLAIN
    asking.join()
    assert answers == [b"v" * 1000]
    assert eventually(lambda: "connected_clients:1\r\n" in server.say("INFO", "clients")), "the one that asks"
    assert client.get("k") is None
