"""Which part of an uncached product page is decoding its record: ``python -m eseller.bench.decoding``.

Both are timed in one thread of one process, in turns, and the medians are compared.
"""

import json
import os
import statistics
import sys
import time
from collections.abc import Callable

ROUNDS = 400


def main() -> None:
    """Set Django up, measure, print."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "eseller.config.settings")
    import django

    django.setup()
    import msgspec
    from django.test import Client

    from eseller.bench.seed import SLUG
    from eseller.commerce.catalog.queries import product_page
    from eseller.commerce.catalog.records import ProductPage
    from eseller.tenancy.models import Shop
    from eseller.tenancy.scope import PLATFORM, shop_transaction

    shop = Shop.objects.using(PLATFORM).get(slug=SLUG)
    with shop_transaction(shop.pk):
        page = product_page("product-1", "en", "DKK")
    text = msgspec.json.encode(page)
    client = Client(HTTP_HOST=f"{SLUG}.localhost")

    def whole() -> None:
        if client.get("/p/product-1").status_code != 200:
            raise RuntimeError("the page cannot be had")

    decoding, pages = [], []
    for _ in range(ROUNDS):
        decoding.append(_timed(lambda: msgspec.json.decode(text, type=ProductPage)))
        pages.append(_timed(whole))
    decode, all_of_it = statistics.median(decoding), statistics.median(pages)
    figures = {
        "decode_us": round(decode * 1e6, 1),
        "page_us": round(all_of_it * 1e6, 1),
        "share_percent": round(100 * decode / all_of_it, 2),
    }
    sys.stdout.write(json.dumps(figures) + "\n")


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
