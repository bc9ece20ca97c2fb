"""Figures of the overview page, each one statement over an index."""

from datetime import date, timedelta

import msgspec
from django.utils import timezone

from eseller.kernel import clock
from eseller.tenancy.sql import fetch, fetch_records

DAYS = 30
LOW = 5

_COUNTS = """
SELECT count(*) FILTER (WHERE fulfilment_state IN ('unfulfilled', 'partially_fulfilled')),
       count(*) FILTER (WHERE payment_state = 'authorised'),
       count(*) FILTER (WHERE payment_state IN ('unpaid', 'partially_paid')
                        AND placed_at < %(now)s - interval '14 days')
FROM orders_order WHERE state = 'open'
"""
_SALES = """
SELECT (placed_at AT TIME ZONE %(zone)s)::date AS day, sum(total)::bigint, count(*)
FROM orders_order
WHERE state IN ('open', 'completed') AND placed_at >= %(since)s
GROUP BY day ORDER BY day
"""
_LOW = """
SELECT p.id, coalesce(
    (SELECT t.title FROM catalog_producttext t WHERE t.product_id = p.id
     ORDER BY t.language = %(language)s DESC, t.language = %(default)s DESC, t.language LIMIT 1), p.slug),
    coalesce(v.sku, ''), s.on_hand::bigint - s.reserved
FROM inventory_stockitem s
JOIN catalog_variant v ON v.id = s.variant_id AND v.active
JOIN catalog_product p ON p.id = v.product_id AND p.state = 'published'
WHERE s.tracked AND NOT s.backorder AND s.on_hand::bigint - s.reserved <= %(low)s
ORDER BY s.on_hand::bigint - s.reserved, p.id LIMIT 8
"""
_STEPS = """
SELECT EXISTS (SELECT FROM catalog_product WHERE state = 'published'),
       EXISTS (SELECT FROM shipping_shippingmethod WHERE active),
       EXISTS (SELECT FROM payments_paymentmethod WHERE active),
       EXISTS (SELECT FROM content_page WHERE published),
       EXISTS (SELECT FROM orders_order WHERE placed_at IS NOT NULL)
"""


class ToDo(msgspec.Struct, frozen=True):
    """Orders that wait for somebody."""

    to_ship: int
    to_capture: int
    overdue: int


class Day(msgspec.Struct, frozen=True):
    """What was sold on a day, in minor units."""

    day: date
    total: int
    orders: int


class LowStock(msgspec.Struct, frozen=True):
    """A variant that is nearly or quite gone."""

    product_id: int
    title: str
    sku: str
    available: int


class FirstSteps(msgspec.Struct, frozen=True):
    """What a new shop has already."""

    products: bool
    shipping: bool
    payment: bool
    pages: bool
    orders: bool


def to_do() -> ToDo:
    """Return how many open orders wait, and for what. An invoice is overdue after 14 days."""
    return fetch_records(_COUNTS, {"now": clock.now()}, ToDo)[0]


def sales() -> list[Day]:
    """Return the last 30 days in the active time zone, days without orders included."""
    today = clock.now().astimezone(timezone.get_current_timezone()).date()
    since = clock.now() - timedelta(days=DAYS)
    zone = timezone.get_current_timezone_name()
    sold = {day: (total, count) for day, total, count in fetch(_SALES, {"zone": zone, "since": since})}
    days = [today - timedelta(days=back) for back in range(DAYS - 1, -1, -1)]
    return [Day(day, *sold.get(day, (0, 0))) for day in days]


def low_stock(*, language: str, default_language: str) -> list[LowStock]:
    """Return the variants on sale of which fewest are left, at most eight."""
    return fetch_records(_LOW, {"language": language, "default": default_language, "low": LOW}, LowStock)


def first_steps() -> FirstSteps:
    """Return what the shop has already."""
    return fetch_records(_STEPS, None, FirstSteps)[0]
