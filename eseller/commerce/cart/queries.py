"""Reads of carts. Call them inside a ``shop_transaction``."""

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from eseller.commerce.cart.models import MAX_LINES, MAX_QUANTITY
from eseller.commerce.cart.records import CartLineView, CartOwner, CartSummary, CartView, Problem
from eseller.kernel.ids import hash_token
from eseller.kernel.money import MAX_AMOUNT, Money
from eseller.resilience.records.fields import Amount, Id, Sha256, Slug, Token, VatClass, Whole
from eseller.tenancy.hosts import ShopInfo
from eseller.tenancy.sql import fetch, fetch_records

# A customer's cart answers to the customer alone, so that signing out leaves nothing behind in the browser.
_OF_CUSTOMER = "c.customer_id = %(customer)s"
_OF_VISITOR = "c.customer_id IS NULL AND c.token_hash = %(token)s"
# The planner takes every shop for a small one. What is materialized, and the limit, make it go from the cart to its
# lines and holds, and not through all that the shop or a popular variant has. What this checkout holds is there for it.
_LINES = """
WITH c AS MATERIALIZED (
    SELECT c.id, c.checkout_key FROM cart_cart c WHERE {owned}
), own AS MATERIALIZED (
    SELECT variant_id, quantity FROM inventory_reservation
    WHERE key = (SELECT checkout_key FROM c) AND state = 'held'
)
SELECT c.checkout_key, l.variant_id, l.quantity, p.slug, coalesce(t.title, p.slug), coalesce(v.sku, ''),
       concat_ws(' / ', coalesce(o1.labels ->> %(language)s, o1.labels ->> %(default)s),
                 coalesce(o2.labels ->> %(language)s, o2.labels ->> %(default)s),
                 coalesce(o3.labels ->> %(language)s, o3.labels ->> %(default)s)),
       i.id, i.sha256, coalesce(pi.alts ->> %(language)s, pi.alts ->> %(default)s, ''),
       price.amount, price.compare_at, p.vat_class, v.weight_g, v.active AND p.state = 'published',
       CASE WHEN s.id IS NULL THEN 0
            WHEN s.tracked AND NOT s.backorder
            THEN greatest(s.on_hand::bigint - s.reserved + coalesce(own.quantity, 0), 0) END
FROM c
JOIN LATERAL (SELECT * FROM cart_cartline WHERE cart_id = c.id ORDER BY id LIMIT %(most)s) l ON true
JOIN catalog_variant v ON v.id = l.variant_id
JOIN catalog_product p ON p.id = v.product_id
LEFT JOIN LATERAL (
    SELECT title FROM catalog_producttext WHERE product_id = p.id
    ORDER BY language = %(language)s DESC, language = %(default)s DESC, language LIMIT 1
) t ON true
LEFT JOIN catalog_optionvalue o1 ON o1.id = v.value1_id
LEFT JOIN catalog_optionvalue o2 ON o2.id = v.value2_id
LEFT JOIN catalog_optionvalue o3 ON o3.id = v.value3_id
LEFT JOIN LATERAL (
    SELECT image_id, alts FROM catalog_productimage WHERE product_id = p.id
    ORDER BY image_id IS NOT DISTINCT FROM v.image_id DESC, position LIMIT 1
) pi ON true
LEFT JOIN media_mediaimage i ON i.id = coalesce(v.image_id, pi.image_id) AND i.state = 'ready'
LEFT JOIN LATERAL (
    SELECT amount, compare_at FROM pricing_price x JOIN pricing_pricelist y ON y.id = x.price_list_id
    WHERE x.variant_id = v.id AND y.currency = %(currency)s
) price ON true
LEFT JOIN inventory_stockitem s ON s.variant_id = v.id
LEFT JOIN own ON own.variant_id = v.id
ORDER BY l.id
"""
_COUNT = """
SELECT coalesce(sum(l.quantity), 0)::bigint FROM cart_cart c JOIN cart_cartline l ON l.cart_id = c.id WHERE {owned}
"""


def owned_by(owner: CartOwner) -> str:
    """Return the SQL condition that finds the cart ``c``; its parameters are those of ``owner_values``."""
    return _OF_VISITOR if owner.customer_id is None else _OF_CUSTOMER


def owner_values(owner: CartOwner) -> dict[str, Any]:
    """Return the parameters of ``owned_by``. Neither token nor customer finds nothing."""
    return {"customer": owner.customer_id, "token": hash_token(owner.token) if owner.token else ""}


def cart_view(owner: CartOwner, *, shop: ShopInfo, language: str) -> CartView:
    """Return the cart with prices, stock and titles of this moment; empty where there is none. One statement."""
    values = {
        "language": language,
        "default": shop.default_language,
        "currency": shop.currency,
        "most": MAX_LINES + 1,  # two requests at once may both add the last line
    }
    rows = fetch_records(_LINES.format(owned=owned_by(owner)), owner_values(owner) | values, _Row)
    lines = tuple(_line(row, shop.currency) for row in rows)
    return CartView(
        lines=lines,
        count=sum(line.quantity for line in lines),
        subtotal=sum((line.line_total for line in lines if line.line_total), Money(0, shop.currency)),
        checkout_key=rows[0].checkout_key if rows else None,
    )


class _Row(msgspec.Struct, frozen=True):
    """A row of ``_LINES``."""

    checkout_key: Token
    variant_id: Id
    quantity: Annotated[int, Meta(ge=1, le=MAX_QUANTITY)]
    slug: Slug
    title: str
    sku: str
    options: str
    image_id: Id | None
    sha256: Sha256 | None
    alt: str
    amount: Amount | None
    compare_at: Amount | None
    vat_class: VatClass
    weight_g: Whole
    on_sale: bool
    left: Annotated[int, Meta(ge=0)] | None


def _line(row: _Row, currency: str) -> CartLineView:
    amount, left = row.amount, row.left
    if amount and amount * row.quantity > MAX_AMOUNT:  # more than can be invoiced
        left = min(MAX_AMOUNT // amount, row.quantity if left is None else left)
    return CartLineView(
        variant_id=row.variant_id,
        product_slug=row.slug,
        title=row.title,
        options=row.options,
        sku=row.sku,
        image_id=row.image_id,
        image_sha256=row.sha256,
        image_alt=row.alt,
        quantity=row.quantity,
        unit_price=None if amount is None else Money(amount, currency),
        compare_at=None if row.compare_at is None else Money(row.compare_at, currency),
        line_total=None if amount is None else Money(amount * row.quantity, currency),
        vat_class=row.vat_class,
        weight_g=row.weight_g,
        left=left,
        problem=_problem(on_sale=row.on_sale, priced=amount is not None, left=left, quantity=row.quantity),
    )


def _problem(*, on_sale: bool, priced: bool, left: int | None, quantity: int) -> Problem | None:
    if not on_sale:
        return Problem.WITHDRAWN
    if not priced:
        return Problem.NO_PRICE
    if left == 0:
        return Problem.SOLD_OUT
    return Problem.TOO_MANY if left is not None and left < quantity else None


def cart_summary(owner: CartOwner) -> CartSummary:
    """Return how many pieces are in the cart, with one statement."""
    return CartSummary(count=fetch(_COUNT.format(owned=owned_by(owner)), owner_values(owner))[0][0])
