"""Fills a rehearsal's platform with the demo: ``python -m eseller.drills.filling`` prints its shops as JSON."""

import json
import os
import sys
from typing import Any

SCALE = 0.2
"""Of the pictures: nobody looks at them."""
_SHOPS = """
SELECT s.id, d.host,
    ARRAY(SELECT p.slug FROM catalog_product p WHERE p.shop_id = s.id AND p.state = 'published' ORDER BY p.id LIMIT 8),
    ARRAY(SELECT c.slug FROM catalog_category c WHERE c.shop_id = s.id AND c.published ORDER BY c.id LIMIT 4),
    (SELECT v.id FROM catalog_variant v JOIN inventory_stockitem i ON i.variant_id = v.id
        JOIN catalog_product p ON p.id = v.product_id AND p.state = 'published'
        WHERE v.shop_id = s.id AND v.active AND i.on_hand - i.reserved > 20 ORDER BY v.id LIMIT 1)
FROM tenancy_shop s JOIN tenancy_domain d ON d.shop_id = s.id AND d.is_primary ORDER BY s.id
"""


def fill() -> list[dict[str, Any]]:
    """Load the demo and return each shop's id, host, products, categories and a variant that can be bought."""
    from django.db import connections

    from eseller.demo.load import load_demo
    from eseller.tenancy.scope import PLATFORM, platform_transaction

    load_demo(scale=SCALE)
    with platform_transaction(), connections[PLATFORM].cursor() as cursor:
        cursor.execute(_SHOPS)
        names = ("id", "host", "products", "categories", "variant")
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def main() -> None:
    """Set Django up, fill, print."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "eseller.config.settings")
    import django

    django.setup()
    sys.stdout.write(json.dumps({"shops": fill()}) + "\n")


if __name__ == "__main__":
    main()
