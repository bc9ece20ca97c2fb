"""Variants for product feeds, in chunks."""

from collections.abc import Iterator

from eseller.commerce.catalog import sql
from eseller.commerce.catalog.records import FeedEntry
from eseller.tenancy.sql import fetch_json

CHUNK = 200

_FEED = f"""
SELECT coalesce(json_agg(json_build_object(
    'id', v.id, 'product_id', p.id, 'slug', p.slug, 'sku', coalesce(v.sku, ''),
    'title', concat_ws(' – ', t.title, nullif(concat_ws(' / ',
        (SELECT {sql.words("x.labels")} FROM catalog_optionvalue x WHERE x.id = v.value1_id),
        (SELECT {sql.words("x.labels")} FROM catalog_optionvalue x WHERE x.id = v.value2_id),
        (SELECT {sql.words("x.labels")} FROM catalog_optionvalue x WHERE x.id = v.value3_id)), '')),
    'description', t.description, 'brand', p.brand, 'product_type', p.product_type, 'gtin', v.ean,
    'availability', {sql.availability(sql.STOCK_RANK)}, 'price', {sql.money("v.amount")},
    'compare_at', {sql.money("v.compare_at")}, 'vat_class', p.vat_class, 'weight_g', v.weight_g,
    'picture', coalesce((SELECT {sql.picture("m")} FROM media_mediaimage m
        WHERE m.id = v.image_id AND m.state = 'ready'), {sql.FIRST_PICTURE}),
    'more_pictures', coalesce((SELECT json_agg(i.picture ORDER BY i.position) FROM (
        SELECT {sql.picture("m")} AS picture, g.position FROM catalog_productimage g
        JOIN media_mediaimage m ON m.id = g.image_id AND m.state = 'ready'
        WHERE g.product_id = p.id ORDER BY g.position, g.id LIMIT 10 OFFSET 1) i), '[]'),
    'item_group_id', CASE WHEN EXISTS (SELECT FROM catalog_variant other
        WHERE other.product_id = p.id AND other.active AND other.id <> v.id) THEN p.id END
) ORDER BY v.id), '[]')::text
FROM (
    SELECT v.*, r.amount, r.compare_at FROM catalog_variant v
    JOIN pricing_price r ON r.variant_id = v.id AND r.price_list_id = {sql.PRICE_LIST}
    JOIN catalog_product p ON p.id = v.product_id AND p.state = 'published'
    WHERE v.active AND v.id > %(after)s ORDER BY v.id LIMIT %(most)s) v
JOIN catalog_product p ON p.id = v.product_id
LEFT JOIN inventory_stockitem s ON s.variant_id = v.id
JOIN {sql.text("catalog_producttext", "product_id", "p.id", "title, description")} t ON true
"""  # noqa: S608  (built of constants)


def feed_entries(language: str, currency: str) -> Iterator[FeedEntry]:
    """Yield every variant that has a price in the currency; one statement for each 200."""
    after: int | None = 0
    while after is not None:
        chunk = feed_chunk(language, currency, after)
        yield from chunk
        after = chunk[-1].id if len(chunk) == CHUNK else None


def feed_chunk(language: str, currency: str, after: int = 0, most: int = CHUNK) -> list[FeedEntry]:
    """Return the next variants after an id, for those who stream beyond one transaction."""
    values = {"language": language, "currency": currency, "after": after, "most": most}
    return fetch_json(_FEED, values, list[FeedEntry]) or []
