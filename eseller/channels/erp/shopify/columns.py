"""Which column means what. Shopify renamed its columns over the years; both generations occur."""

import msgspec

from eseller.channels.erp.errors import UnknownLayout
from eseller.channels.erp.report import Note

_ALIASES: dict[str, tuple[str, ...]] = {
    "handle": ("handle", "url handle"),
    "title": ("title",),
    "body": ("body (html)", "body html", "description"),
    "vendor": ("vendor",),
    "type": ("type", "custom product type"),
    "category": ("product category", "standardized product type", "standard product type"),
    "tags": ("tags",),
    "published": ("published", "published on online store"),
    "status": ("status",),
    "option1_name": ("option1 name",),
    "option1_value": ("option1 value",),
    "option2_name": ("option2 name",),
    "option2_value": ("option2 value",),
    "option3_name": ("option3 name",),
    "option3_value": ("option3 value",),
    "sku": ("variant sku", "sku"),
    "barcode": ("variant barcode", "barcode", "variant barcodes", "barcodes"),
    "grams": ("variant grams", "weight value (grams)"),
    "weight_unit": ("variant weight unit", "weight unit for display"),
    "tracker": ("variant inventory tracker", "inventory tracker"),
    "quantity": ("variant inventory qty", "inventory quantity"),
    "policy": ("variant inventory policy", "continue selling when out of stock"),
    "price": ("variant price", "price"),
    "compare_at": ("variant compare at price", "compare-at price", "compare at price"),
    "taxable": ("variant taxable", "charge tax"),
    "requires_shipping": ("variant requires shipping", "requires shipping"),
    "image_src": ("image src", "product image url"),
    "image_position": ("image position",),
    "image_alt": ("image alt text",),
    "variant_image": ("variant image", "variant image url"),
    "gift_card": ("gift card",),
    "seo_title": ("seo title",),
    "seo_description": ("seo description",),
}
_FIELD_OF = {alias: field for field, aliases in _ALIASES.items() for alias in aliases}


class Columns(msgspec.Struct, frozen=True):
    """Where each known field stands, and what its heading is called in this file."""

    index: dict[str, int]
    heading: dict[str, str]
    notes: tuple[Note, ...]

    def pick(self, cells: list[str]) -> dict[str, str]:
        """Return the non-empty known cells of a row by field, without surrounding space."""
        return {field: value for field, at in self.index.items() if (value := cells[at].strip())}


def find_columns(headings: list[str]) -> Columns:
    """Recognise the columns of an export by their headings, whatever their order and case.

    Raises:
        UnknownLayout: when no title, or neither prices nor handles, can be found.
    """
    index: dict[str, int] = {}
    ignored: list[str] = []
    for at, heading in enumerate(headings):
        field = _FIELD_OF.get(" ".join(heading.replace("\ufeff", "").lower().split()))
        if field is None or field in index:
            ignored.append(heading.strip())
        else:
            index[field] = at
    if "title" not in index or not index.keys() & {"handle", "price"}:
        raise UnknownLayout(
            "The first row does not name the columns of a Shopify product export: "
            "Handle, Title, Variant Price and so on."
        )
    notes = (_ignored_note(ignored),) if any(ignored) else ()
    return Columns(index, {field: headings[at].strip()[:100] for field, at in index.items()}, notes)


def _ignored_note(ignored: list[str]) -> Note:
    named = [heading[:60] for heading in ignored if heading]
    more = f" and {len(named) - 30} more" if len(named) > 30 else ""
    return Note("columns_ignored", f"Columns without a place here: {', '.join(named[:30])}{more}.")
