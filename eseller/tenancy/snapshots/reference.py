"""What is in a snapshot, declared by the package that owns the tables (in its module ``references``)."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec

View = Callable[[Mapping[str, Sequence[Any]]], Any]
"""From the typed rows of each table to what the package looks things up in."""


class Reference(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """Guarded tables that are read as one thing.

    Attributes:
        name: in small letters, such as ``vat``.
        tables: of which it is made; what their rows must be say their kinds.
        view: makes the rows of a part into what is looked up in.
        split: how many parts it has. Rows of a shop are in the part of that shop, so that one that changes is one
            small part written, sent and read.
    """

    name: str
    tables: tuple[str, ...]
    view: View
    split: int = 1

    def part(self, shop_id: int | None) -> str:
        """Return the part that the rows of a shop are in."""
        return self.name if self.split == 1 or shop_id is None else f"{self.name}-{shop_id % self.split:02d}"

    def parts(self) -> tuple[str, ...]:
        """Return the names of all parts."""
        return tuple(self.part(number) for number in range(self.split))


_references: dict[str, Reference] = {}


def register(*references: Reference) -> None:
    """Put something into all snapshots from now on.

    Raises:
        ValueError: when the name is taken.
    """
    for reference in references:
        if reference.name in _references:
            raise ValueError(f"{reference.name} is in the snapshots already.")
        _references[reference.name] = reference


def references() -> Mapping[str, Reference]:
    """Return all that snapshots hold, by name."""
    return _references


def reference_of(part: str) -> Reference | None:
    """Return what a part belongs to; None for one that another release has."""
    return _references.get(part.partition("-")[0])
