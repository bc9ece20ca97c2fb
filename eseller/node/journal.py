"""The journal of control calls: files that are only added to; who did what is known without the database."""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from eseller.kernel import clock

MOST_BYTES = 1024 * 1024
KEPT = 9
"""Full files that are kept beside the one that is written."""


class Journal:
    """JSON lines, each on the disk before the call is answered. A file belongs to one process."""

    def __init__(self, path: Path, *, most_bytes: int = MOST_BYTES) -> None:
        """Write to a file, whose directory is made with the first line; full ones become ``.1``, ``.2`` and so on."""
        self._path, self._most_bytes = path, most_bytes
        self._lock = threading.Lock()

    def write(self, entry: Mapping[str, Any]) -> None:
        """Add a line, with the time.

        Raises:
            OSError: It could not be written.
        """
        line = msgspec.json.encode({"at": clock.now(), **entry}) + b"\n"
        with self._lock:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with contextlib.suppress(FileNotFoundError):
                if self._path.stat().st_size + len(line) > self._most_bytes:
                    self._rotate()
            file = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                os.write(file, line)
                os.fsync(file)
            finally:
                os.close(file)

    def _rotate(self) -> None:
        for number in range(KEPT - 1, -1, -1):
            with contextlib.suppress(FileNotFoundError):
                self._numbered(number).replace(self._numbered(number + 1))

    def _numbered(self, number: int) -> Path:
        return self._path.with_name(f"{self._path.name}.{number}") if number else self._path
