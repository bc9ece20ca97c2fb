"""Invoices and credit notes as PDF."""

import re
import zlib
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from fontTools.ttLib import TTFont  # type: ignore[import-untyped]

from eseller.commerce.orders.actions.issue_invoice import issue_invoice
from eseller.commerce.orders.actions.mark_paid import mark_paid
from eseller.commerce.orders.actions.place_order import place_order
from eseller.commerce.orders.actions.refund import refund
from eseller.commerce.orders.errors import UnknownOrder
from eseller.commerce.orders.models import Invoice
from eseller.commerce.orders.paper_drawing import FONTS
from eseller.commerce.orders.papers import invoice_pdf
from eseller.tenancy.hosts import ShopInfo
from eseller.tenancy.scope import shop_transaction
from tests.commerce import shopping


@pytest.fixture
def info(make_shop: Any) -> ShopInfo:
    return shopping.make_ready(
        make_shop(
            name="Lerfryd",
            address="Lerfryd ApS\nPottemagervej 12\n8000 Aarhus C",
            vat_number="DK12345678",
            bank_account="DK50 0040 0440 1162 43",
            order_prefix="LF-",
        )
    )


def lines_of(pdf: bytes) -> list[str]:
    """Return what is written on a PDF's pages, decoded by each font's own table from glyphs to characters."""
    tables: list[dict[int, str]] = []
    pages = []
    for raw in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL):
        try:
            stream = zlib.decompress(raw)
        except zlib.error:
            stream = raw
        if b"beginbfchar" in stream:
            pairs = re.findall(rb"<([0-9A-Fa-f]{4})> <([0-9A-Fa-f]{4,8})>", stream)
            tables.append({int(code, 16): bytes.fromhex(char.decode()).decode("utf-16-be") for code, char in pairs})
        elif b" Tf" in stream:
            pages.append(stream)
    return [line for page in pages for line in _written(page, tables)]


def _written(page: bytes, tables: list[dict[int, str]]) -> Iterator[str]:
    font = 0
    for name, literal in re.findall(rb"/F(\d) [\d.]+ Tf|\(((?:[^()\\]|\\.)*)\) Tj", page, re.DOTALL):
        if name:
            font = int(name) - 1
            continue
        raw = re.sub(rb"\\(.)", lambda found: _ESCAPES.get(found[1], found[1]), literal, flags=re.DOTALL)
        codes = [int.from_bytes(raw[at : at + 2], "big") for at in range(0, len(raw), 2)]
        yield "".join(tables[font][code] for code in codes)


_ESCAPES = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


def bought(info: ShopInfo, goods: dict[int, int], **values: Any) -> str:
    owner = shopping.fill_cart(info, goods)
    return place_order(
        shop=info, owner=owner, details=shopping.details_for(info, owner, **values), actor="shopper"
    ).number


def pdf_of(info: ShopInfo, paper: int, language: str = "en") -> bytes:
    with shop_transaction(info.id):
        return invoice_pdf(paper, language=language)


def test_an_invoice_says_who_what_and_how_much(info: ShopInfo) -> None:
    named = ((24900, 1, "Ærteskål"), (333, 3, "Ωmega Кружка"))
    goods = {shopping.make_variant(info, price=price, title=title, size="Ø 22"): n for price, n, title in named}
    billing = msgspec.structs.replace(shopping.ADDRESS, company="Prøve & Søn (A/S)", country="DE")
    number = bought(info, goods, billing=billing, customer_reference="PO-77")
    pdf = pdf_of(info, issue_invoice(shop_id=info.id, number=number, actor="member:1"))
    assert pdf.startswith(b"%PDF-")
    lines = [line.replace("\N{NO-BREAK SPACE}", " ") for line in lines_of(pdf)]
    for expected in (
        *("Invoice", "LF-I-1", "LF-1001", "PO-77", "Lerfryd", "VAT no. DK12345678", "Prøve & Søn (A/S)", "Germany"),
        *("Ærteskål", "Ωmega Кружка", "DKK 249.00", "DKK 9.99", "DKK 39.00", "DKK 297.99", "DKK 238.39", "DKK 59.60"),
        *("Account: DK50 0040 0440 1162 43", "Please quote LF-1001 when you pay.", "Page 1 of "),
    ):
        assert expected in lines, "\n".join(lines)


def test_a_credit_note_says_what_is_given_back(info: ShopInfo) -> None:
    number = bought(info, {shopping.make_variant(info, price=10000): 1})
    mark_paid(shop_id=info.id, number=number, actor="member:1")
    refund(shop_id=info.id, number=number, key="k", amount=5000, actor="member:1")
    with shop_transaction(info.id):
        paper = Invoice.objects.get(kind="credit_note")
    lines = [line.replace("\N{NO-BREAK SPACE}", " ") for line in lines_of(pdf_of(info, paper.pk))]
    for expected in ("Credit note", "LF-C-1", "Refund for order LF-1001", "DKK 50.00", "DKK 40.00", "DKK 10.00"):
        assert expected in lines, "\n".join(lines)


def test_a_hundred_lines_fill_several_pages_with_headings(info: ShopInfo) -> None:
    number = bought(info, {shopping.make_variant(info, title=f"Thing {n} " + "long " * 20): 1 for n in range(99)})
    lines = lines_of(pdf_of(info, issue_invoice(shop_id=info.id, number=number, actor="member:1")))
    pages = int(lines[lines.index("Page 1 of ") + 1])  # the number of pages is written apart, at the end
    assert pages > 2
    assert lines.count("Description") == pages
    assert sum(line.startswith("Thing ") for line in lines) == 99


def test_the_paper_of_another_shop_is_not_drawn(info: ShopInfo, make_shop: Any) -> None:
    number = bought(info, {shopping.make_variant(info): 1})
    paper = issue_invoice(shop_id=info.id, number=number, actor="member:1")
    other = shopping.make_ready(make_shop())
    with pytest.raises(UnknownOrder):
        pdf_of(other, paper)


def test_the_font_has_the_letters_of_europe() -> None:
    for name in ("DejaVuSansCondensed.ttf", "DejaVuSansCondensed-Bold.ttf"):
        known = set(TTFont(FONTS / name).getBestCmap())
        assert {ord(char) for char in "ÆØÅæøåÄÖÜäöüßẞŁłŚčďőűșțğıİñçœŒþÐЖжΩω€£₺₴kr–—„“”’…·×№"} <= known
