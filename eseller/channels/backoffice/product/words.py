"""What the form's fields are called, for the list of what is wrong."""

from django.utils.translation import gettext as _


def field_label(name: str) -> str:
    """Return a field's name for a person, such as “Variant 4: SKU”."""
    simple = {
        "slug": _("Address in the shop"),
        "state": _("Publication"),
        "brand": _("Brand"),
        "product_type": _("Type"),
        "tags": _("Tags"),
        "vat_class": _("VAT class"),
        "category_ids": _("Categories"),
        "upload": _("Pictures"),
        "images": _("Pictures"),
        "variants": _("Variants"),
        "options": _("Options"),
        "title": _("Title"),
        "description": _("Description"),
        "seo_title": _("Title for search engines"),
        "seo_description": _("Description for search engines"),
        "sku": _("SKU"),
        "ean": _("EAN"),
        "weight_g": _("Weight"),
        "price": _("Price"),
        "compare_at": _("Earlier price"),
        "on_hand": _("Stock"),
        "choices": _("Options"),
        "image_id": _("Picture"),
        "form": _("Product"),
    }
    parts = name.split(".")
    if parts[0] == "texts" and len(parts) > 2:
        return f"{simple.get(parts[2], parts[2])} ({parts[1]})"
    if parts[0] == "variants" and len(parts) > 1 and parts[1].isdecimal():
        what = simple.get(parts[2], parts[2]) if len(parts) > 2 else ""
        return _("Variant %(number)d") % {"number": int(parts[1]) + 1} + (f": {what}" if what else "")
    if parts[0] == "options" and len(parts) > 1 and parts[1].isdecimal():
        return _("Option %(number)d") % {"number": int(parts[1]) + 1}
    if parts[0] == "images" and len(parts) > 1 and parts[1].isdecimal():
        return _("Picture %(number)d") % {"number": int(parts[1]) + 1}
    return simple.get(parts[0], parts[0])
