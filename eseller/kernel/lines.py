"""Files of JSON, a line for each entry, of which only the whole ones count: a crash cuts the last one short."""

from __future__ import annotations

import contextlib
import errno
import os
from pathlib import Path
from typing import TypeVar

import msgspec

S = TypeVar("S", bound=msgspec.Struct)


def append(path: Path, entry: msgspec.Struct) -> None:
    """Add an entry; it is on the disk when this returns.

    Raises:
        OSError: It is not, or not all of it, as on a full disk; what was written of it counts for nothing.
    """
    file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    try:
        size = os.fstat(file).st_size
        # After a line that was cut short, this one must not be taken for its end.
        begun = size > 0 and os.pread(file, 1, size - 1) != b"\n"
        line = (b"\n" if begun else b"") + msgspec.json.encode(entry) + b"\n"
        if os.write(file, line) < len(line):
            raise OSError(errno.ENOSPC, "No space left on device")
        os.fsync(file)
    finally:
        os.close(file)


def read(path: Path, kind: type[S]) -> list[S]:
    """All entries of a file, the oldest first; none where it can't be read."""
    try:
        return parse(path.read_bytes(), kind)
    except OSError:
        return []


def parse(content: bytes, kind: type[S]) -> list[S]:
    """All entries of what such a file holds, the oldest first."""
    entries = []
    for line in content.split(b"\n"):
        with contextlib.suppress(msgspec.MsgspecError):
            entries.append(msgspec.json.decode(line, type=kind))
    return entries
