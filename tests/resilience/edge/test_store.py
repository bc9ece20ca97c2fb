"""The memory keeps to its budget, and lets go of what nobody asks for."""

from __future__ import annotations

import gc
import random
import threading
import time
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eseller.resilience.edge.changes import MOST, Changes
from eseller.resilience.edge.depends import tag
from eseller.resilience.edge.keys import Key
from eseller.resilience.edge.page import Page, best_encoding
from eseller.resilience.edge.store import Store, touched_by
from tests.resilience.edge.toys import World


def page_of(number: int, *, length: int = 2_000, tags: int = 3) -> Page:
    return Page(
        Key(1, f"/p/{number}", ""),
        host="one.example",
        slug="one",
        body=random.randbytes(length),
        headers=[("Content-Type", "text/html; charset=utf-8"), ("Cache-Control", f"public, max-age={number}")],
        tags=frozenset(tag(0, number * 10 + n) for n in range(tags)),
        reference=None,
        position="",
        made_at=time.time(),
        fresh_until=time.monotonic() + 60,
    )


def fill(store: Store, numbers: range, *, length: int = 2_000) -> None:
    for number in numbers:
        page = page_of(number, length=length)
        if store.put(page):
            store.alias(("one.example", page.key.path, ""), page)
            page.ready("gzip", "fresh", store.grown)


def test_bytes_are_what_is_really_taken() -> None:
    store = Store(8_000_000)
    fill(store, range(50))
    store.clear()
    gc.collect()
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        fill(store, range(6_000))
        gc.collect()
        taken = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    print(f"{len(store)} pages: {store.bytes} bytes counted, {taken} taken")  # noqa: T201
    assert store.evictions
    assert store.bytes <= store.budget
    assert taken == pytest.approx(store.budget, rel=0.05)


@pytest.mark.soak
@pytest.mark.timeout(900)
def test_a_million_addresses_keep_to_the_budget() -> None:
    store = Store(32_000_000)

    def thousand(number: int) -> None:
        fill(store, range(number * 1_000, number * 1_000 + 1_000), length=random.randint(200, 4_000))
        assert store.bytes <= store.budget

    for number in range(970):
        thousand(number)
    # Being traced takes several times as long; the last ones fill all of the memory anew.
    store.clear()
    gc.collect()
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        for number in range(970, 1_000):
            thousand(number)
        gc.collect()
        taken = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    print(f"a million addresses: {len(store)} pages, {store.bytes} bytes counted, {taken} taken")  # noqa: T201
    assert store.evictions > 900_000
    assert taken == pytest.approx(store.budget, rel=0.05)


def test_what_is_used_stays() -> None:
    store = Store(400_000)
    fill(store, range(1))
    for number in range(1, 500):
        first = store.get(Key(1, "/p/0", ""))
        assert first is not None
        first.used = True
        fill(store, range(number, number + 1))
    assert store.evictions > 300


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(1, 6_000)), max_size=60))
def test_counts_add_up_whatever_comes(pages: list[tuple[int, int]]) -> None:
    store = Store(40_000)
    for number, length in pages:
        fill(store, range(number, number + 1), length=length)
        assert store.bytes <= store.budget
    store.clear()
    assert (store.bytes, len(store), store.aliases) == (0, 0, {})


def test_counts_add_up_with_many_threads() -> None:
    store = Store(300_000)
    threads = [threading.Thread(target=fill, args=(store, range(n, n + 400))) for n in range(0, 800, 100)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert store.bytes <= store.budget
    store.clear()
    assert (store.bytes, store.aliases) == (0, {})


def test_a_page_may_be_let_go_of_while_it_grows() -> None:
    store = Store(300_000)
    page = page_of(1)
    store.put(page)

    def grown(growing: Page, more: int) -> None:
        store.remove(growing)
        store.grown(growing, more)

    page.ready("gzip", "fresh", grown)
    assert store.bytes == 0


def test_a_page_that_is_too_large_is_not_kept() -> None:
    store = Store(100_000)
    large = page_of(1, length=20_000)
    assert not store.put(large)
    store.alias(("one.example", "/p/1", ""), large)
    assert (store.bytes, store.aliases) == (0, {})


def test_only_what_is_touched_is_marked() -> None:
    store = Store(1_000_000)
    fill(store, range(10))
    assert store.change(touched_by(frozenset({tag(0, 41)}))) == 1
    assert [page.key.path for page in store.pages() if page.changed] == ["/p/4"]


def test_changes_are_remembered_for_a_while() -> None:
    changes = Changes()
    some, others = frozenset({1}), frozenset({2})
    number = changes.number
    changes.seen(some)
    assert changes.since(number, some)
    assert not changes.since(number, others)
    assert not changes.since(changes.number, some)
    changes.seen(None)
    assert changes.since(number + 1, others)
    number = changes.number
    for _ in range(MOST + 1):
        changes.seen(some)
    assert changes.since(number, others), "what was forgotten may have been anything"


@pytest.mark.parametrize(
    ("accepted", "best"),
    [
        ("", "identity"), ("gzip", "gzip"), ("br", "br"), ("gzip, deflate, br, zstd", "br"), ("GZIP", "gzip"),
        ("br;q=0.1, gzip;q=0.9", "gzip"), ("gzip;q=0", "identity"), ("identity", "identity"), ("br;q=x", "identity"),
        (";;,,q=1", "identity"), ("br" * 5_000, "identity"),
    ],
)  # fmt: skip
def test_encodings_are_chosen(accepted: str, best: str) -> None:
    assert best_encoding(accepted) == best


@pytest.mark.soak
@pytest.mark.timeout(600)
def test_two_million_requests_leave_nothing_behind() -> None:
    world = World(budget=4_000_000)
    paths = [f"/p/{number}" for number in range(3_000)]

    def ask(times: int) -> None:
        for number in range(times):
            world.get(random.choice(paths), f"page={number % 3}", HTTP_ACCEPT_ENCODING="br" if number % 2 else "gzip")
            if not number % 1_000:
                world.edge.changed(frozenset({tag(0, random.randrange(3_000))}))
                world.origin.asked.clear()
                world.counts.told.clear()

    ask(200_000)
    gc.collect()
    tracemalloc.start()
    try:
        ask(20_000)
        gc.collect()
        before = tracemalloc.get_traced_memory()[0]
        tracemalloc.stop()
        ask(1_760_000)
        tracemalloc.start()
        ask(20_000)
        gc.collect()
        grown = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    print(f"two million requests: {grown} bytes more of {world.edge.store.budget}")  # noqa: T201
    assert world.edge.store.bytes <= world.edge.store.budget
    assert grown < world.edge.store.budget / 10
