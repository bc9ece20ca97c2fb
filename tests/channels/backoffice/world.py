"""A shop in which every page of the back office has something to show, and a request for everything that changes it."""

import io
import secrets
from typing import Any

import msgspec
from django.apps import apps
from PIL import Image

from eseller.commerce.catalog.actions.save_category import save_category
from eseller.commerce.catalog.drafts import CategoryDraft, CategoryTextDraft
from eseller.commerce.catalog.models import Variant
from eseller.commerce.content.actions.save_page import save_page
from eseller.commerce.content.drafts import PageDraft, PageTextDraft
from eseller.commerce.orders.actions.place_order import place_order
from eseller.media.actions.store_image import store_image
from eseller.services.models import OutboxMessage
from eseller.tenancy.actions.add_domain import add_domain
from eseller.tenancy.hosts import ShopInfo
from eseller.tenancy.models import ShopModel
from eseller.tenancy.scope import shop_transaction
from eseller.tenancy.sql import fetch
from tests.commerce import shopping
from tests.factories import make_member

SKU = "KOP-1"


class World(msgspec.Struct):
    """What is there."""

    shop: Any
    info: ShopInfo
    product_id: int
    variant_id: int
    category_id: int
    page_id: int
    domain_id: int
    clerk_id: int
    picture: str
    invoice_order: str
    card_order: str

    def path(self, rest: str = "") -> str:
        """Return an address of this shop."""
        return f"/{self.shop.slug}/{rest}"


def picture_file(name: str = "cup.png", colour: str = "#335577") -> io.BytesIO:
    """Return a picture as a browser sends it."""
    file = io.BytesIO()
    Image.new("RGB", (600, 400), colour).save(file, "PNG")
    file.seek(0)
    file.name = name
    return file


def make_order(world_info: ShopInfo, variant_id: int, quantity: int = 2, **values: Any) -> str:
    """Place an order and return its number."""
    owner = shopping.fill_cart(world_info, {variant_id: quantity})
    details = shopping.details_for(world_info, owner, **values)
    return place_order(shop=world_info, owner=owner, details=details, actor="shopper").number


def make_world(shop: Any) -> World:
    """Fill a shop."""
    info = shopping.make_ready(shop)
    variant_id = shopping.make_variant(shop, sku=f"{SKU}-{shop.pk}", title="Cup", price=12500, stock=50)
    image = store_image(shop_id=shop.pk, data=picture_file(colour=f"#{secrets.token_hex(3)}"), actor="test")
    with shop_transaction(shop.pk, actor="test"):
        product_id = Variant.objects.get(pk=variant_id).product_id
        texts = (CategoryTextDraft(language="en", title="Cups"),)
        category_id = save_category(draft=CategoryDraft(slug="cups", texts=texts), actor="test")
        save_category(
            draft=CategoryDraft(slug="jugs", texts=(CategoryTextDraft(language="en", title="Jugs"),), position=1),
            actor="test",
        )
        page = PageDraft(slug="about", texts=(PageTextDraft(language="en", title="About us", body="Clay."),))
        page_id = save_page(draft=page, actor="test")
    domain_id = add_domain(shop_id=shop.pk, host=f"second-{shop.slug}.localhost", actor="test")
    invoice_order = make_order(info, variant_id)
    with shop_transaction(shop.pk, actor="test"):
        OutboxMessage.objects.update(state="failed", attempts=9, last_error="SMTPRecipientsRefused: 550")
    return World(
        shop,
        info,
        product_id,
        variant_id,
        category_id,
        page_id,
        domain_id,
        make_member(shop, "clerk").pk,
        f"{image.sha256}-160.webp",
        invoice_order,
        make_order(info, variant_id, card=shopping.APPROVED),
    )


def fingerprint(shop: Any) -> dict[str, str]:
    """Return a mark of all rows of a shop, table by table: alike means that nothing whatever was changed."""
    with shop_transaction(shop.pk):
        marks = {}
        for model in apps.get_models():
            if issubclass(model, ShopModel):
                table = model._meta.db_table
                sql = f"SELECT coalesce(md5(string_agg(t::text, '|' ORDER BY id)), '') FROM {table} t"
                marks[table] = fetch(sql)[0][0]
        marks["tenancy_shop"] = fetch("SELECT md5(string_agg(t::text, '|')) FROM tenancy_shop t")[0][0]
    return marks
