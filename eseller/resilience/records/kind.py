"""What rows of a table must be, declared once a table: for reading, for the scanner, for those who write."""

from collections.abc import Callable, Mapping
from datetime import date
from enum import StrEnum
from typing import Any, ClassVar

import msgspec

EARLIEST, LATEST = 1990, 2200
"""Years between which a moment of ours lies; beyond, converting it to a time zone may overflow."""


class Rule(msgspec.Struct, frozen=True):
    """What fields of one row must be together. ``column`` is the one that a breach is laid to."""

    column: str
    words: str
    holds: Callable[[Any], bool]


class Row(msgspec.Struct):
    """Base of the typed rows: a field for each column, and rules that look at more than one."""

    rules: ClassVar[tuple[Rule, ...]] = ()

    def __post_init__(self) -> None:
        """Refuse what breaks a rule.

        Raises:
            ValueError: with ``column: words``; msgspec makes a ValidationError of it.
        """
        for name in self.__struct_fields__:
            value = getattr(self, name)
            if isinstance(value, date) and not EARLIEST <= value.year < LATEST:
                raise ValueError(f"{name}: a moment between {EARLIEST} and {LATEST}")
        for rule in self.rules:
            if not rule.holds(self):
                raise ValueError(f"{rule.column}: {rule.words}")


class Fate(StrEnum):
    """What is shown where a row has failed."""

    LAST_GOOD = "last_good"
    """The fields that failed are shown as they last were, or by their stand-in; else the row is left out."""
    LEFT_OUT = "left_out"
    """The row is left out: an old price or an old stock would be a promise."""


class Kind(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """A guarded table.

    Attributes:
        table: its name.
        row: what its rows must be.
        label: what a person calls one, such as ``price``.
        fate: see ``Fate``.
        stand_ins: what is shown in the place of a failed field of which no good value is known.
        secret: columns whose value no finding shows.
        shop: the column that holds the shop; None for tables of the platform.
        pages: what it is shown on, in words.
        path: what stands before its slug in the address of its own page, such as ``/p/``.
        owner: the column that refers to the row on whose page it is shown.
        tree: the column that refers to the row above, where rows make a tree.
        made_anew: whether the form that it is shown in makes one where it finds none; a bad one gives way to it.
    """

    table: str
    row: type[Row]
    label: str
    fate: Fate = Fate.LAST_GOOD
    stand_ins: Mapping[str, Any] = {}
    secret: frozenset[str] = frozenset()
    shop: str | None = "shop_id"
    pages: tuple[str, ...] = ()
    path: str = ""
    owner: str = ""
    tree: str | None = None
    made_anew: bool = False


_kinds: dict[str, Kind] = {}


def register(*kinds: Kind) -> None:
    """Guard some tables.

    Raises:
        ValueError: when a table is guarded twice.
    """
    for kind in kinds:
        if kind.table in _kinds:
            raise ValueError(f"{kind.table} is guarded twice.")
        _kinds[kind.table] = kind


def kinds() -> Mapping[str, Kind]:
    """Return all guarded tables by name."""
    return _kinds
