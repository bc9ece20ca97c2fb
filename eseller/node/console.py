"""What the processes of a node say, one line each with the name of who says it."""

from __future__ import annotations

import os
import sys
import time
from typing import TextIO

COLOURS = {"red": 31, "green": 32, "yellow": 33, "blue": 34, "magenta": 35, "cyan": 36, "grey": 90}
WIDTH = 10


class Console:
    """Writes lines with time, name and colour; colour only where a person looks.

    Args:
        stream: Where to write; standard output unless given.
    """

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stdout
        self._coloured = self._stream.isatty() and not os.environ.get("NO_COLOR")

    def say(self, name: str, line: str, *, colour: str = "grey") -> None:
        """Write one line of process ``name``."""
        prefix = f"{time.strftime('%H:%M:%S')} {name:<{WIDTH}}"
        if self._coloured:
            prefix = f"\x1b[{COLOURS[colour]}m{prefix}\x1b[0m"
        self._write(f"{prefix} {_printable(line)}\n")

    def plain(self, text: str = "") -> None:
        """Write text as it is."""
        self._write(f"{text}\n")

    def _write(self, text: str) -> None:
        try:
            self._stream.write(text)
            self._stream.flush()
        except (OSError, ValueError):
            # Nobody reads any more; the processes matter more than their log.
            return


def _printable(line: str) -> str:
    """The line without control characters, which could be a shopper's doing."""
    return "".join(c if c.isprintable() or c == "\t" else "\N{REPLACEMENT CHARACTER}" for c in line)
