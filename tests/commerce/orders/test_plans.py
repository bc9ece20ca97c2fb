"""Hot statements touch few rows, however many orders and carts the shop has, planned as the web role plans them."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, connections

from eseller.commerce.cart.queries import cart_summary, cart_view
from eseller.commerce.orders.actions.place_order import place_order
from eseller.commerce.orders.queries import order_status, orders_list
from eseller.commerce.orders.records import OrderFilter
from eseller.tenancy.hosts import ShopInfo
from eseller.tenancy.scope import shop_transaction
from tests.commerce import shopping

ORDERS = 90
MOST_ROWS = 60


def place(info: ShopInfo, goods: dict[int, int], card: Any) -> str:
    owner = shopping.fill_cart(info, goods)
    details = shopping.details_for(info, owner, card=card)
    return place_order(shop=info, owner=owner, details=details, actor="shopper").public_id


@contextmanager
def explained(touched: dict[str, float]) -> Iterator[None]:
    """Run each statement once for its plan, take it back, then run it; note the rows that its scans looked at."""

    def explain(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if "set_config" not in sql:
            raw = connection.connection
            raw.execute("SAVEPOINT explained")
            # Small tables are rightly read whole; what is asked here is whether an index leads straight to the rows.
            raw.execute("SET LOCAL enable_seqscan = off")
            ((plan,),) = raw.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}", params).fetchall()
            raw.execute("ROLLBACK TO SAVEPOINT explained")
            plan = plan if isinstance(plan, list) else json.loads(plan)
            touched[sql] = max(touched.get(sql, 0), _rows(plan[0]["Plan"]))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(explain):
        yield


def _analyse() -> None:
    """Let the planner know the tables, as autovacuum does a minute after they have grown."""
    with connections["owner"].cursor() as cursor:
        cursor.execute("ANALYZE")
    connections["owner"].close()


def _rows(node: dict[str, Any]) -> float:
    here = 0.0
    if "Scan" in node["Node Type"] and "Relation Name" in node:
        filtered = node.get("Rows Removed by Filter", 0) + node.get("Rows Removed by Index Recheck", 0)
        here = (node["Actual Rows"] + filtered) * node["Actual Loops"]
    return max([here, *(_rows(child) for child in node.get("Plans", ()))])


def test_a_checkout_costs_the_same_in_a_busy_shop(shop: Any, make_shop: Any) -> None:
    for _ in range(12):
        # Most shops are small, which is what the planner expects of each.
        small = shopping.make_ready(make_shop())
        place(small, {shopping.make_variant(small): 1}, shopping.APPROVED)
    info = shopping.make_ready(shop)
    things = [shopping.make_variant(info, stock=10_000) for _ in range(6)]
    for n in range(ORDERS):
        place(info, {things[n % 6]: 1, things[(n + 1) % 6]: 1, things[(n + 2) % 6]: 1}, shopping.APPROVED)
        shopping.fill_cart(info, {things[n % 6]: 1, things[(n + 3) % 6]: 1})
    _analyse()
    touched: dict[str, float] = {}
    with explained(touched):
        for card in (shopping.APPROVED, shopping.TWO_STEPS):
            public_id = place(info, dict.fromkeys(things[:3], 1), card)
        owner = shopping.fill_cart(info, {things[0]: 1})
        with shop_transaction(info.id):
            cart_view(owner, shop=info, language="en")
            cart_summary(owner)
            order_status(public_id)
    busy = {sql: rows for sql, rows in touched.items() if rows > MOST_ROWS}
    assert len(touched) > 15
    assert not busy, "\n".join(f"{rows:.0f} rows: {sql}" for sql, rows in busy.items())


def test_a_page_of_the_merchants_list_takes_two_statements(shop: Any) -> None:
    info = shopping.make_ready(shop)
    touched: dict[str, float] = {}
    with shop_transaction(info.id), explained(touched):
        orders_list(OrderFilter(search="a", state="open"))
    assert len(touched) == 2
