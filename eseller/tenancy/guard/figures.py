"""What the guard has done in this process, counted in memory; needs neither Django nor the database to be asked."""

import threading
import time

import msgspec


class Scan(msgspec.Struct, frozen=True):
    """Where the scanner is: in which table, how many rows into it, and when that was, by ``time.monotonic``."""

    table: str
    rows: int
    at: float


class Figures(msgspec.Struct):
    """Counts since the process began.

    Attributes:
        noted: Bad rows written down by what found them: ``page``, ``change`` or ``scan``.
        heals: Times that work which had failed came to an end without a bad row.
        diagnoses: Times that a shop was looked through after work had failed.
        diagnosis_seconds: How long these took in all.
        looks: Times that changes were asked for.
        looked_at: When that was last, by ``time.monotonic``; None where this process does not follow.
        scanned: Rows that the scanner has judged.
        scan: Where it is; None where this process has not scanned.
    """

    noted: dict[str, int] = {}
    heals: int = 0
    diagnoses: int = 0
    diagnosis_seconds: float = 0.0
    looks: int = 0
    looked_at: float | None = None
    scanned: int = 0
    scan: Scan | None = None


_now = Figures()
_lock = threading.Lock()


def figures() -> Figures:
    """Return a copy of all counts."""
    with _lock:
        return msgspec.structs.replace(_now, noted=dict(_now.noted))


def noted(found_by: str, rows: int) -> None:
    """Count bad rows that were written down."""
    with _lock:
        _now.noted[found_by] = _now.noted.get(found_by, 0) + rows


def healed() -> None:
    """Count work that came to an end without a bad row."""
    with _lock:
        _now.heals += 1


def diagnosed(seconds: float) -> None:
    """Count a look through a shop."""
    with _lock:
        _now.diagnoses += 1
        _now.diagnosis_seconds += seconds


def follows() -> None:
    """Note that this process follows changes from now on."""
    with _lock:
        _now.looked_at = time.monotonic()


def looked() -> None:
    """Count a look at what has changed."""
    with _lock:
        _now.looks += 1
        _now.looked_at = time.monotonic()


def scanned(table: str, rows: int, judged: int) -> None:
    """Count a batch of the scanner, and keep where it is."""
    with _lock:
        _now.scanned += judged
        _now.scan = Scan(table, rows, time.monotonic())
