"""Make a product's variants, their prices and their stock like a draft."""

from typing import Any

from eseller.commerce.catalog.actions.match import Match, Slot
from eseller.commerce.catalog.actions.rows import Sync, compare, update
from eseller.commerce.catalog.actions.tables import PRICE, VARIANT
from eseller.commerce.catalog.drafts import ProductDraft, StockDraft
from eseller.commerce.catalog.stored import StoredProduct, StoredVariant, whole
from eseller.commerce.inventory.actions.set_stock import StockTarget, set_stock
from eseller.tenancy.scope import require_scope
from eseller.tenancy.sql import execute, fetch

_IN_USE = """
SELECT w.id FROM unnest(%(ids)s::bigint[]) AS w(id) WHERE
    EXISTS (SELECT FROM orders_orderline x WHERE x.variant_id = w.id)
    OR EXISTS (SELECT FROM inventory_reservation x WHERE x.variant_id = w.id)
    OR (%(carts)s AND EXISTS (SELECT FROM cart_cartline x WHERE x.variant_id = w.id))
"""


def in_use(variant_ids: list[int], *, carts: bool) -> set[int]:
    """Return those variants that are held or were ever ordered or, with ``carts``, lie in a cart."""
    return {row[0] for row in fetch(_IN_USE, {"ids": variant_ids, "carts": carts})} if variant_ids else set()


def save_variants(
    product_id: int, draft: ProductDraft, stored: StoredProduct | None, match: Match, values: dict[Slot, int]
) -> tuple[bool, list[int]]:
    """Write the variants' rows.

    Variants that the draft leaves out are deleted, or made inactive when someone ordered them or has them in the cart.

    Args:
        product_id: the product.
        draft: what is wanted.
        stored: what there was, None for a new product.
        match: what of it was recognised.
        values: ids of the option values by their place in the draft.

    Returns:
        Whether anything changed, and the variants' ids in the order of the draft.
    """
    sync = compare(VARIANT, _rows(product_id, draft, values), dict(match.variants))
    retired, sync.deletes = _retire(product_id, draft, stored, match, set(values.values()))
    sync.remove()
    _make_way(sync, match, retired)
    sync.write()
    return bool(sync or retired), [sync.ids[index] for index in range(len(draft.variants))]


def _rows(product_id: int, draft: ProductDraft, values: dict[Slot, int]) -> dict[int, dict[str, Any]]:
    rows = {}
    for index, variant in enumerate(draft.variants):
        chosen = [values[(option, choice)] for option, choice in enumerate(variant.choices)]
        chosen_ids = [*chosen, None, None, None][:3]
        rows[index] = {
            "product_id": product_id,
            "position": index,
            "sku": variant.sku,
            "ean": variant.ean,
            "weight_g": variant.weight_g,
            "active": variant.active,
            "value1_id": chosen_ids[0],
            "value2_id": chosen_ids[1],
            "value3_id": chosen_ids[2],
            "image_id": variant.image_id,
        }
    return rows


def _retire(
    product_id: int, draft: ProductDraft, stored: StoredProduct | None, match: Match, values: set[int]
) -> tuple[list[dict[str, Any]], list[int]]:
    """Return the rows of left-out variants that must stay, as far as they change, and the ids of those that go."""
    options = stored.options if stored else []
    used = in_use([variant.id for variant in match.left_out], carts=True)
    wanted_skus = {variant.sku for variant in draft.variants}
    keep, go = [], []
    for variant in match.left_out:
        if variant.id not in used and (variant.active or whole(variant, options)):
            go.append(variant.id)
            continue
        row = {column: getattr(variant, column, product_id) for column in VARIANT.columns}
        row |= {"id": variant.id, "active": False, "sku": None if variant.sku in wanted_skus else variant.sku}
        row |= {c: row[c] if row[c] in values else None for c in ("value1_id", "value2_id", "value3_id")}
        if any(row[column] != getattr(variant, column, product_id) for column in VARIANT.columns):
            keep.append(row)
    return keep, go


def _make_way(sync: Sync, match: Match, retired: list[dict[str, Any]]) -> None:
    """Take SKUs and combinations out of the way of each other, where variants change them.

    Both are unique at every moment, so two variants could not swap theirs otherwise.
    """
    before = {variant.id: variant for variant in match.variants.values()}
    moved = [row["id"] for row in sync.updates if _moves(row, before[row["id"]])]
    if moved and (len(moved) > 1 or retired):
        execute("UPDATE catalog_variant SET active = false, sku = NULL WHERE id = ANY(%s)", [moved])
    update(VARIANT, retired)


def _moves(row: dict[str, Any], old: StoredVariant) -> bool:
    return any(
        row[column] != getattr(old, column) for column in ("sku", "active", "value1_id", "value2_id", "value3_id")
    )


def save_prices(draft: ProductDraft, match: Match, variant_ids: list[int]) -> bool:
    """Write the variants' prices, one list a currency, and tell whether anything changed."""
    lists = _price_lists({price.currency for variant in draft.variants for price in variant.prices})
    wanted = {
        (variant_id, price.currency): {
            "price_list_id": lists[price.currency],
            "variant_id": variant_id,
            "amount": price.amount,
            "compare_at": price.compare_at,
        }
        for variant_id, variant in zip(variant_ids, draft.variants, strict=True)
        for price in variant.prices
    }
    stored = {(v.id, price.currency): price for v in match.variants.values() for price in v.prices}
    sync = compare(PRICE, wanted, stored)
    sync.remove()
    sync.write()
    return bool(sync)


def _price_lists(currencies: set[str]) -> dict[str, int]:
    """Return the ids of the shop's price lists by currency; missing ones are made."""
    if not currencies:
        return {}
    query = "SELECT currency, id FROM pricing_pricelist"
    lists = dict(fetch(query))
    if missing := sorted(currencies - lists.keys()):
        execute(
            "INSERT INTO pricing_pricelist (shop_id, name, currency) SELECT %s, c, c FROM unnest(%s::text[]) AS c "
            "ON CONFLICT (shop_id, currency) DO NOTHING",
            [require_scope(), missing],
        )
        lists = dict(fetch(query))
    return lists


def save_stock(draft: ProductDraft, match: Match, variant_ids: list[int], *, actor: str) -> bool:
    """Write the variants' stock, as far as the draft says something of it, and tell whether anything changed.

    Every variant has a stock row; a new one without a word about stock has none on hand.
    """
    targets = []
    for index, (variant_id, variant) in enumerate(zip(variant_ids, draft.variants, strict=True)):
        old = match.variants[index].stock if index in match.variants else None
        wanted = variant.stock or (StockDraft() if old is None else None)
        if wanted is None:
            continue
        same = old is not None and (old.tracked, old.backorder) == (wanted.tracked, wanted.backorder)
        if not same or (wanted.on_hand is not None and old is not None and wanted.on_hand != old.on_hand):
            targets.append(StockTarget(variant_id, wanted.on_hand, wanted.tracked, wanted.backorder))
    return set_stock(targets=targets, reason="import" if draft.source else "count", actor=actor) > 0
