"""From a product of an export to a draft for the catalog. Pure.

A product that the shop has already keeps what the export knows nothing of: its address, other languages, swatches,
categories, VAT class, pictures uploaded here, and the stock of variants that exist.
"""

from collections.abc import Collection, Mapping, Set

import msgspec

from eseller.channels.erp.shopify.records import ShopifyProduct, ShopifyVariant
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
from eseller.commerce.pricing.rules import EXEMPT, STANDARD

SOURCE = "shopify"


class Surroundings(msgspec.Struct, frozen=True):
    """What a draft depends on besides the export.

    Attributes:
        language: the shop's default language, in which the texts of the export are taken to be.
        currency: of the shop.
        images: ids of pictures by their address.
        own_images: ids of pictures that were uploaded here.
        before: the product as it is, in the shop's languages, or None when it is new.
    """

    language: str
    currency: str
    images: Mapping[str, int]
    own_images: Set[int] = frozenset()
    before: ProductDraft | None = None


def to_draft(product: ShopifyProduct, around: Surroundings) -> ProductDraft:
    """Return what the product should be."""
    before = around.before
    options = _options(product, around)
    taxable = any(variant.taxable for variant in product.variants)
    return ProductDraft(
        slug=before.slug if before else product.slug,
        state=product.state,
        brand=product.vendor,
        product_type=product.type,
        tags=product.tags,
        vat_class=before.vat_class if before else STANDARD if taxable else EXEMPT,
        source=SOURCE,
        external_id=product.handle,
        texts=_texts(product, around),
        options=options,
        variants=_variants(product, options, around),
        images=_images(product, around),
        category_ids=None,
    )


def in_languages(draft: ProductDraft, languages: Collection[str]) -> ProductDraft:
    """Return a product without its words in languages that the shop has given up, which the catalog would refuse."""

    def kept(texts: Texts) -> Texts:
        return {language: text for language, text in texts.items() if language in languages}

    return msgspec.structs.replace(
        draft,
        texts=tuple(text for text in draft.texts if text.language in languages),
        options=tuple(
            OptionDraft(
                names=kept(option.names),
                values=tuple(OptionValueDraft(labels=kept(v.labels), swatch=v.swatch) for v in option.values),
            )
            for option in draft.options
        ),
        images=tuple(ImageDraft(image_id=image.image_id, alts=kept(image.alts)) for image in draft.images),
    )


def _texts(product: ShopifyProduct, around: Surroundings) -> tuple[TextDraft, ...]:
    text = TextDraft(
        language=around.language,
        title=product.title,
        description=product.description,
        seo_title=product.seo_title,
        seo_description=product.seo_description,
    )
    others = around.before.texts if around.before else ()
    return (text, *(other for other in others if other.language != around.language))


def _options(product: ShopifyProduct, around: Surroundings) -> tuple[OptionDraft, ...]:
    """Return the options with their values in the order in which the variants use them."""
    before = {_key(option.names, around): option for option in (around.before.options if around.before else ())}
    drafts = []
    for at, name in enumerate(product.options):
        old = before.get(name.casefold())
        known = {_key(value.labels, around): value for value in (old.values if old else ())}
        labels: dict[str, str] = {}
        for variant in product.variants:
            labels.setdefault(variant.values[at].casefold(), variant.values[at])
        values = tuple(_value(label, known.get(key), around) for key, label in labels.items())
        names = (old.names if old else {}) | {around.language: name}
        drafts.append(OptionDraft(names=names, values=values))
    return tuple(drafts)


def _value(label: str, old: OptionValueDraft | None, around: Surroundings) -> OptionValueDraft:
    labels = (old.labels if old else {}) | {around.language: label}
    return OptionValueDraft(labels=labels, swatch=old.swatch if old else "")


def _key(texts: Texts, around: Surroundings) -> str:
    return texts.get(around.language, "").casefold()


def _variants(
    product: ShopifyProduct, options: tuple[OptionDraft, ...], around: Surroundings
) -> tuple[VariantDraft, ...]:
    places = [{_key(value.labels, around): at for at, value in enumerate(option.values)} for option in options]
    known = _Known(around)
    return tuple(
        VariantDraft(
            sku=variant.sku or known.sku_of(variant),
            ean=variant.ean,
            weight_g=variant.grams,
            choices=tuple(places[at][value.casefold()] for at, value in enumerate(variant.values)),
            prices=(PriceDraft(currency=around.currency, amount=variant.price, compare_at=variant.compare_at),),
            stock=StockDraft(
                on_hand=None if known.has(variant) else variant.quantity or 0,
                tracked=variant.tracked,
                backorder=variant.continue_selling,
            ),
            image_id=around.images.get(variant.image),
        )
        for variant in product.variants
    )


class _Known:
    """The variants that the product has, found as the catalog finds them: by SKU, else by their values."""

    def __init__(self, around: Surroundings) -> None:
        before = around.before
        self._skus = {variant.sku for variant in before.variants if variant.sku} if before else set()
        self._values: dict[tuple[str, ...], str | None] = {}
        for variant in before.variants if before else ():
            chosen = zip(before.options if before else (), variant.choices, strict=True)
            key = tuple(_key(option.values[at].labels, around) for option, at in chosen)
            self._values[key] = variant.sku

    def has(self, variant: ShopifyVariant) -> bool:
        """Tell whether a variant exists, so that its stock is what was counted and sold here."""
        return variant.sku in self._skus or self._chosen(variant) in self._values

    def sku_of(self, variant: ShopifyVariant) -> str | None:
        """Return the SKU that a variant was given here, where the export has none."""
        return self._values.get(self._chosen(variant))

    @staticmethod
    def _chosen(variant: ShopifyVariant) -> tuple[str, ...]:
        return tuple(value.casefold() for value in variant.values)


def _images(product: ShopifyProduct, around: Surroundings) -> tuple[ImageDraft, ...]:
    before = {image.image_id: image for image in (around.before.images if around.before else ())}
    drafts = []
    for image in product.images:
        image_id = around.images[image.src]
        others = before[image_id].alts if image_id in before else {}
        alt = {around.language: image.alt} if image.alt else {}
        drafts.append(ImageDraft(image_id=image_id, alts=others | alt))
    drafts += [image for image_id, image in before.items() if image_id in around.own_images]
    return tuple(drafts)
