"""The kernel's log, for what tells of a sick disk, memory or machine (Linux, Documentation/ABI/testing/dev-kmsg)."""

from __future__ import annotations

import errno
import os
import re
import threading
import time
from collections import deque
from pathlib import Path

KMSG = Path("/dev/kmsg")
RECENT_SECONDS = 600.0
MOST_LINES, MOST_RECORDS, MOST_LENGTH = 20, 20_000, 200
_RECORD_BYTES = 8192
_WARNING = 4
_SICK = re.compile(
    r"I/O error|critical (?:medium|target) error|EXT4-fs (?:error|warning)|XFS .*(?:error|corruption|shut)"
    r"|BTRFS(?:.*)error|Remounting filesystem read-only|nvme.*(?:timeout|reset|failed)|ata\d.*(?:failed|exception)"
    r"|blocked for more than \d+ seconds|Hardware Error|Machine check|EDAC .*error",
    re.IGNORECASE,
)


class Kernel:
    """Follows the kernel's log; says nothing where it may not be read.

    Args:
        path: Of the log.
    """

    def __init__(self, path: Path = KMSG) -> None:
        self._lock = threading.Lock()
        self._lines: deque[tuple[float, str]] = deque(maxlen=MOST_LINES)
        try:
            self._file: int | None = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        except OSError:
            self._file = None

    def recent(self) -> tuple[str, ...]:
        """The lines of the last ten minutes that tell of a sick machine, the newest last."""
        with self._lock:
            self._read()
            since = time.clock_gettime(time.CLOCK_MONOTONIC) - RECENT_SECONDS
            return tuple(words for at, words in self._lines if at >= since)

    def _read(self) -> None:
        for _ in range(MOST_RECORDS if self._file is not None else 0):
            try:
                record = os.read(self._file or 0, _RECORD_BYTES)
            except OSError as error:
                # Some records were overwritten before we came to read them; the next read goes on after them.
                if error.errno == errno.EPIPE:
                    continue
                return
            if not record:
                return
            for line in record.decode(errors="replace").splitlines():
                self._take(line)

    def _take(self, line: str) -> None:
        head, _, words = line.partition(";")
        numbers = head.split(",")
        if len(numbers) < 3 or not (numbers[0].isdigit() and numbers[2].isdigit()):
            return  # what continues a record
        if int(numbers[0]) % 8 <= _WARNING and _SICK.search(words):
            self._lines.append((int(numbers[2]) / 1e6, words[:MOST_LENGTH]))
