"""Take goods off the shelf, and put them back."""

from collections.abc import Mapping

from eseller.tenancy.scope import require_scope
from eseller.tenancy.sql import execute

# What a committed reservation holds shrinks with each parcel. A movement is written for what is counted.
_SHIP = """
WITH parcel AS (
    SELECT * FROM unnest(%(variants)s::bigint[], %(quantities)s::int[]) AS p (variant_id, quantity)
), held AS (
    UPDATE inventory_reservation r SET quantity = r.quantity - p.quantity,
        state = CASE WHEN r.quantity = p.quantity THEN 'shipped' ELSE r.state END
    FROM parcel p WHERE r.key = %(key)s AND r.variant_id = p.variant_id AND r.state = 'committed'
    RETURNING p.variant_id, p.quantity
), locked AS (
    SELECT s.id, held.quantity FROM inventory_stockitem s JOIN held ON held.variant_id = s.variant_id
    ORDER BY s.variant_id FOR UPDATE OF s
), sent AS (
    UPDATE inventory_stockitem s
    SET reserved = s.reserved - locked.quantity,
        on_hand = CASE WHEN s.tracked THEN s.on_hand - locked.quantity ELSE s.on_hand END
    FROM locked WHERE s.id = locked.id
    RETURNING s.variant_id, locked.quantity, s.tracked
)
INSERT INTO inventory_movement (shop_id, variant_id, delta, reason, reference, actor, at)
SELECT %(shop)s, variant_id, -quantity, 'sale', %(reference)s, %(actor)s, now() FROM sent WHERE tracked
ORDER BY variant_id
"""
_RETURN = """
WITH parcel AS (
    SELECT * FROM unnest(%(variants)s::bigint[], %(quantities)s::int[]) AS p (variant_id, quantity)
), locked AS (
    SELECT s.id, p.quantity FROM inventory_stockitem s JOIN parcel p ON p.variant_id = s.variant_id
    WHERE s.tracked ORDER BY s.variant_id FOR UPDATE OF s
), back AS (
    UPDATE inventory_stockitem s SET on_hand = s.on_hand + locked.quantity FROM locked WHERE s.id = locked.id
    RETURNING s.variant_id, locked.quantity
)
INSERT INTO inventory_movement (shop_id, variant_id, delta, reason, reference, actor, at)
SELECT %(shop)s, variant_id, quantity, 'return', %(reference)s, %(actor)s, now() FROM back ORDER BY variant_id
"""


def ship_stock(*, key: str, lines: Mapping[int, int], reference: str, actor: str) -> None:
    """Take pieces that an order holds out of stock. Call it inside a ``shop_transaction``.

    Args:
        key: under which the order holds them.
        lines: pieces by variant, no more than are held.
        reference: the order's number.
        actor: who does it.
    """
    _move(_SHIP, lines, reference, actor, key)


def return_stock(*, lines: Mapping[int, int], reference: str, actor: str) -> None:
    """Put pieces that came back on the shelf, where stock is counted. Call it inside a ``shop_transaction``."""
    _move(_RETURN, lines, reference, actor)


def _move(sql: str, lines: Mapping[int, int], reference: str, actor: str, key: str = "") -> None:
    variants = sorted(variant for variant, quantity in lines.items() if quantity)
    if variants:
        quantities = [lines[variant] for variant in variants]
        values = {"variants": variants, "quantities": quantities, "reference": reference, "actor": actor}
        execute(sql, values | {"key": key, "shop": require_scope()})
