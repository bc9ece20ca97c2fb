"""What a product should be: the one form in which the back office, imports and the demo hand products over.

``actions.save_product`` makes the rows like it: texts, options, variants, prices, stock, images and search in one
transaction, and touches nothing that is like it already.
"""

import msgspec

Texts = dict[str, str]
"""Words by language, such as ``{"en": "Size", "da": "Størrelse"}``."""


class TextDraft(msgspec.Struct, frozen=True, kw_only=True):
    """A product's words in one language; the description is Markdown."""

    language: str
    title: str
    description: str = ""
    seo_title: str = ""
    seo_description: str = ""


class OptionValueDraft(msgspec.Struct, frozen=True, kw_only=True):
    """One choice of an option."""

    labels: Texts
    swatch: str = ""


class OptionDraft(msgspec.Struct, frozen=True, kw_only=True):
    """What the variants differ in."""

    names: Texts
    values: tuple[OptionValueDraft, ...]


class StockDraft(msgspec.Struct, frozen=True, kw_only=True):
    """How many there are. ``on_hand`` None leaves the count as it is."""

    on_hand: int | None = None
    tracked: bool = True
    backorder: bool = False


class PriceDraft(msgspec.Struct, frozen=True, kw_only=True):
    """A price in minor units of a currency, as the shop enters prices (with or without VAT)."""

    currency: str
    amount: int
    compare_at: int | None = None


class VariantDraft(msgspec.Struct, frozen=True, kw_only=True):
    """A variant; ``choices`` are positions in the options' values (from 0), one for each option.

    Existing variants are recognised by ``id``, else by SKU, else by their choices' labels.
    """

    id: int | None = None
    sku: str | None = None
    ean: str = ""
    weight_g: int = 0
    active: bool = True
    choices: tuple[int, ...] = ()
    prices: tuple[PriceDraft, ...] = ()
    stock: StockDraft | None = None
    image_id: int | None = None


class ImageDraft(msgspec.Struct, frozen=True, kw_only=True):
    """A picture of the gallery, in its order."""

    image_id: int
    alts: Texts = {}


class ProductDraft(msgspec.Struct, frozen=True, kw_only=True):
    """A whole product. ``category_ids`` None leaves the categories as they are."""

    slug: str
    state: str = "draft"
    brand: str = ""
    product_type: str = ""
    tags: tuple[str, ...] = ()
    vat_class: str = "standard"
    source: str = ""
    external_id: str | None = None
    texts: tuple[TextDraft, ...]
    options: tuple[OptionDraft, ...] = ()
    variants: tuple[VariantDraft, ...]
    images: tuple[ImageDraft, ...] = ()
    category_ids: tuple[int, ...] | None = None


class Saved(msgspec.Struct, frozen=True):
    """What ``save_product(*, draft, actor, product_id=None)`` did: ``outcome`` is created, updated or unchanged."""

    product_id: int
    outcome: str


class CategoryTextDraft(msgspec.Struct, frozen=True, kw_only=True):
    """A category's words in one language; the description is Markdown."""

    language: str
    title: str
    description: str = ""


class CategoryDraft(msgspec.Struct, frozen=True, kw_only=True):
    """A whole category, as ``actions.save_category`` takes it."""

    slug: str
    texts: tuple[CategoryTextDraft, ...]
    parent_id: int | None = None
    position: int = 0
    published: bool = True
    image_id: int | None = None
