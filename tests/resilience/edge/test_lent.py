"""Nodes lend each other pages through a real caching server, which may be gone, hang, or hold what strangers wrote."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eseller.resilience.cache import CacheClient
from eseller.resilience.edge.depends import tag
from eseller.resilience.edge.keys import Key
from eseller.resilience.edge.lent import LentPages
from eseller.resilience.edge.positions import position
from tests.resilience.cache.conftest import Server, server
from tests.resilience.edge.toys import World

__all__ = ["server"]
SECRET = b"s" * 32
THING_7 = frozenset({tag(0, 7)})
MakeNode = Callable[..., World]


@pytest.fixture
def node(server: Server) -> Iterator[MakeNode]:
    """Make edges of several nodes, each with a client of its own."""
    clients: list[CacheClient] = []

    def make(secret: bytes = SECRET) -> World:
        world = World()
        # Generous, so that a busy machine does not look like a sick server.
        clients.append(CacheClient(server.address, deadline=1.0))
        world.edge.shared = LentPages(clients[-1], secret)
        return world

    yield make
    for client in clients:
        client.close()


def keys(server: Server, pattern: str) -> list[str]:
    return [word for word in server.say("KEYS", pattern).split("\r\n") if word.startswith("eseller:")]


def test_a_page_is_made_by_one_node_and_had_by_both(node: MakeNode, server: Server) -> None:
    one, two = node(), node()
    first, second = one.get("/p/7"), two.get("/p/7")
    assert first.body == second.body
    assert first.headers["etag"] == second.headers["etag"]
    assert (len(one.origin.asked), len(two.origin.asked)) == (1, 0)
    assert two.edge.figures().shared_hits == 1
    assert two.get("/p/7").how == "eSeller; hit"
    assert keys(server, "*lease*") == []


def test_a_page_from_before_a_change_is_not_taken(node: MakeNode) -> None:
    one, two = node(), node()
    one.site.seen = "5:5:"
    one.get("/p/7")
    two.edge.changed(THING_7, "9:9:")
    two.site.seen = "9:9:"
    assert two.get("/p/7").body == b"one.example /p/7? 1"
    assert len(two.origin.asked) == 1, "made anew"
    one.edge.changed(THING_7, "8:8:")
    assert one.get("/p/7").headers["etag"] == two.get("/p/7").headers["etag"]
    assert len(one.origin.asked) == 1, "what the other has made since is new enough"


def test_another_shop_or_reference_is_another_page(node: MakeNode) -> None:
    one, two = node(), node()
    one.get("/p/7")
    two.site.references["one.example"] = "renamed"
    two.get("/p/7")
    two.get("/p/7", HTTP_HOST="two.example")
    assert len(two.origin.asked) == 2


def test_emptied_caches_cost_one_render_for_each_page(node: MakeNode, server: Server) -> None:
    nodes = [node() for _ in range(4)]
    for one in nodes:
        one.get("/p/1")
        one.edge.store.clear()
        one.origin.asked.clear()
        one.origin.hold = threading.Event()
    server.say("FLUSHALL")
    asking = [threading.Thread(target=one.get, args=(f"/p/{n}",)) for one in nodes for n in (1, 2, 3) for _ in range(2)]
    for thread in asking:
        thread.start()
    time.sleep(0.05)
    for one in nodes:
        assert one.origin.hold is not None
        one.origin.hold.set()
    for thread in asking:
        thread.join(20)
    made = [environ["PATH_INFO"] for one in nodes for environ in one.origin.asked]
    assert sorted(made) == ["/p/1", "/p/2", "/p/3"]


def test_a_page_that_is_handed_over_just_before_the_lease_is_taken(node: MakeNode) -> None:
    quick, late = node(), node()

    class Slow(LentPages):
        def lease(self, key: Key) -> bool:
            quick.get("/p/7")
            return super().lease(key)

    assert isinstance(late.edge.shared, LentPages)
    late.edge.shared.__class__ = Slow
    assert late.get("/p/7").status == "200 OK"
    assert (len(quick.origin.asked), len(late.origin.asked)) == (1, 0)


def test_a_node_that_died_with_a_lease_holds_up_nobody_for_long(node: MakeNode) -> None:
    dead, alive = node(), node()
    assert dead.edge.shared is not None
    route = dead.site.route("one.example")
    assert route is not None
    assert dead.edge.shared.lease(Key(1, "/p/7", ""))
    assert not dead.edge.shared.lease(Key(1, "/p/7", ""))
    began = time.monotonic()
    assert alive.get("/p/7").status == "200 OK"
    assert 0.1 < time.monotonic() - began < 5


@pytest.mark.parametrize("fault", ["hung", "gone"])
def test_without_the_server_pages_are_made_here(node: MakeNode, server: Server, fault: str) -> None:
    one = node()
    one.get("/p/1")
    if fault == "hung":
        server.signal(signal.SIGSTOP)
    else:
        server.stop()
    try:
        for number in range(2, 9):
            assert one.get(f"/p/{number}").status == "200 OK"
        assert one.get("/p/1").how == "eSeller; hit"
    finally:
        if fault == "hung":
            server.signal(signal.SIGCONT)


def damaged(raw: bytes) -> list[bytes]:
    return [
        b"", b"x", raw[:10], raw[: len(raw) // 2], raw[:-1], raw + b"x", raw[:20] + b"\x00" + raw[21:], b"\x80\x04N.",
        raw[:47] + b"\xff" * 50, raw.replace(b"page 1", b"page 2"), b"a" * 100_000,
    ]  # fmt: skip


def test_what_is_damaged_or_a_strangers_is_no_page(node: MakeNode, server: Server) -> None:
    one = node()
    one.get("/p/7")
    raw_client = CacheClient(server.address, deadline=1.0)
    (name,) = keys(server, "*page:*")
    name = name.removeprefix("eseller:")
    raw = raw_client.get(name)
    assert raw is not None
    for value in damaged(raw):
        raw_client.set(name, value, seconds=60)
        two = node()
        assert two.get("/p/7").body == b"one.example /p/7? 1"
        assert len(two.origin.asked) == 1
    raw_client.set(name, raw, seconds=60)
    stranger = node(b"t" * 32)
    stranger.get("/p/7")
    assert len(stranger.origin.asked) == 1, "signed by somebody else"
    raw_client.close()


def test_a_page_under_another_ones_key_is_no_page(node: MakeNode, server: Server) -> None:
    one = node()
    one.get("/p/7")
    (name,) = keys(server, "*page:*")
    one.get("/p/8")
    client = CacheClient(server.address, deadline=1.0)
    seven, other = name.removeprefix("eseller:"), next(key for key in keys(server, "*page:*") if key != name)
    value = client.get(seven)
    assert value is not None
    client.set(other.removeprefix("eseller:"), value, seconds=60)
    two = node()
    assert b"/p/8" in two.get("/p/8").body
    client.close()


@given(st.binary(max_size=200))
def test_no_bytes_are_an_error(value: bytes) -> None:
    class Stub:
        answers = True

        def get(self, _key: str) -> bytes | None:
            return value

    from eseller.resilience.edge.keys import Key

    assert LentPages(Stub(), SECRET).get(Key(1, "/", ""), None) is None  # type: ignore[arg-type]


numbers = st.sets(st.integers(1, 12), max_size=6)


@given(numbers, numbers, st.integers(1, 13), st.integers(1, 13))
def test_a_position_covers_another_when_it_sees_all_of_it(
    mine: set[int], theirs: set[int], my_end: int, their_end: int
) -> None:
    def text(going_on: set[int], end: int) -> str:
        inside = sorted(number for number in going_on if number < end)
        return f"{min([*inside, end])}:{end}:{','.join(map(str, inside))}"

    def sees(going_on: set[int], end: int) -> set[int]:
        return {number for number in range(1, end) if number not in going_on}

    one, two = position(text(mine, my_end)), position(text(theirs, their_end))
    assert one is not None
    assert two is not None
    if one.covers(two):
        assert sees(mine, my_end) >= sees(theirs, their_end)
    elif my_end >= their_end:
        assert not sees(mine, my_end) >= sees(theirs, their_end)


@pytest.mark.parametrize("text", ["", "1", "1:2", "a:b:", "1:2:3,", "1:2:x", "-1:2:", "1:2:3\n"])
def test_what_is_no_position_is_none(text: str) -> None:
    assert position(text) is None
