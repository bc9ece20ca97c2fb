"""Prices are exact or refused; codes are checked; addresses are plain."""

import pytest

from eseller.channels.erp.formula import defuse
from eseller.channels.erp.markdown import html_to_markdown
from eseller.channels.erp.shopify import cells


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("42.99", "EUR", 4299),
        ("42.9", "EUR", 4290),
        ("50", "EUR", 5000),
        ("49.9900", "EUR", 4999),
        ("49,95", "EUR", 4995),
        ("1.234,50", "EUR", 123450),
        ("1,234.50", "USD", 123450),
        ("1.234.567", "EUR", 123456700),
        ("1 234,5", "EUR", 123450),
        ("1'234.50", "CHF", 123450),
        ("€ 49,95", "EUR", 4995),
        ("49,95\u00a0€", "EUR", 4995),
        ("$5", "USD", 500),
        ("kr. 99", "DKK", 9900),
        ("99 kr.", "DKK", 9900),
        ("99,-", "DKK", 9900),
        ("99 SEK", "SEK", 9900),
        ("1200", "JPY", 1200),
        ("1,200", "JPY", 1200),
        ("0", "EUR", 0),
    ],
)
def test_prices(text: str, currency: str, minor: int) -> None:
    assert cells.parse_price(text, currency) == minor


@pytest.mark.parametrize(
    ("text", "currency", "code"),
    [
        ("1,234", "EUR", "ambiguous_price"),
        ("42.999", "EUR", "bad_price"),
        ("12.5", "JPY", "bad_price"),
        ("-5", "EUR", "negative_price"),
        ("$5", "EUR", "other_currency"),
        ("NaN", "EUR", "bad_price"),
        ("Infinity", "EUR", "bad_price"),
        ("1e5", "EUR", "bad_price"),
        ("1_000", "EUR", "bad_price"),
        ("٣", "EUR", "bad_price"),
        ("1.2.3", "EUR", "bad_price"),
        ("12,34,56", "EUR", "bad_price"),
        ("99999999999999", "EUR", "bad_price"),
        ("99999999999.00", "EUR", "price_too_high"),
        ("=1+1", "EUR", "bad_price"),
        ("9" * 5000, "EUR", "bad_price"),
    ],
)
def test_prices_refused(text: str, currency: str, code: str) -> None:
    with pytest.raises(cells.BadCell) as refusal:
        cells.parse_price(text, currency)
    assert refusal.value.code == code


@pytest.mark.parametrize(
    "code",
    ["4006381333931", "96385074", "036000291452", "'4006381333931", "4006381 333931", "14006381333938"],
)
def test_barcodes(code: str) -> None:
    assert cells.parse_ean(code) == code.replace(" ", "").lstrip("'")


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@x", "\t=1", "\r=1", "＝1"])
def test_cells_of_exports_are_no_formulas(cell: str) -> None:
    assert defuse(cell) == "'" + cell
    assert defuse("plain = text") == "plain = text"


def test_descriptions_lose_what_could_act() -> None:
    body = (
        "<script>steal()</script><p onclick=x>Good <b>and </b><i>kind</i> <img src=x onerror=y></p>"
        '<a href="javascript:x()">no</a> <a href="https://a.example/(1)">yes</a> &lt;script&gt; &amp;lt;'
        "<style>p{}</style><iframe src=x>in</iframe><svg><script>x</script></svg>"
    )
    text = html_to_markdown(body, limit=1_000)
    assert text == "Good **and** *kind*\n\nno [yes](<https://a.example/(1)>) \\<script\\> \\&lt;"


def test_descriptions_keep_structure() -> None:
    body = (
        "<h1>Care</h1><p>Wash<br>cold</p><ol><li>one</li><li><p>two</p><ul><li>inner</li></ul></li></ol>"
        "<table><tr><th>Size</th><th>cm</th></tr><tr><td>S</td><td>1|2</td></tr></table><hr>1. not a list"
    )
    assert html_to_markdown(body, limit=1_000) == (
        "## Care\n\nWash\\\ncold\n\n1. one\n2. two\n    - inner\n\n"
        "| Size | cm |\n| --- | --- |\n| S | 1\\|2 |\n\n---\n\n1\\. not a list"
    )


def test_long_descriptions_are_cut_between_blocks() -> None:
    text = html_to_markdown("<p>" + "</p><p>".join(["word " * 20] * 20) + "</p>", limit=500)
    assert len(text) <= 500
    assert text.endswith("word…")
