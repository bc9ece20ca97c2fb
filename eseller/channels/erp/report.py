"""What an import says afterwards: figures, and by row and column what was not taken and why."""

from collections import Counter
from enum import StrEnum

import msgspec

SHOWN_VALUE = 60
"""Characters of a refused value that the report repeats."""

KEPT_REFUSALS = 1_000
"""Refusals kept in full; those beyond are only counted, so that a hostile file cannot fill the memory."""


class Lost(StrEnum):
    """How much a refusal takes with it. Everything around it is imported."""

    VALUE = "value"
    IMAGE = "image"
    VARIANT = "variant"
    ROW = "row"
    PRODUCT = "product"


class Refusal(msgspec.Struct, frozen=True):
    """One thing that was not taken as it stood.

    Attributes:
        row: row of the spreadsheet, the heading being row 1; 0 when it concerns the whole file.
        line: line of the file in a text editor (cells may span lines); 0 when unknown.
        column: heading of the column, empty when it concerns the whole row.
        value: the beginning of the offending value.
        code: stable identifier for machines.
        reason: a sentence for a person.
        lost: what is missing because of it.
    """

    row: int
    line: int
    column: str
    value: str
    code: str
    reason: str
    lost: Lost


class Note(msgspec.Struct, frozen=True):
    """Something worth knowing about the file by which nothing was lost."""

    code: str
    text: str


class ImportReport(msgspec.Struct):
    """The outcome of an import. Counts are of what the file holds and was accepted, written now or before."""

    products: int = 0
    variants: int = 0
    images: int = 0
    refused: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    dry_run: bool = False
    refused_by_code: Counter[str] = msgspec.field(default_factory=Counter)
    refusals: list[Refusal] = msgspec.field(default_factory=list)
    notes: list[Note] = msgspec.field(default_factory=list)

    def refuse(
        self,
        *,
        row: int,
        code: str,
        reason: str,
        lost: Lost,
        line: int = 0,
        column: str = "",
        value: str = "",
    ) -> None:
        """Count a refusal and keep it while there is room."""
        self.refused += 1
        self.refused_by_code[code] += 1
        if len(self.refusals) < KEPT_REFUSALS:
            self.refusals.append(Refusal(row, line, column, shorten(value), code, reason, lost))


def shorten(value: str) -> str:
    """Return the beginning of a value, printable and on one line."""
    flat = "".join(char if char.isprintable() else " " for char in value[: SHOWN_VALUE + 1])
    return flat if len(flat) <= SHOWN_VALUE else flat[:SHOWN_VALUE] + "…"
