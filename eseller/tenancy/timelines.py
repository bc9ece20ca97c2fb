"""The latest timeline that the processes of this node have seen: what is on an earlier one is of former times.

Each promotion of a secondary begins a timeline. What one process has seen, all of this node know, by a file; it is read
at each look, since an idle process may hold a connection to a server that stood still meanwhile.
"""

import contextlib
import fcntl
import os
import threading
from pathlib import Path
from typing import NamedTuple

_LENGTH = 32


class Seen(NamedTuple):
    """A timeline of a database cluster; two clusters have different systems."""

    system: int
    timeline: int


class Newest:
    """Knows the latest, in memory and in a file; one that can't be read or written is done without.

    Args:
        path: of the file; None: this process knows what it has seen itself.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._path, self._file = path, -1
        self._lock = threading.Lock()
        self._seen = Seen(0, 0)

    def note(self, seen: Seen) -> None:
        """Take up what was seen; another cluster takes the place of the one before."""
        with self._lock:
            if not self._is_news(self._seen, seen) and self._file >= 0:
                return
            self._seen = seen if self._is_news(self._seen, seen) else self._seen
            with contextlib.suppress(OSError):
                self._write(seen)

    def is_former(self, seen: Seen) -> bool:
        """Whether a later timeline of the same cluster was seen on this node."""
        latest = self.latest()
        return latest.system == seen.system and seen.timeline < latest.timeline

    def latest(self) -> Seen:
        """The latest that was seen."""
        told = self._told()
        if told is not None and self._is_news(self._seen, told):
            self._seen = told
        return self._seen

    def _told(self) -> Seen | None:
        """What the file says."""
        with contextlib.suppress(OSError, ValueError):
            system, timeline = os.pread(self._file, _LENGTH, 0).split()
            return Seen(int(system), int(timeline))
        return None

    @staticmethod
    def _is_news(known: Seen, seen: Seen) -> bool:
        return seen.system != known.system or seen.timeline > known.timeline

    def _write(self, seen: Seen) -> None:
        if self._path is None:
            return
        if self._file < 0:
            self._file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        fcntl.flock(self._file, fcntl.LOCK_EX)
        try:
            told = self._told()
            if told is None or self._is_news(told, seen):
                os.pwrite(self._file, b"%020d %010d\n" % seen, 0)
        finally:
            fcntl.flock(self._file, fcntl.LOCK_UN)
