"""The whole tree of a node comes and goes together, whatever happens to whom."""

from __future__ import annotations

import os
import signal
import socket
import threading
import time
from pathlib import Path

import psycopg
import pytest

from eseller.cluster.embedded import temporary
from eseller.cluster.layout import ClusterLayout
from tests.node.conftest import StartNode
from tests.node.processes import eventually, parent_of
from tests.node.running import TOYS, Node, environ_for

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_stop_signal_ends_all_processes_and_postgresql_last(start_node: StartNode, number: signal.Signals) -> None:
    node = start_node().wait_until_up()
    tree = node.tree()
    assert len(tree) >= 7, "supervisor's PostgreSQL with helpers, two web processes of two, worker"

    assert node.end(number) == 0

    assert not any(process.alive for process in tree), node.log
    assert node.log.rindex("stopping: requests") < node.log.rindex("database system is shut down")


def test_a_killed_supervisor_takes_all_processes_with_it(start_node: StartNode) -> None:
    node = start_node().wait_until_up()
    tree = node.tree()

    node.end(signal.SIGKILL)

    assert eventually(lambda: not any(process.alive for process in tree)), [p.command for p in tree if p.alive]


def test_a_killed_granian_process_takes_its_worker_with_it(start_node: StartNode) -> None:
    node = start_node().wait_until_up()
    worker = next(process for process in node.tree() if process.pid == node.health(0)["pid"])
    os.kill(parent_of(worker.pid), signal.SIGKILL)

    assert eventually(lambda: not worker.alive)
    assert eventually(lambda: node.health(0).get("status") == "pass")


def test_data_are_kept_between_runs_and_after_a_kill(start_node: StartNode, data_dir: Path) -> None:
    node = start_node().wait_until_up()
    with psycopg.connect(ClusterLayout.inside(data_dir).admin_address().url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    node.end(signal.SIGKILL)

    start_node().wait_until_up()

    with psycopg.connect(ClusterLayout.inside(data_dir).admin_address().url) as connection:
        assert connection.execute("SELECT answer FROM kept").fetchone() == (42,)


def test_a_second_start_refuses_and_says_why(start_node: StartNode) -> None:
    first = start_node().wait_until_up()

    second = start_node()

    assert second.process.wait(20) == 1
    assert "already running" in second.log
    assert f"kill {first.process.pid}" in second.log
    assert first.health(0)["status"] == "pass"


def test_a_port_in_use_is_named_with_its_setting(start_node: StartNode) -> None:
    with socket.socket() as other:
        # A process that shares the port must be noticed as well.
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]

        node = start_node(ESELLER_PORT=str(port))

        assert node.process.wait(30) == 1
        assert f"Port {port}" in node.log
        assert "ESELLER_PORT" in node.log


def test_a_crashed_web_process_starts_again_and_it_is_said(shared_node: Node) -> None:
    before = shared_node.health(1)["pid"]
    os.kill(before, signal.SIGKILL)

    assert eventually(lambda: shared_node.health(1).get("status") == "pass" and shared_node.health(1)["pid"] != before)
    assert "web.1" in shared_node.log
    assert "starts again in" in shared_node.log


def test_a_crashed_worker_starts_again(shared_node: Node) -> None:
    before = shared_node.find("time.sleep(3600)")
    os.kill(before.pid, signal.SIGKILL)

    assert eventually(lambda: any("time.sleep(3600)" in p.command and p != before for p in shared_node.tree()))
    assert "worker     ended with signal SIGKILL" in shared_node.log


def test_a_crashed_postgresql_starts_again_with_its_data(start_node: StartNode, data_dir: Path) -> None:
    node = start_node().wait_until_up()
    postmaster = node.find("postgres -D")
    os.kill(postmaster.pid, signal.SIGKILL)

    def answers() -> bool:
        try:
            psycopg.connect(ClusterLayout.inside(data_dir).admin_address().url, connect_timeout=1).close()
        except psycopg.OperationalError:
            return False
        return any("postgres -D" in p.command and p != postmaster for p in node.tree())

    assert eventually(answers, seconds=20), node.log


def test_ctrl_c_lets_requests_finish_while_the_database_still_runs(start_node: StartNode) -> None:
    node = start_node(ESELLER_WEB_PROCESSES="1").wait_until_up()
    answers: list[tuple[int, str]] = []
    asking = threading.Thread(target=lambda: answers.append(node.get("/slow?1.5")))
    asking.start()
    assert eventually(lambda: node.health(0)["requests"]["active"] == 1)

    # A terminal sends it to all processes of its foreground group.
    os.killpg(node.process.pid, signal.SIGINT)

    asking.join(5)
    assert [status for status, _ in answers] == [200]
    assert node.process.wait(10) == 0


def test_a_program_that_does_not_listen_is_killed_and_it_is_said(start_node: StartNode) -> None:
    node = start_node(ESELLER_STOP_SECONDS="1", TOY_WORKER="deaf").wait_until_up()
    tree = node.tree()

    assert node.end(signal.SIGTERM) == 0

    assert "worker     did not end in time: killed" in node.log
    assert not any(process.alive for process in tree)


def test_a_second_signal_cuts_the_waiting_short(start_node: StartNode) -> None:
    node = start_node(ESELLER_WEB_PROCESSES="1", ESELLER_STOP_SECONDS="60").wait_until_up()
    tree = node.tree()
    with socket.create_connection(("127.0.0.1", node.port)) as endless:
        endless.sendall(b"GET /slow?60 HTTP/1.1\r\nHost: x\r\n\r\n")
        assert eventually(lambda: node.health(0)["requests"]["active"] == 1)
        node.process.send_signal(signal.SIGINT)
        assert eventually(lambda: "stopping: requests" in node.log)
        assert not eventually(lambda: node.process.poll() is not None, seconds=1)

        assert node.end(signal.SIGINT, seconds=10) == 0

    assert not any(process.alive for process in tree)


def test_a_request_that_does_not_end_is_cut_off(start_node: StartNode) -> None:
    node = start_node(ESELLER_WEB_PROCESSES="1", ESELLER_STOP_SECONDS="1").wait_until_up()
    tree = node.tree()
    with socket.create_connection(("127.0.0.1", node.port)) as endless:
        endless.sendall(b"GET /slow?60 HTTP/1.1\r\nHost: x\r\n\r\n")
        assert eventually(lambda: node.health(0)["requests"]["active"] == 1)
        began = time.monotonic()

        assert node.end(signal.SIGTERM) == 0

    assert time.monotonic() - began < 8
    assert not any(process.alive for process in tree)


def test_a_stop_signal_is_heard_while_the_database_keeps_us_waiting(start_node: StartNode) -> None:
    with temporary() as server, psycopg.connect(server.admin.url, autocommit=True) as other:
        other.execute("SELECT pg_advisory_lock(hashtext('eseller initialise'))")
        node = start_node(DATABASE_URL=server.admin.at("shops").url)
        waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'advisory'"
        assert eventually(lambda: other.execute(waiting).fetchone() == (1,)), node.log

        assert node.end(signal.SIGINT, seconds=10) == 0
        assert "stopped before it was ready" in node.log


def test_a_step_that_fails_ends_the_start(data_dir: Path) -> None:
    environ = environ_for(data_dir, ESELLER_PG_BIN=str(data_dir))
    node = Node(TOYS, environ, data_dir.parent / "log")

    assert node.process.wait(20) == 1
    assert "ESELLER_PG_BIN" in node.log
