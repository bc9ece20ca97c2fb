"""What a sale needs goes first, each shop has its share, the limit follows how long things take, refusing is quick."""

from __future__ import annotations

import json
import random
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eseller.kernel.wsgi import Environ
from eseller.resilience.admission.gate import Gate
from eseller.resilience.admission.kinds import Kind, classify
from eseller.resilience.admission.limit import Limit
from eseller.resilience.admission.refusal import Refusal
from eseller.resilience.admission.room import Room, State, Ticket


@pytest.mark.parametrize(
    ("method", "path", "kind"),
    [
        ("GET", "/", Kind.PRODUCT), ("GET", "/da/", Kind.PRODUCT), ("GET", "/p/mug", Kind.PRODUCT),
        ("GET", "/static/ui/base.css", Kind.PRODUCT),
        ("GET", "/da/c/cups", Kind.LISTING), ("GET", "/search", Kind.SEARCH), ("POST", "/cart/add", Kind.CART),
        ("GET", "/de-DE/checkout", Kind.CHECKOUT), ("POST", "/checkout", Kind.CHECKOUT),
        ("GET", "/order/abc", Kind.CHECKOUT), ("POST", "/hooks/testcard", Kind.CHECKOUT),
        ("GET", "/pay/testcard/x", Kind.CHECKOUT), ("GET", "/account", Kind.CART), ("GET", "/robots.txt", Kind.ROBOT),
        ("GET", "/feeds/google.xml", Kind.ROBOT), ("GET", "/sitemap.xml", Kind.ROBOT),
        ("GET", "/wp-login.php", Kind.ROBOT),
        ("GET", "/checkoutx", Kind.ROBOT), ("GET", "", Kind.PRODUCT), ("GET", "//checkout", Kind.PRODUCT),
    ],
)  # fmt: skip
def test_requests_have_a_class(method: str, path: str, kind: Kind) -> None:
    assert classify(method, path) is kind


def test_robots_and_what_is_fetched_in_advance_are_last_but_never_a_sale() -> None:
    robot = "Mozilla/5.0 (compatible; Somebot/2.1)"
    assert classify("GET", "/p/mug", agent=robot) is Kind.ROBOT
    assert classify("GET", "/p/mug", purpose="prefetch;prerender") is Kind.ROBOT
    assert classify("POST", "/checkout", agent=robot) is Kind.CHECKOUT
    assert classify("GET", "/order/abc", agent=robot) is Kind.CHECKOUT
    assert classify("GET", "/shop/orders", office=True) is Kind.OFFICE
    assert classify("GET", "/shop/exports/7", office=True) is Kind.BULK


def drive(limit: Limit, seconds: float, *, times: int, now: float) -> float:
    """Let requests take so long, as many at once as the limit allows."""
    for _ in range(times):
        now += 0.05
        limit.note("x", seconds * random.uniform(0.8, 1.2), in_use=limit.places, now=now)
    return now


def test_the_limit_falls_while_things_take_longer_and_recovers() -> None:
    limit = Limit(2, 16)
    now = drive(limit, 0.02, times=400, now=0.0)
    assert limit.places == 16
    now = drive(limit, 0.4, times=400, now=now)
    assert limit.places < 8
    drive(limit, 0.02, times=800, now=now)
    assert limit.places == 16


def test_noise_of_milliseconds_changes_nothing() -> None:
    limit, now = Limit(2, 8), 0.0
    for _ in range(1_000):
        now = drive(limit, random.choice([0.0005, 0.002, 0.004]), times=1, now=now)
        assert limit.places >= 7


@given(st.lists(st.tuples(st.floats(0, 100), st.integers(0, 20), st.floats(0, 10)), max_size=200))
def test_the_limit_stays_in_its_bounds(notes: list[tuple[float, int, float]]) -> None:
    limit, now = Limit(2, 8), 0.0
    for seconds, in_use, later in notes:
        now += later
        limit.note("x", seconds, in_use=in_use, now=now)
        assert 2 <= limit.places <= 8


def full(room: Room, shop: str, kind: Kind, number: int) -> list[Ticket]:
    return [room.arrive(shop, kind, 0.0)[0] for _ in range(number)]


def test_a_sale_goes_before_what_came_earlier() -> None:
    room = Room(places=1, waiting=100)
    (working,) = full(room, "a", Kind.CHECKOUT, 1)
    waiting = [full(room, "a", kind, 1)[0] for kind in (Kind.SEARCH, Kind.PRODUCT, Kind.CART, Kind.CHECKOUT)]
    order = []
    while True:
        admitted = room.leave(working, 0.0)
        if not admitted:
            break
        (working,) = admitted
        order.append(working.kind)
    assert order == [Kind.CHECKOUT, Kind.CART, Kind.PRODUCT, Kind.SEARCH]
    assert all(ticket.state is State.WORKING for ticket in waiting)


def test_the_last_classes_are_refused_first_and_checkouts_find_room() -> None:
    room = Room(places=4, waiting=40)
    full(room, "a", Kind.CHECKOUT, 4)
    assert [ticket.state for ticket in full(room, "a", Kind.ROBOT, 4)][-1] is State.REFUSED
    assert [ticket.state for ticket in full(room, "a", Kind.PRODUCT, 12)][-1] is State.REFUSED
    sales = full(room, "a", Kind.CHECKOUT, 36)
    assert {ticket.state for ticket in sales} == {State.WAITING}


@given(st.integers(2, 8), st.integers(2, 60))
def test_a_shop_with_many_requests_leaves_others_their_share(places: int, crowd: int) -> None:
    room = Room(places=places, waiting=500)
    noisy = full(room, "noisy", Kind.PRODUCT, crowd)
    quiet, _ = room.arrive("quiet", Kind.PRODUCT, 0.0)
    working = [ticket for ticket in noisy if ticket.state is State.WORKING]
    if quiet.state is State.WAITING:
        admitted = room.leave(working[0], 0.0)
        assert quiet in admitted
    assert quiet.state is State.WORKING


@pytest.mark.parametrize(("others", "held"), [(0, 3), (1, 2), (4, 2)])
def test_a_crowded_shop_holds_half_of_the_places_where_others_are_seen(others: int, held: int) -> None:
    room = Room(places=4, waiting=500)
    for number in range(others):
        room.leave(room.arrive(f"quiet {number}", Kind.PRODUCT, 0.0)[0], 0.0)
    noisy = full(room, "noisy", Kind.PRODUCT, 20)
    assert sum(ticket.state is State.WORKING for ticket in noisy) == held


def test_places_add_up_whatever_comes() -> None:
    room, working, now = Room(places=4, waiting=20), list[Ticket](), 0.0
    for _ in range(5_000):
        now += random.expovariate(100)
        if working and random.random() < 0.5:
            working += room.leave(working.pop(random.randrange(len(working))), now)
        else:
            ticket, changed = room.arrive(random.choice("abcde"), random.choice(list(Kind)), now)
            working += [one for one in (ticket, *changed) if one.state is State.WORKING]
        assert room.in_use == len(working) <= 4
        assert all(ticket.state is State.WAITING for ticket in room.queue)


def request(path: str, host: str = "a.example", method: str = "GET", **headers: str) -> Environ:
    return {"REQUEST_METHOD": method, "PATH_INFO": path, "HTTP_HOST": host} | headers


@pytest.fixture
def holding() -> Iterator[tuple[Gate, threading.Event]]:
    """A gate whose places are all taken until the event."""
    gate, done = Gate(4), threading.Event()
    taken = [gate.enter(request("/checkout")) for _ in range(4)]

    def let_go() -> None:
        done.wait(20)
        for one in taken:
            gate.leave(one, good=True)

    thread = threading.Thread(target=let_go)
    thread.start()
    yield gate, done
    done.set()
    thread.join()


def test_who_is_refused_is_told_at_once_and_sales_wait(holding: tuple[Gate, threading.Event]) -> None:
    gate, done = holding

    def ask(path: str) -> bool:
        admitted = gate.enter(request(path))
        if not admitted.refused:
            gate.leave(admitted, good=True)
        return admitted.refused

    with ThreadPoolExecutor(140) as pool:
        sales = [pool.submit(ask, "/checkout") for _ in range(100)]
        while gate.figures().waiting < 100:
            time.sleep(0.01)
        began = time.monotonic()
        assert all(ask("/robots.txt") for _ in range(50))
        assert all(ask("/p/mug") for _ in range(50))
        assert time.monotonic() - began < 2, "nobody of them has waited"
        done.set()
        assert not any(sale.result(20) for sale in sales)
    figures = gate.figures()
    assert (figures.in_use, figures.waiting) == (0, 0)
    assert (figures.admitted["checkout"], figures.refused["robot"], figures.refused["product"]) == (104, 50, 50)
    assert figures.refused_shops == {"a.example": 100}


def test_nothing_is_refused_in_quiet_times() -> None:
    gate = Gate(4)

    def shop(number: int) -> None:
        for _ in range(200):
            admitted = gate.enter(request("/p/mug", f"{number}.example"))
            assert not admitted.refused
            gate.leave(admitted, good=True)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(shop, range(4)))
    assert sum(gate.figures().refused.values()) == 0


def test_a_refusal_is_in_the_readers_language() -> None:
    refusal = Refusal({"en": b"Busy", "da": b"Travlt", "de": b"Voll"}, {"X-Frame-Options": "DENY"})
    told: list[tuple[str, dict[str, str]]] = []

    def ask(path: str, **headers: str) -> bytes:
        return b"".join(refusal(request(path, **headers), lambda status, given: told.append((status, dict(given)))))

    assert ask("/p/mug") == b"Busy"
    assert ask("/p/mug", HTTP_ACCEPT_LANGUAGE="fr;q=0.9, da-DK;q=0.8") == b"Travlt"
    assert ask("/de/p/mug", HTTP_ACCEPT_LANGUAGE="da") == b"Voll"
    assert ask("/p/mug", method="HEAD") == b""
    assert json.loads(ask("/hooks/testcard"))["status"] == 503
    assert {status for status, _ in told} == {"503 Service Unavailable"}
    assert all(2 <= int(given["Retry-After"]) <= 8 and given["Cache-Control"] == "no-store" for _, given in told)
    assert all(given["X-Frame-Options"] == "DENY" for _, given in told)
