"""What anybody commits shows on every node within a second, and nothing else is made anew."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import psycopg
import pytest

from eseller.commerce.catalog.actions.save_product import save_product
from eseller.commerce.catalog.office import product_draft
from eseller.config.environment import environment
from eseller.tenancy.scope import shop_transaction
from tests.channels.storefront.shops import stocked_shop
from tests.node.test_private_platform import Process, Start, directory, start

__all__ = ["directory", "start"]
pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("db")]
SECONDS = 1.0
ROUNDS = 5


@pytest.fixture
def by_hand(postgres: Any) -> Iterator[psycopg.Connection[Any]]:
    address = postgres.admin.at(environment().role_url("owner").name)
    with psycopg.connect(address.url, autocommit=True) as connection:
        yield connection


def until(holds: Callable[[], bool]) -> float:
    """How many seconds it took until something held."""
    began = time.monotonic()
    while not holds():
        assert time.monotonic() - began < 20
        time.sleep(0.01)
    return time.monotonic() - began


def test_a_change_by_anybody_shows_on_both_nodes_within_a_second(
    start: Start, tmp_path: Path, by_hand: psycopg.Connection[Any]
) -> None:
    shop = stocked_shop()
    product, vase = by_hand.execute(
        "SELECT product_id, id FROM catalog_variant WHERE shop_id = %s AND sku = 'VASE'", [shop.shop.pk]
    ).fetchone()  # type: ignore[misc]
    nodes: list[Process] = [start("web") for _ in range(2)]

    def page(node: Process, path: str = "/p/moon-vase") -> tuple[int, bytes]:
        return node.ask(path, host=shop.host, port=node.port)

    def shows(words: str) -> bool:
        return all(words.encode() in page(node)[1] for node in nodes)

    def office(words: str) -> None:
        with shop_transaction(shop.shop.pk, actor="test"):
            draft = product_draft(product)
            assert draft is not None
            texts = tuple(msgspec.structs.replace(text, title=words) for text in draft.texts)
            save_product(draft=msgspec.structs.replace(draft, texts=texts), product_id=product, actor="test")

    def price(amount: str) -> None:
        cents = int(amount.replace(".", ""))
        by_hand.execute("UPDATE pricing_price SET amount = %s WHERE variant_id = %s", [cents, vase])

    def stock(_words: str) -> None:
        by_hand.execute("UPDATE inventory_stockitem SET on_hand = 1 WHERE variant_id = %s", [vase])

    for node in nodes:
        assert [page(node, path)[0] for path in ("/", "/p/moon-vase", "/pages/delivery")] == [200] * 3
    took = []
    for number in range(ROUNDS):
        price(f"{300 + number}.50")
        took.append(until(lambda number=number: shows(f"{300 + number}.50")))  # type: ignore[misc]
    print("a price was everywhere after", [round(seconds, 2) for seconds in took], "s")  # noqa: T201
    assert statistics.median(took) < SECONDS
    office("Sun vase")
    assert until(lambda: shows("Sun vase")) < 5 * SECONDS
    for node in nodes:
        page(node, "/pages/delivery")
    before = [made(node) for node in nodes]
    stock("")
    until(lambda: shows("1 left") or shows("Only 1"))
    for node in nodes:
        page(node, "/pages/delivery")
    after = [made(node) for node in nodes]
    assert [late - early for early, late in zip(before, after, strict=True)] == [1, 1], "the product's page alone"


def made(node: Process) -> float:
    """How many requests have reached a node's Django."""
    return node.metrics()("eseller_edge_pages_total", outcome="made")
