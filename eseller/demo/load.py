"""Fills an empty platform with the three demo shops. Run again, it does only what is missing."""

import multiprocessing
import os
import signal
from concurrent.futures import ProcessPoolExecutor

from django.conf import settings

from eseller.channels.backoffice.demo_people import CLERK, OWNER, PASSWORD
from eseller.cluster.leash import follow_parent
from eseller.commerce.orders.models import Order
from eseller.commerce.pricing.actions.add_missing_rates import add_missing_rates
from eseller.demo.content import records
from eseller.demo.content.orders import ORDERS
from eseller.demo.filling import fill
from eseller.tenancy.actions.create_shop import create_shop
from eseller.tenancy.actions.drafts import ShopDraft, ShopSettings
from eseller.tenancy.hosts import Theme
from eseller.tenancy.models import Membership, Shop, User
from eseller.tenancy.scope import PLATFORM, analyse, platform_transaction, shop_transaction

ACTOR = "demo"


def load_demo(*, scale: float = 1.0, orders: int = ORDERS) -> list[str]:
    """Make what is missing: VAT rates, people, shops, goods with pictures, a month of orders.

    Args:
        scale: share of the usual size of pictures; tests draw small.
        orders: how many each shop has had.

    Returns:
        What was not possible in the story of an order, a sentence each; nothing when all is well.
    """
    if not settings.DEMO:
        raise RuntimeError("The demo's people have well-known passwords: set ESELLER_DEMO=true to load it.")
    add_missing_rates(actor=ACTOR)
    owner, clerk = _person(OWNER, "Mette Demolund"), _person(CLERK, "Jonas Probst")
    contents = [records.load_shop(slug) for slug in records.shops()]
    # Shops are filled side by side: drawing and encoding pictures is all work for the processor.
    ids = [_shop(content.shop, owner, clerk) for content in contents]
    context = multiprocessing.get_context("spawn")
    empty = [(shop_id, c.shop.slug) for shop_id, c in zip(ids, contents, strict=True) if not _is_filled(shop_id)]
    if not empty:
        return []
    most = min(3, os.cpu_count() or 1)
    leash = (signal.SIGKILL, os.getpid())
    with ProcessPoolExecutor(most, context, initializer=follow_parent, initargs=leash) as pool:
        futures = [pool.submit(fill, shop_id, slug, ACTOR, scale, orders) for shop_id, slug in empty]
        failures = [failure for future in futures for failure in future.result()]
    analyse()
    return failures


def _is_filled(shop_id: int) -> bool:
    """Orders come last, so a shop that has some has everything."""
    with shop_transaction(shop_id):
        return Order.objects.exists()


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
                vat_number=shop.vat_number,
                bank_account=shop.bank_account,
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
