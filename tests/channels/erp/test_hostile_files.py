"""Files that want to hurt: refused whole with a reason, or read as far as they make sense."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from eseller.channels.erp import errors
from eseller.channels.erp.rows import MAX_RECORD
from eseller.channels.erp.shopify.export import ShopifyExport
from tests.channels.erp.exports import COLUMNS, codes, export, read, row

HEADING = ",".join(COLUMNS).encode() + b"\r\n"


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"", errors.FileEmpty),
        (b"\n\n\n", errors.FileEmpty),
        (b"\xef\xbb\xbf", errors.FileEmpty),
        (b"PK\x03\x04 workbook", errors.NotText),
        (b"%PDF-1.7", errors.NotText),
        (HEADING + b"a,A\x00B", errors.NotText),
        ("Handle,Title,Variant Price\n".encode("utf-16-le"), errors.NotText),
        ("Handle,Title,Variant Price\n".encode("utf-32"), errors.NotText),
        (b"id,name,cost\n1,A,2\n", errors.UnknownLayout),
        (b",".join(b"c%d" % number for number in range(60_000)), errors.TooManyColumns),
        (b"x" * 2_000_000, errors.TooManyColumns),
        (b"Handle,Title,Variant Price\n" + b"a,A,1\n" * 250_001, errors.TooManyRows),
    ],
)
def test_refused_whole(data: bytes, error: type[errors.FileRefused]) -> None:
    with pytest.raises(error) as refusal:
        read(data)
    assert refusal.value.message.endswith(".")


def test_200_mb_are_refused_without_reading(tmp_path: Path) -> None:
    path = tmp_path / "huge.csv"
    with path.open("wb") as file:
        file.truncate(200 * 1024**2)
    with path.open("rb", buffering=0) as file, pytest.raises(errors.FileTooLarge, match="200 MB"):
        ShopifyExport(file, currency="EUR")


def test_a_pipe_is_refused() -> None:
    reader, writer = os.pipe()
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe, pytest.raises(errors.FileRefused, match="regular file"):
        ShopifyExport(pipe, currency="EUR")


@pytest.mark.parametrize(
    ("encoding", "noted"),
    [("utf-8", False), ("utf-8-sig", False), ("utf-16", True), ("cp1252", True), ("latin-1", True)],
)
def test_encodings(encoding: str, noted: bool) -> None:
    data = export([row("a", "Blå kop til smørrebrød", Vendor="Værksted")]).decode().encode(encoding)
    (product,), report = read(data)
    assert (product.title, product.vendor) == ("Blå kop til smørrebrød", "Værksted")
    assert ("encoding" in {note.code for note in report.notes}) is noted


def test_one_broken_byte_spoils_its_cell_only() -> None:
    data = export([row("a", "Blå"), row("b", "X?X"), row("c", "Grøn")]).replace(b"X?X", b"X\xe5X")
    products, report = read(data)
    assert [product.title for product in products] == ["Blå", "X\ufffdX", "Grøn"]
    assert codes(report) == [(3, "Title", "broken_characters")]


def test_semicolons_and_decimal_commas() -> None:
    (product,), report = read(export([row("a", "A, or B", price="49,95")], delimiter=";"), "EUR")
    assert (product.title, product.variants[0].price, report.refused) == ("A, or B", 4995, 0)


@pytest.mark.parametrize("others", [0, 1, 500])
def test_a_quote_never_closed_loses_its_row_only(others: int) -> None:
    rest = export([row(f"p{number}", "P") for number in range(others)]).split(b"\r\n", 1)[1]
    products, report = read(HEADING + b'bad,"Never closed,,\r\n' + rest)
    assert [product.handle for product in products] == [f"p{number}" for number in range(others)]
    assert codes(report) == [(2, "", "unclosed_quote")]
    assert report.refusals[0].line == 2


def test_a_quote_closed_by_a_later_row_loses_its_row_only() -> None:
    rest = export([row("a", "A"), row("b", 'B "quoted"'), row("c", "C")]).split(b"\r\n", 1)[1]
    products, report = read(HEADING + b'bad,"Never closed,,\r\n' + rest)
    assert [product.handle for product in products] == ["a", "b", "c"]
    assert codes(report) == [(2, "", "unclosed_quote")]


def test_an_unclosed_quote_before_more_than_a_row_may_hold() -> None:
    rest = export([row(f"p{number}", "P" * 200) for number in range(8_000)]).split(b"\r\n", 1)[1]
    assert len(rest) > MAX_RECORD
    products, report = read(HEADING + b'bad,"Never closed,,\r\n' + rest)
    assert len(products) == 8_000
    assert codes(report) == [(2, "", "unclosed_quote")]


def test_many_unclosed_quotes_take_linear_time() -> None:
    lines = b"".join(b'p%d","x\n' % number for number in range(200_000))
    _, report = read(HEADING + lines)
    assert report.refused > 0


def test_a_row_too_long_and_a_row_too_wide_lose_themselves() -> None:
    data = HEADING + b"a,A," + b"x" * (2 * MAX_RECORD) + b"\nb,B" + b",1" * 100_000 + b"\n"
    products, report = read(data + export([row("c", "C")]).split(b"\r\n", 1)[1])
    assert [product.handle for product in products] == ["c"]
    assert codes(report) == [(2, "", "row_too_long"), (3, "", "too_many_cells")]


def test_mixed_line_ends_and_blank_lines() -> None:
    products, report = read(b"Handle,Title,Variant Price\r\na,A,1\n\n\rb,B,2\rc,C,3")
    assert [product.handle for product in products] == ["a", "b", "c"]
    assert report.refused == 0


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.binary(max_size=2_000))
@example(b'"')
@example(b"\xff\xfe")
@example(b"\xff\xfea")
@example(b'Handle,Title,Price\r\r\n"')
def test_any_bytes_give_a_report_or_a_typed_refusal(data: bytes) -> None:
    for candidate in (data, HEADING + data, b"\xff\xfe" + data):
        try:
            products, report = read(candidate)
        except errors.FileRefused:
            continue
        assert len(products) == report.products


cell = st.one_of(
    st.text(max_size=12),
    st.sampled_from(["a", "b", "", "10", "-1", "=1", "true", '"', "https://i.example/1"]),
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.dictionaries(st.sampled_from(COLUMNS), cell), max_size=12))
def test_any_cells_give_products_that_keep_their_promises(rows: list[dict[str, str]]) -> None:
    try:
        products, _ = read(export(rows).replace(b"\x00", b""))
    except UnicodeEncodeError:
        return  # lone surrogates are no text
    for product in products:
        assert product.title
        assert product.variants
        assert len(product.slug) <= 200
        assert len({variant.values for variant in product.variants}) == len(product.variants)
        sources = [image.src for image in product.images]
        assert len(set(sources)) == len(sources)
        for variant in product.variants:
            assert variant.price >= 0
            assert len(variant.values) == len(product.options)
            assert variant.image == "" or variant.image in sources


_MEASURE = """
import resource, sys, time
from eseller.channels.erp.shopify.export import ShopifyExport
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
with open(sys.argv[1], "rb") as file:
    export = ShopifyExport(file, currency="EUR")
    count = sum(1 for _ in export.products())
print(count, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""


def measure(path: Path) -> tuple[int, int]:
    """Read an export in a process of its own; return products and megabytes of memory it took."""
    done = subprocess.run([sys.executable, "-c", _MEASURE, str(path)], capture_output=True, text=True, check=True)
    count, megabytes = map(int, done.stdout.split())
    return count, megabytes


@pytest.mark.slow
def test_memory_is_bounded(tmp_path: Path) -> None:
    path = tmp_path / "sorted.csv"
    body = "<p>" + "text " * 300 + "</p>"
    with path.open("wb") as file:
        file.write(HEADING)
        for number in range(12_000):
            file.write(f'product-{number},Title,"{body}",,,,,,,,,,,,,,10\r\n'.encode())
    count, megabytes = measure(path)
    assert count == 12_000
    assert megabytes < 30, f"{path.stat().st_size >> 20} MB took {megabytes} MB of memory"


@pytest.mark.slow
def test_memory_is_bounded_for_the_most_scattered_file(tmp_path: Path) -> None:
    path = tmp_path / "scattered.csv"
    with path.open("wb") as file:
        file.write(HEADING)
        for turn in range(2):
            for number in range(60_000):
                file.write(f"p{number},Title {number},{'x' * 60},,,,,Size,{turn},,,,,,,,10\r\n".encode())
    count, megabytes = measure(path)
    assert count == 60_000
    assert megabytes < 80, f"{path.stat().st_size >> 20} MB took {megabytes} MB of memory"
