"""History is kept of every table but those that say why not, whoever changes a row and however."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.db import connections

from eseller.commerce.pricing.models import PriceList
from eseller.config.environment import environment
from eseller.kernel import context
from eseller.tenancy.models import History
from eseller.tenancy.scope import shop_transaction
from tests.isolation.rows import shop_models

pytestmark = pytest.mark.pg15

OWN_TALE = "its rows are written once and tell by themselves what happened"
DERIVED = "made from other rows, which have history"
HOT = "changes with every visit; orders and movements tell what came of it"
PERSONAL = "nothing but personal data, which history must not keep"
BY_EVENTS = "the order's events and papers tell"
WITHOUT = {
    "cart_cart": HOT,
    "cart_cartline": HOT,
    "catalog_searchentry": DERIVED,
    "catalog_searchword": DERIVED,
    "customers_address": PERSONAL,
    "customers_customersession": HOT,
    "inventory_movement": OWN_TALE,
    "inventory_reservation": HOT,
    "inventory_stockitem": HOT,
    "orders_fulfilment": BY_EVENTS,
    "orders_fulfilmentline": BY_EVENTS,
    "orders_invoice": OWN_TALE,
    "orders_numberseries": BY_EVENTS,
    "orders_orderaddress": PERSONAL,
    "orders_orderevent": OWN_TALE,
    "orders_orderline": BY_EVENTS,
    "orders_ordervat": OWN_TALE,
    "payments_paymentevent": OWN_TALE,
    "payments_refund": OWN_TALE,
    "payments_testcardcharge": "of the test card's processor, which stands for another company",
    "services_outboxmessage": "the message tells what became of it, and holds an address",
    "tenancy_change": OWN_TALE,
    "tenancy_finding": OWN_TALE,
    "tenancy_history": OWN_TALE,
}
OF_THE_PLATFORM = {
    "pricing_exchangerate",
    "pricing_vatrate",
    "services_mailtext",
    "tenancy_platformsetting",
    "tenancy_shop",
}


@pytest.fixture
def by_hand(postgres: Any, database: None) -> Iterator[Any]:
    """An administrator with psql."""
    with psycopg.connect(postgres.admin.at(environment().role_url("web").name).url, autocommit=True) as connection:
        yield connection


def triggers() -> list[tuple[str, str, int, list[str]]]:
    """Return of each table with history: whether its trigger fires always, on what, and which columns it leaves out."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            """
            SELECT t.tgrelid::regclass::text, t.tgenabled::text, t.tgtype,
                   array_remove(string_to_array(encode(t.tgargs, 'escape'), '\\000'), '')
            FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid WHERE p.proname = 'eseller_history'
            """
        )
        rows: list[tuple[str, str, int, list[str]]] = cursor.fetchall()
    connections["owner"].close()
    return rows


def test_every_table_has_history_or_a_reason(database: None) -> None:
    having = {row[0] for row in triggers()}
    tables = {model._meta.db_table for model in shop_models()}
    assert having == (tables - WITHOUT.keys()) | OF_THE_PLATFORM
    assert WITHOUT.keys() <= tables


def test_every_trigger_fires_always_on_all_that_changes_a_row(database: None) -> None:
    # Bits of tgtype: 1 each row, 4 insert, 8 delete, 16 update; without 2 it fires after.
    assert {(enabled, kind) for _, enabled, kind, _ in triggers()} == {("A", 1 | 4 | 8 | 16)}


def test_what_history_leaves_out_exists(database: None) -> None:
    columns = {model._meta.db_table: {field.column for field in model._meta.local_fields} for model in shop_models()}
    assert [(table, left) for table, _, _, left in triggers() if set(left) - columns.get(table, set())] == []


def name_in(row: dict[str, Any] | None) -> str | None:
    return row["name"] if row else None


@pytest.mark.parametrize("replication_role", ["origin", "replica"])
def test_a_change_by_hand_is_kept_with_the_database_user(shop: Any, by_hand: Any, replication_role: str) -> None:
    with context.use(request_id="r1"), shop_transaction(shop.pk, actor="member:7"):
        made = PriceList.objects.create(name="Prices", currency="DKK")
    by_hand.execute(f"SET session_replication_role = {replication_role}")
    by_hand.execute("UPDATE pricing_pricelist SET name = 'By hand' WHERE id = %s", [made.pk])
    by_hand.execute("UPDATE pricing_pricelist SET name = name WHERE id = %s", [made.pk])
    by_hand.execute(
        "INSERT INTO pricing_pricelist (shop_id, name, currency) VALUES (%s, 'Added', 'EUR')", [shop.pk]
    )
    by_hand.execute("DELETE FROM pricing_pricelist WHERE id = %s", [made.pk])
    (person,) = by_hand.execute("SELECT session_user").fetchone()

    with shop_transaction(shop.pk):
        kept = [
            (row.operation, row.db_user, row.actor, row.request_id, name_in(row.before), name_in(row.after))
            for row in History.objects.filter(table_name="pricing_pricelist").order_by("id")
        ]
    assert kept == [
        ("INSERT", "eseller_web", "member:7", "r1", None, "Prices"),
        ("UPDATE", person, "", "", "Prices", "By hand"),
        ("INSERT", person, "", "", None, "Added"),
        ("DELETE", person, "", "", "By hand", None),
    ]
    assert person not in ("eseller_web", "eseller_platform", "eseller_owner")
