"""Makes small exports in the shape of Shopify's, and reads them."""

import csv
import io
import os
from collections.abc import Sequence
from pathlib import Path

import pytest

from eseller.channels.erp.report import ImportReport
from eseller.channels.erp.shopify.export import ShopifyExport
from eseller.channels.erp.shopify.records import ShopifyProduct
from eseller.demo.content.records import DATA

FIXTURES = Path(__file__).parent / "fixtures"
OWN = DATA / "larderwren" / "import" / "products.csv"
REAL = Path(os.environ.get("SHOPIFY_EXPORTS", Path(__file__).parents[4] / "shared" / "data"))
"""Exports of real shops, not ours to ship; our own stands in for them where there are none."""
EXPORTS = [OWN, *sorted(REAL.glob("shopify-*.csv"))]

COLUMNS = (
    "Handle",
    "Title",
    "Body (HTML)",
    "Vendor",
    "Type",
    "Tags",
    "Published",
    "Option1 Name",
    "Option1 Value",
    "Option2 Name",
    "Option2 Value",
    "Variant SKU",
    "Variant Grams",
    "Variant Inventory Tracker",
    "Variant Inventory Qty",
    "Variant Inventory Policy",
    "Variant Price",
    "Variant Compare At Price",
    "Variant Barcode",
    "Image Src",
    "Image Position",
    "Image Alt Text",
    "Gift Card",
    "Variant Image",
    "Status",
)


def whole_exports() -> pytest.MarkDecorator:
    """Run a test with each export that nothing is wrong with: our own, and real ones where they are."""
    return pytest.mark.parametrize("path", EXPORTS, ids=[path.stem for path in EXPORTS])


def export(rows: Sequence[dict[str, str]], columns: Sequence[str] = COLUMNS, delimiter: str = ",") -> bytes:
    """Write rows as Shopify would."""
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, columns, restval="", delimiter=delimiter)
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def row(handle: str, title: str = "", price: str = "10.00", **more: str) -> dict[str, str]:
    """Return a row with a variant; other columns by name with underscores for spaces."""
    cells = {"Handle": handle, "Title": title, "Variant Price": price}
    return cells | {name.replace("_", " "): value for name, value in more.items()}


def read(data: bytes, currency: str = "DKK") -> tuple[list[ShopifyProduct], ImportReport]:
    """Return all products of an export and the report."""
    opened = ShopifyExport(io.BytesIO(data), currency=currency)
    products = list(opened.products())
    return products, opened.report


def codes(report: ImportReport) -> list[tuple[int, str, str]]:
    """Return row, column and code of each refusal."""
    return [(refusal.row, refusal.column, refusal.code) for refusal in report.refusals]
