"""From a host to its shop."""

import re
import threading
import time

import msgspec
from django.db import connections

from eseller.tenancy.scope import WEB
from eseller.tenancy.snapshots import active
from eseller.tenancy.sql import run


class Theme(msgspec.Struct, frozen=True):
    """The look of a shop, as ``ui.theme`` reads it. Unknown or missing parts mean the standard look."""

    brand: str = "#1f4d3a"
    surface: str = "#ffffff"
    display: str = "sans"
    corners: str = "soft"


class ShopInfo(msgspec.Struct, frozen=True):
    """What a page needs to know of its shop."""

    id: int
    slug: str
    name: str
    state: str
    country: str
    currency: str
    default_language: str
    languages: list[str]
    time_zone: str
    prices_include_vat: bool
    sells_to: list[str]
    contact_email: str
    address: str
    vat_number: str
    bank_account: str
    order_prefix: str
    reservation_minutes: int
    theme: Theme
    primary_host: str


class Routing(msgspec.Struct, frozen=True, eq=False):
    """A part of the snapshot: some shops by number, and by host."""

    hosts: dict[str, ShopInfo]
    shops: dict[int, ShopInfo]


# What a domain's row may hold. Anything else is no shop's, and not worth a question or a place in memory.
_HOST = re.compile(r"[a-z0-9.-]{1,253}")
_FRESH_SECONDS = 1.0
_MOST_HOSTS = 10_000
_cache: dict[str, tuple[float, ShopInfo | None]] = {}
_lock = threading.Lock()


def find_shop(host: str) -> ShopInfo | None:
    """Return the shop that answers at a host (lower case, without port), or None.

    Looked up in the snapshot that the process has in memory, which follows a change within two seconds; before there is
    any, in the database.
    """
    if not _HOST.fullmatch(host):
        return None
    snapshot = active.current()
    if snapshot is None:
        return _remembered(host)
    # A look into each part costs two microseconds in all, and no change needs a table of all hosts made anew.
    return next((shop for part in snapshot.of("routing") if (shop := part.hosts.get(host)) is not None), None)


def known_shop(shop_id: int) -> ShopInfo | None:
    """Return a shop as the snapshot has it; None where there is none, or the shop is newer."""
    snapshot = active.current()
    part = snapshot.part("routing", shop_id) if snapshot is not None else None
    return part.shops.get(shop_id) if part is not None else None


def _remembered(host: str) -> ShopInfo | None:
    """Look a host up in the database, at most once a second; unknown ones are remembered as well."""
    now = time.monotonic()
    hit = _cache.get(host)
    if hit is not None and now - hit[0] < _FRESH_SECONDS:
        return hit[1]
    shop = _look_up(host)
    with _lock:
        if len(_cache) >= _MOST_HOSTS:
            _cache.clear()
        _cache[host] = (now, shop)
    return shop


def _look_up(host: str) -> ShopInfo | None:
    rows = run(connections[WEB], "SELECT eseller_host_lookup(%s)::text", [host])
    return msgspec.json.decode(rows[0][0], type=ShopInfo) if rows and rows[0][0] else None


def shop_info(shop_id: int) -> ShopInfo:
    """Return the record of the current shop, read inside its transaction."""
    rows = run(connections[WEB], "SELECT eseller_shop_info(%s)::text", [shop_id])
    return msgspec.json.decode(rows[0][0], type=ShopInfo)
