"""Which rows this process keeps from its pages: held in memory, so that asking costs nothing."""

import threading
from collections.abc import Iterable, Mapping
from typing import Any

from eseller.resilience.records.mend import Patch
from eseller.resilience.records.overlay import Overlay

Entry = tuple[int, str, int, Patch]
"""Shop, table, row, and what to show in the place of some of its fields."""

_overlays: dict[int, Overlay] = {}
_lock = threading.Lock()


def of_shop(shop_id: int) -> Overlay | None:
    """Return the quarantined rows of a shop; None, as nearly always, where there are none."""
    return _overlays.get(shop_id)


def add(entries: Iterable[Entry]) -> None:
    """Quarantine some rows in this process at once; the others hear of it by the change table."""
    by_shop: dict[int, list[tuple[str, int, Patch]]] = {}
    for shop_id, table, row, patch in entries:
        by_shop.setdefault(shop_id, []).append((table, row, patch))
    with _lock:
        for shop_id, rows in by_shop.items():
            before = _overlays.get(shop_id)
            tables: dict[str, dict[int, Patch]] = {
                table: dict(kept) for table, kept in (before.tables if before else {}).items()
            }
            for table, row, patch in rows:
                tables.setdefault(table, {})[row] = patch
            _overlays[shop_id] = Overlay(tables)


def replace(entries: Iterable[Entry], *, shops: Iterable[int] | None) -> None:
    """Take what the database says of some shops, or of all, in the place of what was known."""
    by_shop: dict[int, dict[str, dict[int, Patch]]] = {}
    for shop_id, table, row, patch in entries:
        by_shop.setdefault(shop_id, {}).setdefault(table, {})[row] = patch
    with _lock:
        for shop_id in list(_overlays) if shops is None else shops:
            if shop_id not in by_shop:
                _overlays.pop(shop_id, None)
        for shop_id, tables in by_shop.items():
            _overlays[shop_id] = Overlay(tables)


def figures() -> Mapping[str, Any]:
    """Return how many rows of how many shops are kept back here."""
    overlays = list(_overlays.values())
    return {"shops": len(overlays), "rows": sum(len(rows) for one in overlays for rows in one.tables.values())}
