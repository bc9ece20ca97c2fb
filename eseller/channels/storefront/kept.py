"""Which pages of shops are kept, and which of them a change in the database touches.

Changes by other nodes, imports and hand-written SQL are heard of the same way as one's own.
"""

import re
from typing import Any

from django.db import DatabaseError

from eseller.channels.storefront import pages
from eseller.channels.storefront.shown import CATALOG, HOME, MEMBERS, PRODUCT, SHOP, VALUES
from eseller.resilience.edge.depends import Tag, tag
from eseller.resilience.edge.edge import Route
from eseller.resilience.edge.keys import Rules
from eseller.tenancy import hosts
from eseller.tenancy.changes import Look
from eseller.tenancy.hosts import find_shop
from eseller.tenancy.snapshots import active
from eseller.tenancy.sql import raw

RULES = Rules(
    path=re.compile(r"(?:/[a-z]{2}(?:-[A-Z]{2})?)?(?:/|/search|/(?:p|c|pages)/[a-z0-9-]+)?", re.ASCII),
    parameters=frozenset({"page", "sort", "stock", "q", "v", "o1", "o2", "o3"}),
)
MOST_ROWS = 2_000
"""Of one look; when more have changed all pages of their shops are made anew, rather than each row looked up."""
_OF_PRODUCTS = frozenset(
    {
        *(f"catalog_{name}" for name in ("product", "producttext", "productcategory", "productimage")),
        *("catalog_option", "catalog_optionvalue", "catalog_variant", "pricing_price", "inventory_stockitem"),
    }
)
_OF_VALUES = frozenset({"pricing_price", "inventory_stockitem", "catalog_variant"})
_OF_MEMBERSHIP = frozenset({"catalog_product", "catalog_productcategory"})
_OF_HOME = frozenset({"content_home", "content_hometext", "content_featuredproduct"})
# Of what no page for everybody shows. A table that nobody thought of touches all pages of its shop.
_OF_NO_PAGE = re.compile(
    r"(?:cart|customers|orders|payments|services|shipping)_.*|inventory_reservation"
    r"|tenancy_(?:membership|user|snapshot)|pricing_exchangerate"
)
_TOUCHED = "SELECT place, product_id, category_ids FROM eseller_touched(%s, %s)"


class Pages:
    """The pages of shops, as the edge sees them."""

    rules = RULES

    def __init__(self) -> None:
        """Begin before anything was seen of the database."""
        self.seen = ""
        self._references: tuple[object, tuple[str, ...]] = (None, ())

    def route(self, host: str) -> Route | None:
        """Return whose pages a host has; None where it is no open shop's main one, or nobody can tell."""
        try:
            shop = find_shop(host)
        except DatabaseError:
            return None
        # A closed shop answers as a sick one does (503), and then no old page may stand in.
        if shop is None or host != shop.primary_host or shop.state != "open":
            return None
        return Route(shop.id, shop.slug, host, (shop, self._shared_by_all()))

    def position(self) -> str:
        """Return what this node has seen of the database: PostgreSQL's snapshot at the latest look with changes."""
        return self.seen

    def _shared_by_all(self) -> tuple[str, ...]:
        """Return which reference data there are beside the shops: taxes, rates, settings, words."""
        snapshot = active.of_process()
        if snapshot is None:
            return ()
        if self._references[0] is not snapshot:
            parts = snapshot.manifest.parts
            names = (name for name in sorted(parts) if not name.startswith("routing"))
            self._references = snapshot, tuple(parts[name] for name in names)
        return self._references[1]


def touched(seen: Look, connection: Any) -> frozenset[Tag] | None:
    """Return the tags of what a look has seen to change; None where it may be anything.

    Args:
        seen: the look.
        connection: Django's, for at most one statement.
    """
    if not seen.complete:
        return None
    tags: set[Tag] = set()
    rows: list[tuple[int, str, int]] = []
    for change in seen.changes:
        if _OF_NO_PAGE.fullmatch(change.table):
            continue
        if change.shop_id is None:
            return None
        if change.table in _OF_PRODUCTS:
            tags.add(tag(CATALOG, change.shop_id))
            rows += ((change.shop_id, change.table, row) for row in change.ids)
        elif change.table in _OF_HOME:
            tags.add(tag(HOME, change.shop_id))
        else:
            tags.add(tag(SHOP, change.shop_id))
    if len(rows) > MOST_ROWS:
        return frozenset(tags | {tag(SHOP, shop_id) for shop_id, _, _ in rows})
    return frozenset(tags | _of_products(rows, connection)) if rows else frozenset(tags)


def _of_products(rows: list[tuple[int, str, int]], connection: Any) -> set[Tag]:
    tags: set[Tag] = set()
    found = raw(connection, _TOUCHED, [[table for _, table, _ in rows], [row for _, _, row in rows]])
    for place, product_id, category_ids in found:
        shop_id, table, _ = rows[place - 1]
        tags.add(tag(PRODUCT, product_id))
        kinds = [VALUES] if table in _OF_VALUES else []
        if table in _OF_MEMBERSHIP:
            kinds += [MEMBERS, VALUES]
            tags.add(tag(HOME, shop_id))
        tags.update(tag(kind, category) for kind in kinds for category in category_ids)
    # Rows that are gone tell no more whose they were.
    places = {place for place, _, _ in found}
    gone = (row for place, row in enumerate(rows, 1) if place not in places)
    return tags | {tag(SHOP, shop_id) for shop_id, _, _ in gone}


def forget(seen: Look) -> None:
    """Drop what this process remembers for a second of shops in which something has changed."""
    shops = None if not seen.complete else {change.shop_id for change in seen.changes}
    if shops is None or None in shops or any(change.table.startswith("tenancy_") for change in seen.changes):
        hosts.forget()
    pages.forget(shops)
