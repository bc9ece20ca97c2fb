"""Rows of a shop that are not what they must be, in words for its merchant, with the form that mends each."""

from datetime import datetime
from typing import Any

import msgspec
from django.urls import reverse
from django.utils.translation import gettext as _

from eseller.channels.backoffice.guard import Office
from eseller.channels.backoffice.history import FIELDS, TABLES
from eseller.tenancy.models import Finding

MOST = 100
_FORMS = {
    "catalog_product": ("product", "product_id"),
    "catalog_category": ("category", "category_id"),
    "content_page": ("page", "page_id"),
}
_SECTIONS = {
    "content_home": "home",
    "content_hometext": "home",
    "content_featuredproduct": "home",
    "tenancy_shop": "settings",
    "tenancy_domain": "domains",
    "tenancy_membership": "staff",
    "shipping_shippingmethod": "shipping",
    "shipping_shippingrate": "shipping",
    "payments_paymentmethod": "payments",
    "pricing_pricelist": "settings",
}


class Damage(msgspec.Struct, frozen=True):
    """A damaged record.

    Attributes:
        what: such as ``Price``.
        field: what of it is wrong; empty where all of it is.
        value: what stands there, shortened.
        shown: what shoppers see instead; empty where the record is left out.
        left_out: whether it is.
        pages: addresses in the shop that show it.
        form: where it is mended; empty where we must.
        written_at: when it was last written, as far as that is known.
    """

    what: str
    field: str
    value: str
    shown: str
    left_out: bool
    pages: list[str]
    form: str
    written_at: datetime | None


def damages(office: Office) -> list[Damage]:
    """Return what is damaged in the shop, newest first. One statement, inside the shop's transaction."""
    found = Finding.objects.filter(shop_id=office.shop.id, state="open").order_by("-id")[:MOST]
    return [_damage(finding, office) for finding in found]


def count(office: Office) -> int:
    """Return how many records of the shop are damaged. One statement."""
    return Finding.objects.filter(shop_id=office.shop.id, state="open").count()


def _damage(finding: Any, office: Office) -> Damage:
    column = finding.column_name
    shown = (finding.patch or {}).get(column, "")
    return Damage(
        what=str(TABLES.get(finding.table_name, finding.table_name)),
        field=str(FIELDS.get(column, column.removesuffix("_id").replace("_", " "))),
        value=finding.value,
        shown=_("nothing") if finding.patch is not None and shown in ("", None) else str(shown)[:200],
        left_out=finding.patch is None,
        pages=[page for page in finding.pages if page.startswith("/")],
        form=_form(finding, office),
        written_at=finding.written_at,
    )


def _form(finding: Any, office: Office) -> str:
    if finding.root_table in _FORMS:
        name, argument = _FORMS[finding.root_table]
        return reverse(name, kwargs={"shop": office.shop.slug, argument: finding.root_id})
    section = _SECTIONS.get(finding.root_table)
    return reverse(section, kwargs={"shop": office.shop.slug}) if section else ""
