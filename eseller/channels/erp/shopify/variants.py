"""Rows that carry a variant."""

from functools import partial

from eseller.channels.erp.report import Lost
from eseller.channels.erp.shopify import cells
from eseller.channels.erp.shopify.reading import Reader
from eseller.channels.erp.shopify.records import MAX_VALUES, MAX_VARIANTS, OPTIONS, ShopifyVariant, SourceRow

MAX_SKU = 100
MAX_OPTION_NAME = 120
MAX_OPTION_VALUE = 255

_BEARING = ("price", "sku", "barcode", "option1_value", "option2_value", "option3_value")
_UNITS = {"g", "kg", "oz", "lb"}


def carries_variant(row: SourceRow) -> bool:
    """Tell whether a row is more than a picture or a repetition of the product."""
    return any(field in row.cells for field in _BEARING)


def read_options(reader: Reader, rows: list[SourceRow]) -> tuple[str, ...]:
    """Return the names of a product's options: none for Shopify's ``Title`` with only ``Default Title``.

    A value without a name gets the name ``Option 2`` and the like, so that no two variants melt into one.
    """
    names: list[str] = []
    for number in OPTIONS:
        named = next((row for row in rows if row.cells.get(f"option{number}_name")), None)
        valued = any(row.cells.get(f"option{number}_value") for row in rows)
        name = reader.text(named, f"option{number}_name", MAX_OPTION_NAME) if named and valued else ""
        names.append(name or (f"Option {number}" if valued else ""))
    values = {row.cells["option1_value"].lower() for row in rows if "option1_value" in row.cells}
    if names[0].lower() in ("title", "option 1") and values <= {"default title"} and not any(names[1:]):
        return ()
    while names and not names[-1]:
        names.pop()
    return tuple(name or f"Option {number}" for number, name in enumerate(names, 1))


def read_variants(reader: Reader, rows: list[SourceRow], options: tuple[str, ...]) -> tuple[ShopifyVariant, ...]:
    """Read all variants of a product; each that cannot be sold as it stands is reported and left out."""
    variants: dict[tuple[str, ...], ShopifyVariant] = {}
    used: list[set[str]] = [set() for _ in options]
    for row in rows:
        if not carries_variant(row):
            continue
        values = _option_values(reader, row, options)
        if values is None:
            continue
        key = tuple(value.casefold() for value in values)
        if key in variants:
            shown = " / ".join(values) or "no options"
            reason = f"Row {variants[key].row} has the same choice of options."
            reader.refuse(row, "option1_value", "duplicate_variant", reason, Lost.VARIANT, shown)
        elif len(variants) >= MAX_VARIANTS:
            reason = f"A product can have {MAX_VARIANTS} variants."
            reader.refuse(row, "", "too_many_variants", reason, Lost.VARIANT)
        elif any(len(seen) >= MAX_VALUES and value not in seen for seen, value in zip(used, key, strict=True)):
            reason = f"An option can have {MAX_VALUES} values."
            reader.refuse(row, "", "too_many_values", reason, Lost.VARIANT)
        elif (variant := _read_variant(reader, row, values)) is not None:
            variants[key] = variant
            for seen, value in zip(used, key, strict=True):
                seen.add(value)
    return tuple(variants.values())


def _option_values(reader: Reader, row: SourceRow, options: tuple[str, ...]) -> tuple[str, ...] | None:
    fields = (f"option{number}_value" for number in range(1, len(options) + 1))
    values = tuple(reader.text(row, field, MAX_OPTION_VALUE) for field in fields)
    for number, value in enumerate(values, 1):
        if not value:
            reason = f"The variant has no value for “{options[number - 1]}”."
            reader.refuse(row, f"option{number}_value", "missing_option_value", reason, Lost.VARIANT)
            return None
    return values


def _read_variant(reader: Reader, row: SourceRow, values: tuple[str, ...]) -> ShopifyVariant | None:
    if "price" not in row.cells:
        reader.refuse(row, "price", "missing_price", "The variant has no price.", Lost.VARIANT)
        return None
    parse_price = partial(cells.parse_price, currency=reader.currency)
    price = reader.value(row, "price", parse_price, None, lost=Lost.VARIANT)
    if price is None:
        return None
    return ShopifyVariant(
        row=row.number,
        sku=_read_sku(reader, row),
        values=values,
        price=price,
        compare_at=_read_compare_at(reader, row, price),
        grams=reader.value(row, "grams", cells.parse_grams, 0),
        quantity=reader.value(row, "quantity", cells.parse_quantity, 0) if reader.has("quantity") else None,
        tracked=bool(row.cells.get("tracker")),
        continue_selling=reader.value(row, "policy", cells.parse_bool, False),
        ean=reader.value(row, "barcode", cells.parse_ean, ""),
        taxable=reader.value(row, "taxable", cells.parse_bool, True),
        requires_shipping=reader.value(row, "requires_shipping", cells.parse_bool, True),
        weight_unit=_read_unit(reader, row),
        image=reader.value(row, "variant_image", cells.parse_url, ""),
    )


def _read_sku(reader: Reader, row: SourceRow) -> str:
    sku = cells.unquote_number(reader.text(row, "sku", MAX_SKU))
    if not sku:
        return ""
    if hash(sku) in reader.seen_skus:
        reason = "Another variant of the file has this SKU; this one was taken without."
        reader.refuse(row, "sku", "duplicate_sku", reason, Lost.VALUE)
        return ""
    reader.seen_skus.add(hash(sku))
    return sku


def _read_compare_at(reader: Reader, row: SourceRow, price: int) -> int | None:
    parse_price = partial(cells.parse_price, currency=reader.currency)
    amount = reader.value(row, "compare_at", parse_price, 0)
    if amount > price:
        return amount
    if amount:
        reason = "A former price must be higher than the price."
        reader.refuse(row, "compare_at", "compare_at_not_higher", reason, Lost.VALUE)
    return None


def _read_unit(reader: Reader, row: SourceRow) -> str:
    unit = row.cells.get("weight_unit", "").lower()
    if unit and unit not in _UNITS:
        reader.refuse(row, "weight_unit", "unknown_unit", "Not one of g, kg, oz, lb.", Lost.VALUE)
        return ""
    return unit
