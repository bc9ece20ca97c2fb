"""Web processes share one port, and each answers for itself on its own."""

from __future__ import annotations

import os
import socket
import threading
import time

import pytest

from tests.node.processes import eventually
from tests.node.running import Node

pytestmark = pytest.mark.slow


def test_web_processes_share_the_public_port(shared_node: Node) -> None:
    pids = {shared_node.get()[1] for _ in range(60)}

    assert pids == {str(shared_node.health(0)["pid"]), str(shared_node.health(1)["pid"])}


def test_each_web_process_keeps_to_a_core(shared_node: Node) -> None:
    cores = [os.sched_getaffinity(shared_node.health(index)["pid"]) for index in (0, 1)]

    assert [len(some) for some in cores] == [1, 1]
    assert len(cores[0] | cores[1]) == min(2, len(os.sched_getaffinity(0)))


def test_health_tells_who_answers_and_how_it_is(shared_node: Node) -> None:
    health = shared_node.health(1)

    assert (health["status"], health["process"], health["requests"]["threads"]) == ("pass", 1, 2)
    assert health["requests"]["active"] == 0


def test_the_private_port_knows_nothing_else(shared_node: Node) -> None:
    assert shared_node.get("/anything", port=shared_node.private_port(0))[0] == 404


def test_the_private_port_answers_while_all_request_threads_are_busy(shared_node: Node) -> None:
    # Enough for both processes, whichever the kernel gives the connections to.
    asking = [threading.Thread(target=shared_node.get, args=("/slow?1",)) for _ in range(12)]
    for thread in asking:
        thread.start()

    def busy() -> bool:
        return all(shared_node.health(index)["requests"]["active"] == 2 for index in (0, 1))

    assert eventually(busy, seconds=1), [shared_node.health(index) for index in (0, 1)]
    took = []
    for _ in range(5):
        began = time.monotonic()
        health = shared_node.health(0)
        took.append(time.monotonic() - began)
    assert min(took) < 0.1
    assert max(took) < 0.5
    assert health["requests"]["active"] == health["requests"]["threads"] == 2
    for thread in asking:
        thread.join()
    assert shared_node.health(0)["requests"]["active"] == 0


def test_idle_connections_do_not_keep_shoppers_out(shared_node: Node) -> None:
    idle = []
    began = time.monotonic()
    try:
        for _ in range(40):
            connection = socket.create_connection(("127.0.0.1", shared_node.port))
            connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            assert connection.recv(100)
            idle.append(connection)
        assert shared_node.get()[0] == 200
        assert time.monotonic() - began < 3
    finally:
        for connection in idle:
            connection.close()
