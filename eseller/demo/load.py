"""Fills an empty platform with the three demo shops. Run again, it does only what is missing."""

import logging
import multiprocessing
import os
from concurrent.futures import ProcessPoolExecutor
from datetime import timedelta

from django.conf import settings

from eseller.commerce.pricing.actions.set_vat_rate import set_vat_rate
from eseller.demo import goods, look, sales
from eseller.demo.content import records
from eseller.kernel import clock
from eseller.tenancy.actions.create_shop import create_shop
from eseller.tenancy.actions.drafts import ShopDraft, ShopSettings
from eseller.tenancy.hosts import Theme
from eseller.tenancy.models import Membership, Shop, User
from eseller.tenancy.scope import PLATFORM, platform_transaction

log = logging.getLogger(__name__)

ACTOR = "demo"
OWNER = ("owner@demo.example", "Mette Demolund")
CLERK = ("clerk@demo.example", "Jonas Probst")
PASSWORD = "look around freely"  # noqa: S105  (printed on the sign-in page of the demo, and nowhere else valid)


def load_demo() -> None:
    """Make what is missing: VAT rates, people, shops, goods with pictures, a month of orders."""
    if not settings.DEMO:
        raise RuntimeError("The demo's people have well-known passwords: set ESELLER_DEMO=true to load it.")
    for rate in records.vat_rates():
        set_vat_rate(country=rate.country, vat_class=rate.vat_class, rate_bp=rate.rate_bp, actor=ACTOR)
    owner, clerk = _person(*OWNER), _person(*CLERK)
    contents = [records.load_shop(slug) for slug in records.shops()]
    # Shops are filled side by side: drawing and encoding pictures is all work for the processor.
    ids = [_shop(content.shop, owner, clerk) for content in contents]
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(max_workers=min(3, os.cpu_count() or 1), mp_context=context) as pool:
        slugs = [content.shop.slug for content in contents]
        for future in [pool.submit(_fill, shop_id, slug) for shop_id, slug in zip(ids, slugs, strict=True)]:
            future.result()


def _fill(shop_id: int, slug: str) -> None:
    """Fill one shop, in a process of its own."""
    import django

    django.setup()
    content = records.load_shop(slug)
    goods.load_goods(shop_id, content, actor=ACTOR)
    look.load_look(shop_id, content, actor=ACTOR)
    sales.load_sales(shop_id, content, end=clock.now() - timedelta(minutes=10))


def _person(email: str, name: str) -> int:
    with platform_transaction(actor=ACTOR):
        found = User.objects.using(PLATFORM).filter(email=email).first()
        if found is None:
            found = User(email=email, name=name)
            found.set_password(PASSWORD)
            found.save(using=PLATFORM)
    return found.pk


def _shop(shop: records.Shop, owner: int, clerk: int) -> int:
    with platform_transaction(actor=ACTOR):
        found = Shop.objects.using(PLATFORM).filter(slug=shop.slug).first()
    if found is not None:
        return found.pk
    address = shop.address
    shop_id = create_shop(
        draft=ShopDraft(
            slug=shop.slug,
            country=shop.country,
            currency=shop.currency,
            host=f"{shop.slug}.localhost",
            settings=ShopSettings(
                name=shop.name,
                contact_email=shop.email,
                address="\n".join((address.company, address.street, f"{address.postal_code} {address.city}")),
                default_language=shop.language,
                languages=shop.languages,
                prices_include_vat=shop.prices_include_vat,
                sells_to=shop.countries,
                order_prefix=shop.order_prefix,
                theme=Theme(
                    brand=shop.theme.brand,
                    surface=shop.theme.surface,
                    display=shop.theme.display,
                    corners=shop.theme.corners,
                ),
            ),
        ),
        owner_id=owner,
        actor=ACTOR,
    )
    with platform_transaction(actor=ACTOR):
        Membership.objects.using(PLATFORM).create(shop_id=shop_id, user_id=clerk, role=Membership.Role.CLERK)
    return shop_id
