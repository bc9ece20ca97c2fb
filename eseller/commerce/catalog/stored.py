"""A product as its rows are, read with one statement: what a draft is compared with, and what a form starts from."""

import msgspec

from eseller.commerce.catalog.drafts import (
    ImageDraft,
    OptionDraft,
    OptionValueDraft,
    PriceDraft,
    ProductDraft,
    StockDraft,
    TextDraft,
    Texts,
    VariantDraft,
)
from eseller.tenancy.sql import fetch_json


class StoredText(msgspec.Struct, frozen=True):
    """A row of texts."""

    id: int
    language: str
    title: str
    description: str
    seo_title: str
    seo_description: str


class StoredPlace(msgspec.Struct, frozen=True):
    """A row that puts the product into a category."""

    id: int
    category_id: int


class StoredValue(msgspec.Struct, frozen=True):
    """A row of an option's value."""

    id: int
    position: int
    labels: Texts
    swatch: str


class StoredOption(msgspec.Struct, frozen=True):
    """A row of an option with its values in order."""

    id: int
    position: int
    names: Texts
    values: list[StoredValue]


class StoredPrice(msgspec.Struct, frozen=True):
    """A row of a price."""

    id: int
    price_list_id: int
    currency: str
    amount: int
    compare_at: int | None


class StoredStock(msgspec.Struct, frozen=True):
    """A row of stock."""

    on_hand: int
    tracked: bool
    backorder: bool


class StoredVariant(msgspec.Struct, frozen=True):
    """A row of a variant with prices and stock."""

    id: int
    position: int
    sku: str | None
    ean: str
    weight_g: int
    active: bool
    value1_id: int | None
    value2_id: int | None
    value3_id: int | None
    image_id: int | None
    prices: list[StoredPrice]
    stock: StoredStock | None

    @property
    def value_ids(self) -> tuple[int | None, int | None, int | None]:
        """The values chosen, by option."""
        return (self.value1_id, self.value2_id, self.value3_id)


class StoredImage(msgspec.Struct, frozen=True):
    """A row of the gallery."""

    id: int
    image_id: int
    position: int
    alts: Texts


class StoredProduct(msgspec.Struct, frozen=True):
    """All rows of a product."""

    id: int
    slug: str
    state: str
    brand: str
    product_type: str
    tags: list[str]
    vat_class: str
    source: str
    external_id: str | None
    texts: list[StoredText]
    places: list[StoredPlace]
    options: list[StoredOption]
    variants: list[StoredVariant]
    images: list[StoredImage]


_READ = """
SELECT json_build_object(
    'id', p.id, 'slug', p.slug, 'state', p.state, 'brand', p.brand, 'product_type', p.product_type, 'tags', p.tags,
    'vat_class', p.vat_class, 'source', p.source, 'external_id', p.external_id,
    'texts', coalesce((SELECT json_agg(t ORDER BY t.id) FROM (
        SELECT id, language, title, description, seo_title, seo_description
        FROM catalog_producttext WHERE product_id = p.id) t), '[]'),
    'places', coalesce((SELECT json_agg(c ORDER BY c.id) FROM (
        SELECT id, category_id FROM catalog_productcategory WHERE product_id = p.id) c), '[]'),
    'options', coalesce((SELECT json_agg(o ORDER BY o.position) FROM (
        SELECT o.id, o.position, o.names, coalesce((SELECT json_agg(v ORDER BY v.position) FROM (
            SELECT id, position, labels, swatch FROM catalog_optionvalue WHERE option_id = o.id) v), '[]') AS values
        FROM catalog_option o WHERE o.product_id = p.id) o), '[]'),
    'variants', coalesce((SELECT json_agg(v ORDER BY v.position, v.id) FROM (
        SELECT v.id, v.position, v.sku, v.ean, v.weight_g, v.active, v.value1_id, v.value2_id, v.value3_id, v.image_id,
            coalesce((SELECT json_agg(r ORDER BY r.currency) FROM (
                SELECT r.id, r.price_list_id, l.currency, r.amount, r.compare_at
                FROM pricing_price r JOIN pricing_pricelist l ON l.id = r.price_list_id
                WHERE r.variant_id = v.id) r), '[]') AS prices,
            (SELECT row_to_json(s) FROM (
                SELECT on_hand, tracked, backorder FROM inventory_stockitem WHERE variant_id = v.id) s) AS stock
        FROM catalog_variant v WHERE v.product_id = p.id) v), '[]'),
    'images', coalesce((SELECT json_agg(i ORDER BY i.position, i.id) FROM (
        SELECT id, image_id, position, alts FROM catalog_productimage WHERE product_id = p.id) i), '[]')
)::text FROM catalog_product p WHERE p.id = %s
"""


def stored_product(product_id: int) -> StoredProduct | None:
    """Return a product's rows, or None when the shop has no such product. One statement."""
    return fetch_json(_READ, [product_id], StoredProduct)


def whole(variant: StoredVariant, options: list[StoredOption]) -> bool:
    """Tell whether a variant has a value for each option; one kept only for old orders may have lost some."""
    return all(variant.value_ids[index] is not None for index in range(len(options)))


def as_draft(stored: StoredProduct) -> ProductDraft:
    """Return the draft that ``save_product`` would leave unchanged."""
    places: dict[int | None, int] = {
        value.id: place for option in stored.options for place, value in enumerate(option.values)
    }
    return ProductDraft(
        slug=stored.slug,
        state=stored.state,
        brand=stored.brand,
        product_type=stored.product_type,
        tags=tuple(stored.tags),
        vat_class=stored.vat_class,
        source=stored.source,
        external_id=stored.external_id,
        texts=tuple(
            TextDraft(
                language=text.language,
                title=text.title,
                description=text.description,
                seo_title=text.seo_title,
                seo_description=text.seo_description,
            )
            for text in stored.texts
        ),
        options=tuple(
            OptionDraft(
                names=option.names,
                values=tuple(OptionValueDraft(labels=value.labels, swatch=value.swatch) for value in option.values),
            )
            for option in stored.options
        ),
        variants=tuple(
            _variant_draft(v, stored.options, places) for v in stored.variants if v.active or whole(v, stored.options)
        ),
        images=tuple(ImageDraft(image_id=image.image_id, alts=image.alts) for image in stored.images),
        category_ids=tuple(place.category_id for place in stored.places),
    )


def _variant_draft(variant: StoredVariant, options: list[StoredOption], places: dict[int | None, int]) -> VariantDraft:
    stock = variant.stock
    return VariantDraft(
        id=variant.id,
        sku=variant.sku,
        ean=variant.ean,
        weight_g=variant.weight_g,
        active=variant.active,
        # One that has lost its value has none of them, until somebody chooses.
        choices=tuple(places.get(variant.value_ids[option.position - 1], -1) for option in options),
        prices=tuple(
            PriceDraft(currency=price.currency, amount=price.amount, compare_at=price.compare_at)
            for price in variant.prices
        ),
        stock=StockDraft(on_hand=stock.on_hand, tracked=stock.tracked, backorder=stock.backorder) if stock else None,
        image_id=variant.image_id,
    )
