"""The survey finds what is missing and what does not add up, each by its own check."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
import psycopg
import pytest

from eseller.cluster.receipts import Receipt
from eseller.cluster.survey import Check, Connection, survey
from eseller.commerce.orders.actions.issue_invoice import issue_invoice
from eseller.commerce.orders.actions.place_order import place_order
from eseller.commerce.orders.checkout import Placed
from eseller.config.environment import environment
from eseller.kernel import clock
from eseller.tenancy.hosts import ShopInfo
from tests.commerce import shopping

pytestmark = pytest.mark.pg15
DAMAGES = {
    "an order's lines": (
        "UPDATE orders_orderline SET net = net + {by}, total = total + {by} WHERE shop_id = {shop} AND position = 1"
    ),
    "an order's VAT": "UPDATE orders_ordervat SET vat = vat + {by} WHERE shop_id = {shop}",
    "what was refunded": (
        "UPDATE payments_payment SET authorised = amount, captured = amount, refunded = greatest(0, {by})"
        " WHERE shop_id = {shop}"
    ),
    "stock is": "UPDATE inventory_stockitem SET on_hand = on_hand + {by} WHERE shop_id = {shop}",
    "what is reserved": "UPDATE inventory_stockitem SET reserved = reserved + {by} WHERE shop_id = {shop}",
    "numbers of invoices": "UPDATE orders_invoice SET number = number + {by} WHERE shop_id = {shop}",
    "sequences": (
        "SELECT setval('orders_order_id_seq', CASE WHEN {by} > 0 THEN 1 ELSE max(id) END) FROM orders_order"
    ),
}

COUNTED = """
INSERT INTO inventory_movement (shop_id, variant_id, delta, reason, reference, actor)
SELECT shop_id, variant_id, on_hand, 'count', '', 'test' FROM inventory_stockitem WHERE shop_id = %s
"""


@pytest.fixture
def hand(db: None, postgres: Any) -> Iterator[Connection]:
    """A connection of an administrator, past all triggers."""
    address = postgres.admin.at(environment().role_url("web").name)
    with psycopg.connect(address.url, autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")
        yield connection


@pytest.fixture
def info(shop: Any) -> ShopInfo:
    return shopping.make_ready(shop)


def buy(info: ShopInfo) -> Placed:
    mug = shopping.make_variant(info, stock=10)
    owner = shopping.fill_cart(info, {mug: 1})
    return place_order(shop=info, owner=owner, details=shopping.details_for(info, owner), actor="shopper")


def receipt_of(info: ShopInfo, placed: Placed) -> Receipt:
    return Receipt(at=clock.now(), shop=info.id, order=placed.public_id, number=placed.number, total=placed.total)


def checks(hand: Connection, *receipts: Receipt, files: bool = False) -> dict[str, Check]:
    return {check.name: check for check in survey(hand, receipts, files=files).checks}


def one_of(found: dict[str, Check], beginning: str) -> Check:
    (name,) = (name for name in found if name.startswith(beginning))
    return found[name]


def test_receipts_are_held_against_orders(hand: Connection, info: ShopInfo) -> None:
    receipt = receipt_of(info, buy(info))
    check = one_of(checks(hand, receipt), "each order")
    assert (check.looked_at, check.wrong) == (1, 0)
    lost = msgspec.structs.replace(receipt, order="never-was", number="X1")
    other_total = msgspec.structs.replace(receipt, total=receipt.total + 1)
    of_a_shop_that_is_gone = msgspec.structs.replace(lost, shop=2**40)
    check = one_of(checks(hand, receipt, lost, other_total, of_a_shop_that_is_gone), "each order")
    assert (check.looked_at, check.wrong) == (4, 2)
    assert f"shop {info.id}, X1" in check.examples


@pytest.mark.parametrize("beginning", DAMAGES)
def test_what_does_not_add_up_is_found(hand: Connection, info: ShopInfo, beginning: str) -> None:
    buy(info)
    issue_invoice(shop_id=info.id, number=buy(info).number, actor="test")
    hand.execute(COUNTED, [info.id])
    before = checks(hand)
    hand.execute(DAMAGES[beginning].format(by=1, shop=info.id).encode())
    try:
        after = checks(hand)
    finally:
        hand.execute(DAMAGES[beginning].format(by=-1, shop=info.id).encode())
    changed = {name for name, check in after.items() if check.wrong > before[name].wrong}
    assert changed == {one_of(after, beginning).name}


def test_indexes_and_tables_are_read_through(hand: Connection, info: ShopInfo) -> None:
    buy(info)
    found = checks(hand, files=True)
    indexes, tables = one_of(found, "indexes"), one_of(found, "tables")
    assert (indexes.wrong, tables.wrong) == (0, 0), (indexes, tables)
    assert indexes.looked_at > tables.looked_at > 50


def test_an_index_that_lacks_a_row_is_found(hand: Connection, info: ShopInfo) -> None:
    hand.execute("CREATE TABLE survey_probe (id bigint)")
    try:
        hand.execute("INSERT INTO survey_probe SELECT generate_series(1, 100)")
        # An index over some rows that claims to be over all.
        hand.execute("CREATE INDEX survey_probe_id ON survey_probe (id) WHERE id < 50")
        hand.execute("SET allow_system_table_mods = on")
        hand.execute("UPDATE pg_index SET indpred = NULL WHERE indexrelid = 'survey_probe_id'::regclass")
        check = one_of(checks(hand, files=True), "indexes")
        assert check.wrong == 1
        assert "survey_probe_id" in check.examples[0]
    finally:
        hand.execute("DROP TABLE survey_probe")


def test_two_looks_at_the_same_rows_give_the_same_checksums(hand: Connection, info: ShopInfo) -> None:
    first = survey(hand, [], files=False).tables
    assert survey(hand, [], files=False).tables == first
    buy(info)
    changed = {b.name for a, b in zip(first, survey(hand, [], files=False).tables, strict=True) if a != b}
    assert {"orders_order", "orders_orderline", "payments_payment", "inventory_reservation"} <= changed
