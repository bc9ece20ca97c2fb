"""What the client answers, of a server that is well and of one that is not."""

import signal
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread

import pytest

from eseller.resilience.breaker import Breaker, BreakerState
from eseller.resilience.cache import CacheClient
from eseller.resilience.cache.address import CacheAddress
from tests.node.processes import eventually
from tests.resilience.cache.conftest import Server

PATIENT = 5.0
"""A deadline that a well server keeps on a busy machine."""
BOUND = 2.0
"""No call takes so long whose deadline is 30 ms, however busy the machine; a hung server would hold it for ever."""


@contextmanager
def talking(answer: bytes, *, each: float = 0.0) -> Iterator[CacheAddress]:
    """A server that says the same to everybody, at once or a byte each so many seconds."""
    done = Event()

    def speak(sock: socket.socket) -> None:
        with sock:
            sock.recv(4096)
            try:
                for byte in answer if each else ():
                    sock.sendall(bytes([byte]))
                    done.wait(each)
                sock.sendall(b"" if each else answer)
                done.wait(20)
            except OSError:
                return

    def accept() -> None:
        while not done.is_set():
            try:
                sock, _ = listener.accept()
            except TimeoutError:
                continue
            threads.append(Thread(target=speak, args=(sock,)))
            threads[-1].start()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.05)
        threads = [Thread(target=accept)]
        threads[0].start()
        yield CacheAddress("127.0.0.1", listener.getsockname()[1])
        done.set()
        for thread in threads:
            thread.join()


@pytest.fixture
def client(server: Server) -> Iterator[CacheClient]:
    client = CacheClient(server.address, deadline=PATIENT)
    yield client
    client.close()


def test_what_was_set_is_got_and_what_was_deleted_is_not(client: CacheClient) -> None:
    assert client.get("a") is None
    assert client.set("a", b"\0\r\n1", seconds=60)
    assert client.get_many(["a", "b", "a"]) == [b"\0\r\n1", None, b"\0\r\n1"]
    assert client.delete("a", "b")
    assert client.get("a") is None
    figures = client.figures()
    assert (figures.calls, figures.hits, figures.misses, figures.errors) == (5, 2, 3, 0)
    assert sum(figures.latency) == 5


def test_a_lease_is_given_once_until_it_ends(client: CacheClient) -> None:
    assert client.add("lease", b"1", seconds=60)
    assert not client.add("lease", b"2", seconds=60)
    assert client.get("lease") == b"1"
    assert client.set("lease", b"3", seconds=0.05)
    assert eventually(lambda: client.add("lease", b"4", seconds=60))


def test_values_end_and_keys_carry_the_prefix(client: CacheClient, server: Server) -> None:
    assert client.set("k", b"v", seconds=60)
    assert server.say("KEYS", "*") == "*1\r\n$9\r\neseller:k\r\n"
    assert 0 < int(server.say("PTTL", "eseller:k")[1:]) <= 60_000


@pytest.mark.parametrize("seconds", [0, -1, float("inf"), float("nan")])
def test_nothing_is_kept_for_no_time_or_for_ever(client: CacheClient, seconds: float) -> None:
    with pytest.raises(ValueError, match="for ever"):
        client.set("k", b"v", seconds=seconds)


@pytest.mark.parametrize("key", ["", "x" * 1024])
def test_keys_have_bounds(client: CacheClient, key: str) -> None:
    with pytest.raises(ValueError, match="bytes"):
        client.get(key)


def test_a_login_and_a_database_of_the_address_are_used(server: Server) -> None:
    server.say("CONFIG", "SET", "requirepass", "p%40")
    url = f"redis://default:p%2540@127.0.0.1:{server.port}/3"
    client = CacheClient(CacheAddress.parse(url), deadline=PATIENT)
    assert client.set("k", b"v", seconds=60)
    client.close()
    stranger = CacheClient(server.address, deadline=PATIENT)
    assert stranger.get("k") is None
    assert stranger.figures().errors == 1
    stranger.close()


def test_large_values_are_refused_both_ways_and_the_server_stays_trusted(server: Server) -> None:
    wide, narrow = (
        CacheClient(server.address, deadline=PATIENT),
        CacheClient(server.address, deadline=PATIENT, largest=1000),
    )
    assert wide.set("k", b"x" * 100_000, seconds=60)
    assert not narrow.set("k", b"x" * 1001, seconds=60)
    assert [narrow.get("k") for _ in range(4)] == [None] * 4
    assert narrow.answers
    assert narrow.figures().oversize == 1
    assert narrow.set("k", b"x" * 1000, seconds=60)
    assert narrow.get("k") == b"x" * 1000
    wide.close()
    narrow.close()


def test_a_value_of_another_type_is_a_miss_and_no_sickness(client: CacheClient, server: Server) -> None:
    server.say("LPUSH", "eseller:list", "x")
    assert [client.get("list") for _ in range(4)] == [None] * 4
    assert client.answers


def test_a_full_server_takes_nothing_and_still_gives(client: CacheClient, server: Server) -> None:
    assert client.set("k", b"v", seconds=60)
    server.say("CONFIG", "SET", "maxmemory-policy", "noeviction")
    server.say("CONFIG", "SET", "maxmemory", "1")
    assert [client.set("k", b"w", seconds=60) for _ in range(4)] == [False] * 4
    assert client.get("k") == b"v"


def test_a_hung_server_costs_three_deadlines_and_is_found_again_by_probes(server: Server) -> None:
    breaker = Breaker(open_seconds=(0.3, 0.3))
    client = CacheClient(server.address, deadline=0.5, breaker=breaker)
    assert client.set("k", b"v", seconds=60)
    server.signal(signal.SIGSTOP)
    assert [client.get("k") for _ in range(3)] == [None] * 3
    assert not client.answers
    assert client.figures().timeouts == 3
    server.signal(signal.SIGCONT)
    assert eventually(lambda: client.get("k") == b"v")
    assert eventually(lambda: client.get("k") == b"v" and client.answers)
    client.close()


def test_many_threads_wait_for_a_hung_server_one_deadline_together(server: Server) -> None:
    client = CacheClient(server.address, connections=2, breaker=Breaker(open_seconds=(60, 60)))
    server.signal(signal.SIGSTOP)
    took: list[float] = []

    def ask() -> None:
        began = time.monotonic()
        for _ in range(10):
            assert client.get("k") is None
        took.append(time.monotonic() - began)

    threads = [Thread(target=ask) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(took) == 20
    assert max(took) < BOUND
    assert client.figures().breaker.state is BreakerState.OPEN
    server.signal(signal.SIGCONT)
    client.close()


def test_a_restart_is_not_noticed(client: CacheClient, server: Server) -> None:
    assert client.set("k", b"v", seconds=60)
    server.stop()
    server.start()
    assert client.set("k", b"v", seconds=60)
    assert client.figures().errors == 0


def test_a_server_that_is_gone_is_asked_three_times(client: CacheClient, server: Server) -> None:
    server.stop()
    assert [client.get("k") for _ in range(5)] == [None] * 5
    figures = client.figures()
    assert (figures.errors, figures.refused) == (3, 2)


def test_a_server_that_takes_no_more_clients_is_left_alone(server: Server, client: CacheClient) -> None:
    with socket.create_connection(("127.0.0.1", server.port)) as other:
        other.sendall(b"CONFIG SET maxclients 1\r\n")
        assert other.recv(100) == b"+OK\r\n"
        assert [client.get("k") for _ in range(3)] == [None] * 3
        assert not client.answers


def test_a_drip_does_not_hold_a_call_beyond_its_deadline() -> None:
    with talking(b"$1000\r\n" + b"x" * 1000, each=0.01) as address:
        client = CacheClient(address)
        began = time.monotonic()
        assert client.get("k") is None
        assert time.monotonic() - began < BOUND
        assert client.figures().timeouts == 1
        client.close()


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\n\r\n",
        b"$x\r\n",
        b"*1000000000\r\n",
        b"$3\r\nabcd\r\n",
        b"+OK\r\n+OK\r\n",
        b":\r\n",
        bytes(64),
    ],
)
def test_garbage_is_a_miss_and_three_times_a_sickness(answer: bytes) -> None:
    with talking(answer) as address:
        client = CacheClient(address, deadline=PATIENT)
        assert [client.get("k") for _ in range(3)] == [None] * 3
        assert client.figures().errors == 3
        assert not client.answers
        client.close()


def test_a_name_that_is_not_resolved_is_a_sick_server(monkeypatch: pytest.MonkeyPatch) -> None:
    held = Event()

    def hang(*_args: object, **_more: object) -> None:
        held.wait(20)
        raise socket.gaierror

    monkeypatch.setattr(socket, "getaddrinfo", hang)
    client = CacheClient(CacheAddress("cache.invalid"))
    began = time.monotonic()
    assert client.get("k") is None
    assert time.monotonic() - began < BOUND
    held.set()


@pytest.mark.parametrize("url", ["http://h/0", "redis:///0", "redis://h/x", "redis://h:99999/0"])
def test_addresses_that_are_none_are_refused(url: str) -> None:
    with pytest.raises(ValueError):
        CacheAddress.parse(url)
