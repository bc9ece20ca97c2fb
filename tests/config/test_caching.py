"""The settings of the caching server make its client."""

import pytest

from eseller.config.caching import cache_client
from eseller.config.environment import examine, load
from tests.resilience.cache.conftest import Server, server

__all__ = ["server"]


def test_no_address_no_client() -> None:
    assert cache_client(load({})) is None


def test_the_client_obeys_the_settings(server: Server) -> None:
    url = f"redis://127.0.0.1:{server.port}/0"
    names = {"ESELLER_CACHE_DEADLINE_MS": "1000", "ESELLER_CACHE_PREFIX": "mine:", "ESELLER_CACHE_MAX_VALUE_KB": "1"}
    client = cache_client(load({"CACHE_URL": url} | names))
    assert client is not None
    assert client.set("k", bytes(1024), seconds=60)
    assert not client.set("k", bytes(1025), seconds=60)
    assert server.say("KEYS", "*") == "*1\r\n$6\r\nmine:k\r\n"
    client.close()


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("CACHE_URL", "http://h"),
        ("CACHE_URL", "redis://h/x"),
        ("ESELLER_CACHE_PREFIX", ""),
        ("ESELLER_CACHE_PREFIX", "a b"),
    ],
)
def test_what_makes_no_client_is_a_problem(variable: str, value: str) -> None:
    assert [problem.setting for problem in examine({variable: value})[1]] == [variable]
