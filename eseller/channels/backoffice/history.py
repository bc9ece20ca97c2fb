"""From rows of history to lines that a merchant understands."""

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any

import msgspec
from django.http import Http404
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from eseller.kernel.money import Money
from eseller.tenancy import queries
from eseller.tenancy.queries import Change, HistoryEntry
from eseller.tenancy.sql import fetch
from eseller.ui import formats

_PARTS_OF_PRODUCT = """
SELECT 'catalog_product', id FROM catalog_product WHERE id = %(id)s
UNION ALL SELECT 'catalog_producttext', id FROM catalog_producttext WHERE product_id = %(id)s
UNION ALL SELECT 'catalog_variant', id FROM catalog_variant WHERE product_id = %(id)s
UNION ALL SELECT 'catalog_productimage', id FROM catalog_productimage WHERE product_id = %(id)s
UNION ALL SELECT 'catalog_productcategory', id FROM catalog_productcategory WHERE product_id = %(id)s
UNION ALL SELECT 'catalog_option', id FROM catalog_option WHERE product_id = %(id)s
UNION ALL SELECT 'pricing_price', p.id FROM pricing_price p
    JOIN catalog_variant v ON v.id = p.variant_id WHERE v.product_id = %(id)s
UNION ALL SELECT 'inventory_stockitem', s.id FROM inventory_stockitem s
    JOIN catalog_variant v ON v.id = s.variant_id WHERE v.product_id = %(id)s
"""
_PARTS_OF_CATEGORY = """
SELECT 'catalog_category', id FROM catalog_category WHERE id = %(id)s
UNION ALL SELECT 'catalog_categorytext', id FROM catalog_categorytext WHERE category_id = %(id)s
"""
_PARTS = {"product": _PARTS_OF_PRODUCT, "category": _PARTS_OF_CATEGORY}

TABLES = {
    "tenancy_shop": gettext_lazy("Shop"),
    "tenancy_domain": gettext_lazy("Address"),
    "tenancy_membership": gettext_lazy("Member"),
    "catalog_product": gettext_lazy("Product"),
    "catalog_producttext": gettext_lazy("Product text"),
    "catalog_variant": gettext_lazy("Variant"),
    "catalog_option": gettext_lazy("Option"),
    "catalog_optionvalue": gettext_lazy("Option value"),
    "catalog_productimage": gettext_lazy("Picture"),
    "catalog_productcategory": gettext_lazy("Place in a category"),
    "catalog_category": gettext_lazy("Category"),
    "catalog_categorytext": gettext_lazy("Category text"),
    "pricing_price": gettext_lazy("Price"),
    "pricing_pricelist": gettext_lazy("Price list"),
    "inventory_stockitem": gettext_lazy("Stock"),
    "orders_order": gettext_lazy("Order"),
    "orders_invoice": gettext_lazy("Invoice"),
    "payments_payment": gettext_lazy("Payment"),
    "payments_paymentmethod": gettext_lazy("Payment method"),
    "shipping_shippingmethod": gettext_lazy("Delivery method"),
    "shipping_shippingrate": gettext_lazy("Delivery rate"),
    "content_page": gettext_lazy("Page"),
    "content_pagetext": gettext_lazy("Page text"),
    "content_hometext": gettext_lazy("Front page text"),
}
FIELDS = {
    "title": gettext_lazy("Title"),
    "description": gettext_lazy("Description"),
    "slug": gettext_lazy("Address in the shop"),
    "state": gettext_lazy("State"),
    "payment_state": gettext_lazy("Payment"),
    "fulfilment_state": gettext_lazy("Delivery"),
    "brand": gettext_lazy("Brand"),
    "tags": gettext_lazy("Tags"),
    "amount": gettext_lazy("Amount"),
    "compare_at": gettext_lazy("Earlier price"),
    "total": gettext_lazy("Total"),
    "on_hand": gettext_lazy("Stock"),
    "reserved": gettext_lazy("Reserved"),
    "sku": gettext_lazy("SKU"),
    "ean": gettext_lazy("EAN"),
    "weight_g": gettext_lazy("Weight"),
    "active": gettext_lazy("For sale"),
    "language": gettext_lazy("Language"),
    "name": gettext_lazy("Name"),
    "names": gettext_lazy("Name"),
    "labels": gettext_lazy("Name"),
    "role": gettext_lazy("Role"),
    "host": gettext_lazy("Host name"),
    "position": gettext_lazy("Place in the list"),
    "published": gettext_lazy("Shown in the shop"),
    "body": gettext_lazy("Text"),
    "theme": gettext_lazy("Look"),
    "bank_account": gettext_lazy("Bank account"),
    "languages": gettext_lazy("Languages"),
    "sells_to": gettext_lazy("Countries delivered to"),
    "captured": gettext_lazy("Payment taken"),
    "authorised": gettext_lazy("Payment authorised"),
    "alts": gettext_lazy("Alternative text"),
}
"""What fields are called; others keep the name that they have in the database."""
MONEY = {"amount", "compare_at", "total", "net", "vat", "captured", "authorised", "refunded"}
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")
OPERATIONS = {
    "INSERT": gettext_lazy("added"),
    "UPDATE": gettext_lazy("changed"),
    "DELETE": gettext_lazy("removed"),
}
MOST_TEXT = 160


class Record(msgspec.Struct, frozen=True):
    """Whose history is wanted: ``product`` or ``category``."""

    kind: str
    id: int


class Line(msgspec.Struct, frozen=True):
    """A field's name, before and after, short enough to show."""

    field: str
    before: str
    after: str


class Entry(msgspec.Struct, frozen=True):
    """One change, in words."""

    id: int
    at: datetime
    who: str
    what: str
    operation: str
    row_id: int
    lines: tuple[Line, ...]


def entries(record: Record | None, *, currency: str, before: int | None = None, limit: int = 50) -> list[Entry]:
    """Return the latest changes of a record, or of the whole shop; call it inside the shop's transaction.

    Args:
        record: whose history; None is the whole shop's.
        currency: of amounts whose row does not say it.
        before: an entry's id; only older ones are returned.
        limit: how many at most.

    Raises:
        django.http.Http404: the shop has no such record.
    """
    rows_of: dict[str, list[int]] | None = None
    if record is not None:
        rows_of = {}
        for table, row_id in fetch(_PARTS[record.kind], {"id": record.id}):
            rows_of.setdefault(table, []).append(row_id)
        if not rows_of:
            raise Http404
    return [_told(entry, currency) for entry in queries.history(rows_of, before=before, limit=limit)]


def _told(entry: HistoryEntry, currency: str) -> Entry:
    return Entry(
        id=entry.id,
        at=entry.at,
        who=entry.who or _actor(entry),
        what=str(TABLES.get(entry.table, entry.table)),
        operation=str(OPERATIONS.get(entry.operation, entry.operation)),
        row_id=entry.row_id,
        lines=tuple(_lines(entry.changes, currency)),
    )


def _actor(entry: HistoryEntry) -> str:
    kind, _colon, rest = entry.actor.partition(":")
    if not kind:
        return _("Database user %(name)s") % {"name": entry.db_user}
    names = {
        "customer": _("A customer"),
        "shopper": _("A shopper"),
        "job": _("Automatic: %(name)s") % {"name": rest},
        "member": _("A former member"),
    }
    return names.get(kind, entry.actor)


def _lines(changes: Iterable[Change], currency: str) -> Iterable[Line]:
    for change in changes:
        money = currency if change.field in MONEY else ""
        before, after = _shown(change.before, money), _shown(change.after, money)
        if (before or after) and not change.field.endswith("_id"):
            yield Line(str(FIELDS.get(change.field, change.field.replace("_", " "))), before, after)


def _moment(text: str) -> str:
    """Return a moment as people read it; nothing where it is one that no calendar of ours has."""
    try:
        return formats.moment(datetime.fromisoformat(text), get_language() or "en", timezone.get_current_timezone())
    except (ValueError, OverflowError):
        return ""


def _shown(value: Any, currency: str) -> str:
    if value is None or value in ("", [], {}):
        return ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, int) and currency:
        return formats.money(Money(value, currency), get_language() or "en")
    if isinstance(value, str) and _MOMENT.match(value) and (told := _moment(value)):
        return told
    if isinstance(value, list):
        text = ", ".join(map(str, value))
    elif isinstance(value, dict):
        text = ", ".join(f"{key}: {item}" for key, item in value.items())
    else:
        text = str(value)
    return text if len(text) <= MOST_TEXT else text[:MOST_TEXT] + "…"
