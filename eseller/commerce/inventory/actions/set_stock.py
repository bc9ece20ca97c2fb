"""Set the stock of variants: a count, an import, a form."""

from collections.abc import Sequence
from typing import Any

import msgspec

from eseller.commerce.catalog.actions.rows import Table, insert, update
from eseller.kernel.errors import EsellerError
from eseller.tenancy.guard import quarantine
from eseller.tenancy.scope import require_scope, shop_transaction
from eseller.tenancy.sql import execute, fetch

_LOCK = """
SELECT variant_id, id, on_hand, reserved, tracked, backorder FROM inventory_stockitem
WHERE variant_id = ANY(%s) ORDER BY variant_id FOR UPDATE
"""
_RECOUNT = """
UPDATE inventory_stockitem s SET reserved = n.held,
    on_hand = greatest(least(coalesce(s.on_hand, 0), 1000000000), n.held),
    tracked = coalesce(s.tracked, true), backorder = coalesce(s.backorder, false)
FROM (
    SELECT w.id, (SELECT coalesce(sum(r.quantity), 0)::int FROM inventory_reservation r
        WHERE r.variant_id = w.id AND r.state IN ('held', 'committed')) AS held
    FROM unnest(%(variants)s::bigint[]) AS w(id)) n
WHERE s.variant_id = n.id AND s.id = ANY(%(ids)s)
"""
_COLUMNS = {"variant_id": "bigint", "on_hand": "integer", "tracked": "boolean", "backorder": "boolean"}
_STOCK = Table("inventory_stockitem", _COLUMNS)
_NEW_STOCK = Table("inventory_stockitem", {**_COLUMNS, "reserved": "integer"})
_MOVEMENT = Table(
    "inventory_movement",
    {"variant_id": "bigint", "delta": "integer", "reason": "text", "reference": "text", "actor": "text"},
)


class StockTarget(msgspec.Struct, frozen=True):
    """What a variant's stock should be. ``on_hand`` None leaves the count as it is."""

    variant_id: int
    on_hand: int | None = None
    tracked: bool = True
    backorder: bool = False


class StockBelowReserved(EsellerError):
    """More is promised to orders than there would be. Ship or cancel these first, or allow back-orders."""

    code = "below_reserved"
    status = 409


def set_stock(*, targets: Sequence[StockTarget], reason: str, actor: str, reference: str = "") -> int:
    """Make stock what is given, with a movement for each change of a count, and return how many rows changed.

    Rows are locked in the order of variants, as everywhere.

    Args:
        targets: variants of the current shop, each once.
        reason: ``count`` or ``import``.
        actor: who does it.
        reference: what it belongs to.

    Raises:
        StockBelowReserved: when the new count would not cover what is reserved; ``detail["variant_id"]`` says where.
    """
    if not targets:
        return 0
    with shop_transaction(require_scope(), actor=actor):
        _recount([target.variant_id for target in targets])
        rows = {row[0]: row[1:] for row in fetch(_LOCK, [[target.variant_id for target in targets]])}
        new, changed, movements = [], [], []
        for target in sorted(targets, key=lambda target: target.variant_id):
            row, delta, differs = _plan(target, rows.get(target.variant_id))
            if target.variant_id not in rows:
                new.append(row)
            elif differs:
                changed.append(row)
            if delta:
                entry = {"variant_id": target.variant_id, "delta": delta, "reason": reason}
                movements.append(entry | {"reference": reference, "actor": actor[:100]})
        insert(_NEW_STOCK, new)
        update(_STOCK, changed)
        insert(_MOVEMENT, movements)
    return len(new) + len(changed)


def _recount(variant_ids: Sequence[int]) -> None:
    """Count anew what is reserved of variants whose stock is damaged; a row that cannot be sold from costs no sale."""
    kept = quarantine.of_shop(require_scope())
    if kept is not None and (damaged := kept.tables.get("inventory_stockitem")):
        execute(_RECOUNT, {"ids": list(damaged), "variants": list(variant_ids)})


def _plan(target: StockTarget, old: tuple[Any, ...] | None) -> tuple[dict[str, Any], int, bool]:
    """Return the row, the change of the count, and whether the row differs from the old one."""
    row = {"variant_id": target.variant_id, "tracked": target.tracked, "backorder": target.backorder}
    if old is None:
        on_hand = target.on_hand or 0
        return row | {"on_hand": on_hand, "reserved": 0}, on_hand, True
    row_id, before, reserved, tracked, backorder = old
    on_hand = before if target.on_hand is None else target.on_hand
    if target.tracked and not target.backorder and on_hand < reserved:
        raise StockBelowReserved(variant_id=target.variant_id, reserved=reserved)
    differs = (before, tracked, backorder) != (on_hand, target.tracked, target.backorder)
    return row | {"id": row_id, "on_hand": on_hand}, on_hand - before, differs
