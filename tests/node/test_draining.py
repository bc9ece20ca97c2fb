"""A web process that is drained loses no request, and serves again when it is told to."""

from __future__ import annotations

import contextlib
import http.client
import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from eseller.node.control import call
from eseller.node.draining import stop_listening
from eseller.node.health import NotReady
from eseller.resilience.control.signing import Key, read_keys
from tests.node.conftest import StartNode
from tests.node.processes import eventually
from tests.node.running import Node

pytestmark = pytest.mark.slow

KEY = "2027a:" + "61" * 32


def key() -> Key:
    return read_keys(KEY)[0]


def busy_seconds(pid: int) -> float:
    """What a process has used of the processors so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100


def test_connections_that_wait_are_accepted_before_the_listener_goes() -> None:
    with socket.create_server(("127.0.0.1", 0), reuse_port=True) as listener:
        address = listener.getsockname()
        with socket.create_connection(address, timeout=5) as client:

            def accept_late() -> None:
                time.sleep(0.4)
                with listener.accept()[0] as accepted:
                    accepted.sendall(b"welcome")

            accepting = threading.Thread(target=accept_late)
            accepting.start()
            stop_listening(address[1])
            assert client.recv(100) == b"welcome"
            accepting.join()
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(address, timeout=5)
        with pytest.raises(NotReady):
            stop_listening(address[1])


@contextlib.contextmanager
def asked_all_the_time(node: Node) -> Iterator[list[object]]:
    """Ask over new connections meanwhile; yields what went wrong."""
    failures: list[object] = []
    over = threading.Event()

    def ask() -> None:
        while not over.is_set():
            try:
                status, _ = node.get()
            except (OSError, http.client.HTTPException) as error:
                failures.append(error)
            else:
                failures.extend([status] if status != 200 else [])

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    try:
        yield failures
    finally:
        over.set()
        for thread in threads:
            thread.join()


def test_a_drained_process_leaves_the_port_to_the_others_and_comes_back(start_node: StartNode) -> None:
    node: Node = start_node(ESELLER_CONTROL_KEYS=KEY).wait_until_up()
    ports = [node.private_port(index) for index in (0, 1)]
    pids = [node.health(index)["pid"] for index in (0, 1)]
    assert {node.get()[1] for _ in range(40)} == {str(pid) for pid in pids}

    kept: list[http.client.HTTPConnection] = []
    sleepers: list[threading.Thread] = []
    answers: list[int] = []
    while len(kept) < 40:
        connection = http.client.HTTPConnection("127.0.0.1", node.port, timeout=10)
        connection.request("GET", "/")
        assert connection.getresponse().read()
        kept.append(connection)
    for _ in range(4):
        sleepers.append(threading.Thread(target=lambda: answers.append(node.get("/sleep?1")[0])))
        sleepers[-1].start()
    time.sleep(0.3)

    with asked_all_the_time(node) as failures:
        assert call(ports[0], key(), "drain") == {"phase": "draining"}
        assert call(ports[0], key(), "drain") == {"phase": "draining"}, "a second time makes no difference"
    assert failures == []
    assert Counter(node.get()[1] for _ in range(60)) == {str(pids[1]): 60}
    closed = 0
    for connection in kept:
        connection.request("GET", "/")
        answer = connection.getresponse()
        assert answer.status == 200
        mine = answer.read().decode() == str(pids[0])
        assert (answer.headers["Connection"] == "close") is mine
        closed += mine
        connection.close()
    assert closed > 0
    for sleeper in sleepers:
        sleeper.join()
    assert answers == [200] * 4
    assert eventually(lambda: node.health(0)["output"] == "drained")
    assert node.get("/health", port=ports[0])[0] == 503
    assert node.health(1)["status"] == "pass"
    before = busy_seconds(pids[0])
    time.sleep(0.5)
    assert busy_seconds(pids[0]) - before < 0.1, "it waits, and does not try to accept over and over"

    assert call(ports[0], key(), "undrain") == {"phase": "draining", "restarts": True}
    assert eventually(lambda: node.health(0).get("status") == "pass" and node.health(0)["pid"] != pids[0], seconds=20)
    now = {str(node.health(0)["pid"]), str(pids[1])}
    assert {node.get()[1] for _ in range(40)} == now
    assert node.end() == 0
