"""Reading the cells of one row such that a bad cell becomes a line of the report and a harmless value."""

from collections.abc import Callable
from typing import TypeVar

import msgspec

from eseller.channels.erp.report import ImportReport, Lost
from eseller.channels.erp.shopify.cells import BadCell, clean_text
from eseller.channels.erp.shopify.records import SourceRow

T = TypeVar("T")


class Reader(msgspec.Struct):
    """What reading needs to know besides the row: the shop's currency, names of columns, and where to report.

    ``seen_skus`` holds hashes of the SKUs met in the file so far.
    """

    report: ImportReport
    headings: dict[str, str]
    currency: str
    seen_skus: set[int] = msgspec.field(default_factory=set)

    def has(self, field: str) -> bool:
        """Tell whether the file has a column for this field."""
        return field in self.headings

    def refuse(self, row: SourceRow, field: str, code: str, reason: str, lost: Lost, value: str | None = None) -> None:
        """Report something about a row; ``field`` may be empty when it is about the whole row."""
        self.report.refuse(
            row=row.number,
            line=row.line,
            column=self.headings.get(field, ""),
            value=row.cells.get(field, "") if value is None else value,
            code=code,
            reason=reason,
            lost=lost,
        )

    def value(self, row: SourceRow, field: str, parse: Callable[[str], T], default: T, lost: Lost = Lost.VALUE) -> T:
        """Parse a cell; an empty one gives the default, a bad one is reported and gives it as well."""
        text = row.cells.get(field, "")
        if not text:
            return default
        try:
            return parse(text)
        except BadCell as bad:
            self.refuse(row, field, bad.code, bad.reason, lost)
            return default

    def text(self, row: SourceRow, field: str, limit: int) -> str:
        """Return a line of text; what is longer than the limit is cut and reported."""
        text = clean_text(row.cells.get(field, ""))
        if "\ufffd" in text:
            reason = "Some characters could not be read in the encoding of the file."
            self.refuse(row, field, "broken_characters", reason, Lost.VALUE)
        if len(text) <= limit:
            return text
        reason = f"Longer than {limit} characters; the rest was cut off."
        self.refuse(row, field, "too_long", reason, Lost.VALUE)
        return text[:limit].rstrip()
