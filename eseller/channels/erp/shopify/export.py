"""A whole export: from an open file to a stream of products and a report."""

from collections.abc import Iterator
from typing import BinaryIO

from eseller.channels.erp import errors
from eseller.channels.erp.report import ImportReport, Lost
from eseller.channels.erp.rows import BrokenRow, Row, read_rows
from eseller.channels.erp.shopify.columns import Columns, find_columns
from eseller.channels.erp.shopify.grouping import LastRows, group_rows, handle_of
from eseller.channels.erp.shopify.products import build_product
from eseller.channels.erp.shopify.reading import Reader
from eseller.channels.erp.shopify.records import ShopifyProduct, SourceRow
from eseller.channels.erp.source import MAX_BYTES, check_size, detect_encoding, open_text


class ShopifyExport:
    """An export that was surveyed and can be read as products.

    Opening reads the file (encoding, layout, where each product ends); ``products`` reads it again. Memory
    stays bounded by the limits of ``rows`` and ``source``, whatever the file holds.

    Attributes:
        report: what was refused so far; complete after ``products`` is exhausted.
        handles: how many different handles the file has; an upper bound of the products.
    """

    def __init__(self, file: BinaryIO, *, currency: str, max_bytes: int = MAX_BYTES) -> None:
        """Survey a file.

        Args:
            file: opened in binary mode; stays open.
            currency: of the shop; all prices of an export are in it.
            max_bytes: largest size taken.

        Raises:
            FileRefused: when the file as a whole cannot be used; the subclass says why.
        """
        check_size(file, max_bytes)
        self._file = file
        self._encoding = detect_encoding(self._file)
        self._currency = currency
        self._last = LastRows()
        self.report = ImportReport()
        columns: Columns | None = None
        for record in self._records():
            if isinstance(record, BrokenRow):
                continue
            if columns is None:
                columns = find_columns(record.cells)
            elif handle := handle_of(columns.pick(record.cells)):
                self._last.see(handle, record.number)
        if columns is None:
            raise errors.FileEmpty
        self._columns = columns
        self.handles = len(self._last)

    def products(self) -> Iterator[ShopifyProduct]:
        """Read the products in the order in which they are complete; fills a fresh report on the way."""
        self.report = report = ImportReport(notes=[*self._encoding.notes, *self._columns.notes])
        reader = Reader(report, self._columns.heading, self._currency)
        for group in group_rows(self._rows(reader), self._last):
            product = build_product(group, reader)
            if product is not None:
                report.products += 1
                report.variants += len(product.variants)
                report.images += len(product.images)
                yield product

    def _rows(self, reader: Reader) -> Iterator[tuple[str, SourceRow]]:
        """Yield rows with the handle they belong to; rows that belong nowhere are reported."""
        for record in self._records():
            if isinstance(record, BrokenRow):
                reader.report.refuse(
                    row=record.number,
                    line=record.line,
                    value=record.sample,
                    code=record.code,
                    reason=record.reason,
                    lost=Lost.ROW,
                )
            elif record.number > 1:
                row = SourceRow(record.number, record.line, self._columns.pick(record.cells))
                handle = handle_of(row.cells)
                if handle:
                    yield handle, row
                elif row.cells:
                    reason = "The row names no product: it has neither handle nor title."
                    reader.refuse(row, "handle", "missing_handle", reason, Lost.ROW)

    def _records(self) -> Iterator[Row | BrokenRow]:
        text = open_text(self._file, self._encoding)
        try:
            yield from read_rows(text)
        finally:
            text.detach()
