"""Fills guarded tables: ``python -m eseller.bench.rows ROWS``. Good rows, all in the shop that is measured."""

import json
import os
import sys

_PRODUCTS = """
INSERT INTO catalog_product (shop_id, slug, state, brand, product_type, tags, vat_class, source, external_id)
SELECT %(shop)s, 'row-' || n, 'archived', 'Bench', '', '{}', 'standard', '', NULL FROM generate_series(1, %(each)s) n
"""
_TEXTS = """
INSERT INTO catalog_producttext (shop_id, product_id, language, title, description, seo_title, seo_description)
SELECT shop_id, id, 'en', 'Row ' || id, repeat('some words of it ', 20), '', '' FROM catalog_product
WHERE shop_id = %(shop)s AND slug LIKE 'row-%%'
"""
_VARIANTS = """
INSERT INTO catalog_variant (shop_id, product_id, position, sku, ean, weight_g, active)
SELECT shop_id, id, 0, 'R' || id, '', 100, true FROM catalog_product
WHERE shop_id = %(shop)s AND slug LIKE 'row-%%'
"""
_PRICES = """
INSERT INTO pricing_price (shop_id, price_list_id, variant_id, amount, compare_at)
SELECT v.shop_id, l.id, v.id, 10000, NULL FROM catalog_variant v JOIN pricing_pricelist l ON l.shop_id = v.shop_id
WHERE v.shop_id = %(shop)s AND v.sku LIKE 'R%%'
"""


def fill(rows: int) -> dict[str, int]:
    """Insert about so many rows into four tables."""
    from django.db import connections

    from eseller.bench.seed import SLUG
    from eseller.tenancy.models import Shop
    from eseller.tenancy.scope import PLATFORM, analyse, platform_transaction

    with platform_transaction(actor="bench"), connections[PLATFORM].cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = '300s'")
        shop = Shop.objects.using(PLATFORM).get(slug=SLUG).pk
        for statement in (_PRODUCTS, _TEXTS, _VARIANTS, _PRICES):
            cursor.execute(statement, {"shop": shop, "each": rows // 4})
    analyse()
    return {"rows": rows}


def main() -> None:
    """Set Django up, fill, print."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "eseller.config.settings")
    import django

    django.setup()
    sys.stdout.write(json.dumps(fill(int(sys.argv[1]))) + "\n")


if __name__ == "__main__":
    main()
