"""Receipts: each order that a shopper was told of, on this node's own disk before the answer leaves.

A database that took over from another may lack what the other had said yes to; only a witness beside both can tell.
"""

from __future__ import annotations

import contextlib
import logging
import os
import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import msgspec

from eseller.kernel import clock

log = logging.getLogger(__name__)
RECEIPTS = "receipts"
"""The directory of a node's receipts in its data directory."""
KEPT_DAYS = 35
"""Longer than backups are kept, against which they might be held."""


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    """An order that somebody was told of.

    Attributes:
        at: when.
        shop: the id of the shop.
        order: the order's public id.
        number: what people call it.
        total: what it costs, minor units.
    """

    at: datetime
    shop: int
    order: str
    number: str
    total: int


class ReceiptFigures(msgspec.Struct, frozen=True):
    """How many receipts this process has written since it began, and how many it could not."""

    written: int
    failed: int


class Receipts:
    """JSON lines in a file a day for each process. For many threads.

    Args:
        directory: made with the first receipt.
        process: the name of the process, such as ``web.0``.
    """

    def __init__(self, directory: Path, process: str) -> None:
        self._directory, self._process = directory, process
        self._lock = threading.Lock()
        self._day: date | None = None
        self._file = self._former = -1
        self._written = self._failed = 0

    def note(self, *, shop: int, order: str, number: str, total: int) -> bool:
        """Write a receipt and wait until it is on the disk; whether it is.

        A disk that is full takes no order away: the order is in the database, and the figures tell of the failure.
        """
        receipt = Receipt(at=clock.now(), shop=shop, order=order, number=number, total=total)
        line = msgspec.json.encode(receipt) + b"\n"
        try:
            file = self._opened(receipt.at.astimezone(UTC).date())
            # One write of a whole line: those of several threads never mix.
            if os.write(file, line) != len(line):
                raise OSError("the disk took a part of it")  # noqa: TRY301
            os.fdatasync(file)
        except OSError:
            log.exception("no receipt could be written for order %s of shop %s", number, shop)
            with self._lock:
                self._failed += 1
            return False
        with self._lock:
            self._written += 1
        return True

    def figures(self) -> ReceiptFigures:
        """What it has done, as a copy."""
        with self._lock:
            return ReceiptFigures(self._written, self._failed)

    def _opened(self, day: date) -> int:
        with self._lock:
            if day != self._day:
                self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
                path = self._directory / f"{day.isoformat()}-{self._process}.jsonl"
                # Yesterday's stays open for a day more: somebody may be writing to it.
                if self._former >= 0:
                    os.close(self._former)
                self._former = self._file
                self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
                self._day = day
                _sync(self._directory)
                self._forget(day - timedelta(days=KEPT_DAYS))
            return self._file

    def _forget(self, before: date) -> None:
        for path in self._directory.glob(f"*-{self._process}.jsonl"):
            if path.name[:10] < before.isoformat():
                with contextlib.suppress(OSError):
                    path.unlink()


def _sync(directory: Path) -> None:
    """Have the name of a new file survive a power failure as well."""
    handle = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def read_receipts(directory: Path) -> Iterator[Receipt]:
    """Yield the receipts of all processes of a node; a line that was cut short by a crash is left out."""
    for path in sorted(directory.glob("*.jsonl")):
        with path.open("rb") as file:
            for line in file:
                with contextlib.suppress(msgspec.MsgspecError):
                    yield msgspec.json.decode(line, type=Receipt)


class _Process:
    receipts: Receipts | None = None


def keep(receipts: Receipts | None) -> None:
    """Have this process write its receipts there from now on; None: nowhere."""
    _Process.receipts = receipts


def note(*, shop: int, order: str, number: str, total: int) -> None:
    """Write a receipt where this process keeps them; see ``Receipts.note``."""
    if _Process.receipts is not None:
        _Process.receipts.note(shop=shop, order=order, number=number, total=total)
