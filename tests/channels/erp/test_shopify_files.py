"""Whole exports of several generations come in as they are."""

import csv
from pathlib import Path

from tests.channels.erp.exports import FIXTURES, codes, read, whole_exports


def independent_counts(path: Path) -> tuple[int, int, int]:
    """Count products, variants and pictures by the plainest means."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    products = len({row["Handle"] for row in rows})
    variants = sum(1 for row in rows if row["Variant Price"])
    images = len({(row["Handle"], row["Image Src"]) for row in rows if row["Image Src"]})
    return products, variants, images


@whole_exports()
def test_an_export_comes_in_whole(path: Path) -> None:
    products, report = read(path.read_bytes(), "EUR")
    assert (report.products, report.variants, report.images) == independent_counts(path)
    assert report.refusals == []
    assert {product.state for product in products} == {"published"}
    assert all(product.description for product in products)
    sources = {image.src for product in products for image in product.images}
    assert {variant.image for product in products for variant in product.variants} - {""} <= sources


def test_classic_export() -> None:
    (mug, bowl), report = read((FIXTURES / "classic.csv").read_bytes())
    assert (report.products, report.variants, report.images) == (2, 4, 5)
    assert (mug.handle, mug.title, mug.vendor, mug.type) == ("mug-moss", "Mug “Moss”", "Lerhuset", "Mugs")
    assert mug.description == 'Holds **a good cup**.\n\n- stoneware\n- 3" high'
    assert (mug.tags, mug.state, mug.options) == (("moss", "stoneware"), "published", ("Size", "Colour"))
    assert (mug.seo_title, mug.seo_description) == ("Moss mug", "A mug made by hand")
    assert [image.src[-9:] for image in mug.images] == [
        "mug-1.jpg",
        "mug-2.jpg",
        "mug-3.jpg",
        "mug-4.jpg",
        "green.jpg",
    ]
    assert [image.alt for image in mug.images[:2]] == ["A green mug", "Seen from above"]
    small, sand, large = mug.variants
    assert (small.sku, small.values, small.price, small.compare_at) == (
        "MUG-S-G",
        ("Small", "Green"),
        18900,
        22900,
    )
    assert (small.ean, small.grams, small.quantity, small.tracked) == ("5701234567899", 310, 7, True)
    assert small.image == "https://img.example/mug-green.jpg"
    assert (sand.quantity, sand.continue_selling, large.continue_selling) == (0, True, False)
    assert (large.quantity, large.compare_at) == (0, None)
    assert codes(report) == [
        (4, "Variant Compare At Price", "compare_at_not_higher"),
        (4, "Variant Inventory Qty", "negative_quantity"),
    ]
    assert (bowl.options, bowl.state, bowl.description) == ((), "draft", r"Plain \* text")
    assert (bowl.variants[0].tracked, bowl.variants[0].taxable, bowl.variants[0].grams) == (False, False, 900)


def test_newer_export_with_markets_and_metafields() -> None:
    (scarf, hat), report = read((FIXTURES / "newer.csv").read_bytes(), "EUR")
    assert report.refusals == []
    assert scarf.category == "Apparel & Accessories > Clothing Accessories > Scarves"
    assert scarf.variants[0].price == 5900, "the price of the home market counts, not that of another"
    assert (scarf.state, hat.state) == ("published", "archived")
    assert "Price / International" in report.notes[0].text


def test_export_with_renamed_columns() -> None:
    (lamp, shade), report = read((FIXTURES / "renamed.csv").read_bytes(), "EUR")
    assert report.refusals == []
    assert (lamp.handle, lamp.state, lamp.options) == ("lamp-dawn", "published", ("Cord",))
    assert [variant.continue_selling for variant in lamp.variants] == [False, True]
    assert lamp.variants[0].ean == "4006381333931"
    assert (shade.handle, shade.title, shade.state) == ("shade-oere", "Shade Øre", "draft")
