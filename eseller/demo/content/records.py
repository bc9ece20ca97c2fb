"""The demo shops as typed records, read from the files in ``data/``.

A shop is a directory of TOML and Markdown files that a person can edit::

    data/SHOP/shop.toml              name, look, hero, shipping, payment
    data/SHOP/categories.toml        the tree
    data/SHOP/options.toml           options and their values, named once
    data/SHOP/products/*.toml        products, a file a top category
    data/SHOP/pages/NAME.LANG.md     content pages; the first line is the title

Amounts are integer minor units of the shop's currency, entered with or without VAT as the shop says
(``prices_include_vat``). Weights are grams. Texts are ``{"da": …, "en": …, "de": …}``.
"""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any, Literal

import msgspec

DATA = Path(__file__).parent / "data"
LANGUAGES = ("da", "en", "de")
PAGES = ("about", "delivery-and-returns", "terms", "privacy", "contact")

Texts = dict[str, str]
VatClass = Literal["standard", "reduced", "food"]


class ContentError(Exception):
    """The demo data contradict themselves."""


class Record(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Base of all records: immutable, and a misspelt field is an error."""


class Theme(Record, frozen=True, kw_only=True):
    """The look of a shop: two colours and two words."""

    brand: str
    surface: str
    display: Literal["serif", "sans", "technical"]
    corners: Literal["soft", "round", "square"]


class Address(Record, frozen=True, kw_only=True):
    """Where the merchant sits; invented."""

    company: str
    street: str
    postal_code: str
    city: str
    country: str


class Picture(Record, frozen=True, kw_only=True):
    """What to draw: a kind of thing, its colour (``#rrggbb``) and the kind's own parameters."""

    kind: str
    colour: str | None = None
    params: dict[str, str] = {}


class Hero(Record, frozen=True, kw_only=True):
    """The opening of the home page."""

    title: Texts
    text: Texts
    action: Texts
    category: str
    alt: Texts


class ShippingBand(Record, frozen=True, kw_only=True):
    """Up to this weight in grams, or goods value in minor units, the method costs this."""

    up_to: int
    price: int


class ShippingMethod(Record, frozen=True, kw_only=True):
    """A way of delivery to some countries. Above the last band it is not offered."""

    code: str
    name: Texts
    countries: tuple[str, ...]
    basis: Literal["weight", "value"]
    bands: tuple[ShippingBand, ...]
    days: tuple[int, int]
    free_from: int | None = None


class Shop(Record, frozen=True, kw_only=True):
    """Everything about a shop but its goods and pages."""

    slug: str
    name: str
    tagline: Texts
    email: str
    address: Address
    language: str
    languages: tuple[str, ...]
    currency: str
    country: str
    countries: tuple[str, ...]
    prices_include_vat: bool
    order_prefix: str
    bank_account: str
    vat_number: str
    theme: Theme
    hero: Hero
    featured: tuple[str, ...]
    payment_methods: tuple[Literal["invoice", "bank_transfer", "testcard"], ...]
    shipping: tuple[ShippingMethod, ...]


class Category(Record, frozen=True, kw_only=True):
    """A node of the category tree; ``parent`` is a slug, or None at the top."""

    slug: str
    title: Texts
    description: Texts
    picture: Picture
    parent: str | None = None


class OptionValue(Record, frozen=True, kw_only=True):
    """One choice of an option; ``colour`` is there when the option is a colour."""

    key: str
    text: Texts
    colour: str | None = None


class Option(Record, frozen=True, kw_only=True):
    """Something a buyer chooses, with the values that a product offers."""

    code: str
    name: Texts
    values: tuple[OptionValue, ...]


class Variant(Record, frozen=True, kw_only=True):
    """What is sold: ``options`` holds one value key an option of the product, in its order."""

    sku: str
    price: int
    weight: int
    stock: int
    options: tuple[str, ...] = ()
    ean: str | None = None
    compare_at: int | None = None
    backorder: bool = False


class Product(Record, frozen=True, kw_only=True):
    """A product with its texts, options and variants."""

    slug: str
    category: str
    brand: str
    title: Texts
    description: Texts
    picture: Picture
    variants: tuple[Variant, ...]
    options: tuple[Option, ...] = ()
    tags: tuple[str, ...] = ()
    vat_class: VatClass = "standard"


class Page(Record, frozen=True, kw_only=True):
    """A content page; bodies are Markdown."""

    slug: str
    title: Texts
    body: Texts


class ShopContent(Record, frozen=True, kw_only=True):
    """One demo shop, whole."""

    shop: Shop
    categories: tuple[Category, ...]
    products: tuple[Product, ...]
    pages: tuple[Page, ...]


class _ProductRow(Record, frozen=True, kw_only=True):
    """A product as the files say it: options by code only."""

    slug: str
    category: str
    brand: str
    title: Texts
    description: Texts
    picture: Picture
    variants: tuple[Variant, ...]
    options: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    vat_class: VatClass = "standard"


def shops() -> list[str]:
    """Give the slugs of the demo shops, in the order they are shown."""
    return ["lerfryd", "larderwren", "bolzenried"]


@cache
def load_shop(slug: str) -> ShopContent:
    """Read one demo shop.

    Raises:
        ContentError: there is no such shop, or its products name options that it does not have.
        msgspec.ValidationError: a file does not have the shape of its record.
    """
    if slug not in shops():
        raise ContentError(f"There is no demo shop {slug!r}.")
    home = DATA / slug
    options = msgspec.convert(_toml(home / "options.toml").get("options", []), tuple[Option, ...])
    rows = [row for file in sorted((home / "products").glob("*.toml")) for row in _toml(file)["products"]]
    return ShopContent(
        shop=msgspec.convert(_toml(home / "shop.toml"), Shop),
        categories=msgspec.convert(_toml(home / "categories.toml")["categories"], tuple[Category, ...]),
        products=tuple(
            _product(row, {option.code: option for option in options})
            for row in msgspec.convert(rows, tuple[_ProductRow, ...])
        ),
        pages=tuple(_page(home / "pages", name) for name in PAGES),
    )


def _product(row: _ProductRow, known: dict[str, Option]) -> Product:
    """Resolve the option codes of a row to options with just the values its variants use."""
    if unknown := set(row.options) - known.keys():
        raise ContentError(f"Product {row.slug!r} names unknown options: {', '.join(sorted(unknown))}.")
    if any(len(variant.options) != len(row.options) for variant in row.variants):
        raise ContentError(f"Product {row.slug!r}: each variant needs {len(row.options)} option values.")
    options = []
    for place, code in enumerate(row.options):
        values = {value.key: value for value in known[code].values}
        used = dict.fromkeys(variant.options[place] for variant in row.variants)
        if missing := used.keys() - values.keys():
            raise ContentError(f"Product {row.slug!r}: no {code} is called {', '.join(sorted(missing))}.")
        options.append(Option(code=code, name=known[code].name, values=tuple(values[key] for key in used)))
    fields = {name: getattr(row, name) for name in _ProductRow.__struct_fields__}
    return Product(**{**fields, "options": tuple(options)})


def _page(home: Path, name: str) -> Page:
    """Read a page in all languages; the first line is its title."""
    title, body = {}, {}
    for language in LANGUAGES:
        text = (home / f"{name}.{language}.md").read_text(encoding="utf-8")
        head, _, rest = text.partition("\n")
        title[language] = head.removeprefix("# ").strip()
        body[language] = rest.strip() + "\n"
    return Page(slug=name, title=title, body=body)


def _toml(path: Path) -> dict[str, Any]:
    """Read one TOML file."""
    with path.open("rb") as file:
        return tomllib.load(file)
