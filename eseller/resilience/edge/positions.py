"""Whether one look at the database has seen all that another has: PostgreSQL's snapshots, compared. Pure."""

from __future__ import annotations

import re
from typing import NamedTuple

_TEXT = re.compile(r"(\d{1,20}):(\d{1,20}):((?:\d{1,20}(?:,\d{1,20})*)?)")


class Position(NamedTuple):
    """A ``pg_snapshot``: what it sees is all before ``after`` that was not still going on."""

    after: int
    going_on: frozenset[int]

    def covers(self, other: Position) -> bool:
        """Tell whether all that another one sees is seen here as well."""
        return self.after >= other.after and all(
            number >= other.after or number in other.going_on for number in self.going_on
        )


def position(text: str) -> Position | None:
    """Read PostgreSQL's ``xmin:xmax:xip_list``; None where it is anything else."""
    found = _TEXT.fullmatch(text)
    if found is None:
        return None
    going_on = frozenset(map(int, filter(None, found[3].split(","))))
    return Position(int(found[2]), going_on)
