"""Fills the shop that is measured: ``python -m eseller.bench.seed PRODUCTS`` prints what it made as JSON."""

import json
import os
import random
import sys
from typing import Any

SLUG = "bench"
NOUNS = ["mug", "bowl", "plate", "jug", "vase", "tray", "lamp", "chair", "table", "stool", "shelf", "basket", "hook"]
WORDS = ["oak", "ash", "walnut", "clay", "linen", "wool", "slate", "copper", "brass", "amber", "indigo", "olive"]
STOCK = 1_000_000


def _draft(number: int, chance: random.Random, categories: list[int], image_id: int) -> Any:
    from eseller.commerce.catalog import drafts

    first, second, noun = chance.choice(WORDS), chance.choice(WORDS), NOUNS[number % len(NOUNS)]
    title = f"{first.title()} {second} {noun} {number}"
    body = " ".join(chance.choice(WORDS + NOUNS) for _ in range(60))
    sizes = ("Small", "Medium", "Large")
    return drafts.ProductDraft(
        slug=f"product-{number}",
        state="published",
        brand="Bench",
        texts=(drafts.TextDraft(language="en", title=title, description=f"{body.capitalize()}."),),
        options=(
            drafts.OptionDraft(
                names={"en": "Size"}, values=tuple(drafts.OptionValueDraft(labels={"en": size}) for size in sizes)
            ),
        ),
        variants=tuple(
            drafts.VariantDraft(
                sku=f"B{number}-{index}",
                weight_g=400,
                choices=(index,),
                prices=(drafts.PriceDraft(currency="DKK", amount=9900 + number + index * 1000),),
                stock=drafts.StockDraft(on_hand=STOCK),
            )
            for index in range(len(sizes))
        ),
        images=(drafts.ImageDraft(image_id=image_id, alts={"en": title}),),
        category_ids=(chance.choice(categories),),
    )


def seed(products: int) -> dict[str, object]:
    """Make one shop with so many products of three variants, ten categories, a shipping and two payment methods."""
    from eseller.commerce.catalog.actions.save_product import save_product
    from eseller.commerce.catalog.models import Category, CategoryText, Variant
    from eseller.commerce.payments.models import PaymentMethod
    from eseller.commerce.pricing.models import PriceList, VatRate
    from eseller.commerce.shipping.models import ShippingMethod, ShippingRate
    from eseller.media.models import MediaImage
    from eseller.tenancy.models import Domain, Shop
    from eseller.tenancy.scope import PLATFORM, analyse, platform_transaction, shop_transaction

    chance = random.Random(7)  # noqa: S311  (the same shop every time, not a secret)
    with platform_transaction(actor="bench"):
        VatRate.objects.using(PLATFORM).get_or_create(country="DK", vat_class="standard", defaults={"rate_bp": 2500})
        shop = Shop.objects.using(PLATFORM).create(
            slug=SLUG,
            name="Bench",
            country="DK",
            currency="DKK",
            languages=["en"],
            sells_to=["DK"],
            contact_email="bench@shop.example",
        )
        Domain.objects.using(PLATFORM).create(shop_id=shop.pk, host=f"{SLUG}.localhost", is_primary=True)
    with shop_transaction(shop.pk, actor="bench"):
        PriceList.objects.create(name="DKK", currency="DKK")
        categories = []
        for number in range(10):
            category = Category.objects.create(slug=f"category-{number}", position=number)
            CategoryText.objects.create(category=category, language="en", title=f"Category {number}")
            categories.append(category.pk)
        image = MediaImage.objects.create(state="ready", sha256="0" * 64, width=960, height=960, bytes=1)
        method = ShippingMethod.objects.create(code="parcel", names={"en": "Parcel"}, basis="weight")
        ShippingRate.objects.create(method=method, country="DK", currency="DKK", amount=4900)
        for position, provider in enumerate(("testcard", "invoice")):
            PaymentMethod.objects.create(code=provider, provider=provider, names={"en": provider}, position=position)
    for number in range(products):
        with shop_transaction(shop.pk, actor="bench"):
            save_product(draft=_draft(number, chance, categories, image.pk), actor="bench")
    analyse()
    with shop_transaction(shop.pk):
        variants = list(Variant.objects.order_by("id").values_list("pk", flat=True))
    return {"shop": shop.pk, "variants": variants}


def main() -> None:
    """Set Django up, fill, print."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "eseller.config.settings")
    import django

    django.setup()
    sys.stdout.write(json.dumps(seed(int(sys.argv[1]))) + "\n")


if __name__ == "__main__":
    main()
