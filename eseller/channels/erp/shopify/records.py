"""What is read from an export, typed and checked; nothing here knows the database."""

from typing import Literal

import msgspec

# Not more than the catalog takes; its rules cannot be imported here, since they need Django.
MAX_OPTIONS = 3
MAX_VALUES = 250
MAX_VARIANTS = 2_048
MAX_IMAGES = 250
MAX_TAGS = 100
OPTIONS = range(1, MAX_OPTIONS + 1)


class SourceRow(msgspec.Struct, frozen=True, array_like=True):
    """The known cells of one row. ``number`` counts as spreadsheets do, ``line`` as editors do."""

    number: int
    line: int
    cells: dict[str, str]


class ShopifyImage(msgspec.Struct, frozen=True):
    """A picture that lies somewhere else; images come in their final order."""

    src: str
    alt: str = ""


class ShopifyVariant(msgspec.Struct, frozen=True):
    """One thing that can be bought.

    Attributes:
        row: where in the file it stands.
        values: one value for each option of the product, in the same order.
        grams: weight; 0 when not given.
        quantity: pieces in stock, never negative; None when the file does not say.
        tracked: whether stock is counted at all.
        continue_selling: whether it is sold beyond the stock.
        price: minor units of the shop's currency.
        compare_at: former price in minor units, higher than the price, or None.
        ean: GTIN-8, -12, -13 or -14 with a right check digit, or empty.
        image: address of one of the product's images, or empty.
    """

    row: int
    sku: str
    values: tuple[str, ...]
    price: int
    compare_at: int | None
    grams: int
    quantity: int | None
    tracked: bool
    continue_selling: bool
    ean: str
    taxable: bool
    requires_shipping: bool
    weight_unit: str
    image: str


class ShopifyProduct(msgspec.Struct, frozen=True):
    """A product with everything the export says of it; it always has at least one variant.

    Attributes:
        handle: Shopify's key, trimmed and in small letters; identifies the product in its shop.
        slug: the handle as it may stand in our addresses.
        description: Markdown, safe to show.
        category: Shopify's path of categories such as ``Apparel > Shirts``, or empty.
    """

    row: int
    handle: str
    slug: str
    title: str
    description: str
    vendor: str
    type: str
    category: str
    tags: tuple[str, ...]
    state: Literal["draft", "published", "archived"]
    options: tuple[str, ...]
    variants: tuple[ShopifyVariant, ...]
    images: tuple[ShopifyImage, ...]
    seo_title: str
    seo_description: str
