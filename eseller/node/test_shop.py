"""The hidden shop in which the watch buys something once a minute, to know that buying works."""

from __future__ import annotations

from eseller.commerce.catalog import drafts
from eseller.commerce.catalog.actions.save_product import save_product
from eseller.commerce.catalog.models import Product
from eseller.commerce.payments.actions.save_method import PaymentMethodDraft, save_payment_method
from eseller.commerce.shipping.actions.save_method import save_shipping_method
from eseller.commerce.shipping.drafts import RateDraft, ShippingDraft
from eseller.tenancy.actions.create_shop import create_shop
from eseller.tenancy.actions.drafts import ShopDraft, ShopSettings
from eseller.tenancy.models import Shop
from eseller.tenancy.scope import PLATFORM, platform_transaction, shop_transaction

SLUG, PRODUCT = "test-purchases", "test-purchase"
PLENTY, PRICE = 1_000_000_000, 100


def make_test_shop(*, host: str, country: str, currency: str, actor: str) -> str:
    """Make the shop and its one product, where they are missing; returns the path of the product's page.

    Args:
        host: its own, which nobody is told of.
        country: where it sells, which has VAT rates.
        currency: of its price.
        actor: who does it.
    """
    with platform_transaction(actor=actor):
        found = Shop.objects.using(PLATFORM).filter(slug=SLUG).values_list("pk", flat=True).first()
    if found is None:
        settings = ShopSettings(
            name="Test purchases", contact_email=f"purchases@{host}", languages=("en",), default_language="en",
            sells_to=(country,), prices_include_vat=True,
        )  # fmt: skip
        draft = ShopDraft(slug=SLUG, country=country, currency=currency, host=host, settings=settings)
        found = create_shop(draft=draft, owner_id=None, actor=actor)
    with shop_transaction(found, actor=actor):
        if not Product.objects.filter(slug=PRODUCT).exists():
            rate = RateDraft(country, currency, 0, 0)
            delivery = ShippingDraft(code="test", names={"en": "Nothing is sent"}, basis="value", rates=(rate,))
            save_shipping_method(draft=delivery, actor=actor)
            payment = PaymentMethodDraft(code="testcard", provider="testcard", names={"en": "Test card"})
            save_payment_method(draft=payment, actor=actor)
            save_product(draft=_product(currency), actor=actor)
    return f"/p/{PRODUCT}"


def _product(currency: str) -> drafts.ProductDraft:
    return drafts.ProductDraft(
        slug=PRODUCT, state="published",
        texts=(drafts.TextDraft(language="en", title="Test purchase", description="Bought once a minute."),),
        variants=(
            drafts.VariantDraft(
                sku="TEST", prices=(drafts.PriceDraft(currency=currency, amount=PRICE),),
                stock=drafts.StockDraft(on_hand=PLENTY, backorder=True),
            ),
        ),
    )  # fmt: skip
