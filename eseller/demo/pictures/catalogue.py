"""All pictures of a demo shop: products (one a colour), categories and the hero.

The same content gives the same bytes: each picture's chance comes from its product's first SKU or its name.
"""

import io
from collections.abc import Iterator
from random import Random
from typing import NamedTuple

from PIL import Image

# Importing a module of kinds registers them.
from eseller.demo.content.records import LANGUAGES, Option, Picture, Product, ShopContent, Texts, Variant
from eseller.demo.pictures import depot, fasteners, home, linen, pantry, pottery, tools
from eseller.demo.pictures.colour import PALETTES, Palette, rgb
from eseller.demo.pictures.kinds import KINDS, Look, Spot
from eseller.demo.pictures.stage import Stage

MODULES = (depot, fasteners, home, linen, pantry, pottery, tools)
PRODUCT_SIZE = (800, 800)
CATEGORY_SIZE = (800, 600)
HERO_SIZE = (1600, 700)


class Named(NamedTuple):
    """A finished picture: file name, WebP bytes, alternative text by language."""

    name: str
    data: bytes
    alt: Texts


class Place(NamedTuple):
    """One thing in a hero: shares of the picture's height, from its left edge and for its ground line."""

    kind: str
    x: float
    base: float
    scale: float
    colour: str | None = None
    params: tuple[tuple[str, str], ...] = ()


HEROES: dict[str, tuple[bool, tuple[Place, ...]]] = {
    "lerfryd": (
        False,
        (
            Place("vase", 0.92, 0.8, 0.95, "#c8913a", (("shape", "gourd"), ("glaze", "drip"))),
            Place("vase", 1.86, 0.79, 1.0, "#ece6da", (("shape", "moon"), ("glaze", "speckle"))),
            Place("teapot", 1.42, 0.86, 0.9, "#b0562f"),
            Place("candlestick", 2.08, 0.86, 0.7, "#45403d"),
            Place("bowl", 1.06, 0.91, 0.72, "#7d8658", (("shape", "deep"), ("glaze", "speckle"))),
            Place("mug", 1.7, 0.93, 0.78, "#587b8a", (("glaze", "dip"), ("shape", "round"))),
        ),
    ),
    "larderwren": (
        False,
        (
            Place("coffeebag", 1.0, 0.82, 0.92, "#2f5d43"),
            Place("tin", 1.36, 0.8, 0.9, "#b5532f"),
            Place("oilbottle", 2.12, 0.81, 0.9, "#c9962f"),
            Place("teapot", 1.78, 0.86, 0.86, "#c9962f"),
            Place("jamjar", 1.2, 0.92, 0.72, "#5a2743"),
            Place("jamjar", 1.98, 0.93, 0.7, "#c98a2a", (("form", "honey"),)),
            Place("tin", 0.72, 0.89, 0.66, "#6c4a6a", (("form", "wide"),)),
        ),
    ),
    "bolzenried": (
        True,
        (
            Place("spanner", 0.98, 0.3, 0.62),
            Place("tape", 1.48, 0.3, 0.5, "#f0a51e"),
            Place("nuts", 1.93, 0.28, 0.5),
            Place("screws", 0.82, 0.76, 0.5, None, (("type", "allen"),)),
            Place("gloves", 1.3, 0.75, 0.56, "#1f5f99"),
            Place("pliers", 1.68, 0.72, 0.46, "#d8452b"),
            Place("caliper", 2.02, 0.72, 0.44),
        ),
    ),
}


def draw(
    kind: str,
    *,
    palette: Palette,
    seed: str,
    variant_colour: str | None = None,
    size: tuple[int, int] = PRODUCT_SIZE,
    params: dict[str, str] | None = None,
) -> Image.Image:
    """Draw one thing on its background.

    Args:
        kind: what to draw, one of ``KINDS``.
        palette: surroundings and materials of the shop.
        seed: chance; the same seed gives the same picture.
        variant_colour: ``#rrggbb`` of the thing, or the palette's accent for the kind.
        size: width and height in pixels.
        params: the kind's own parameters.

    Raises:
        KeyError: there is no such kind.
    """
    drawer = KINDS[kind]
    # A picture needs repeatable chance, not secrets.
    random = Random(f"{kind} {seed}")  # noqa: S311
    stage = Stage(palette, random, size, flat=drawer.flat)
    colour = rgb(variant_colour) if variant_colour else palette.accents[drawer.colour]
    width, height = size
    spot = Spot(width / 2, height * (0.5 if drawer.flat else 0.81), stage.unit * drawer.zoom)
    drawer.draw(stage, spot, Look(colour, params or {}, random))
    return stage.finish()


def webp(image: Image.Image) -> bytes:
    """Encode a picture; the settings are part of what makes bytes repeatable."""
    buffer = io.BytesIO()
    image.save(buffer, "WEBP", quality=84, method=2)
    return buffer.getvalue()


def product_pictures(content: ShopContent, product: Product, *, scale: float = 1.0) -> Iterator[Named]:
    """Draw the pictures of a product: one a colour if colours can be chosen, else one."""
    slug = content.shop.slug
    option = _colour_option(product)
    seed = product.variants[0].sku
    if option is None:
        data = draw_picture(product.picture, slug, seed=seed, scale=scale)
        yield Named(f"{product.slug}.webp", data, dict(product.title))
        return
    for value in option.values:
        data = draw_picture(product.picture, slug, seed=seed, colour=value.colour, scale=scale)
        alt = {language: f"{product.title[language]}, {value.text[language]}" for language in LANGUAGES}
        yield Named(f"{product.slug}-{value.key}.webp", data, alt)


def variant_picture(product: Product, variant: Variant) -> str:
    """Name the picture that shows a variant."""
    for option, key in zip(product.options, variant.options, strict=True):
        if option == _colour_option(product):
            return f"{product.slug}-{key}.webp"
    return f"{product.slug}.webp"


def category_pictures(content: ShopContent, *, scale: float = 1.0) -> Iterator[Named]:
    """Draw a picture for each category, in the order of the tree."""
    for category in content.categories:
        data = draw_picture(
            category.picture, content.shop.slug, seed=category.slug, size=CATEGORY_SIZE, scale=scale
        )
        yield Named(f"category-{category.slug}.webp", data, dict(category.title))


def hero_picture(content: ShopContent, *, scale: float = 1.0) -> Named:
    """Draw the wide picture that opens a shop; its left third is calm, for text."""
    slug = content.shop.slug
    flat, places = HEROES[slug]
    palette = PALETTES[slug]
    random = Random(f"wide {slug}")  # noqa: S311
    stage = Stage(palette, random, _scaled(HERO_SIZE, scale), flat=flat)
    for place in places:
        drawer = KINDS[place.kind]
        colour = rgb(place.colour) if place.colour else palette.accents[drawer.colour]
        spot = Spot(place.x * stage.unit, place.base * stage.unit, stage.unit * place.scale)
        drawer.draw(stage, spot, Look(colour, dict(place.params), random))
    return Named("hero.webp", webp(stage.finish()), dict(content.shop.hero.alt))


def draw_picture(
    picture: Picture,
    shop: str,
    *,
    seed: str,
    size: tuple[int, int] = PRODUCT_SIZE,
    colour: str | None = None,
    scale: float = 1.0,
) -> bytes:
    """Draw a picture of a shop's goods, and encode it.

    Args:
        picture: what to draw.
        shop: slug of the shop, whose surroundings and materials it has.
        seed: chance; the same seed gives the same picture.
        size: width and height in pixels.
        colour: ``#rrggbb`` of the thing instead of the picture's own.
        scale: share of that size; tests draw small.
    """
    image = draw(
        picture.kind,
        palette=PALETTES[shop],
        seed=seed,
        variant_colour=colour or picture.colour,
        size=_scaled(size, scale),
        params=picture.params,
    )
    return webp(image)


def _scaled(size: tuple[int, int], scale: float) -> tuple[int, int]:
    return round(size[0] * scale), round(size[1] * scale)


def _colour_option(product: Product) -> Option | None:
    """The option whose values are colours, if there is one."""
    coloured = (option for option in product.options if all(value.colour for value in option.values))
    return next(coloured, None)
