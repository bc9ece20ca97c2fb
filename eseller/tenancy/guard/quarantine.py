"""Which rows this process keeps from its pages: held in memory, so that asking costs nothing."""

import threading
from collections.abc import Iterable, Mapping
from typing import Any

from eseller.resilience.records.mend import Patch
from eseller.resilience.records.overlay import Overlay

Entry = tuple[int | None, str, int, Patch]
"""Shop (None: a row of the platform, which all shops read), table, row, and what to show instead of some fields."""
Tables = dict[str, dict[int, Patch]]

_own: dict[int | None, Tables] = {}
_overlays: dict[int, Overlay] = {}
_of_all: Overlay | None = None
_lock = threading.Lock()


def of_shop(shop_id: int) -> Overlay | None:
    """Return the quarantined rows that a shop reads; None, as nearly always, where there are none."""
    return _overlays.get(shop_id, _of_all)


def add(entries: Iterable[Entry]) -> None:
    """Quarantine some rows in this process at once; the others hear of it by the change table."""
    by_shop = _by_shop(entries)
    with _lock:
        for shop_id, tables in by_shop.items():
            kept = _own.setdefault(shop_id, {})
            for table, rows in tables.items():
                kept[table] = kept.get(table, {}) | rows
        _lay_over(by_shop)


def replace(entries: Iterable[Entry], *, shops: Iterable[int] | None) -> None:
    """Take what the database says of some shops and of the platform, or of all, in the place of what was known."""
    by_shop = _by_shop(entries)
    with _lock:
        known: set[int | None] = set(_own) if shops is None else {*shops, None}
        for shop_id in known - by_shop.keys():
            _own.pop(shop_id, None)
        _own.update(by_shop)
        _lay_over(known | by_shop.keys())


def release(shop_id: int, table: str, row: int) -> None:
    """Show a row as it is again, in this process."""
    with _lock:
        tables = {
            name: {one: patch for one, patch in rows.items() if (name, one) != (table, row)}
            for name, rows in _own.pop(shop_id, {}).items()
        }
        if any(tables.values()):
            _own[shop_id] = {name: rows for name, rows in tables.items() if rows}
        _lay_over([shop_id])


def shop_at(host: str) -> int | None:
    """Return the shop whose domain is quarantined and was at this host when it was last good."""
    for shop_id, tables in list(_own.items()):
        for patch in tables.get("tenancy_domain", {}).values():
            if patch is not None and patch.get("host") == host:
                return shop_id
    return None


def figures() -> Mapping[str, Any]:
    """Return how many rows of how many shops are kept back here; the platform counts as one."""
    known = list(_own.values())
    return {"shops": len(known), "rows": sum(len(rows) for tables in known for rows in tables.values())}


def _by_shop(entries: Iterable[Entry]) -> dict[int | None, Tables]:
    by_shop: dict[int | None, Tables] = {}
    for shop_id, table, row, patch in entries:
        by_shop.setdefault(shop_id, {}).setdefault(table, {})[row] = patch
    return by_shop


def _lay_over(changed: Iterable[int | None]) -> None:
    """Make the overlays of some shops anew; what is the platform's is in all of them."""
    global _of_all
    of_all = _own.get(None, {})
    wanted = {*changed}
    if None in wanted:
        _of_all = Overlay(dict(of_all)) if of_all else None
        wanted |= _own.keys()
    for shop_id in wanted - {None}:
        if shop_id in _own:
            _overlays[shop_id] = Overlay({**_own[shop_id], **of_all})  # type: ignore[index]
        else:
            _overlays.pop(shop_id, None)  # type: ignore[arg-type]
