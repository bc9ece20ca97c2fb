"""What search reads, written with the product: an entry for each language, and words to mend queries with."""

from collections.abc import Sequence

from eseller.commerce.catalog.drafts import ProductDraft
from eseller.tenancy.scope import require_scope
from eseller.tenancy.sql import execute, fetch

# ``head`` is what matches are ranked by, ``document`` all in which they are found. Both hold a mark of shop and
# language as a word, so that the index itself finds one shop's matches. Weights: A title; B brand, type, tags, SKU,
# EAN, values of options; C description. A and B stand there unstemmed as well, so that unfinished words find them.
# Languages without a text have the one that their pages show instead.
_ENTRIES = """
INSERT INTO catalog_searchentry (shop_id, product_id, language, head, document)
SELECT p.shop_id, p.id, l.language, h.head, h.head || setweight(to_tsvector(t.config, t.description), 'C')
FROM catalog_product p
JOIN tenancy_shop s ON s.id = p.shop_id
CROSS JOIN LATERAL unnest(s.languages) AS l(language)
CROSS JOIN LATERAL (
    SELECT eseller_search_config(t.language) AS config, eseller_search_plain(t.title) AS title,
        eseller_search_plain(t.description) AS description
    FROM catalog_producttext t WHERE t.product_id = p.id
    ORDER BY t.language = l.language DESC, t.language = s.default_language DESC, t.id LIMIT 1) t
CROSS JOIN LATERAL (
    SELECT eseller_search_plain(concat_ws(' ', p.brand, p.product_type, array_to_string(p.tags, ' '),
        (SELECT string_agg(concat_ws(' ', v.sku, v.ean), ' ' ORDER BY v.position)
         FROM catalog_variant v WHERE v.product_id = p.id AND v.active),
        (SELECT string_agg(coalesce(o.labels ->> l.language, o.labels ->> s.default_language, ''), ' ')
         FROM catalog_option c JOIN catalog_optionvalue o ON o.option_id = c.id WHERE c.product_id = p.id)
    )) AS words) b
CROSS JOIN LATERAL (
    SELECT setweight(to_tsvector(t.config, t.title) || to_tsvector('simple', t.title), 'A')
        || setweight(to_tsvector(t.config, b.words) || to_tsvector('simple', b.words), 'B')
        || array_to_tsvector(ARRAY[eseller_search_mark(p.shop_id, l.language)]) AS head) h
WHERE p.id = ANY(%(ids)s) AND p.state = 'published'
ON CONFLICT (shop_id, language, product_id) DO UPDATE SET head = excluded.head, document = excluded.document
    WHERE catalog_searchentry.document <> excluded.document
"""
_DROP = """
DELETE FROM catalog_searchentry e USING catalog_product p, tenancy_shop s
WHERE e.product_id = ANY(%(ids)s) AND p.id = e.product_id AND s.id = p.shop_id
    AND (p.state <> 'published' OR e.language <> ALL(s.languages))
"""
# The rows are locked in the order of words, so that two writers do not wait for each other. A word less is told by 0,
# because the table holds no negative counts.
_WORDS = """
WITH change AS (
    SELECT word, sum(n) AS n FROM (
        SELECT word, -1 AS n FROM eseller_search_words(%(before)s) AS word
        UNION ALL SELECT word, 1 FROM eseller_search_words(%(after)s) AS word) both_sides
    GROUP BY word HAVING sum(n) <> 0)
INSERT INTO catalog_searchword AS w (shop_id, word, uses)
SELECT %(shop)s, word, greatest(n, 0) FROM change ORDER BY word
ON CONFLICT (shop_id, word) DO UPDATE
    SET uses = CASE WHEN excluded.uses > 0 THEN w.uses + 1 ELSE greatest(w.uses - 1, 0) END
RETURNING w.id, w.uses
"""


def write_entries(product_ids: Sequence[int]) -> None:
    """Write the search entries of published products, and drop those of others and of languages no longer used."""
    execute(_DROP, {"ids": list(product_ids)})
    execute(_ENTRIES, {"ids": list(product_ids)})


def count_words(before: str, after: str) -> None:
    """Count the words of a product's text after a change in place of those before it; either may be empty."""
    if before == after:
        return
    rows = fetch(_WORDS, {"shop": require_scope(), "before": before, "after": after})
    if unused := [row[0] for row in rows if row[1] == 0]:
        execute("DELETE FROM catalog_searchword WHERE id = ANY(%s) AND uses = 0", [unused])


def words_of(product: ProductDraft | None) -> str:
    """Return the text whose words mend queries: all but the description; nothing unless the product is published."""
    if product is None or product.state != "published":
        return ""
    labels = [label for option in product.options for value in option.values for label in value.labels.values()]
    titles = [text.title for text in product.texts]
    return " ".join([*titles, product.brand, product.product_type, *product.tags, *labels])
