"""Pages are made once, sent from memory, and made anew when what they show has changed; old ones stand in for none."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import brotli
import pytest

from eseller.resilience.edge.depends import tag
from tests.node.processes import eventually
from tests.resilience.edge.toys import World

THING_7 = frozenset({tag(0, 7)})


@pytest.fixture
def world() -> World:
    return World()


def test_a_page_is_made_once(world: World) -> None:
    first, second = world.get("/p/7"), world.get("/p/7")
    assert (first.how, second.how) == ("eSeller; fwd=miss; stored", "eSeller; hit")
    assert first.body == second.body == b"one.example /p/7? 1"
    assert "x-request-id" not in second.headers
    assert len(world.origin.asked) == 1
    assert world.counts.told == [("one", 2)], "the first was counted where it was made"


def test_shops_and_queries_have_pages_of_their_own(world: World) -> None:
    bodies = {
        world.get("/p/7").body, world.get("/p/7", "page=2").body, world.get("/p/7", HTTP_HOST="two.example").body,
        world.get("/p/8").body,
    }  # fmt: skip
    assert len(bodies) == len(world.origin.asked) == 4
    assert world.get("/p/7", "q=&utm_source=x&page=2").how == "eSeller; fwd=miss; stored"
    assert world.get("/p/7", "utm_source=y&page=2").body == world.get("/p/7", "page=2").body


def test_each_client_gets_an_encoding_that_it_takes(world: World) -> None:
    plain = world.get("/p/7")
    assert "content-encoding" not in plain.headers
    packed = world.get("/p/7", HTTP_ACCEPT_ENCODING="gzip, deflate, br")
    assert (packed.headers["content-encoding"], brotli.decompress(packed.body)) == ("br", plain.body)
    zipped = world.get("/p/7", HTTP_ACCEPT_ENCODING="br;q=0, gzip")
    assert zipped.headers["content-encoding"] == "gzip"
    tags = {answer.headers["etag"] for answer in (plain, packed, zipped)}
    assert len(tags) == 3
    assert {answer.headers["vary"] for answer in (plain, packed, zipped)} == {"Accept-Encoding"}
    for answer in (plain, packed, zipped):
        assert answer.headers["content-length"] == str(len(answer.body))


def test_who_has_a_page_already_is_told_so(world: World) -> None:
    answer = world.get("/p/7")
    for asked in (answer.headers["etag"], f'"x", W/{answer.headers["etag"]}', "*"):
        again = world.get("/p/7", HTTP_IF_NONE_MATCH=asked)
        assert (again.status, again.body) == ("304 Not Modified", b"")
        assert not again.headers.keys() & {"content-type", "content-length", "content-encoding"}
        assert again.headers["etag"] == answer.headers["etag"]
    assert world.get("/p/7", HTTP_IF_NONE_MATCH='"other"').status == "200 OK"
    assert world.edge.figures().not_modified == 3


def test_a_head_has_no_body_and_makes_the_page(world: World) -> None:
    head = world.get("/p/7", REQUEST_METHOD="HEAD")
    assert (head.status, head.body) == ("200 OK", b"")
    assert head.headers["content-length"] == str(len(world.get("/p/7").body))
    assert len(world.origin.asked) == 1
    assert world.origin.asked[0]["REQUEST_METHOD"] == "GET"


@pytest.mark.parametrize(
    ("cache_control", "more", "status"),
    [
        ("private, no-store", [], "200 OK"),
        ("", [], "200 OK"),
        ("public", [("Set-Cookie", "cart=1")], "200 OK"),
        ("public", [("Vary", "Cookie")], "200 OK"),
        ("public", [], "404 Not Found"),
        ("public", [], "301 Moved Permanently"),
    ],
)
def test_what_is_not_for_everybody_is_not_kept(
    world: World, cache_control: str, more: list[tuple[str, str]], status: str
) -> None:
    world.origin.cache_control, world.origin.more_headers, world.origin.status = cache_control, more, status
    assert {world.get("/p/7").status for _ in range(2)} == {status}
    assert len(world.origin.asked) == 2
    assert len(world.edge.store) == 0


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PURGE", "get"])
def test_other_methods_go_by(world: World, method: str) -> None:
    kept = world.get("/p/7").body
    assert world.get("/p/7", REQUEST_METHOD=method).body != kept
    assert world.origin.asked[-1]["REQUEST_METHOD"] == method
    assert world.get("/p/7").body == kept


def test_what_has_changed_is_made_before_the_next_answer_and_nothing_else(world: World) -> None:
    before = [world.get(path).body for path in ("/p/7", "/p/8")]
    world.edge.changed(THING_7)
    changed, other = world.get("/p/7"), world.get("/p/8")
    assert changed.body != before[0]
    assert (other.body, other.how) == (before[1], "eSeller; hit")
    assert world.edge.figures().changed == 1
    world.edge.changed(None)
    assert world.get("/p/8").body != before[1]


def test_a_page_that_changes_while_it_is_made_is_not_kept(world: World) -> None:
    world.origin.during = lambda: world.edge.changed(THING_7)
    first = world.get("/p/7")
    world.origin.during = lambda: None
    assert world.get("/p/7").body != first.body
    assert world.get("/p/7").how == "eSeller; hit"
    assert world.edge.figures().unkept == 1


def test_a_shop_that_is_another_has_its_pages_made_anew(world: World) -> None:
    ours, theirs = world.get("/p/7"), world.get("/p/7", HTTP_HOST="two.example")
    world.site.references["one.example"] = "renamed"
    world.edge.rerouted()
    assert world.get("/p/7").body != ours.body
    assert world.get("/p/7", HTTP_HOST="two.example").body == theirs.body


def test_a_shop_that_becomes_another_while_its_page_is_made(world: World) -> None:
    world.origin.during = lambda: world.site.references.update({"one.example": "renamed"})
    first = world.get("/p/7")
    assert world.get("/p/7").body != first.body


def test_an_expired_page_is_sent_while_it_is_made_anew(world: World) -> None:
    first = world.get("/p/7")
    world.expire()
    world.origin.hold = threading.Event()
    for _ in range(3):
        stale = world.get("/p/7")
        assert (stale.body, stale.how) == (first.body, "eSeller; hit; detail=stale")
    world.origin.hold.set()
    assert eventually(lambda: world.get("/p/7").how == "eSeller; hit", seconds=10)
    assert world.get("/p/7").body == b"one.example /p/7? 2"
    assert len(world.origin.asked) == 2, "one refresh"


@pytest.mark.parametrize("fault", ["exception", "500", "503"])
def test_an_old_page_answers_for_a_sick_origin(world: World, fault: str) -> None:
    first = world.get("/p/7")
    world.edge.changed(THING_7)
    if fault == "exception":
        world.origin.fault = OSError("gone")
    else:
        world.origin.status = f"{fault} Sick"
    answer = world.get("/p/7")
    assert (answer.status, answer.body, answer.how) == ("200 OK", first.body, "eSeller; hit; detail=stale")
    assert world.get("/p/8").status.startswith("50"), "what was never seen can't be shown"
    world.origin.fault, world.origin.status = None, "200 OK"
    assert world.get("/p/7").body != first.body
    assert world.edge.figures().saved == 1


def test_a_day_old_page_is_too_old(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.get("/p/7")
    world.edge.changed(THING_7)
    (page,) = world.edge.store.pages()
    page.made_at -= 25 * 3600
    world.origin.status = "500 Sick"
    assert world.get("/p/7").status == "500 Sick"


def crowd(world: World, number: int, path: str = "/p/7", **environ: Any) -> list[Any]:
    with ThreadPoolExecutor(number) as pool:
        asked = [pool.submit(world.get, path, **environ) for _ in range(number)]
        return [one.result(20) for one in asked]


def test_a_crowd_has_a_page_made_once() -> None:
    world = World(places=100)
    world.origin.hold = threading.Event()
    threading.Timer(0.3, world.origin.hold.set).start()
    answers = crowd(world, 40)
    assert {answer.body for answer in answers} == {b"one.example /p/7? 1"}
    assert len(world.origin.asked) == 1
    figures = world.edge.figures()
    assert figures.misses == 1
    assert figures.waited + figures.hits == 39


def test_a_hanging_origin_holds_no_more_than_its_places_and_pages_flow() -> None:
    world = World(places=4)
    kept = world.get("/p/1")
    world.origin.hold = threading.Event()
    with ThreadPoolExecutor(30) as pool:
        asked = [pool.submit(world.get, f"/p/{number}") for number in range(2, 32)]
        assert eventually(lambda: sum(one.done() for one in asked) == 26, seconds=10)
        assert world.get("/p/1").body == kept.body
        refused = [one.result() for one in asked if one.done()]
        assert {answer.status for answer in refused} == {"503 Service Unavailable"}
        assert all(1 <= int(answer.headers["retry-after"]) <= 5 for answer in refused)
        assert world.get("/cart", REQUEST_METHOD="POST").status == "503 Service Unavailable"
        world.origin.hold.set()
        assert sum(one.result().status == "200 OK" for one in asked) == 4
    world.origin.hold = None
    assert world.get("/p/31").status == "200 OK"


def test_places_are_given_back_whatever_happens() -> None:
    world = World(places=1)
    world.origin.fault = OSError("gone")
    for _ in range(3):
        assert world.get("/p/7").status == "503 Service Unavailable"
        with pytest.raises(OSError, match="gone"):
            world.get("/cart")
    world.origin.fault = None
    assert world.get("/cart").status == world.get("/p/7").status == "200 OK"


def test_what_leaves_asks_clients_to_come_anew(world: World) -> None:
    assert "connection" not in world.get("/p/7").headers
    world.counts.leaving = True
    assert world.get("/p/7").headers["connection"] == "close"
    assert world.get("/p/7").how == "eSeller; hit"
