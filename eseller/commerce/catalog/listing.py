"""Listings: the products of a category, and what a search found."""

import msgspec

from eseller.commerce.catalog import sql
from eseller.commerce.catalog.clean import line
from eseller.commerce.catalog.mending import mended
from eseller.commerce.catalog.records import MAX_PAGE, PAGE_SIZE, CategoryPage, Filters, SearchPage, Sort
from eseller.kernel.money import MAX_AMOUNT
from eseller.tenancy.sql import fetch_json

MAX_QUERY = 200
_ORDERS = {
    Sort.FEATURED: "position, created_at DESC, id DESC",
    Sort.NEWEST: "created_at DESC, id DESC",
    Sort.CHEAPEST: "low NULLS LAST, id DESC",
    Sort.DEAREST: "low DESC NULLS LAST, id DESC",
}
_FILTERED = """
    AND (NOT %(in_stock)s::boolean OR o.stock < 4)
    AND (%(price_min)s::bigint IS NULL OR o.low >= %(price_min)s::bigint)
    AND (%(price_max)s::bigint IS NULL OR o.low <= %(price_max)s::bigint)"""


def _category_sql(order: str, *, offers: bool) -> str:
    """Build the statement; offers of all products are only computed where they decide what is shown."""
    offer = f"LEFT JOIN {sql.OFFER} o ON true" if offers else ""
    return f"""
WITH RECURSIVE category AS (
    SELECT * FROM catalog_category WHERE slug = %(slug)s AND published
), below AS (
    SELECT id, 1 AS depth FROM category
    UNION ALL
    SELECT c.id, below.depth + 1 FROM catalog_category c JOIN below ON c.parent_id = below.id
    WHERE c.published AND below.depth < 10
), matching AS MATERIALIZED (
    SELECT p.id, p.created_at, places.position {", o.low" if offers else ""} FROM (
        SELECT product_id, min(position) AS position FROM catalog_productcategory
        WHERE category_id IN (SELECT id FROM below) GROUP BY product_id) places
    JOIN catalog_product p ON p.id = places.product_id AND p.state = 'published' {offer}
    WHERE true {_FILTERED if offers else ""}
), shown AS (
    SELECT row_number() OVER (ORDER BY {order}) AS place, id FROM matching
    ORDER BY {order} LIMIT {PAGE_SIZE} OFFSET %(skip)s
)
SELECT json_build_object(
    'id', c.id, 'slug', c.slug, 'title', t.title, 'description', t.description, 'includes_vat', {sql.INCLUDES_VAT},
    'picture', {sql.CATEGORY_PICTURE}, 'path', {sql.category_path("c.id")},
    'children', (SELECT coalesce(json_agg(json_build_object(
            'slug', c.slug, 'title', t.title, 'picture', {sql.CATEGORY_PICTURE}) ORDER BY c.position, c.id), '[]')
        FROM catalog_category c JOIN {sql.CATEGORY_TITLE} t ON true
        WHERE c.parent_id = (SELECT id FROM category) AND c.published),
    'total', (SELECT count(*) FROM matching), 'page', %(page)s::int,
    'cards', (SELECT coalesce(json_agg({sql.CARD} ORDER BY shown.place), '[]')
        FROM shown JOIN catalog_product p ON p.id = shown.id {sql.CARD_FROM})
)::text FROM category c JOIN {sql.CATEGORY_TITLE} t ON true
"""  # noqa: S608  (built of constants)


_CATEGORY = {
    (sort, offers): _category_sql(order, offers=offers)
    for sort, order in _ORDERS.items()
    for offers in (False, True)
    if offers or sort in (Sort.FEATURED, Sort.NEWEST)
}
_SEARCH = f"""
WITH found AS (
    SELECT row_number() OVER () AS place, f.product_id, f.total
    FROM eseller_search(%(query)s, %(language)s, {PAGE_SIZE}, %(skip)s) f)
SELECT json_build_object(
    'query', %(asked)s::text, 'corrected', %(corrected)s::text, 'includes_vat', {sql.INCLUDES_VAT},
    'total', coalesce((SELECT max(total) FROM found), 0), 'page', %(page)s::int,
    'cards', (SELECT coalesce(json_agg({sql.CARD} ORDER BY found.place), '[]')
        FROM found JOIN catalog_product p ON p.id = found.product_id {sql.CARD_FROM})
)::text
"""  # noqa: S608


def category_page(
    slug: str,
    language: str,
    currency: str,
    *,
    sort: Sort = Sort.FEATURED,
    page: int = 1,
    filters: Filters | None = None,
) -> CategoryPage | None:
    """Return a page of a published category with the products in it and below it, or None. One statement.

    Args:
        slug: the category.
        language: of the texts.
        currency: of the prices.
        sort: the order of the products.
        page: from 1; beyond ``MAX_PAGE`` it is the last.
        filters: what to leave out.
    """
    wanted = filters or Filters()
    number = _page(page)
    offers = bool(wanted) or sort in (Sort.CHEAPEST, Sort.DEAREST)
    values = {"slug": slug, "language": language, "currency": currency, "page": number, "skip": _skip(number)}
    if offers:
        values |= {
            "in_stock": wanted.in_stock,
            "price_min": _amount(wanted.price_min),
            "price_max": _amount(wanted.price_max),
        }
    return fetch_json(_CATEGORY[sort, offers], values, CategoryPage)


def search_page(query: str, language: str, currency: str, *, page: int = 1) -> SearchPage:
    """Return a page of what a query finds, best first.

    One statement; where nothing answers, a second looks for words that may have been meant and a third for these.
    """
    asked = line(query)[:MAX_QUERY]
    number = _page(page)
    values = {"language": language, "currency": currency, "page": number, "skip": _skip(number), "asked": asked}
    found = _searched(values | {"query": asked, "corrected": None})
    if found.total or not asked or number > 1:
        return found
    meant = mended(asked, language)
    return _searched(values | {"query": meant, "corrected": meant}) if meant else found


def _searched(values: dict[str, object]) -> SearchPage:
    found = fetch_json(_SEARCH, values, SearchPage)
    assert found is not None  # noqa: S101  (a SELECT without FROM has a row)
    return found if found.total or not found.corrected else msgspec.structs.replace(found, corrected=None)


def _page(page: int) -> int:
    return min(max(page, 1), MAX_PAGE)


def _skip(page: int) -> int:
    return (page - 1) * PAGE_SIZE


def _amount(amount: int | None) -> int | None:
    return None if amount is None else min(max(amount, 0), MAX_AMOUNT)
