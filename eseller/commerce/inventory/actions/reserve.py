"""Hold stock for a checkout, and what becomes of it."""

from collections.abc import Mapping
from datetime import timedelta

from eseller.commerce.inventory.errors import ReservationGone, Shortage, SoldOut
from eseller.kernel import clock
from eseller.tenancy.faults import retrying
from eseller.tenancy.scope import require_scope, shop_transaction
from eseller.tenancy.sql import execute, fetch

# The unique key makes a second call for the same checkout wait for the first and then do nothing. Stock is locked in
# the order of variants, so that two checkouts never wait for each other crosswise. What has no stock row can't be had,
# as its page says.
_HOLD = """
WITH held AS (
    INSERT INTO inventory_reservation AS r (shop_id, key, variant_id, quantity, state, expires_at)
    SELECT %(shop)s, %(key)s, w.variant_id, w.quantity, 'held', %(until)s
    FROM unnest(%(variants)s::bigint[], %(quantities)s::int[]) AS w (variant_id, quantity) ORDER BY w.variant_id
    ON CONFLICT (shop_id, key, variant_id) DO UPDATE
        SET quantity = excluded.quantity, state = 'held', expires_at = excluded.expires_at WHERE r.state = 'released'
    RETURNING r.variant_id, r.quantity
), locked AS (
    SELECT s.id, s.variant_id, held.quantity, s.on_hand - s.reserved AS available
    FROM inventory_stockitem s JOIN held ON held.variant_id = s.variant_id
    ORDER BY s.variant_id FOR UPDATE OF s
), taken AS (
    UPDATE inventory_stockitem s SET reserved = s.reserved + locked.quantity
    FROM locked
    WHERE s.id = locked.id AND (NOT s.tracked OR s.backorder OR s.on_hand - s.reserved >= locked.quantity)
    RETURNING s.id
)
SELECT held.variant_id, held.quantity, greatest(locked.available, 0)
FROM held LEFT JOIN locked ON locked.variant_id = held.variant_id
WHERE locked.id IS NULL OR locked.id NOT IN (SELECT id FROM taken)
ORDER BY held.variant_id
"""
_COMMIT = """
UPDATE inventory_reservation SET state = 'committed', expires_at = NULL
WHERE key = %s AND state IN ('held', 'committed')
"""
_RELEASE = """
WITH gone AS (
    UPDATE inventory_reservation SET state = 'released', expires_at = NULL
    WHERE key = ANY(%(keys)s) AND state IN ('held', 'committed') AND (expires_at <= %(expired)s OR %(expired)s IS NULL)
    RETURNING variant_id, quantity
), freed AS (
    SELECT variant_id, sum(quantity)::int AS quantity FROM gone GROUP BY variant_id
), locked AS (
    SELECT s.id, freed.quantity FROM inventory_stockitem s JOIN freed ON freed.variant_id = s.variant_id
    ORDER BY s.variant_id FOR UPDATE OF s
)
UPDATE inventory_stockitem s SET reserved = s.reserved - locked.quantity FROM locked WHERE s.id = locked.id
"""
_PIECES = """
WITH freed AS (
    UPDATE inventory_reservation r SET quantity = r.quantity - w.quantity,
        state = CASE WHEN r.quantity = w.quantity THEN 'released' ELSE r.state END
    FROM unnest(%(variants)s::bigint[], %(quantities)s::int[]) AS w (variant_id, quantity)
    WHERE r.key = %(key)s AND r.variant_id = w.variant_id AND r.state IN ('held', 'committed')
    RETURNING r.variant_id, w.quantity
), locked AS (
    SELECT s.id, freed.quantity FROM inventory_stockitem s JOIN freed ON freed.variant_id = s.variant_id
    ORDER BY s.variant_id FOR UPDATE OF s
)
UPDATE inventory_stockitem s SET reserved = s.reserved - locked.quantity FROM locked WHERE s.id = locked.id
"""
_EXPIRED = """
SELECT DISTINCT key FROM inventory_reservation WHERE state = 'held' AND expires_at <= %s ORDER BY key LIMIT %s
"""


def reserve(*, shop_id: int, key: str, lines: Mapping[int, int], minutes: int, actor: str) -> None:
    """Hold pieces of some variants, all or none, in a short transaction of its own; once for each key.

    Call it outside any transaction: nothing slow may happen while stock is locked.

    Args:
        shop_id: the shop.
        key: of the checkout.
        lines: pieces by variant.
        minutes: after which the hold is given back by itself.
        actor: who does it.

    Raises:
        SoldOut: with every variant that is short; nothing is held then.
    """
    variants = sorted(lines)
    values = {
        "shop": shop_id,
        "key": key,
        "variants": variants,
        "quantities": [lines[variant] for variant in variants],
        "until": clock.now() + timedelta(minutes=minutes),
    }

    def hold() -> None:
        with shop_transaction(shop_id, actor=actor, durable=True, label="reserve"):
            short = fetch(_HOLD, values)
            if short:
                raise SoldOut(tuple(Shortage(*row) for row in short))

    retrying(hold)


def commit(*, key: str, lines: int) -> None:
    """Keep what is held for an order that was placed. Call it in the order's transaction.

    Raises:
        ReservationGone: when not all ``lines`` variants are held any more.
    """
    if execute(_COMMIT, [key]) != lines:
        raise ReservationGone


def release(*, key: str) -> None:
    """Give back what is held under a key and was not shipped. Call it inside a ``shop_transaction``."""
    execute(_RELEASE, {"keys": [key], "expired": None})


def release_pieces(*, key: str, lines: Mapping[int, int]) -> None:
    """Give back some of what is held under a key, pieces by variant. Call it inside a ``shop_transaction``."""
    variants = sorted(variant for variant, pieces in lines.items() if pieces)
    if variants:
        quantities = [lines[variant] for variant in variants]
        execute(_PIECES, {"key": key, "variants": variants, "quantities": quantities})


def release_expired(*, limit: int = 100) -> int:
    """Give back what checkouts hold that were given up, a small batch. Call it inside a ``shop_transaction``.

    Returns:
        How many checkouts had expired; as many as ``limit`` means that there may be more.
    """
    require_scope()
    now = clock.now()
    keys = [row[0] for row in fetch(_EXPIRED, [now, limit])]
    if keys:
        execute(_RELEASE, {"keys": keys, "expired": now})
    return len(keys)
