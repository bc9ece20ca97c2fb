"""What the driver cannot read becomes a value that is plainly no moment, instead of failing a whole fetch.

psycopg raises for ``infinity`` and for years beyond 9999, before anybody has seen the row.
"""

from functools import cache
from typing import Any

import psycopg
from psycopg.abc import Buffer, Loader
from psycopg.pq import Format

TYPES = ("timestamptz", "timestamp", "date")


class Unreadable:
    """Stands where a cell could not be read. Nothing can be done with it: typed records and formats refuse it."""

    __slots__ = ("text",)

    def __init__(self, text: str) -> None:
        """Keep what the database sent."""
        self.text = text

    def __repr__(self) -> str:
        """Tell what it was."""
        return f"Unreadable({self.text!r})"


def read_tolerantly(connection: Any, **_signal: object) -> None:
    """Let Django's connection load what it can, and mark what it cannot. Called whenever one is taken."""
    adapters = connection.connection.adapters
    for name in TYPES:
        oid = adapters.types[name].oid
        for format_ in (Format.TEXT, Format.BINARY):
            strict = adapters.get_loader(oid, format_)
            if strict is not None and not issubclass(strict, _Tolerant):
                adapters.register_loader(oid, _tolerant(strict))


class _Tolerant:
    """Marks the loaders that are made here."""


@cache
def _tolerant(strict: type[Loader]) -> type[Loader]:
    """Return a loader that reads what another one reads; each of Django's time zones has a loader of its own."""

    class Tolerant(_Tolerant):
        format = strict.format
        timezone = getattr(strict, "timezone", None)
        """Django asks for it with every cursor."""

        def __init__(self, oid: int, context: Any = None) -> None:
            self._strict = strict(oid, context)

        def load(self, data: Buffer) -> Any:
            try:
                return self._strict.load(data)
            except (psycopg.DataError, OverflowError, ValueError):
                return Unreadable(bytes(data).decode(errors="replace"))

    return Tolerant
