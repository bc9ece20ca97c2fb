"""All rows of a handle to one product."""

from functools import partial
from typing import Literal

from eseller.channels.erp.report import Lost
from eseller.channels.erp.shopify import cells
from eseller.channels.erp.shopify.grouping import MAX_ROWS_OF_PRODUCT, Group
from eseller.channels.erp.shopify.handles import slug_from_handle, title_from_handle
from eseller.channels.erp.shopify.reading import Reader
from eseller.channels.erp.shopify.records import (
    MAX_IMAGES,
    MAX_TAGS,
    ShopifyImage,
    ShopifyProduct,
    ShopifyVariant,
    SourceRow,
)
from eseller.channels.erp.shopify.variants import carries_variant, read_options, read_variants

MAX_TITLE = 255
MAX_NAME = 120
MAX_TAG = 80
MAX_ALT = 500
MAX_SEO_TITLE = 255
MAX_SEO_DESCRIPTION = 1_000

State = Literal["draft", "published", "archived"]


def build_product(group: Group, reader: Reader) -> ShopifyProduct | None:
    """Return the product of a group, or None when nothing of it can be sold; what is left out is reported."""
    main = next((row for row in group.rows if "title" in row.cells), group.rows[0])
    if group.dropped:
        reason = f"{group.dropped} rows beyond the {MAX_ROWS_OF_PRODUCT} that a product may have."
        reader.refuse(group.rows[-1], "", "too_many_rows_of_product", reason, Lost.ROW, group.handle)
    _check_other_titles(reader, main, group.rows)
    bearing = [row for row in group.rows if carries_variant(row)]
    options = read_options(reader, bearing)
    variants = read_variants(reader, group.rows, options)
    if not variants:
        reason = "The product has no variant with a usable price, so it cannot be sold."
        reader.refuse(main, "", "no_variants", reason, Lost.PRODUCT, group.handle)
        return None
    title = reader.text(main, "title", MAX_TITLE)
    text = partial(reader.text, main)
    return ShopifyProduct(
        row=main.number,
        handle=group.handle,
        slug=slug_from_handle(group.handle),
        title=title or title_from_handle(group.handle),
        description=reader.value(main, "body", cells.parse_description, ""),
        vendor=text("vendor", MAX_NAME),
        type=text("type", MAX_NAME),
        category=text("category", 500),
        tags=cells.parse_tags(main.cells.get("tags", ""), limit=MAX_TAGS, length=MAX_TAG),
        state=_read_state(reader, main, has_title=bool(title)),
        options=options,
        variants=variants,
        images=_read_images(reader, group.rows, variants),
        seo_title=text("seo_title", MAX_SEO_TITLE),
        seo_description=text("seo_description", MAX_SEO_DESCRIPTION),
    )


def _check_other_titles(reader: Reader, main: SourceRow, rows: list[SourceRow]) -> None:
    if "title" not in main.cells:
        reason = "No row has a title; it was made from the handle and the product is not published."
        reader.refuse(main, "title", "missing_title", reason, Lost.VALUE)
        return
    for row in rows:
        if row.cells.get("title", main.cells["title"]) != main.cells["title"]:
            reason = f"Row {main.number} has the same handle and another title; this title was left out."
            reader.refuse(row, "title", "duplicate_handle", reason, Lost.VALUE)


def _read_state(reader: Reader, main: SourceRow, *, has_title: bool) -> State:
    """A product is shown when every column that speaks of it says so, and nothing is missing."""
    published = reader.value(main, "published", cells.parse_bool, "published" not in main.cells)
    status = main.cells.get("status", "active").lower()
    if status == "archived":
        return "archived"
    if status not in ("active", "draft", "unlisted"):
        reader.refuse(main, "status", "unknown_status", "Not one of active, draft, archived.", Lost.VALUE)
    if reader.value(main, "gift_card", cells.parse_bool, False):
        reason = "Gift cards are not sold here yet; the product came in unpublished."
        reader.refuse(main, "gift_card", "gift_card", reason, Lost.VALUE)
        return "draft"
    return "published" if published and status == "active" and has_title else "draft"


def _read_images(
    reader: Reader, rows: list[SourceRow], variants: tuple[ShopifyVariant, ...]
) -> tuple[ShopifyImage, ...]:
    """Return the pictures in their order: by position where given, then as they stand; each address once.

    Pictures that only a variant names come last, so that no variant points at a picture the product lacks.
    """
    found: dict[str, tuple[int, int, ShopifyImage]] = {}
    for row in rows:
        src = reader.value(row, "image_src", cells.parse_url, "", lost=Lost.IMAGE)
        if not src:
            continue
        position = reader.value(row, "image_position", cells.parse_quantity, 0) or len(found) + 1
        image = ShopifyImage(src, reader.text(row, "image_alt", MAX_ALT))
        known = found.get(src)
        if known is None:
            found[src] = (position, row.number, image)
        elif image.alt and not known[2].alt:
            found[src] = (known[0], known[1], image)
    ordered = [image for _, _, image in sorted(found.values(), key=lambda entry: entry[:2])]
    named = dict.fromkeys(variant.image for variant in variants if variant.image)
    ordered += [ShopifyImage(src) for src in named if src not in found]
    if len(ordered) > MAX_IMAGES:
        reason = f"{len(ordered)} pictures; a product can have {MAX_IMAGES}."
        reader.refuse(rows[0], "image_src", "too_many_images", reason, Lost.IMAGE)
    return tuple(ordered[:MAX_IMAGES])
