"""What pages see of the catalog: typed records decoded from the database's JSON.

Texts are in the asked language where there is one, else in the shop's first, else in any. Prices are as the shop enters
them, with or without VAT (``includes_vat``).
"""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec import Meta

from eseller.kernel.money import MAX_AMOUNT, Money
from eseller.media import storage
from eseller.resilience.records.fields import Sha256, Slug

PAGE_SIZE = 24
MAX_PAGE = 100
"""Pages beyond are not shown: nobody turns them by hand, and a machine finds all products in the sitemap and feed."""


# Limits that cost nothing to check as a page is read. What else rows must be is in ``kinds``.
Pixels = Annotated[int, Meta(ge=1, le=50_000)]
Line = Annotated[str, Meta(max_length=500)]
Title = Annotated[str, Meta(min_length=1, max_length=255)]
Text = Annotated[str, Meta(max_length=50_000)]


class _Priced(msgspec.Struct, frozen=True):
    """Base of what has a price: never less than nothing, and no more than we take."""

    def __post_init__(self) -> None:
        """Refuse what no price can be."""
        for price in (self.price, self.compare_at):  # type: ignore[attr-defined]
            if price is not None and not 0 <= price.amount <= MAX_AMOUNT:
                raise ValueError("a price that cannot be")


class Availability(StrEnum):
    """Whether it can be had, without telling how many there are; best first."""

    IN_STOCK = "in_stock"
    LOW = "low"
    BACK_ORDER = "back_order"
    SOLD_OUT = "sold_out"

    @property
    def can_buy(self) -> bool:
        """Tell whether it can be put into the cart."""
        return self is not Availability.SOLD_OUT


class Sort(StrEnum):
    """In which order a listing is shown."""

    FEATURED = "featured"
    NEWEST = "newest"
    CHEAPEST = "price"
    DEAREST = "-price"


class Filters(msgspec.Struct, frozen=True, kw_only=True):
    """What a listing is narrowed down to. Prices are minor units, inclusive."""

    in_stock: bool = False
    price_min: int | None = None
    price_max: int | None = None

    def __bool__(self) -> bool:
        """Tell whether it narrows anything."""
        return self.in_stock or self.price_min is not None or self.price_max is not None


class Picture(msgspec.Struct, frozen=True):
    """A picture that is there; width and height in pixels are those of its largest rendition."""

    sha256: Sha256
    width: Pixels
    height: Pixels
    alt: Line = ""
    id: int | None = None

    def url(self, size: int = 480) -> str:
        """Return the address of a rendition; ``size`` is one of ``media.images.SIZES``."""
        return storage.url(self.sha256, size)


class Card(_Priced, frozen=True):
    """A product in a listing.

    Attributes:
        price: the lowest of its variants; None where it has no price in the currency.
        compare_at: the earlier price of that variant.
        varies: whether other variants cost more.
        availability: the best of its variants.
    """

    id: int
    slug: Slug
    title: Title
    brand: Line
    price: Money | None
    compare_at: Money | None
    varies: bool
    availability: Availability
    picture: Picture | None


class CategoryLink(msgspec.Struct, frozen=True):
    """A category to go to."""

    slug: Slug
    title: Title
    picture: Picture | None = None


class OptionValueView(msgspec.Struct, frozen=True):
    """One choice of an option."""

    id: int
    label: Line
    swatch: Line


class OptionView(msgspec.Struct, frozen=True):
    """What the variants differ in."""

    name: Line
    values: tuple[OptionValueView, ...]


class VariantView(_Priced, frozen=True):
    """A variant that can be chosen.

    Attributes:
        values: ids of its option values, one for each option in order.
        title: its values' labels, ``Small / Red``; empty without options.
        price: None where it has no price in the currency; then it can't be bought.
        left: how many are left when these are five or fewer, else None.
        picture: index into the product's pictures, or None.
    """

    id: int
    sku: Line
    ean: Line
    values: tuple[int, ...]
    title: Text
    price: Money | None
    compare_at: Money | None
    availability: Availability
    left: int | None
    picture: int | None

    @property
    def can_buy(self) -> bool:
        """Tell whether it can be put into the cart."""
        return self.price is not None and self.availability.can_buy


class ProductPage(msgspec.Struct, frozen=True):
    """All that a product's page shows. The description is Markdown, see ``content.markdown.render``."""

    id: int
    slug: Slug
    language: str
    title: Title
    description: Text
    seo_title: Line
    seo_description: Text
    brand: Line
    product_type: Line
    vat_class: str
    includes_vat: bool
    updated_at: datetime
    options: tuple[OptionView, ...]
    variants: tuple[VariantView, ...]
    pictures: tuple[Picture, ...]
    path: tuple[CategoryLink, ...]
    category_ids: tuple[int, ...] = ()
    related: tuple[Card, ...] = ()

    def variant(self, variant_id: int | None) -> VariantView | None:
        """Return the variant that is asked for, else the first that can be bought, else the first."""
        asked = next((variant for variant in self.variants if variant.id == variant_id), None)
        can_buy = (variant for variant in self.variants if variant.can_buy)
        return asked or next(can_buy, self.variants[0] if self.variants else None)


class CategoryPage(msgspec.Struct, frozen=True):
    """All that a category's page shows, with the products of the categories below. The description is Markdown."""

    id: int
    slug: Slug
    title: Title
    description: Text
    includes_vat: bool
    picture: Picture | None
    path: tuple[CategoryLink, ...]
    children: tuple[CategoryLink, ...]
    total: int
    cards: tuple[Card, ...]
    page: int = 1

    @property
    def pages(self) -> int:
        """How many pages there are; one at least."""
        return page_count(self.total)


class SearchPage(msgspec.Struct, frozen=True):
    """What was found. ``corrected`` is the query that was searched for instead, when nothing answered the one asked."""

    query: str
    corrected: str | None
    includes_vat: bool
    total: int
    cards: tuple[Card, ...]
    page: int = 1

    @property
    def pages(self) -> int:
        """How many pages there are; one at least."""
        return page_count(self.total)


def page_count(total: int) -> int:
    """Return how many pages so many products fill, as far as they are shown."""
    return min(max(1, -(-total // PAGE_SIZE)), MAX_PAGE)


class NavigationItem(msgspec.Struct, frozen=True):
    """A category of the menu with those below it."""

    id: int
    slug: Slug
    title: Title
    children: tuple["NavigationItem", ...] = ()


class HomePage(msgspec.Struct, frozen=True):
    """All that the front page shows."""

    tagline: Line
    hero_title: Line
    hero_text: Text
    hero: Picture | None
    includes_vat: bool
    featured: tuple[Card, ...]
    newest: tuple[Card, ...]
    categories: tuple[CategoryLink, ...]


class SitemapEntry(msgspec.Struct, frozen=True):
    """A page for search engines. ``kind`` is product, category or page."""

    id: int
    kind: str
    slug: Slug
    updated_at: datetime | None = None


class FeedEntry(_Priced, frozen=True):
    """A variant for product feeds.

    Attributes:
        title: the product's title and the variant's values.
        description: Markdown.
        price: as the shop enters prices, with VAT or without, and so is ``compare_at``.
        item_group_id: the product, which its variants have in common; None when it has a single one.
    """

    id: int
    product_id: int
    slug: Slug
    sku: Line
    title: Text
    description: Text
    brand: Line
    product_type: Line
    gtin: Line
    availability: Availability
    price: Money
    compare_at: Money | None
    vat_class: str
    weight_g: int
    picture: Picture | None
    more_pictures: tuple[Picture, ...]
    item_group_id: int | None
    condition: str = "new"


class ProductRow(msgspec.Struct, frozen=True):
    """A product in the back office's list. ``on_hand`` None means that it is not counted."""

    id: int
    slug: Slug
    title: Title
    brand: Line
    state: str
    updated_at: datetime
    variants: int
    price: Money | None
    varies: bool
    on_hand: int | None
    picture: Picture | None


class ProductList(msgspec.Struct, frozen=True):
    """A page of the back office's list."""

    rows: tuple[ProductRow, ...]
    total: int
    page: int
    pages: int


class CategoryRow(msgspec.Struct, frozen=True):
    """A category in the back office's tree, in the tree's order; ``depth`` is 1 at the top."""

    id: int
    parent_id: int | None
    slug: Slug
    title: Title
    published: bool
    position: int
    products: int
    depth: int = 1
