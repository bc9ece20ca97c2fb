"""What rows of the catalog must be."""

from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta

from eseller.resilience.records.fields import (
    BLOCK,
    LINE,
    WORDS,
    Flag,
    Id,
    Labels,
    Language,
    Position,
    Slug,
    VatClass,
)
from eseller.resilience.records.kind import Kind, Row, Rule, register

Place = Annotated[int, Meta(ge=0, le=32767, description="a place in an order, 0 or more")]


class CategoryRow(Row):
    """A category; ``parent_id`` is the one above."""

    id: Id
    shop_id: Id
    parent_id: Id | None
    slug: Slug
    position: Position
    published: Flag
    image_id: Id | None


class CategoryTextRow(Row):
    """A category's words in one language."""

    id: Id
    shop_id: Id
    category_id: Id
    language: Language
    title: Annotated[str, Meta(max_length=120, pattern=WORDS, description="1 to 120 characters in a line")]
    description: Annotated[str, Meta(max_length=4000, pattern=BLOCK, description="a text of at most 4000 characters")]


class ProductRow(Row):
    """A product."""

    id: Id
    shop_id: Id
    slug: Slug
    state: Literal["draft", "published", "archived"]
    brand: Annotated[str, Meta(max_length=120, pattern=LINE, description="at most 120 characters in a line")]
    product_type: Annotated[str, Meta(max_length=120, pattern=LINE, description="at most 120 characters in a line")]
    tags: Annotated[
        list[Annotated[str, Meta(max_length=80, pattern=LINE, description="words of at most 80 characters")]],
        Meta(max_length=100),
    ]
    vat_class: VatClass
    source: Annotated[str, Meta(pattern="^[a-z0-9_-]{0,20}$", description="the name of a source in small letters")]
    external_id: Annotated[str, Meta(max_length=255, pattern=LINE, description="a line of 255 characters")] | None
    created_at: datetime
    updated_at: datetime


class ProductTextRow(Row):
    """A product's words in one language."""

    id: Id
    shop_id: Id
    product_id: Id
    language: Language
    title: Annotated[str, Meta(max_length=255, pattern=WORDS, description="1 to 255 characters in a line")]
    description: Annotated[str, Meta(max_length=50_000, pattern=BLOCK, description="a text of 50,000 characters")]
    seo_title: Annotated[str, Meta(max_length=255, pattern=LINE, description="at most 255 characters in a line")]
    seo_description: Annotated[str, Meta(max_length=1000, pattern=LINE, description="a line of 1000 characters")]


class ProductCategoryRow(Row):
    """A product's place in a category."""

    id: Id
    shop_id: Id
    product_id: Id
    category_id: Id
    position: Position


class OptionRow(Row):
    """What the variants of a product differ in."""

    id: Id
    shop_id: Id
    product_id: Id
    position: Annotated[int, Meta(ge=1, le=3, description="1, 2 or 3")]
    names: Labels

    rules = (Rule("names", "a name in one language at least", lambda row: bool(row.names)),)


class OptionValueRow(Row):
    """One choice of an option."""

    id: Id
    shop_id: Id
    option_id: Id
    position: Place
    labels: Labels
    swatch: Annotated[str, Meta(pattern="^(#[0-9a-f]{6})?$", description="a colour such as #1f4d3a, or nothing")]

    rules = (Rule("labels", "a label in one language at least", lambda row: bool(row.labels)),)


class VariantRow(Row):
    """A variant of a product."""

    id: Id
    shop_id: Id
    product_id: Id
    position: Place
    sku: Annotated[str, Meta(min_length=1, max_length=100, pattern=LINE, description="a line of 1 to 100")] | None
    ean: Annotated[str, Meta(pattern="^([0-9]{8}|[0-9]{12,14})?$", description="a GTIN of 8 or 12 to 14 digits")]
    weight_g: Annotated[int, Meta(ge=0, le=10_000_000, description="0 to 10,000,000 grams")]
    active: Flag
    value1_id: Id | None
    value2_id: Id | None
    value3_id: Id | None
    image_id: Id | None


class ProductImageRow(Row):
    """A product's picture."""

    id: Id
    shop_id: Id
    product_id: Id
    image_id: Id
    position: Place
    alts: Labels


LISTS = ("listings", "search", "feed", "back office")

register(
    Kind(
        table="catalog_category",
        row=CategoryRow,
        label="category",
        path="/c/",
        pages=("menu", "breadcrumbs", "sitemap", "back office"),
        tree="parent_id",
        stand_ins={"parent_id": None, "position": 0, "image_id": None},
    ),
    Kind(
        table="catalog_categorytext",
        row=CategoryTextRow,
        label="text of a category",
        owner="category_id",
        pages=("menu", "breadcrumbs", "back office"),
        stand_ins={"description": ""},
        made_anew=True,
    ),
    Kind(
        table="catalog_product",
        row=ProductRow,
        label="product",
        path="/p/",
        pages=(*LISTS, "sitemap"),
        stand_ins={
            "brand": "",
            "product_type": "",
            "tags": [],
            "source": "",
            "external_id": None,
            "created_at": "2000-01-01T00:00:00Z",
            "updated_at": "2000-01-01T00:00:00Z",
        },
    ),
    Kind(
        table="catalog_producttext",
        row=ProductTextRow,
        label="text of a product",
        owner="product_id",
        pages=LISTS,
        stand_ins={"description": "", "seo_title": "", "seo_description": ""},
        made_anew=True,
    ),
    Kind(
        table="catalog_productcategory",
        row=ProductCategoryRow,
        label="place of a product",
        owner="product_id",
        pages=("categories",),
        stand_ins={"position": 0},
        made_anew=True,
    ),
    Kind(table="catalog_option", row=OptionRow, label="option", owner="product_id", pages=("back office",)),
    Kind(
        table="catalog_optionvalue",
        row=OptionValueRow,
        label="value of an option",
        owner="option_id",
        pages=("cart", "feed", "back office"),
        stand_ins={"swatch": ""},
    ),
    Kind(
        table="catalog_variant",
        row=VariantRow,
        label="variant",
        owner="product_id",
        pages=(*LISTS, "cart"),
        stand_ins={"position": 0, "sku": None, "ean": "", "image_id": None},
    ),
    Kind(
        table="catalog_productimage",
        row=ProductImageRow,
        label="picture of a product",
        owner="product_id",
        pages=LISTS,
        stand_ins={"position": 0, "alts": {}},
        made_anew=True,
    ),
)
