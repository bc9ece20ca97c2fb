"""What stands in the product form: texts as typed, so that nothing is lost whatever is wrong with it.

The names of the form's fields are the paths of the draft (``variants.3.sku``): a problem finds its field by itself.
"""

import msgspec

from eseller.channels.backoffice.amounts import write_amount
from eseller.commerce.catalog.drafts import ProductDraft, StockDraft, VariantDraft

MOST_ROWS = 100
"""Variants in one form; larger products are edited in slices of as many."""
POLICIES = ("track", "backorder", "untracked")


class TextState(msgspec.Struct, kw_only=True):
    """Words in one language."""

    title: str = ""
    description: str = ""
    seo_title: str = ""
    seo_description: str = ""

    def is_empty(self) -> bool:
        """Tell whether nothing was typed."""
        return not any(part.strip() for part in (self.title, self.description, self.seo_title, self.seo_description))


class ValueState(msgspec.Struct, kw_only=True):
    """A choice of an option."""

    labels: dict[str, str] = {}
    swatch: str = ""


class OptionState(msgspec.Struct, kw_only=True):
    """What variants differ in."""

    names: dict[str, str] = {}
    values: list[ValueState] = []


class VariantState(msgspec.Struct, kw_only=True):
    """A row of the matrix.

    ``on_hand_was`` tells a changed count from one that only lay there while goods were sold. ``image_id`` is empty for
    a variant without a picture of its own, and None where the form had no pictures to choose among.
    """

    id: str = ""
    choices: list[str] = []
    sku: str = ""
    ean: str = ""
    weight_g: str = ""
    price: str = ""
    compare_at: str = ""
    on_hand: str = ""
    on_hand_was: str = ""
    policy: str = "track"
    active: bool = True
    image_id: str | None = None


class ImageState(msgspec.Struct, kw_only=True):
    """A picture of the gallery."""

    image_id: str
    alts: dict[str, str] = {}


class ProductState(msgspec.Struct, kw_only=True):
    """The whole form. ``version`` and ``seen`` tell what was on the screen; ``first`` where the slice begins."""

    slug: str = ""
    state: str = "draft"
    brand: str = ""
    product_type: str = ""
    tags: str = ""
    vat_class: str = "standard"
    texts: dict[str, TextState] = {}
    options: list[OptionState] = []
    variants: list[VariantState] = []
    images: list[ImageState] = []
    category_ids: list[str] = []
    version: str = ""
    seen: str = "0"
    first: int = 0
    sliced: bool = False


def empty_state(languages: list[str]) -> ProductState:
    """Return the form of a product that is not there yet: one variant, tracked, no stock."""
    return ProductState(texts={language: TextState() for language in languages}, variants=[VariantState(on_hand="0")])


def state_of(
    draft: ProductDraft, *, languages: list[str], currency: str, language: str, first: int = 0
) -> ProductState:
    """Return the form that shows a product; amounts are written as in ``language``."""
    texts = {text.language: text for text in draft.texts}
    sliced = len(draft.variants) > MOST_ROWS
    shown = draft.variants[first : first + MOST_ROWS] if sliced else draft.variants
    return ProductState(
        slug=draft.slug,
        state=draft.state,
        brand=draft.brand,
        product_type=draft.product_type,
        tags=", ".join(draft.tags),
        vat_class=draft.vat_class,
        texts={
            code: TextState(
                title=texts[code].title,
                description=texts[code].description,
                seo_title=texts[code].seo_title,
                seo_description=texts[code].seo_description,
            )
            if code in texts
            else TextState()
            for code in languages
        },
        options=[
            OptionState(
                names=dict(option.names),
                values=[ValueState(labels=dict(value.labels), swatch=value.swatch) for value in option.values],
            )
            for option in draft.options
        ],
        variants=[_variant_state(variant, currency, language) for variant in shown],
        images=[ImageState(image_id=str(image.image_id), alts=dict(image.alts)) for image in draft.images],
        category_ids=[str(category) for category in draft.category_ids or ()],
        first=first if sliced else 0,
        sliced=sliced,
    )


def _variant_state(variant: VariantDraft, currency: str, language: str) -> VariantState:
    price = next((price for price in variant.prices if price.currency == currency), None)
    on_hand = str(variant.stock.on_hand or 0) if variant.stock else "0"
    compare_at = price.compare_at if price else None
    return VariantState(
        id=str(variant.id or ""),
        choices=[str(choice) for choice in variant.choices],
        sku=variant.sku or "",
        ean=variant.ean,
        weight_g=str(variant.weight_g) if variant.weight_g else "",
        price=write_amount(price.amount, currency, language) if price else "",
        compare_at=write_amount(compare_at, currency, language) if compare_at is not None else "",
        on_hand=on_hand,
        on_hand_was=on_hand,
        policy=policy_of(variant.stock),
        active=variant.active,
        image_id=str(variant.image_id or ""),
    )


def policy_of(stock: StockDraft | None) -> str:
    """Return how stock is counted, as one word."""
    if stock is None or not stock.tracked:
        return "untracked"
    return "backorder" if stock.backorder else "track"
