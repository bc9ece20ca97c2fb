"""Kept pages are what Django would show now, after whatever change; and what shows nothing of a change stays."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest

from eseller.commerce.cart.queries import cart_view
from eseller.commerce.catalog.actions.save_product import save_product
from eseller.commerce.catalog.drafts import PriceDraft, ProductDraft, StockDraft, TextDraft, VariantDraft
from eseller.commerce.orders.actions.place_order import place_order
from eseller.config.environment import environment
from eseller.node.edge import edge_before
from eseller.node.gauge import Gauge
from eseller.node.health import State
from eseller.tenancy.guard.follow import Follower
from eseller.tenancy.hosts import shop_info
from eseller.tenancy.scope import shop_transaction
from tests.channels.storefront.shops import Stocked, stocked_shop
from tests.commerce import shopping
from tests.resilience.edge.toys import Told

PRODUCTS = ("/p/moon-vase", "/p/deep-bowl", "/p/morning-mug", "/p/gift-card-holder", "/p/lone-lamp", "/p/hidden-tray")
PAGES = (
    *((path, "") for path in PRODUCTS),
    ("/", ""),
    ("/da/", ""),
    ("/da/p/moon-vase", ""),
    ("/p/morning-mug", "v=0"),
    ("/c/table", ""),
    ("/da/c/table", "sort=price"),
    ("/c/table", "stock=1"),
    ("/search", "q=vase"),
    ("/search", "q=lamp"),
    ("/search", ""),
    ("/pages/delivery", ""),
)
Hand = Callable[[str], Any]


class Kept:
    """A stocked shop behind an edge, in this process."""

    def __init__(self) -> None:
        from django.core.wsgi import get_wsgi_application

        self.stocked: Stocked = stocked_shop()
        self.origin = get_wsgi_application()
        self.edge, hear = edge_before(self.origin, environment(), State("web.0", gauge=Gauge()))
        self.follower = Follower(hear)
        self.follower.once()

    def ask(self, application: Any, path: str, query: str = "") -> tuple[str, bytes]:
        more = {
            "HTTP_HOST": self.stocked.host, "SERVER_NAME": "x", "SERVER_PORT": "80", "SERVER_PROTOCOL": "HTTP/1.1",
            "wsgi.input": io.BytesIO(), "wsgi.url_scheme": "http", "SCRIPT_NAME": "", "REMOTE_ADDR": "127.0.0.1",
        }  # fmt: skip
        told = Told(application, path, query, **more)
        return told.status, told.body

    def pages(self, application: Any) -> dict[tuple[str, str], tuple[str, bytes]]:
        return {page: self.ask(application, *page) for page in PAGES}

    def anew(self) -> set[tuple[str, str]]:
        """Which pages are made anew when all are asked for."""
        made = set()
        for page in PAGES:
            before = self.edge.figures()
            self.ask(self.edge, *page)
            after = self.edge.figures()
            if after.changed > before.changed:
                made.add(page)
        return made


@pytest.fixture
def kept(db: None) -> Kept:
    made = Kept()
    lone(made.stocked)
    made.follower.once()
    made.pages(made.edge)
    return made


@pytest.fixture
def by_hand(postgres: Any, kept: Kept) -> Iterator[Hand]:
    """Run a statement in psql, ``{shop}`` filled in."""
    address = postgres.admin.at(environment().role_url("owner").name)
    with psycopg.connect(address.url, autocommit=True) as connection:
        yield lambda sql: connection.execute(sql.replace("{shop}", str(kept.stocked.shop.pk)))


def lone(stocked: Stocked) -> int:
    """A product in no category, related to none."""
    draft = ProductDraft(
        slug="lone-lamp",
        state="published",
        texts=(TextDraft(language="en", title="Lone lamp"),),
        variants=(
            VariantDraft(
                sku="LAMP",
                prices=(PriceDraft(currency=stocked.shop.currency, amount=70_000),),
                stock=StockDraft(on_hand=3),
            ),
        ),
    )
    with shop_transaction(stocked.shop.pk, actor="test"):
        return save_product(draft=draft, actor="test").product_id


OF_LAMP = "(SELECT v.id FROM catalog_variant v WHERE v.sku = 'LAMP' AND v.shop_id = {shop})"
OF_VASE = OF_LAMP.replace("LAMP", "VASE")
LAMP_PAGES = {("/p/lone-lamp", ""), ("/", ""), ("/da/", ""), ("/search", "q=lamp"), ("/search", "q=vase")}
CHANGES = [
    "UPDATE pricing_price SET amount = amount + 100 WHERE shop_id = {shop} AND variant_id = " + OF_VASE,
    "DELETE FROM pricing_price WHERE shop_id = {shop} AND variant_id = " + OF_VASE,
    "UPDATE inventory_stockitem SET on_hand = 0 WHERE shop_id = {shop} AND variant_id = " + OF_VASE,
    "UPDATE inventory_stockitem SET on_hand = 50 WHERE shop_id = {shop}",
    "UPDATE catalog_producttext SET title = title || ' new' WHERE shop_id = {shop}",
    "UPDATE catalog_product SET state = 'published' WHERE shop_id = {shop} AND slug = 'hidden-tray'",
    "UPDATE catalog_product SET state = 'draft' WHERE shop_id = {shop} AND slug = 'moon-vase'",
    "UPDATE catalog_product SET slug = 'sun-vase' WHERE shop_id = {shop} AND slug = 'moon-vase'",
    "DELETE FROM catalog_productcategory WHERE shop_id = {shop}",
    "UPDATE catalog_category SET published = false WHERE shop_id = {shop} AND slug = 'table'",
    "UPDATE catalog_categorytext SET title = title || ' new' WHERE shop_id = {shop}",
    "UPDATE catalog_optionvalue SET labels = '{\"en\": \"Tiny\"}' WHERE shop_id = {shop}",
    "UPDATE catalog_variant SET active = false WHERE shop_id = {shop} AND sku = 'MUG-L-SAND'",
    "DELETE FROM catalog_productimage WHERE shop_id = {shop}",
    "UPDATE media_mediaimage SET state = 'failed' WHERE shop_id = {shop}",
    "UPDATE content_hometext SET tagline = 'Other words' WHERE shop_id = {shop}",
    "DELETE FROM content_featuredproduct WHERE shop_id = {shop}",
    "UPDATE content_pagetext SET title = title || ' new' WHERE shop_id = {shop}",
    "UPDATE content_page SET published = false WHERE shop_id = {shop}",
    "UPDATE tenancy_shop SET name = 'Other name', contact_email = 'other@shop.example' WHERE id = {shop}",
    "UPDATE tenancy_shop SET state = 'closed' WHERE id = {shop}",
    "UPDATE tenancy_shop SET default_language = 'da' WHERE id = {shop}",
]


@pytest.mark.parametrize("change", CHANGES)
def test_kept_pages_are_those_of_now(kept: Kept, by_hand: Hand, change: str) -> None:
    before = kept.pages(kept.edge)
    by_hand(change)
    unseen = kept.pages(kept.edge)
    assert all(unseen[page] == was for page, was in before.items() if was[0] == "200 OK"), "nobody has looked yet"
    kept.follower.once()
    now = kept.pages(kept.edge)
    assert now == kept.pages(kept.origin)
    assert now != before
    assert kept.anew() == set()


@pytest.mark.parametrize(
    ("change", "shown"),
    [
        ("UPDATE pricing_price SET amount = 5 WHERE shop_id = {shop} AND variant_id = " + OF_LAMP, LAMP_PAGES),
        ("UPDATE inventory_stockitem SET on_hand = 0 WHERE shop_id = {shop} AND variant_id = " + OF_LAMP, LAMP_PAGES),
        ("UPDATE catalog_producttext SET title = 'Lamp' WHERE shop_id = {shop} AND title = 'Lone lamp'", LAMP_PAGES),
    ],
)
def test_what_shows_nothing_of_a_change_stays(
    kept: Kept, by_hand: Hand, change: str, shown: set[tuple[str, str]]
) -> None:
    by_hand(change)
    kept.follower.once()
    assert kept.anew() == shown


def test_a_purchase_shows_in_the_stock_that_pages_tell(kept: Kept, by_hand: Hand) -> None:
    with shop_transaction(kept.stocked.shop.pk):
        info = shop_info(kept.stocked.shop.pk)
    owner = shopping.fill_cart(info, {kept.stocked.variants["CARD"]: 1})
    place_order(shop=info, owner=owner, details=shopping.details_for(info, owner), actor="shopper")
    kept.follower.once()
    assert kept.pages(kept.edge) == kept.pages(kept.origin)
    assert b"Sold out" in kept.ask(kept.edge, "/p/gift-card-holder")[1]


def test_what_is_bought_costs_what_it_costs_now_whatever_pages_say(kept: Kept, by_hand: Hand) -> None:
    with shop_transaction(kept.stocked.shop.pk):
        info = shop_info(kept.stocked.shop.pk)
    by_hand("UPDATE pricing_price SET amount = 12300 WHERE shop_id = {shop} AND variant_id = " + OF_VASE)
    assert b"123.00" not in kept.ask(kept.edge, "/p/moon-vase")[1]
    owner = shopping.fill_cart(info, {kept.stocked.variants["VASE"]: 1})
    with shop_transaction(info.id):
        (line,) = cart_view(owner, shop=info, language="en").lines
    assert line.unit_price is not None
    assert line.unit_price.amount == 12_300


def test_other_shops_keep_theirs(kept: Kept, by_hand: Hand) -> None:
    other = Kept()
    other.pages(other.edge)
    by_hand("UPDATE pricing_price SET amount = 12300 WHERE shop_id = {shop}")
    by_hand("UPDATE tenancy_shop SET name = 'Other name' WHERE id = {shop}")
    other.follower.once()
    assert other.anew() == set()


def test_a_new_product_comes_to_be_found(db: None) -> None:
    made = Kept()
    made.follower.once()
    made.pages(made.edge)
    lone(made.stocked)
    made.follower.once()
    assert made.pages(made.edge) == made.pages(made.origin)
    assert b"Lone lamp" in made.ask(made.edge, "/")[1]


def test_a_visitor_with_a_cart_gets_what_all_get_and_leaves_nothing(kept: Kept) -> None:
    told = Told(kept.edge, "/p/moon-vase", HTTP_HOST=kept.stocked.host, HTTP_COOKIE="cart=secret; customer=secret")
    assert told.how == "eSeller; hit"
    assert b"secret" not in told.body
    assert "set-cookie" not in told.headers
