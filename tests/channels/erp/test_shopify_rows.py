"""A broken row or cell loses itself and nothing else, and the report says where."""

import pytest

from eseller.channels.erp.report import Lost
from tests.channels.erp.exports import codes, export, read, row


def test_one_bad_price_loses_one_variant() -> None:
    data = export(
        [
            row("a", "A", Option1_Name="Size", Option1_Value="S"),
            row("a", price="ten", Option1_Value="M"),
            row("a", Option1_Value="L"),
            row("b", "B"),
        ]
    )
    (first, second), report = read(data)
    assert [variant.values for variant in first.variants] == [("S",), ("L",)]
    assert second.title == "B"
    refusal = report.refusals[0]
    assert (refusal.row, refusal.column, refusal.value) == (3, "Variant Price", "ten")
    assert (refusal.code, refusal.lost) == ("bad_price", Lost.VARIANT)


def test_product_without_a_sellable_variant_is_left_out() -> None:
    products, report = read(export([row("a", "A", price=""), row("a", Option1_Value="x", price="-1"), row("b", "B")]))
    assert [product.handle for product in products] == ["b"]
    assert (2, "", "no_variants") in codes(report)


def test_rows_of_a_product_may_be_scattered() -> None:
    data = export(
        [
            row("a", "A", Option1_Name="Size", Option1_Value="S"),
            row("b", "B"),
            row("A ", Option1_Value="M"),
            {"Handle": "b", "Image Src": "https://img.example/b.jpg"},
            row("a", Option1_Value="L"),
        ]
    )
    products, report = read(data)
    assert {product.handle: len(product.variants) for product in products} == {"a": 3, "b": 1}
    assert report.refused == 0
    assert report.images == 1


def test_title_may_stand_on_any_row() -> None:
    (product,), report = read(
        export([row("a", Option1_Value="S"), row("a", "A", Option1_Name="Size", Option1_Value="M")])
    )
    assert (product.title, product.state, report.refused) == ("A", "published", 0)


def test_missing_title_is_made_from_the_handle_and_not_published() -> None:
    (product,), report = read(export([row("ocean-blue-shirt", Published="true")]))
    assert (product.title, product.state) == ("Ocean blue shirt", "draft")
    assert codes(report) == [(2, "Title", "missing_title")]


def test_row_without_handle_and_title_belongs_nowhere() -> None:
    products, report = read(export([row("a", "A"), row("", price="5"), row("", "Only a title")]))
    assert [product.handle for product in products] == ["a", "only-a-title"]
    assert codes(report) == [(3, "Handle", "missing_handle")]


def test_two_products_with_one_handle() -> None:
    (product,), report = read(export([row("a", "A", Option1_Value="x"), row("a", "Other", Option1_Value="y")]))
    assert (product.title, len(product.variants)) == ("A", 2)
    assert codes(report) == [(3, "Title", "duplicate_handle")]


def test_same_choice_of_options_twice() -> None:
    (product,), report = read(
        export([row("a", "A", Option1_Name="Size", Option1_Value="S"), row("a", Option1_Value="s")])
    )
    assert len(product.variants) == 1
    assert codes(report) == [(3, "Option1 Value", "duplicate_variant")]


def test_sku_is_given_once() -> None:
    products, report = read(export([row("a", "A", Variant_SKU="X-1"), row("b", "B", Variant_SKU="X-1")]))
    assert [product.variants[0].sku for product in products] == ["X-1", ""]
    assert codes(report) == [(3, "Variant SKU", "duplicate_sku")]


def test_option_value_missing() -> None:
    data = export([row("a", "A", Option1_Name="Size", Option1_Value="S", Variant_SKU="1"), row("a", Variant_SKU="2")])
    (product,), report = read(data)
    assert len(product.variants) == 1
    assert codes(report) == [(3, "Option1 Value", "missing_option_value")]


def test_values_without_a_name_stay_apart() -> None:
    (product,), report = read(export([row("a", "A", Option1_Value="S"), row("a", Option1_Value="M")]))
    assert (product.options, len(product.variants), report.refused) == (("Option 1",), 2, 0)


@pytest.mark.parametrize(
    ("column", "value", "code"),
    [
        ("Variant Barcode", "5701234567890", "bad_barcode"),
        ("Variant Barcode", "5.70123E+12", "bad_barcode"),
        ("Variant Barcode", "<script>", "bad_barcode"),
        ("Variant Grams", "NaN", "bad_weight"),
        ("Variant Grams", "-1", "bad_weight"),
        ("Variant Grams", "99999999999", "bad_weight"),
        ("Variant Inventory Qty", "1e9", "bad_quantity"),
        ("Variant Inventory Qty", "1.5", "bad_quantity"),
        ("Variant Inventory Qty", "999999999", "quantity_too_high"),
        ("Variant Inventory Qty", "-3", "negative_quantity"),
        ("Variant Inventory Policy", "perhaps", "not_true_or_false"),
        ("Variant Compare At Price", "9.99", "compare_at_not_higher"),
        ("Variant Compare At Price", "€", "bad_price"),
        ("Published", "perhaps", "not_true_or_false"),
        ("Status", "sleeping", "unknown_status"),
        ("Gift Card", "true", "gift_card"),
        ("Image Src", "javascript:alert(1)", "bad_address"),
        ("Image Src", "http://user:secret@img.example/a.jpg", "bad_address"),
        ("Image Src", "http://[::1/a.jpg", "bad_address"),
        ("Image Position", "first", "bad_quantity"),
        ("Variant Image", "file:///etc/passwd", "bad_address"),
        ("Title", "t" * 300, "too_long"),
        ("Body (HTML)", "<br>" * 6_001, "description_too_complex"),
        ("Body (HTML)", "<div>" * 101, "description_too_complex"),
        ("Body (HTML)", "x" * 200_001, "description_too_complex"),
    ],
)
def test_a_bad_cell_is_reported_and_the_variant_comes_in(column: str, value: str, code: str) -> None:
    cells = {"Handle": "a", "Title": "A", "Variant Price": "10.00", "Image Src": "https://img.example/a.jpg"}
    products, report = read(export([cells | {column: value}, row("b", "B")]))
    assert [len(product.variants) for product in products] == [1, 1]
    assert codes(report) == [(2, column, code)]
    assert len(report.refusals[0].value) <= 61


def test_zero_as_former_price_means_none() -> None:
    (product,), report = read(export([row("a", "A", Variant_Compare_At_Price="0.00")]))
    assert (product.variants[0].compare_at, report.refused) == (None, 0)


def test_formula_cells_are_text() -> None:
    title = '=HYPERLINK("http://evil.example","x")'
    (product,), report = read(
        export([row("a", title, Vendor="+cmd|' /C calc'!A0", Tags="@SUM(1)", Variant_SKU="=1+1")])
    )
    assert (product.title, product.vendor, product.tags) == (title, "+cmd|' /C calc'!A0", ("@SUM(1)",))
    assert (product.variants[0].sku, report.refused) == ("=1+1", 0)


def test_many_variants_and_pictures_are_cut_at_the_limit() -> None:
    rows = [row("a", "A", Option1_Name="Row", Option1_Value="0", Option2_Name="Seat", Option2_Value="0")]
    rows += [row("a", Option1_Value=str(at // 50), Option2_Value=str(at % 50)) for at in range(1, 2_050)]
    rows += [{"Handle": "a", "Image Src": f"https://img.example/{number}.jpg"} for number in range(251)]
    (product,), report = read(export(rows))
    assert (len(product.variants), len(product.images)) == (2_048, 250)
    assert report.refused_by_code == {"too_many_variants": 2, "too_many_images": 1}


def test_values_of_an_option_are_cut_at_the_limit() -> None:
    rows = [row("a", "A", Option1_Name="No", Option1_Value="0")]
    (product,), report = read(export(rows + [row("a", Option1_Value=str(number)) for number in range(1, 252)]))
    assert len(product.variants) == 250
    assert report.refused_by_code == {"too_many_values": 2}


def test_the_report_stays_small_and_counts_on() -> None:
    _, report = read(export([row(f"p{number}", "P", price="x") for number in range(1_500)]))
    assert report.refused == 3_000
    assert len(report.refusals) == 1_000


def test_odd_handles_become_slugs_that_never_meet() -> None:
    data = export(
        [
            row("blå kop", "A"),
            row("blaa kop", "B"),
            row("日本", "C"),
            row("plain-1", "D"),
            row("x" * 300, "E"),
            row("x" * 301, "F"),
        ]
    )
    products, _ = read(data)
    slugs = [product.slug for product in products]
    assert slugs[0].startswith("blaa-kop-")
    assert slugs[1].startswith("blaa-kop-")
    assert slugs[2].startswith("product-")
    assert slugs[3] == "plain-1"
    assert len(set(slugs)) == 6
    assert all(len(slug) <= 200 for slug in slugs)
    assert slugs == [product.slug for product in read(data)[0]]
