"""Reads of the catalog for pages. Call them inside a ``shop_transaction``; each is one statement unless it says so."""

from collections.abc import Iterator, Sequence

import msgspec

from eseller.commerce.catalog import sql
from eseller.commerce.catalog.feed import feed_chunk, feed_entries
from eseller.commerce.catalog.listing import category_page, search_page
from eseller.commerce.catalog.office import categories_list, category_draft, product_draft, products_list
from eseller.commerce.catalog.records import (
    PAGE_SIZE,
    Card,
    HomePage,
    NavigationItem,
    ProductPage,
    SitemapEntry,
)
from eseller.tenancy.sql import fetch_json

RELATED = 4
CHUNK = 500

_PRODUCT = f"""
SELECT json_build_object(
    'id', p.id, 'slug', p.slug, 'language', t.language, 'title', t.title, 'description', t.description,
    'seo_title', t.seo_title, 'seo_description', t.seo_description, 'brand', p.brand,
    'product_type', p.product_type, 'vat_class', p.vat_class, 'includes_vat', {sql.INCLUDES_VAT},
    'updated_at', p.updated_at,
    'category_ids', ARRAY(SELECT c.category_id FROM catalog_productcategory c WHERE c.product_id = p.id),
    'options', coalesce((
        SELECT json_agg(json_build_object('name', {sql.words("o.names")}, 'values', coalesce((
            SELECT json_agg(json_build_object(
                'id', v.id, 'label', {sql.words("v.labels")}, 'swatch', v.swatch) ORDER BY v.position)
            FROM catalog_optionvalue v WHERE v.option_id = o.id), '[]')) ORDER BY o.position)
        FROM catalog_option o WHERE o.product_id = p.id), '[]'),
    'variants', coalesce((
        SELECT json_agg(json_build_object(
            'id', v.id, 'sku', coalesce(v.sku, ''), 'ean', v.ean,
            'values', array_remove(ARRAY[v.value1_id, v.value2_id, v.value3_id], NULL),
            'title', concat_ws(' / ',
                (SELECT {sql.words("x.labels")} FROM catalog_optionvalue x WHERE x.id = v.value1_id),
                (SELECT {sql.words("x.labels")} FROM catalog_optionvalue x WHERE x.id = v.value2_id),
                (SELECT {sql.words("x.labels")} FROM catalog_optionvalue x WHERE x.id = v.value3_id)),
            'price', {sql.money("r.amount")}, 'compare_at', {sql.money("r.compare_at")},
            'availability', {sql.availability(sql.STOCK_RANK)},
            'left', CASE WHEN s.tracked AND s.on_hand::bigint - s.reserved BETWEEN 1 AND {sql.LOW}
                THEN s.on_hand - s.reserved END,
            'picture', array_position(g.ids, v.image_id) - 1) ORDER BY v.position, v.id)
        FROM catalog_variant v
        LEFT JOIN pricing_price r ON r.variant_id = v.id AND r.price_list_id = {sql.PRICE_LIST}
        LEFT JOIN inventory_stockitem s ON s.variant_id = v.id
        WHERE v.product_id = p.id AND v.active), '[]'),
    'pictures', coalesce(g.pictures, '[]'),
    'path', {
    sql.category_path("(SELECT category_id FROM catalog_productcategory WHERE product_id = p.id ORDER BY id LIMIT 1)")
}
)::text
FROM catalog_product p
JOIN {
    sql.text(
        "catalog_producttext",
        "product_id",
        "p.id",
        "language, title, description, seo_title, seo_description",
    )
} t ON true
CROSS JOIN LATERAL (
    SELECT array_agg(m.id ORDER BY g.position, g.id) AS ids,
        json_agg({sql.picture("m", sql.words("g.alts"))} ORDER BY g.position, g.id) AS pictures
    FROM catalog_productimage g JOIN media_mediaimage m ON m.id = g.image_id AND m.state = 'ready'
    WHERE g.product_id = p.id) g
WHERE p.slug = %(slug)s AND p.state = 'published'
"""  # noqa: S608  (built of constants)
_RELATED = f"""
SELECT coalesce(json_agg({sql.CARD} ORDER BY p.id DESC), '[]')::text FROM (
    SELECT DISTINCT p.id FROM catalog_productcategory mine
    JOIN catalog_productcategory other ON other.category_id = mine.category_id AND other.product_id <> mine.product_id
    JOIN catalog_product p ON p.id = other.product_id AND p.state = 'published'
    WHERE mine.product_id = %(id)s ORDER BY p.id DESC LIMIT {RELATED}) found
JOIN catalog_product p ON p.id = found.id {sql.CARD_FROM}
"""  # noqa: S608
_CARDS = f"""
SELECT coalesce(json_agg({sql.CARD} ORDER BY w.place), '[]')::text
FROM unnest(%(ids)s::bigint[]) WITH ORDINALITY AS w(id, place)
JOIN catalog_product p ON p.id = w.id AND p.state = 'published' {sql.CARD_FROM}
"""  # noqa: S608
_NAVIGATION = f"""
SELECT coalesce(json_agg(json_build_object('id', c.id, 'parent_id', c.parent_id, 'slug', c.slug, 'title', t.title)
    ORDER BY c.position, c.id), '[]')::text
FROM catalog_category c JOIN {sql.CATEGORY_TITLE} t ON true WHERE c.published
"""  # noqa: S608
_HOME = f"""
SELECT json_build_object(
    'tagline', coalesce(t.tagline, ''), 'hero_title', coalesce(t.hero_title, ''),
    'hero_text', coalesce(t.hero_text, ''), 'includes_vat', {sql.INCLUDES_VAT},
    'hero', (SELECT {sql.picture("m")} FROM content_home h
        JOIN media_mediaimage m ON m.id = h.hero_image_id AND m.state = 'ready'),
    'featured', (SELECT coalesce(json_agg({sql.CARD} ORDER BY f.position, f.id), '[]') FROM (
            SELECT id, product_id, position FROM content_featuredproduct ORDER BY position, id LIMIT 12) f
        JOIN catalog_product p ON p.id = f.product_id AND p.state = 'published' {sql.CARD_FROM}),
    'newest', (SELECT coalesce(json_agg({sql.CARD} ORDER BY p.created_at DESC, p.id DESC), '[]') FROM (
            SELECT * FROM catalog_product WHERE state = 'published'
            ORDER BY created_at DESC, id DESC LIMIT 8) p {sql.CARD_FROM}),
    'categories', (SELECT coalesce(json_agg(json_build_object(
            'slug', c.slug, 'title', t.title, 'picture', {sql.CATEGORY_PICTURE}) ORDER BY c.position, c.id), '[]')
        FROM catalog_category c JOIN {sql.CATEGORY_TITLE} t ON true WHERE c.published AND c.parent_id IS NULL)
)::text
FROM (SELECT 1) AS one LEFT JOIN LATERAL (
    SELECT tagline, hero_title, hero_text FROM content_hometext x
    ORDER BY x.language = %(language)s DESC, x.language = {sql.FIRST_LANGUAGE} DESC, x.id LIMIT 1) t ON true
"""  # noqa: S608
_SITEMAP = """
SELECT coalesce(json_agg(e ORDER BY e.id), '[]')::text FROM (
    SELECT * FROM (
        SELECT id, 'product' AS kind, slug, updated_at FROM catalog_product WHERE state = 'published'
        UNION ALL SELECT id, 'category', slug, NULL FROM catalog_category WHERE published
        UNION ALL SELECT id, 'page', slug, updated_at FROM content_page WHERE published) all_kinds
    WHERE kind = %(kind)s AND id > %(after)s ORDER BY id LIMIT %(most)s) e
"""


def product_page(slug: str, language: str, currency: str) -> ProductPage | None:
    """Return a published product's page, or None. Two statements: the product, and what is related to it."""
    values = {"slug": slug, "language": language, "currency": currency}
    page = fetch_json(_PRODUCT, values, ProductPage)
    if page is None:
        return None
    related = fetch_json(_RELATED, values | {"id": page.id}, tuple[Card, ...]) or ()
    return msgspec.structs.replace(page, related=related)


def product_cards(ids: Sequence[int], language: str, currency: str) -> tuple[Card, ...]:
    """Return the cards of those of some products that are published, in the order given."""
    values = {"ids": list(ids[:PAGE_SIZE]), "language": language, "currency": currency}
    return fetch_json(_CARDS, values, tuple[Card, ...]) or ()


class _Node(msgspec.Struct, frozen=True):
    id: int
    parent_id: int | None
    slug: str
    title: str


def navigation(language: str) -> tuple[NavigationItem, ...]:
    """Return the tree of published categories; what is below an unpublished one is left out with it."""
    nodes = fetch_json(_NAVIGATION, {"language": language}, list[_Node]) or []
    below: dict[int | None, list[_Node]] = {}
    for node in nodes:
        below.setdefault(node.parent_id, []).append(node)
    return _branch(below, None)


def _branch(below: dict[int | None, list[_Node]], parent_id: int | None) -> tuple[NavigationItem, ...]:
    # Taken out when visited, so that not even a cycle made by hand could run on for ever.
    return tuple(
        NavigationItem(node.id, node.slug, node.title, _branch(below, node.id)) for node in below.pop(parent_id, [])
    )


def home_page(language: str, currency: str) -> HomePage:
    """Return the front page; words that the shop has not written are empty."""
    page = fetch_json(_HOME, {"language": language, "currency": currency}, HomePage)
    assert page is not None  # noqa: S101  (a SELECT of one row)
    return page


def sitemap_entries() -> Iterator[SitemapEntry]:
    """Yield all public pages, products first; one statement for each 500."""
    for kind in ("product", "category", "page"):
        after: int | None = 0
        while after is not None:
            chunk = sitemap_chunk(kind, after)
            yield from chunk
            after = chunk[-1].id if len(chunk) == CHUNK else None


def sitemap_chunk(kind: str, after: int = 0, most: int = CHUNK) -> list[SitemapEntry]:
    """Return the next entries of a kind, for those who stream beyond one transaction."""
    return fetch_json(_SITEMAP, {"kind": kind, "after": after, "most": most}, list[SitemapEntry]) or []


__all__ = [
    "categories_list",
    "category_draft",
    "category_page",
    "feed_chunk",
    "feed_entries",
    "home_page",
    "navigation",
    "product_cards",
    "product_draft",
    "product_page",
    "products_list",
    "search_page",
    "sitemap_chunk",
    "sitemap_entries",
]
