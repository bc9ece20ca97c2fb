"""A shop with something in it: categories, products, pictures, delivery, payment, pages."""

import io
from typing import Any

import msgspec
from PIL import Image

from eseller.commerce.catalog.actions.save_product import save_product
from eseller.commerce.catalog.drafts import (
    ImageDraft,
    OptionDraft,
    OptionValueDraft,
    PriceDraft,
    ProductDraft,
    StockDraft,
    TextDraft,
    VariantDraft,
)
from eseller.commerce.catalog.models import Category, CategoryText, Variant
from eseller.commerce.content.models import FeaturedProduct, Home, HomeText, Page, PageText
from eseller.commerce.payments.models import PaymentMethod
from eseller.commerce.pricing.models import PriceList, VatRate
from eseller.commerce.shipping.models import ShippingMethod, ShippingRate
from eseller.media.actions.store_image import store_image
from eseller.tenancy.models import Shop
from eseller.tenancy.scope import PLATFORM, platform_transaction, shop_transaction
from tests.factories import make_shop

ACTOR = "test"
RATES = {"DK": 2500, "DE": 1900, "GB": 2000}


class Stocked(msgspec.Struct, frozen=True):
    """What was made; ``variants`` are ids by SKU."""

    shop: Shop
    host: str
    categories: dict[str, int]
    variants: dict[str, int]
    images: tuple[int, ...]


def stocked_shop(**values: Any) -> Stocked:
    """Make a shop: MUG in sizes and colours, VASE on offer, BOWL sold out, CARD with one left, TRAY hidden."""
    with platform_transaction(actor=ACTOR):
        for country, rate in RATES.items():
            VatRate.objects.using(PLATFORM).update_or_create(
                country=country, vat_class="standard", defaults={"rate_bp": rate}
            )
    shop = make_shop(name="Testhus", address="Prøvevej 1\n1000 Prøveby", bank_account="DK00 1234", **values)
    images = tuple(
        store_image(shop_id=shop.pk, data=picture(colour), actor=ACTOR).id
        for colour in ("#8a5a3c", "#3c6a8a", "#5a8a3c")
    )
    with shop_transaction(shop.pk, actor=ACTOR):
        PriceList.objects.create(name="Prices", currency=shop.currency)
        categories = _categories(images)
        _delivery(shop)
        _payment()
        products = [
            save_product(draft=draft, actor=ACTOR).product_id for draft in drafts(shop.currency, categories, images)
        ]
        _content(images, products)
        variants = {str(sku): pk for sku, pk in Variant.objects.values_list("sku", "id")}
    return Stocked(shop, f"{shop.slug}.localhost", categories, variants, images)


def picture(colour: str, size: tuple[int, int] = (60, 75)) -> bytes:
    """Return a PNG of one colour."""
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, "PNG")
    return out.getvalue()


def drafts(currency: str, categories: dict[str, int], images: tuple[int, ...]) -> list[ProductDraft]:
    """Return the products of the shop."""

    def simple(slug: str, title: str, danish: str, sku: str, amount: int, stock: int, **more: Any) -> ProductDraft:
        compare = more.pop("compare_at", None)
        return ProductDraft(
            slug=slug,
            state=more.pop("state", "published"),
            texts=(
                TextDraft(
                    language="en", title=title, description=f"A **{title.lower()}** of stoneware.\n\n- Thrown by hand"
                ),
                TextDraft(language="da", title=danish, description="Af *stentøj*."),
            ),
            variants=(
                VariantDraft(
                    sku=sku,
                    weight_g=400,
                    prices=(PriceDraft(currency=currency, amount=amount, compare_at=compare),),
                    stock=StockDraft(on_hand=stock),
                ),
            ),
            images=(ImageDraft(image_id=images[1], alts={"en": title, "da": danish}),),
            category_ids=(categories["table"],),
            **more,
        )

    return [
        _mug(currency, categories, images),
        simple("moon-vase", "Moon vase", "Månevase", "VASE", 42_000, 9, compare_at=52_000, brand="Testhus"),
        simple("deep-bowl", "Deep bowl", "Dyb skål", "BOWL", 18_000, 0),
        simple("gift-card-holder", "Card holder", "Kortholder", "CARD", 9_500, 1),
        simple("hidden-tray", "Hidden tray", "Skjult bakke", "TRAY", 9_900, 5, state="draft"),
    ]


def _mug(currency: str, categories: dict[str, int], images: tuple[int, ...]) -> ProductDraft:
    """A mug in two sizes and two colours: small blue is sold out, large blue is not made."""
    combinations = [
        ("MUG-S-SAND", (0, 0), 12, 14_900),
        ("MUG-S-BLUE", (0, 1), 0, 14_900),
        ("MUG-L-SAND", (1, 0), 7, 17_900),
    ]
    return ProductDraft(
        slug="morning-mug",
        state="published",
        texts=(
            TextDraft(language="en", title="Morning mug", description="Holds a **whole** morning."),
            TextDraft(language="da", title="Morgenkrus", description="Rummer en **hel** morgen."),
        ),
        options=(
            OptionDraft(
                names={"en": "Size", "da": "Størrelse"},
                values=(
                    OptionValueDraft(labels={"en": "Small", "da": "Lille"}),
                    OptionValueDraft(labels={"en": "Large", "da": "Stor"}),
                ),
            ),
            OptionDraft(
                names={"en": "Colour", "da": "Farve"},
                values=(
                    OptionValueDraft(labels={"en": "Sand", "da": "Sand"}, swatch="#c8b08a"),
                    OptionValueDraft(labels={"en": "Blue", "da": "Blå"}, swatch="#3c6a8a"),
                ),
            ),
        ),
        variants=tuple(
            VariantDraft(
                sku=sku,
                choices=choices,
                weight_g=350,
                prices=(PriceDraft(currency=currency, amount=amount),),
                stock=StockDraft(on_hand=stock),
            )
            for sku, choices, stock, amount in combinations
        ),
        images=tuple(ImageDraft(image_id=image, alts={"en": "Morning mug"}) for image in images),
        category_ids=(categories["cups"], categories["table"]),
    )


def _categories(images: tuple[int, ...]) -> dict[str, int]:
    table = Category.objects.create(slug="table", position=1, image_id=images[0])
    cups = Category.objects.create(slug="cups", position=1, parent=table)
    empty = Category.objects.create(slug="lamps", position=2)
    hidden = Category.objects.create(slug="secret", position=3, published=False)
    names = [
        (table, "The table", "Bordet"),
        (cups, "Cups", "Kopper"),
        (empty, "Lamps", "Lamper"),
        (hidden, "Secret", "Hemmelig"),
    ]
    for category, english, danish in names:
        CategoryText.objects.create(category=category, language="en", title=english, description=f"{english}, by hand.")
        CategoryText.objects.create(category=category, language="da", title=danish)
    return {category.slug: category.pk for category, _, _ in names}


def _delivery(shop: Shop) -> None:
    parcel = ShippingMethod.objects.create(
        code="parcel", names={"en": "Parcel shop", "da": "Pakkeshop", "de": "Paketshop"}, basis="weight", position=1
    )
    home = ShippingMethod.objects.create(
        code="home", names={"en": "To the door", "da": "Til døren", "de": "Bis zur Tür"}, basis="weight", position=2
    )
    for method, country, amount in ((parcel, "DK", 3900), (home, "DK", 5900), (home, "DE", 9900)):
        ShippingRate.objects.create(method=method, country=country, currency=shop.currency, at_least=0, amount=amount)


def _payment() -> None:
    for place, (code, provider, name) in enumerate(
        [
            ("card", "testcard", "Card"),
            ("transfer", "bank_transfer", "Bank transfer"),
            ("invoice", "invoice", "Invoice"),
        ]
    ):
        PaymentMethod.objects.create(code=code, provider=provider, names={"en": name}, position=place)


def _content(images: tuple[int, ...], products: list[int]) -> None:
    page = Page.objects.create(slug="delivery", position=1)
    PageText.objects.create(page=page, language="en", title="Delivery and returns", body="# How\n\nBy **post**.")
    PageText.objects.create(page=page, language="da", title="Levering", body="Med **posten**.")
    hidden = Page.objects.create(slug="draft", published=False)
    PageText.objects.create(page=hidden, language="en", title="Draft", body="Not yet.")
    Home.objects.create(hero_image_id=images[0])
    HomeText.objects.create(
        language="en", tagline="Clay for every day", hero_title="Made by hand", hero_text="In Prøveby."
    )
    HomeText.objects.create(language="da", tagline="Ler til hver dag", hero_title="Lavet i hånden")
    for place, product in enumerate(products[:3]):
        FeaturedProduct.objects.create(product_id=product, position=place)
