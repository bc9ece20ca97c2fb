"""Clients that send slowly, too much or without end keep nobody else from being answered."""

from __future__ import annotations

import contextlib
import io
import socket
import threading
import time
from collections.abc import Iterable, Iterator
from typing import Any

import pytest

from eseller.channels.backoffice.product.saving import MOST_UPLOADS
from eseller.config import settings
from eseller.media.images import MAX_BYTES
from eseller.node.bodies import AT_ONCE, FORM_BYTES, HOOK_BYTES, IN_MEMORY_BYTES, OFFICE_BYTES, limits, received
from eseller.node.gauge import Gauge, Places, counted
from eseller.node.laggards import SLOWEST, Laggards
from tests.node.processes import eventually
from tests.node.running import TOYS, Node, environ_for, passable_directory

pytestmark = pytest.mark.slow

OFFICE = "backoffice.localhost"
PATIENCE = 3
Watched = tuple[Laggards, socket.socket, socket.socket]
"""The watch over a port, the client's end of a connection to it, and ours."""


@pytest.fixture(scope="module")
def node() -> Iterator[Node]:
    """One web process with two threads that soon loses its patience."""
    with passable_directory() as directory:
        environ = environ_for(directory / "data", ESELLER_WEB_PROCESSES="1", ESELLER_CLIENT_SECONDS=str(PATIENCE))
        node = Node(TOYS, environ, directory / "log")
        try:
            yield node.wait_until_up()
        finally:
            node.clean_up()


def begin(node: Node, *, length: int = 1000, host: str = "shop.localhost", headers: str = "") -> socket.socket:
    """Send the head of a form and the first bytes of its body."""
    connection = socket.create_connection(("127.0.0.1", node.port), timeout=PATIENCE + 10)
    size = f"Content-Length: {length}\r\n" if length else ""
    connection.sendall(f"POST /cart/add HTTP/1.1\r\nHost: {host}\r\n{size}{headers}\r\nabc".encode())
    return connection


def answer(connection: socket.socket) -> str:
    """What comes back, as far as it comes at once."""
    with contextlib.suppress(ConnectionError):
        return connection.recv(2000).decode()
    return ""


def test_stalled_forms_keep_nobody_from_reading_and_are_cut_off(node: Node) -> None:
    began = time.monotonic()
    with contextlib.ExitStack() as stack:
        stalled = [stack.enter_context(begin(node)) for _ in range(AT_ONCE + 1)]
        assert [node.get("/")[0] for _ in range(5)] == [200] * 5
        assert time.monotonic() - began < PATIENCE / 2
        refused, *cut = sorted((answer(connection) for connection in stalled), reverse=True)
        assert time.monotonic() - began < PATIENCE * 2
    assert refused.startswith("HTTP/1.1 503"), "one was too many"
    assert "retry-after: 5" in refused
    assert "again in a moment" in refused
    assert not any(" 503 " in answered or " 200 " in answered for answered in cut)

    def has_room() -> bool:
        with begin(node, length=3) as connection:
            return answer(connection).endswith("\r\n\r\n3")

    assert eventually(has_room), "there is room again"


def test_a_body_that_drips_is_cut_off_too(node: Node) -> None:
    began = time.monotonic()
    with begin(node, length=10_000) as connection, contextlib.suppress(ConnectionError):
        while time.monotonic() - began < PATIENCE * 4:
            connection.sendall(b"x")
            time.sleep(0.1)
    assert PATIENCE < time.monotonic() - began < PATIENCE * 2


def test_a_reader_who_takes_nothing_is_cut_off(node: Node) -> None:
    with socket.create_connection(("127.0.0.1", node.port)) as connection:
        connection.sendall(b"GET /endless HTTP/1.1\r\nHost: x\r\n\r\n")
        assert eventually(lambda: node.health()["requests"]["active"] == 1)
        assert eventually(lambda: node.health()["requests"]["active"] == 0, seconds=PATIENCE * 3)


def test_a_large_body_that_comes_briskly_arrives_whole(node: Node) -> None:
    length = 30 * 1024 * 1024
    with begin(node, length=length, host=OFFICE) as connection:
        connection.sendall(b"x" * (length - 3))
        assert answer(connection).endswith(f"\r\n\r\n{length}")


def test_large_bodies_leave_room_for_ordinary_forms(node: Node) -> None:
    with contextlib.ExitStack() as stack:
        for _ in range(AT_ONCE):
            stack.enter_context(begin(node, length=FORM_BYTES + 1, host=OFFICE))
        with begin(node, length=3) as connection:
            assert answer(connection).endswith("\r\n\r\n3")
        assert "200 OK" not in answer(stack.enter_context(begin(node, length=FORM_BYTES + 1, host=OFFICE)))


def test_what_is_too_large_is_refused_before_it_is_sent(node: Node) -> None:
    with begin(node, length=FORM_BYTES + 1) as connection:
        refused = answer(connection)
    assert refused.startswith("HTTP/1.1 413")
    assert "at most 2 MB" in refused


def test_a_body_of_unknown_length_is_refused(node: Node) -> None:
    with begin(node, length=0, headers="Transfer-Encoding: chunked\r\n") as connection:
        assert answer(connection).startswith("HTTP/1.1 411")


@pytest.mark.parametrize(
    ("host", "path", "most"),
    [
        ("a.localhost", "/checkout", FORM_BYTES),
        ("a.localhost:8000", "/hooks/testcard", HOOK_BYTES),
        ("a.localhost", "/hooksx", FORM_BYTES),
        (OFFICE, "/shop/products/new", OFFICE_BYTES),
        (f"{OFFICE.upper()}.:8000", "/shop/products/new", OFFICE_BYTES),
        (f"{OFFICE}.evil.example", "/", FORM_BYTES),
        ("", "/", FORM_BYTES),
    ],
)
def test_the_limit_goes_by_host_and_path(host: str, path: str, most: int) -> None:
    assert limits(OFFICE)({"HTTP_HOST": host, "PATH_INFO": path}) == most
    assert ask(path, host=host, length=most + 1)[0] == "413 Request Entity Too Large"


def test_a_form_full_of_pictures_fits() -> None:
    assert OFFICE_BYTES >= MOST_UPLOADS * MAX_BYTES + settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    assert settings.DATA_UPLOAD_MAX_NUMBER_FILES == MOST_UPLOADS
    assert FORM_BYTES >= settings.DATA_UPLOAD_MAX_MEMORY_SIZE


def ask(path: str = "/", *, host: str = "a.localhost", length: int | str, body: bytes = b"") -> tuple[str, bytes]:
    """Ask an application that echoes; without a server."""
    told: list[str] = []

    def echo(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        start_response("200 OK", [])
        return [environ["wsgi.input"].read()]

    environ = {"HTTP_HOST": host, "PATH_INFO": path, "CONTENT_LENGTH": str(length), "wsgi.input": io.BytesIO(body)}
    found = received(echo, limit=limits(OFFICE))(environ, lambda status, _headers: told.append(status))
    return told[0], b"".join(found)


@pytest.mark.parametrize("length", [0, 1, IN_MEMORY_BYTES + 1])
def test_a_body_comes_through_unchanged(length: int) -> None:
    body = bytes(index % 251 for index in range(length))

    assert ask(length=length, body=body) == ("200 OK", body)


def test_a_body_that_ends_too_early_is_no_request() -> None:
    assert ask(length=10, body=b"only")[0] == "400 Bad Request"


@pytest.fixture
def connected() -> Iterator[Watched]:
    """A connection to a port that is watched."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)) as client, server.accept()[0] as ours:
            yield Laggards(port, patience=0.3), client, ours


def test_only_a_connection_on_which_nothing_moves_is_cut(connected: Watched) -> None:
    laggards, client, ours = connected
    for _ in range(5):
        time.sleep(0.1)
        ours.send(b"answer")
        assert laggards.sweep() == 0
    time.sleep(0.4)
    assert laggards.sweep() == 1
    assert ours.recv(10) == b""
    assert client.recv(100) == b"answer" * 5


def test_a_long_body_gets_time_by_its_length(connected: Watched) -> None:
    laggards, client, ours = connected
    ours.send(b"answer")
    assert laggards.sweep() == 0
    threading.Thread(target=client.sendall, args=(b"x" * SLOWEST,)).start()
    assert len(ours.recv(SLOWEST, socket.MSG_WAITALL)) == SLOWEST
    time.sleep(0.6)
    assert laggards.sweep() == 0, "a second more for this much"
    time.sleep(0.8)
    assert laggards.sweep() == 1


def test_work_counts_until_its_answer_is_closed_or_dropped() -> None:
    gauge, order = Gauge(), []

    class Answer:
        def __iter__(self) -> Iterator[bytes]:
            return iter([b"made while sending"])

        def close(self) -> None:
            order.append(gauge.figures().active)

    def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        return Answer()

    counting = counted(application, gauge, Places(1))
    answer: Any = counting({}, print)
    assert list(answer) == [b"made while sending"]
    assert gauge.figures().active == 1
    answer.close()
    assert gauge.figures().active == 0
    dropped = counting({}, print)
    del dropped
    assert gauge.figures().active == 0
    assert order == [1, 1]
