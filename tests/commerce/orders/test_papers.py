"""Invoices and credit notes as PDF."""

import re
import zlib
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import msgspec
import pytest
from django.db import connections, transaction
from fontTools.ttLib import TTFont  # type: ignore[import-untyped]
from fpdf.fonts import TTFFont

from eseller.commerce.orders import paper_drawing
from eseller.commerce.orders.actions.issue_invoice import issue_invoice
from eseller.commerce.orders.actions.mark_paid import mark_paid
from eseller.commerce.orders.actions.place_order import place_order
from eseller.commerce.orders.actions.refund import refund
from eseller.commerce.orders.errors import UnknownOrder
from eseller.commerce.orders.models import Invoice
from eseller.commerce.orders.paper_drawing import FONTS, Paper, Sheet
from eseller.commerce.orders.papers import invoice_pdf
from eseller.commerce.orders.queries import order_detail
from eseller.commerce.payments.models import PaymentMethod
from eseller.kernel import clock
from eseller.tenancy.hosts import ShopInfo
from eseller.tenancy.models import Shop
from eseller.tenancy.scope import PLATFORM, platform_transaction, shop_transaction
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
            # Not zlib.decompress: a stream whose last byte looks like the end of a line comes without it.
            stream = zlib.decompressobj().decompress(raw)
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


def change_everything(info: ShopInfo) -> None:
    """Change what the seller may change after a paper was issued."""
    with shop_transaction(info.id, actor="test"):
        Shop.objects.filter(pk=info.id).update(
            name="Ny Lerfryd",
            address="Ny Lerfryd A/S\nAndenvej 1",
            vat_number="DK87654321",
            bank_account="DK99 9999",
            order_prefix="NY-",
            contact_email="new@shop.example",
        )
        PaymentMethod.objects.update(names={"en": "Other"}, instructions={"en": "Pay in cash."})


def test_a_paper_stays_as_it_was_issued(info: ShopInfo) -> None:
    number = bought(info, {shopping.make_variant(info): 2})
    invoice = issue_invoice(shop_id=info.id, number=number, actor="member:1")
    before = pdf_of(info, invoice)
    change_everything(info)
    mark_paid(shop_id=info.id, number=number, actor="member:1")
    refund(shop_id=info.id, number=number, key="k", amount=5000, actor="member:1")
    assert lines_of(pdf_of(info, invoice)) == lines_of(before)
    with shop_transaction(info.id):
        papers = order_detail(number, language="en").papers
        note = Invoice.objects.get(kind="credit_note")
    assert [paper.number for paper in papers] == ["LF-I-1", "NY-C-1"]
    written = lines_of(pdf_of(info, note.pk))
    assert {"NY-C-1", "Ny Lerfryd", "VAT no. DK87654321"} <= set(written)


def test_what_is_paid_says_so_and_a_card_asks_for_no_transfer(info: ShopInfo) -> None:
    mug = shopping.make_variant(info)
    paid, card, bank = bought(info, {mug: 1}), bought(info, {mug: 1}, card=shopping.APPROVED), bought(info, {mug: 1})
    mark_paid(shop_id=info.id, number=paid, actor="member:1")
    with shop_transaction(info.id):
        PaymentMethod.objects.update(instructions={})
        of_paid = Invoice.objects.get().pk
    of_card = issue_invoice(shop_id=info.id, number=card, actor="member:1")
    of_bank = issue_invoice(shop_id=info.id, number=bank, actor="member:1")
    assert "Paid. Thank you." in lines_of(pdf_of(info, of_paid))
    card_lines = lines_of(pdf_of(info, of_card))
    assert "Card" in card_lines
    assert not any(line.startswith(("Account", "Please quote")) for line in card_lines)
    assert {"Account: DK50 0040 0440 1162 43", f"Please quote {bank} when you pay."} <= set(
        lines_of(pdf_of(info, of_bank))
    )


def test_papers_of_an_earlier_release_are_filled_in_as_they_would_be_printed(info: ShopInfo) -> None:
    unpaid, paid = (bought(info, {shopping.make_variant(info): 1}) for _ in range(2))
    issued = [issue_invoice(shop_id=info.id, number=unpaid, actor="member:1")]
    mark_paid(shop_id=info.id, number=paid, actor="member:1")
    with shop_transaction(info.id):
        issued.append(Invoice.objects.get(order__number=paid).pk)
        kept = list(Invoice.objects.order_by("id").values("printed_number", "imprint"))
    before = [lines_of(pdf_of(info, paper)) for paper in issued]
    with platform_transaction():
        Invoice.objects.using(PLATFORM).filter(shop_id=info.id).update(printed_number="", imprint=None)
    assert [lines_of(pdf_of(info, paper)) for paper in issued] == before  # until then they are printed as before
    with transaction.atomic("owner"), connections["owner"].cursor() as cursor:
        for statement in import_module("eseller.commerce.orders.migrations.0007_imprint").BACKFILL.split(";\n"):
            if statement.strip():
                cursor.execute(statement)
    connections["owner"].close()
    change_everything(info)
    assert [lines_of(pdf_of(info, paper)) for paper in issued] == before
    with shop_transaction(info.id):
        assert list(Invoice.objects.order_by("id").values("printed_number", "imprint")) == kept


def test_a_paper_that_cannot_be_drawn_leaves_no_font_open(monkeypatch: pytest.MonkeyPatch) -> None:
    sheets: list[Sheet] = []

    class Watched(Sheet):
        def __init__(self, paper: Paper) -> None:
            super().__init__(paper)
            sheets.append(self)

    monkeypatch.setattr(paper_drawing, "Sheet", Watched)
    words: dict[str, Any] = dict.fromkeys(("title", "number", "seller", "buyer_title", "ship_title", "page"), "x")
    lists: dict[str, Any] = {name: [] for name in Paper.__struct_fields__ if name.endswith("_lines")}
    lists |= {"facts": [], "totals": [], "notes": [], "rows": [None]}
    paper = Paper(**words, **lists, language="en", issued_at=clock.now(), headings=("x",) * 5)
    with pytest.raises(AttributeError):
        paper_drawing.draw(paper, brand="#123456")
    readers = [font.ttfont.reader for font in sheets[0].fonts.values() if isinstance(font, TTFFont)]
    assert len(readers) == 2
    assert all(reader is None or reader.file.closed for reader in readers)
