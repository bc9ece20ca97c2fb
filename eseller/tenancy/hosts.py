"""From a host to its shop."""

import re
import threading
import time
from typing import Annotated, Literal

import msgspec
from django.db import connections
from msgspec import Meta

from eseller.resilience.records.fields import Country, Currency, Id, Language, Slug
from eseller.tenancy.errors import NoSuchShop
from eseller.tenancy.guard import quarantine
from eseller.tenancy.guard.diagnose import healed
from eseller.tenancy.scope import WEB, shop_transaction
from eseller.tenancy.snapshots import active
from eseller.tenancy.sql import fetch, run
from eseller.tenancy.zones import is_zone


class Theme(msgspec.Struct, frozen=True):
    """The look of a shop, as ``ui.theme`` reads it. Unknown or missing parts mean the standard look."""

    brand: str = "#1f4d3a"
    surface: str = "#ffffff"
    display: str = "sans"
    corners: str = "soft"


class ShopInfo(msgspec.Struct, frozen=True):
    """What a page needs to know of its shop. Every page works with it: a row that is anything else is refused."""

    id: Id
    slug: Slug
    name: str
    state: Literal["open", "closed"]
    country: Country
    currency: Currency
    default_language: Language
    languages: list[Language]
    time_zone: str
    prices_include_vat: bool
    sells_to: list[Country]
    contact_email: str
    address: str
    vat_number: str
    bank_account: str
    order_prefix: str
    reservation_minutes: int
    theme: Theme
    primary_host: Annotated[str, Meta(max_length=253, pattern="^([a-z0-9][a-z0-9.-]*)?$")]

    def __post_init__(self) -> None:
        """Refuse what no page can be shown with.

        Raises:
            ValueError: which msgspec makes a ValidationError of.
        """
        if self.default_language not in self.languages or not is_zone(self.time_zone):
            raise ValueError("default_language is one of languages, and time_zone a time zone's name")


class Routing(msgspec.Struct, frozen=True, eq=False):
    """A part of the snapshot: some shops by number, and by host."""

    hosts: dict[str, ShopInfo]
    shops: dict[int, ShopInfo]


# What a domain's row may hold. Anything else is no shop's, and not worth a question or a place in memory.
_HOST = re.compile(r"[a-z0-9.-]{1,253}")
_TABLES = frozenset({"tenancy_shop", "tenancy_domain"})
_INFO = """
SELECT (to_jsonb(s) || jsonb_build_object('primary_host', coalesce(
    (SELECT d.host FROM tenancy_domain d WHERE d.shop_id = s.id ORDER BY d.is_primary DESC, d.id LIMIT 1), '')))::text
FROM tenancy_shop s WHERE s.id = %s
"""
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


def forget() -> None:
    """Look all hosts up anew."""
    with _lock:
        _cache.clear()


def _look_up(host: str) -> ShopInfo | None:
    rows = run(connections[WEB], "SELECT eseller_host_lookup(%s)::text", [host])
    found = rows[0][0] if rows else None
    if not found:
        shop_id = quarantine.shop_at(host)
        return None if shop_id is None else _as_kept(shop_id)
    try:
        shop = msgspec.json.decode(found, type=ShopInfo)
    except msgspec.ValidationError:
        return _as_kept(msgspec.json.decode(found)["id"])
    kept = quarantine.of_shop(shop.id)
    return shop if kept is None or _TABLES.isdisjoint(kept.tables) else _as_kept(shop.id)


def _as_kept(shop_id: int) -> ShopInfo:
    """Return a shop whose row or domain is bad, as it last was."""

    def read() -> ShopInfo:
        with shop_transaction(shop_id, label="shop"):
            return shop_info(shop_id)

    return healed(shop_id, read)


def shop_info(shop_id: int) -> ShopInfo:
    """Return the record of the current shop, read inside its transaction.

    Raises:
        NoSuchShop: when it has no row, or one that is left out.
        msgspec.ValidationError: when its row is bad, which ``healed`` knows what to do about.
    """
    rows = fetch(_INFO, [shop_id])
    if not rows:
        raise NoSuchShop
    return msgspec.json.decode(rows[0][0], type=ShopInfo)
