"""Pieces of SQL that the reads of the catalog share. Parameters: ``language``, ``currency``."""

from eseller.tenancy.operations import CURRENT_SHOP

FIRST_LANGUAGE = f"(SELECT default_language FROM tenancy_shop WHERE id = {CURRENT_SHOP})"  # noqa: S608  (constants)
INCLUDES_VAT = f"(SELECT prices_include_vat FROM tenancy_shop WHERE id = {CURRENT_SHOP})"  # noqa: S608
PRICE_LIST = "(SELECT id FROM pricing_pricelist WHERE currency = %(currency)s)"
LOW = 5
"""So many or fewer pieces are told; more are not."""

# Best first: 1 in stock, 2 low, 3 back-order, 4 sold out; a variant without a stock row can't be had.
STOCK_RANK = f"""CASE
    WHEN s.id IS NULL THEN 4 WHEN NOT s.tracked OR s.on_hand::bigint - s.reserved > {LOW} THEN 1
    WHEN s.on_hand::bigint - s.reserved > 0 THEN 2 WHEN s.backorder THEN 3 ELSE 4 END"""


def availability(rank: str) -> str:
    """Return the SQL that turns a rank of ``STOCK_RANK`` into a value of ``records.Availability``."""
    return f"(ARRAY['in_stock', 'low', 'back_order', 'sold_out'])[{rank}]"


def words(column: str) -> str:
    """Return the SQL that chooses a language from a column of words by language."""
    return (
        f"coalesce({column} ->> %(language)s, {column} ->> {FIRST_LANGUAGE}, "  # noqa: S608
        f"(SELECT value FROM jsonb_each_text(CASE jsonb_typeof({column}) WHEN 'object' THEN {column} END) LIMIT 1), '')"
    )


def text(table: str, owner: str, wanted: str, columns: str) -> str:
    """Return the lateral subquery that chooses a row of texts by language.

    Args:
        table: the table of texts.
        owner: its column that refers to what the texts are of.
        wanted: the SQL of that owner's id.
        columns: what is chosen.
    """
    return f"""LATERAL (
    SELECT {columns} FROM {table} x WHERE x.{owner} = {wanted}
    ORDER BY x.language = %(language)s DESC, x.language = {FIRST_LANGUAGE} DESC, x.id LIMIT 1)"""  # noqa: S608


def money(amount: str) -> str:
    """Return the SQL of a ``Money``, null where the amount is null."""
    return (
        f"CASE WHEN {amount} IS NOT NULL THEN json_build_object('amount', {amount}, 'currency', %(currency)s::text) END"
    )


def picture(image: str, alt: str = "''") -> str:
    """Return the SQL of a ``records.Picture`` made of a row of images under an alias."""
    return (
        f"json_build_object('id', {image}.id, 'sha256', {image}.sha256, 'width', {image}.width, "
        f"'height', {image}.height, 'alt', {alt})"
    )


# Lowest price, whether others differ, the best availability: of the active variants of product p with a price.
OFFER = f"""LATERAL (
    SELECT min(r.amount) AS low, min(r.amount) < max(r.amount) AS varies,
        (array_agg(r.compare_at ORDER BY r.amount, v.position))[1] AS compare_at, min({STOCK_RANK}) AS stock
    FROM catalog_variant v
    JOIN pricing_price r ON r.variant_id = v.id AND r.price_list_id = {PRICE_LIST}
    LEFT JOIN inventory_stockitem s ON s.variant_id = v.id
    WHERE v.product_id = p.id AND v.active)"""  # noqa: S608

# The product's first picture that is there.
FIRST_PICTURE = f"""(
    SELECT {picture("m", words("g.alts"))} FROM catalog_productimage g
    JOIN media_mediaimage m ON m.id = g.image_id AND m.state = 'ready'
    WHERE g.product_id = p.id ORDER BY g.position, g.id LIMIT 1)"""  # noqa: S608

CARD = f"""json_build_object(
    'id', p.id, 'slug', p.slug, 'brand', p.brand, 'title', t.title,
    'price', {money("o.low")}, 'compare_at', {money("o.compare_at")}, 'varies', coalesce(o.varies, false),
    'availability', {availability("coalesce(o.stock, 4)")}, 'picture', {FIRST_PICTURE})"""
CARD_FROM = f"""JOIN {text("catalog_producttext", "product_id", "p.id", "title")} t ON true
    LEFT JOIN {OFFER} o ON true"""
"""Joined to product p, it gives what ``CARD`` needs."""

CATEGORY_TITLE = text("catalog_categorytext", "category_id", "c.id", "title, description")
CATEGORY_PICTURE = f"""(
    SELECT {picture("m")} FROM media_mediaimage m WHERE m.id = c.image_id AND m.state = 'ready')"""  # noqa: S608


def category_path(category_id: str) -> str:
    """Return the SQL of the links from the top of the tree to a category, as JSON."""
    return f"""coalesce((
    WITH RECURSIVE up AS (
        SELECT id, parent_id, slug, 1 AS height FROM catalog_category WHERE id = {category_id} AND published
        UNION ALL
        SELECT a.id, a.parent_id, a.slug, up.height + 1 FROM catalog_category a JOIN up ON a.id = up.parent_id
        WHERE up.height < 10 AND a.published)
    SELECT json_agg(json_build_object('slug', c.slug, 'title', t.title) ORDER BY c.height DESC)
    FROM up c JOIN {CATEGORY_TITLE} t ON true), '[]')"""  # noqa: S608
