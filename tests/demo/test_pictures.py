"""The pictures of the demo shops: repeatable, of the right size, one for each colour."""

import io
import time
from random import Random

import pytest
from PIL import Image, ImageChops

from eseller.demo.content import load_shop, shops
from eseller.demo.content.records import LANGUAGES, ShopContent
from eseller.demo.pictures import category_pictures, draw, hero_picture, product_pictures, variant_picture
from eseller.demo.pictures.catalogue import CATEGORY_SIZE, HERO_SIZE, PRODUCT_SIZE
from eseller.demo.pictures.colour import PALETTES
from eseller.demo.pictures.kinds import KINDS
from eseller.demo.pictures.stage import Stage

pytestmark = pytest.mark.slow


@pytest.fixture(params=shops())
def content(request: pytest.FixtureRequest) -> ShopContent:
    slug: str = request.param
    return load_shop(slug)


def used_kinds() -> set[str]:
    loaded = [load_shop(slug) for slug in shops()]
    products = {product.picture.kind for content in loaded for product in content.products}
    return products | {category.picture.kind for content in loaded for category in content.categories}


def covered(image: Image.Image, bare: Image.Image) -> float:
    """The share of a picture that differs clearly from its bare background."""
    counts = ImageChops.difference(image, bare).convert("L").histogram()
    return sum(counts[24:]) / sum(counts)


def test_every_kind_named_can_be_drawn_and_every_kind_is_used() -> None:
    assert used_kinds() == KINDS.keys()


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_each_kind_shows_something(kind: str) -> None:
    palette, size = PALETTES["bolzenried"], (200, 200)
    image = draw(kind, palette=palette, seed="test", variant_colour="#20242a", size=size)
    bare = Stage(palette, Random(f"{kind} test"), size, flat=KINDS[kind].flat).finish()
    assert image.size == size
    assert image.mode == "RGB"
    assert covered(bare, bare) == 0
    assert 0.02 < covered(image, bare) < 0.8


def test_the_same_input_gives_the_same_bytes(content: ShopContent) -> None:
    for product in content.products[::13]:
        assert list(product_pictures(content, product)) == list(product_pictures(content, product))
    assert hero_picture(content) == hero_picture(content)


def test_seed_and_colour_change_the_picture() -> None:
    palette = PALETTES["lerfryd"]
    pictures = {
        draw("mug", palette=palette, seed=seed, variant_colour=colour, size=(120, 120)).tobytes()
        for seed in ("a", "b")
        for colour in ("#b0562f", "#587b8a")
    }
    assert len(pictures) == 4


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_odd_sizes_cut_things_off_instead_of_failing(kind: str) -> None:
    for size in ((90, 300), (300, 90)):
        assert draw(kind, palette=PALETTES["lerfryd"], seed="odd", size=size).size == size


def test_an_unknown_kind_is_an_error() -> None:
    with pytest.raises(KeyError):
        draw("unicorn", palette=PALETTES["lerfryd"], seed="a")


def test_variants_have_the_picture_of_their_colour(content: ShopContent) -> None:
    coloured = [p for p in content.products if any(v.colour for o in p.options for v in o.values)][:3]
    for product in [*coloured, content.products[-1]]:
        pictures = {picture.name: picture for picture in product_pictures(content, product)}
        assert pictures.keys() == {variant_picture(product, variant) for variant in product.variants}
        for picture in pictures.values():
            image = Image.open(io.BytesIO(picture.data))
            assert (image.format, image.size) == ("WEBP", PRODUCT_SIZE)
            assert picture.alt.keys() == set(LANGUAGES)


def test_categories_and_hero_are_there_in_their_size(content: ShopContent) -> None:
    categories = list(category_pictures(content))
    assert [picture.name for picture in categories] == [f"category-{c.slug}.webp" for c in content.categories]
    assert {Image.open(io.BytesIO(picture.data)).size for picture in categories} == {CATEGORY_SIZE}
    hero = hero_picture(content)
    assert Image.open(io.BytesIO(hero.data)).size == HERO_SIZE
    assert hero.alt.keys() == set(LANGUAGES)


def test_pictures_are_small_and_a_quarter_of_them_is_quick() -> None:
    start = time.process_time()
    pictures = [
        picture
        for slug in shops()
        for product in load_shop(slug).products[::4]
        for picture in product_pictures(load_shop(slug), product)
    ]
    assert time.process_time() - start < 20
    assert len(pictures) > 50
    assert max(len(picture.data) for picture in pictures) < 150_000
    assert sum(len(picture.data) for picture in pictures) / len(pictures) < 60_000
