"""The demo as `make demo` loads it: three whole shops with a month of orders, and nothing that went wrong unheard."""

from datetime import timedelta
from typing import Any

import msgspec
import pytest
from django.test import Client

from eseller.channels.erp.shopify.mapping import SOURCE as IMPORTED
from eseller.commerce.catalog.models import Category, Product, ProductCategory, ProductImage, Variant
from eseller.commerce.content.models import FeaturedProduct
from eseller.commerce.orders.models import Order
from eseller.demo import goods, load, sales
from eseller.demo.content import records
from eseller.demo.content.orders import month_of_orders
from eseller.kernel import clock
from eseller.media import storage
from eseller.media.models import MediaImage
from eseller.tenancy.models import Shop
from eseller.tenancy.scope import PLATFORM, shop_transaction
from tests.commerce import shopping
from tests.demo.loading import ORDERS, load_once

pytestmark = pytest.mark.slow

SIGNS = {"DKK": "kr.", "GBP": "£", "EUR": "€"}
SHOPS = records.shops()


@pytest.fixture(scope="module", autouse=True)
def failures(database: None) -> list[str]:
    return load_once()


@pytest.fixture(params=SHOPS)
def demo_shop(request: pytest.FixtureRequest, db: None) -> Shop:
    return Shop.objects.using(PLATFORM).get(slug=request.param)


def browser(shop: Shop) -> Client:
    return Client(HTTP_HOST=f"{shop.slug}.localhost")


def test_nothing_failed_unheard(failures: list[str]) -> None:
    assert failures == []


def test_each_shop_has_its_goods_with_pictures(demo_shop: Shop) -> None:
    content = records.load_shop(demo_shop.slug)
    with shop_transaction(demo_shop.pk):
        own = set(Product.objects.filter(source=goods.SOURCE, state="published").values_list("slug", flat=True))
        assert own == {product.slug for product in content.products}
        assert 58 <= len(own) <= 64
        assert set(Category.objects.values_list("slug", flat=True)) == {c.slug for c in content.categories}
        assert not MediaImage.objects.exclude(state="ready").exists()
        shown = set(ProductImage.objects.values_list("product_id", flat=True))
        assert shown == set(Product.objects.values_list("pk", flat=True))
        assert not Variant.objects.filter(product__source=goods.SOURCE, image=None).exists()
        hashes = MediaImage.objects.values_list("sha256", flat=True)
        assert all(storage.has_renditions(demo_shop.pk, str(sha256)) for sha256 in hashes)


def test_orders_are_spread_over_a_month_and_told_to_their_ends(demo_shop: Shop) -> None:
    with shop_transaction(demo_shop.pk):
        orders = list(Order.objects.filter(placed_at__isnull=False).order_by("placed_at"))
    assert len(orders) > 0.9 * ORDERS
    moments = [order.placed_at for order in orders if order.placed_at]
    assert timedelta(days=25) < moments[-1] - moments[0]
    assert moments[-1] <= clock.now()
    assert {"open", "completed"} <= {order.state for order in orders} <= {"open", "completed", "cancelled"}
    assert {"paid", "unpaid"} <= {order.payment_state for order in orders}


def test_orders_bear_vat(demo_shop: Shop) -> None:
    with shop_transaction(demo_shop.pk):
        orders = list(Order.objects.filter(placed_at__isnull=False))
    assert all(order.net + order.vat == order.total for order in orders)
    assert sum(order.vat > 0 for order in orders) > 0.4 * len(orders)


def test_featured_pages_answer_with_prices_of_the_shop(demo_shop: Shop) -> None:
    with shop_transaction(demo_shop.pk):
        slugs = list(FeaturedProduct.objects.order_by("position").values_list("product__slug", flat=True))
    assert len(slugs) == 8
    for path in ["/", *(f"/p/{slug}" for slug in slugs)]:
        answer = browser(demo_shop).get(path)
        assert answer.status_code == 200, path
        assert SIGNS[demo_shop.currency] in answer.content.decode(), path


def test_a_transfer_can_be_made(demo_shop: Shop) -> None:
    assert demo_shop.bank_account.startswith(demo_shop.country)
    assert demo_shop.vat_number.startswith(demo_shop.country)


def test_imported_goods_are_sold_beside_the_others() -> None:
    shop = Shop.objects.using(PLATFORM).get(slug="larderwren")
    with shop_transaction(shop.pk):
        imported = list(Product.objects.filter(source=IMPORTED).order_by("slug"))
        variants = Variant.objects.filter(product__source=IMPORTED).count()
        images = ProductImage.objects.filter(product__source=IMPORTED).count()
        placed = ProductCategory.objects.filter(product__source=IMPORTED).values("product_id").distinct().count()
    assert (len(imported), variants, images, placed) == (5, 15, 13, 5)
    for product in imported:
        answer = browser(shop).get(f"/p/{product.slug}")
        assert answer.status_code == 200
        assert "£" in answer.content.decode()
        assert "/media/" in answer.content.decode()
    assert "/p/platform-mug" in browser(shop).get("/c/brewing").content.decode()


def test_loading_again_does_nothing(failures: list[str]) -> None:
    def counts() -> list[tuple[int, int, int]]:
        found = []
        for shop in Shop.objects.using(PLATFORM).filter(slug__in=SHOPS):
            with shop_transaction(shop.pk):
                found.append((Product.objects.count(), MediaImage.objects.count(), Order.objects.count()))
        return found

    before = counts()
    assert load.load_demo() == []
    assert counts() == before


def test_what_an_orders_story_could_not_do_is_told(make_shop: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """An order that was cancelled already cannot be shipped."""
    content = records.load_shop("larderwren")
    shop = make_shop(country="GB", currency="GBP", sells_to=list(content.shop.countries))
    info = shopping.make_ready(shop)
    order = next(order for order in month_of_orders(content, until=clock.now()) if order.events)
    shopping.make_variant(info, sku=order.lines[0].sku)
    impossible = tuple(msgspec.structs.replace(order.events[0], kind=kind) for kind in ("cancelled", "shipped"))
    order = msgspec.structs.replace(
        order, lines=order.lines[:1], shipping_method="parcel", payment_method="bank_transfer", events=impossible
    )
    monkeypatch.setattr(sales, "month_of_orders", lambda *_args, **_named: (order,))
    failures = sales.load_sales(shop.pk, content, end=clock.now())
    assert len(failures) == 1
    assert "was not shipped" in failures[0]
