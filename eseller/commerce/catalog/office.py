"""Reads of the catalog for the back office: drafts to edit, and lists that show what shoppers do not see."""

import msgspec

from eseller.commerce.catalog import sql
from eseller.commerce.catalog.clean import line
from eseller.commerce.catalog.drafts import CategoryDraft, ProductDraft
from eseller.commerce.catalog.records import CategoryRow, ProductList
from eseller.commerce.catalog.stored import as_draft, stored_product
from eseller.tenancy.sql import fetch_json

ROWS = 50
_MAX_PAGE = 1000

_LIST = f"""
WITH matching AS MATERIALIZED (
    SELECT p.id, p.updated_at FROM catalog_product p
    WHERE (%(state)s::text IS NULL OR p.state = %(state)s::text)
        AND (%(search)s::text IS NULL OR p.slug ILIKE %(search)s OR p.brand ILIKE %(search)s
            OR EXISTS (SELECT FROM catalog_producttext x WHERE x.product_id = p.id AND x.title ILIKE %(search)s)
            OR EXISTS (SELECT FROM catalog_variant v
                WHERE v.product_id = p.id AND (v.sku ILIKE %(search)s OR v.ean = %(exact)s)))
), shown AS (
    SELECT id FROM matching ORDER BY updated_at DESC, id DESC LIMIT {ROWS} OFFSET %(skip)s
)
SELECT json_build_object('page', %(page)s::int, 'total', (SELECT count(*) FROM matching),
    'pages', greatest(1, ceil((SELECT count(*) FROM matching) / {ROWS}.0))::int,
    'rows', (SELECT coalesce(json_agg(json_build_object(
        'id', p.id, 'slug', p.slug, 'title', t.title, 'brand', p.brand, 'state', p.state, 'updated_at', p.updated_at,
        'variants', n.variants, 'price', {sql.money("o.low")}, 'varies', coalesce(o.varies, false),
        'on_hand', n.on_hand, 'picture', {sql.FIRST_PICTURE}) ORDER BY p.updated_at DESC, p.id DESC), '[]')
        FROM shown JOIN catalog_product p ON p.id = shown.id {sql.CARD_FROM}
        CROSS JOIN LATERAL (
            SELECT count(*) AS variants, sum(s.on_hand) FILTER (WHERE s.tracked) AS on_hand
            FROM catalog_variant v LEFT JOIN inventory_stockitem s ON s.variant_id = v.id
            WHERE v.product_id = p.id AND v.active) n)
)::text
"""  # noqa: S608  (built of constants)
_CATEGORIES = f"""
SELECT coalesce(json_agg(json_build_object(
    'id', c.id, 'parent_id', c.parent_id, 'slug', c.slug, 'title', t.title, 'published', c.published,
    'position', c.position,
    'products', (SELECT count(*) FROM catalog_productcategory x WHERE x.category_id = c.id)
) ORDER BY c.position, c.id), '[]')::text
FROM catalog_category c JOIN {sql.CATEGORY_TITLE} t ON true
"""  # noqa: S608
_CATEGORY = """
SELECT json_build_object(
    'slug', c.slug, 'parent_id', c.parent_id, 'position', c.position, 'published', c.published, 'image_id', c.image_id,
    'texts', (SELECT coalesce(json_agg(json_build_object(
        'language', t.language, 'title', t.title, 'description', t.description) ORDER BY t.id), '[]')
        FROM catalog_categorytext t WHERE t.category_id = c.id)
)::text FROM catalog_category c WHERE c.id = %s
"""


def products_list(
    *, language: str, currency: str, search: str = "", state: str | None = None, page: int = 1
) -> ProductList:
    """Return a page of all products, last changed first. One statement.

    Args:
        language: of the titles.
        currency: of the prices.
        search: part of a title, brand, address or SKU, or a whole EAN.
        state: only products in this state.
        page: from 1.
    """
    exact = line(search)[:100]
    number = min(max(page, 1), _MAX_PAGE)
    values = {
        "language": language,
        "currency": currency,
        "state": state,
        "exact": exact,
        "search": f"%{_escaped(exact)}%" if exact else None,
        "page": number,
        "skip": (number - 1) * ROWS,
    }
    found = fetch_json(_LIST, values, ProductList)
    return found or ProductList(rows=(), total=0, page=1, pages=1)


def _escaped(text: str) -> str:
    """Make the wildcards of LIKE mean themselves."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def product_draft(product_id: int) -> ProductDraft | None:
    """Return a product as the draft that ``save_product`` would leave unchanged, or None. One statement."""
    stored = stored_product(product_id)
    return as_draft(stored) if stored else None


def categories_list(language: str) -> tuple[CategoryRow, ...]:
    """Return all categories in the order of the tree, each with its depth. One statement."""
    rows = fetch_json(_CATEGORIES, {"language": language}, list[CategoryRow]) or []
    below: dict[int | None, list[CategoryRow]] = {}
    for row in rows:
        below.setdefault(row.parent_id, []).append(row)
    result: list[CategoryRow] = []
    _walk(below, None, 1, result)
    return tuple(result)


def _walk(
    below: dict[int | None, list[CategoryRow]], parent_id: int | None, depth: int, result: list[CategoryRow]
) -> None:
    for row in below.pop(parent_id, []):
        result.append(msgspec.structs.replace(row, depth=depth))
        _walk(below, row.id, depth + 1, result)


def category_draft(category_id: int) -> CategoryDraft | None:
    """Return a category as the draft that ``save_category`` would leave unchanged, or None. One statement."""
    return fetch_json(_CATEGORY, [category_id], CategoryDraft)
