"""How a paper is laid out on A4: knows nothing of orders."""

import re
from datetime import datetime
from functools import lru_cache
from pathlib import Path

import msgspec
from fpdf import FPDF
from fpdf.enums import TableBordersLayout, XPos, YPos
from fpdf.fonts import FontFace, TTFFont

FONTS = Path(__file__).parent / "fonts"
FAMILY = "dejavu"
INK, MUTED, LINE = (23, 25, 29), (101, 107, 117), (214, 214, 209)
MARGIN = 20
WIDTH = 210 - 2 * MARGIN
COLUMNS = (84, 18, 26, 14, 28)
"""Millimetres, like everything here."""


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the table, as it is printed."""

    title: str
    details: str
    quantity: str
    price: str
    vat: str
    amount: str


class Paper(msgspec.Struct, frozen=True, kw_only=True):
    """A paper, as it is printed. ``totals`` are (label, amount, whether it is the total)."""

    title: str
    number: str
    issued_at: datetime
    language: str
    seller: str
    seller_lines: list[str]
    buyer_title: str
    buyer_lines: list[str]
    ship_title: str
    ship_lines: list[str]
    facts: list[tuple[str, str]]
    headings: tuple[str, str, str, str, str]
    rows: list[Row]
    totals: list[tuple[str, str, bool]]
    notes: list[str]
    page: str


class Sheet(FPDF):
    """Pages with the seller and the page number at the foot."""

    def __init__(self, paper: Paper) -> None:
        """Prepare A4 pages."""
        super().__init__(format="A4")
        self.paper = paper
        for style, name in (("", "DejaVuSansCondensed.ttf"), ("B", "DejaVuSansCondensed-Bold.ttf")):
            self.add_font(FAMILY, style, FONTS / name)
        self.set_margins(MARGIN, MARGIN, MARGIN)
        self.set_auto_page_break(auto=True, margin=28)
        self.set_title(f"{paper.title} {paper.number}")
        self.set_author(paper.seller)
        self.set_lang(paper.language)
        self.set_creation_date(paper.issued_at)

    def footer(self) -> None:
        """Draw the foot."""
        self.set_y(-20)
        self.set_draw_color(*LINE)
        self.line(MARGIN, self.get_y(), MARGIN + WIDTH, self.get_y())
        self.ln(2)
        self.write_in(8, MUTED)
        self.cell(WIDTH - 30, 4, " · ".join([self.paper.seller, *self.paper.seller_lines])[:140])
        page = self.paper.page % {"page": self.page_no(), "pages": "{nb}"}
        self.cell(30, 4, page, align="R")

    def write_in(self, size: float, colour: tuple[int, int, int] = INK, style: str = "") -> None:
        """Choose size (points), colour and style of what is written next."""
        self.set_font(FAMILY, style, size)
        self.set_text_color(*colour)

    def block(self, x: float, y: float, width: float, title: str, lines: list[str]) -> float:
        """Write a titled block of lines and return where it ends."""
        self.set_xy(x, y)
        if title:
            self.write_in(8, MUTED)
            self.cell(width, 5, title, new_x=XPos.LEFT, new_y=YPos.NEXT)
        self.write_in(10)
        for line in lines:
            self.multi_cell(width, 5, line, align="L", new_x=XPos.LEFT, new_y=YPos.NEXT)
        return float(self.get_y())


def draw(paper: Paper, *, brand: str) -> bytes:
    """Return the paper as PDF.

    Args:
        paper: what to print.
        brand: the seller's colour, ``#rrggbb``; ink where it is none.
    """
    sheet = Sheet(paper)
    try:
        sheet.add_page()
        _head(sheet, paper, _colour(brand))
        _table(sheet, paper)
        _totals(sheet, paper)
        _notes(sheet, paper)
        return bytes(sheet.output())
    finally:
        # A paper that cannot be drawn would leave its fonts open.
        for font in sheet.fonts.values():
            if isinstance(font, TTFFont):
                font.close()


@lru_cache(maxsize=256)
def _colour(brand: str) -> tuple[int, int, int]:
    match = re.fullmatch("#([0-9a-fA-F]{2})([0-9a-fA-F]{2})([0-9a-fA-F]{2})", brand)
    return (int(match[1], 16), int(match[2], 16), int(match[3], 16)) if match else INK


def _head(sheet: Sheet, paper: Paper, brand: tuple[int, int, int]) -> None:
    half = WIDTH / 2
    sheet.set_fill_color(*brand)
    sheet.rect(0, 0, 210, 4, style="F")
    sheet.set_fill_color(255)
    sheet.set_xy(MARGIN, MARGIN - 4)
    sheet.write_in(15, style="B")
    sheet.multi_cell(half, 7, paper.seller, align="L", new_x=XPos.LEFT, new_y=YPos.NEXT)
    left = sheet.block(MARGIN, sheet.get_y() + 1, half, "", paper.seller_lines)
    sheet.set_xy(MARGIN + half, MARGIN - 4)
    sheet.write_in(22, style="B")
    sheet.cell(half, 9, paper.title, align="R", new_x=XPos.LEFT, new_y=YPos.NEXT)
    sheet.ln(2)
    for label, value in paper.facts:
        sheet.set_x(MARGIN + half)
        sheet.write_in(9, MUTED)
        sheet.cell(half - 42, 5, label, align="R")
        sheet.write_in(9)
        sheet.cell(42, 5, value[:30], align="R", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    top = max(left, sheet.get_y()) + 10
    bottom = sheet.block(MARGIN, top, half - 5, paper.buyer_title, paper.buyer_lines)
    if paper.ship_lines:
        bottom = max(bottom, sheet.block(MARGIN + half, top, half, paper.ship_title, paper.ship_lines))
    sheet.set_y(bottom + 10)


def _table(sheet: Sheet, paper: Paper) -> None:
    sheet.write_in(9)
    sheet.set_draw_color(*LINE)
    heading = FontFace(emphasis="BOLD", color=MUTED, size_pt=8)
    with sheet.table(
        borders_layout=TableBordersLayout.HORIZONTAL_LINES,
        col_widths=COLUMNS,
        headings_style=heading,
        line_height=4.6,
        padding=(1.6, 0),
        text_align=("LEFT", "RIGHT", "RIGHT", "RIGHT", "RIGHT"),
        width=WIDTH,
    ) as table:
        table.row(paper.headings)
        for row in paper.rows:
            text = row.title if not row.details else f"{row.title}\n{row.details}"
            table.row((text, row.quantity, row.price, row.vat, row.amount))


def _totals(sheet: Sheet, paper: Paper) -> None:
    sheet.ln(4)
    if sheet.will_page_break(len(paper.totals) * 6 + 4):
        sheet.add_page()
    label_width, amount_width = 70, 34
    for label, amount, is_total in paper.totals:
        sheet.set_x(MARGIN + WIDTH - label_width - amount_width)
        sheet.write_in(11 if is_total else 9, INK if is_total else MUTED, "B" if is_total else "")
        sheet.cell(label_width, 6, label, align="R")
        sheet.cell(amount_width, 6, amount, align="R", new_x=XPos.LMARGIN, new_y=YPos.NEXT)


def _notes(sheet: Sheet, paper: Paper) -> None:
    if not paper.notes:
        return
    sheet.ln(8)
    for index, note in enumerate(paper.notes):
        sheet.write_in(9, style="B" if index == 0 and len(paper.notes) > 1 else "")
        sheet.multi_cell(WIDTH, 5, note, align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
