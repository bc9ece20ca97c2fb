"""What the record guard costs: decoding, scanning a million rows, and pages beside a scan."""

import statistics
import threading
from collections.abc import Callable, Iterator

from eseller.bench.openloop import steady
from eseller.bench.seed import SLUG
from eseller.bench.shop import Figure
from eseller.bench.wrk import Load
from eseller.node.rehearsal import Running, in_platform, platform

HOST = f"{SLUG}.localhost"
RATE = 50
"""Pages a second beside the scan."""
NO_LOAD = Load(requests=0, seconds=0, per_second=0, p50_ms=0, p99_ms=0, errors=0)


def measure(*, rows: int, rounds: int, seconds: int, say: Callable[[str], None]) -> Iterator[Figure]:
    """Start a platform, fill it, and yield figures as they are measured.

    Args:
        rows: in the guarded tables.
        rounds: pairs of pages with and without a scan beside them.
        seconds: of each half of a pair.
        say: told what goes on.
    """
    say("starting a platform of its own")
    with platform(processes=2, threads=4, ESELLER_EDGE_MB="0") as running:
        in_platform(running, "eseller.bench.seed", "100")
        say("decoding")
        shares = in_platform(running, "eseller.bench.decoding")
        yield Figure("decoding, share of a product page", _number(shares["share_percent"]), "%", 2, 0, NO_LOAD)
        say(f"filling tables with {rows} rows")
        in_platform(running, "eseller.bench.rows", str(rows))
        say("scan of all rows, at its full speed")
        scanned = in_platform(running, "eseller.bench.scanning", "1")
        took = _number(scanned["seconds"]) * rows / _number(scanned["rows"])
        yield Figure(f"scan of {rows} rows", round(took, 1), "s", 120, 0, NO_LOAD)
        say("pages with and without a scan")
        yield _pairs(running, rounds, seconds)


def _pairs(running: Running, rounds: int, seconds: int) -> Figure:
    ratios, errors = [], 0
    for _ in range(rounds):
        quiet = _pages(running, seconds)
        scanning = threading.Thread(
            target=in_platform, args=(running, "eseller.bench.scanning", "0.25", str(seconds + 2))
        )
        scanning.start()
        beside = _pages(running, seconds)
        scanning.join()
        ratios.append(beside.p50_ms / quiet.p50_ms)
        errors += quiet.errors + beside.errors
    return Figure("page p50 beside a scan, ratio", round(statistics.median(ratios), 3), "×", 1.5, errors, beside)


def _pages(running: Running, seconds: int) -> Load:
    return steady("127.0.0.1", running.port, "/p/product-1", header=HOST, rate=RATE, seconds=seconds)


def _number(value: object) -> float:
    if not isinstance(value, int | float):
        raise TypeError(f"{value!r} is no number")
    return float(value)
