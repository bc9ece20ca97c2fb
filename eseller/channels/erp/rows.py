"""From text to rows of cells, where one broken row never takes its neighbours with it.

A quote that is never closed makes every CSV reader swallow what follows. Here the swallowed lines are kept,
the row that began it is reported, and reading goes on with the line after it.
"""

import csv
from collections import deque
from collections.abc import Iterator
from typing import TextIO

import msgspec

from eseller.channels.erp import errors

MAX_RECORD = 1_000_000
"""Characters of one row, all its cells and lines together."""

MAX_COLUMNS = 1_000
MAX_ROWS = 250_000
_REREAD_BUDGET = 8 * MAX_RECORD
"""Characters of swallowed lines that are read a second time in one file: keeps a hostile file linear."""

_DELIMITERS = ",;\t"

csv.field_size_limit(max(csv.field_size_limit(), MAX_RECORD + 1))  # ours is checked before: see _Lines


class Row(msgspec.Struct, frozen=True, array_like=True):
    """The cells of one row, no fewer than there are headings; ``number`` counts as spreadsheets do."""

    number: int
    line: int
    cells: list[str]


class BrokenRow(msgspec.Struct, frozen=True):
    """A row that cannot be told into cells."""

    number: int
    line: int
    code: str
    reason: str
    sample: str


class _TooLong(Exception):
    """The present row exceeds ``MAX_RECORD``."""


class _Lines:
    """The lines of a text; those of the present row are held so that they can be given back."""

    def __init__(self, text: TextIO) -> None:
        self._text = text
        self._returned: deque[str] = deque()
        self._budget = _REREAD_BUDGET
        self.held: list[str] = []
        self._held_size = 0
        self.line = 0
        self.ended = False

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = self._returned.popleft() if self._returned else self._text.readline(MAX_RECORD + 1)
        if not line:
            self.ended = True
            raise StopIteration
        self.line += 1
        self.held.append(line)
        self._held_size += len(line)
        if self._held_size > MAX_RECORD:
            raise _TooLong
        return line

    def start_row(self) -> int:
        """Forget the lines of the last row; return the number of the first line of the next."""
        self.held.clear()
        self._held_size = 0
        return self.line + 1

    def give_back_all_but_first(self) -> int:
        """Have the lines after the first read again, budget permitting; return how many are lost for good."""
        swallowed = self.held[1:]
        size = sum(map(len, swallowed))
        if size > self._budget:
            return len(swallowed)
        self._budget -= size
        self._returned.extendleft(reversed(swallowed))
        self.line -= len(swallowed)
        self.ended = False
        return 0

    def skip_rest_of_line(self) -> None:
        """Leave behind the rest of a line of which only a piece was read."""
        piece = self.held[-1]
        while piece and not piece.endswith(("\n", "\r")):
            piece = self._text.readline(MAX_RECORD)


def read_rows(text: TextIO) -> Iterator[Row | BrokenRow]:
    """Yield the heading (row 1) and all rows that are not blank.

    Raises:
        FileEmpty: when there is no heading.
        TooManyColumns: when the heading has more than ``MAX_COLUMNS`` cells or cannot be read.
        TooManyRows: when there are more than ``MAX_ROWS``.
    """
    lines = _Lines(text)
    heading, delimiter = _read_heading(lines)
    width = len(heading.cells)
    yield heading
    number = 1
    while not lines.ended:
        number += 1
        row = _read_row(lines, number, delimiter, width)
        if row is not None:
            yield row
        if number > MAX_ROWS:
            raise errors.TooManyRows(f"The file has more than {MAX_ROWS} rows. Split it into several files.")


def _read_heading(lines: _Lines) -> tuple[Row, str]:
    for first in _heading_lines(lines):
        if first.strip():
            break
    else:
        raise errors.FileEmpty
    delimiter = max(_DELIMITERS, key=lambda char: len(next(csv.reader([first], delimiter=char), [])))
    cells = next(csv.reader([first], delimiter=delimiter))
    while cells and not cells[-1].strip():
        cells.pop()
    if len(cells) > MAX_COLUMNS:
        raise errors.TooManyColumns(f"The file has {len(cells)} columns; {MAX_COLUMNS} are allowed.")
    return Row(1, lines.line, cells), delimiter


def _heading_lines(lines: _Lines) -> Iterator[str]:
    try:
        for line in lines:
            yield line
            lines.start_row()
    except _TooLong:
        raise errors.TooManyColumns("The first row is too long to be a row of headings.") from None


def _read_row(lines: _Lines, number: int, delimiter: str, width: int) -> Row | BrokenRow | None:
    start = lines.start_row()

    def broken(code: str, reason: str) -> BrokenRow:
        return BrokenRow(number, start, code, reason, lines.held[0])

    try:
        cells = next(csv.reader(lines, delimiter=delimiter), None)
    except _TooLong:
        if len(lines.held) == 1:
            lines.skip_rest_of_line()
            return broken("row_too_long", f"The row is longer than {MAX_RECORD} characters.")
        return broken("unclosed_quote", _unclosed(lines.give_back_all_but_first()))
    except csv.Error as error:
        return broken("unreadable_row", f"The row cannot be told into cells: {error}.")
    if cells is None or not any(cells):
        return None
    if lines.ended:  # the reader wanted another line: a quote is still open
        return broken("unclosed_quote", _unclosed(lines.give_back_all_but_first()))
    if _swallowed_rows(lines.held, delimiter, width):
        return broken("unclosed_quote", _unclosed(lines.give_back_all_but_first()))
    if any(cells[width:]):
        reason = f"The row has {len(cells)} cells, the heading {width}: is a comma not quoted?"
        return broken("too_many_cells", reason)
    return Row(number, start, cells[:width] + [""] * (width - len(cells)))


def _swallowed_rows(held: list[str], delimiter: str, width: int) -> bool:
    """Tell whether a row of several lines has whole rows within: another row closed its quote."""
    # The last line of a first cell that spans lines also has the width of a row.
    inner = held[1:] if _cell_count(held[0], delimiter) > 1 else held[1:-1]
    return width > 2 and any(_cell_count(line, delimiter) == width for line in inner)


def _cell_count(line: str, delimiter: str) -> int:
    return len(next(csv.reader([line], delimiter=delimiter), []))


def _unclosed(lost: int) -> str:
    also = f" It took the {lost} lines after it along." if lost else ""
    return f"A quotation mark is opened and not closed.{also}"
