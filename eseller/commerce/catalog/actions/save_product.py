"""Make a product like a draft: the one way in which products are written."""

from typing import Any

import msgspec
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from eseller.commerce.catalog.actions.index_product import index_product
from eseller.commerce.catalog.actions.locked_product import locked_product
from eseller.commerce.catalog.actions.match import Match, match
from eseller.commerce.catalog.actions.rows import Sync, compare, insert, update
from eseller.commerce.catalog.actions.save_options import OptionSync
from eseller.commerce.catalog.actions.save_variants import save_prices, save_stock, save_variants
from eseller.commerce.catalog.actions.tables import IMAGE, PLACE, PRODUCT, TEXT
from eseller.commerce.catalog.check import Problems, check, cleaned
from eseller.commerce.catalog.drafts import ProductDraft, Saved
from eseller.commerce.catalog.errors import FieldProblem, InvalidProduct, ProductChanged
from eseller.commerce.catalog.stored import StoredProduct
from eseller.commerce.inventory.actions.set_stock import StockBelowReserved
from eseller.tenancy.scope import WEB, require_scope, shop_transaction
from eseller.tenancy.sql import execute, fetch, fetch_json

_FACTS = """
SELECT json_build_object(
    'slug_taken', EXISTS (
        SELECT FROM catalog_product WHERE slug = %(slug)s AND id IS DISTINCT FROM %(id)s::bigint),
    'external_taken', EXISTS (
        SELECT FROM catalog_product
        WHERE source = %(source)s AND external_id = %(external_id)s::text AND id IS DISTINCT FROM %(id)s::bigint),
    'skus', ARRAY(
        SELECT sku FROM catalog_variant
        WHERE sku = ANY(%(skus)s::text[]) AND product_id IS DISTINCT FROM %(id)s::bigint),
    'images', ARRAY(SELECT id FROM media_mediaimage WHERE id = ANY(%(images)s::bigint[])),
    'categories', ARRAY(SELECT id FROM catalog_category WHERE id = ANY(%(categories)s::bigint[])),
    'languages', (SELECT languages FROM tenancy_shop WHERE id = %(shop)s)
)::text
"""


class _Facts(msgspec.Struct, frozen=True):
    """What the database says about a draft."""

    slug_taken: bool
    external_taken: bool
    skus: set[str]
    images: set[int]
    categories: set[int]
    languages: list[str]


def save_product(*, draft: ProductDraft, actor: str, product_id: int | None = None) -> Saved:
    """Make a product's rows like the draft, all or none, in the open shop transaction; touch nothing that is like it.

    Without ``product_id``, a draft whose ``source`` and ``external_id`` the shop has already means that product; any
    other makes a new one. Variants that the draft leaves out are deleted, or made inactive when someone ordered them
    or has them in the cart.

    Args:
        draft: what the product should be.
        actor: who does it.
        product_id: the product to change.

    Returns:
        The product's id, and whether it was created, updated or unchanged.

    Raises:
        Unscoped: outside a shop transaction.
        InvalidProduct: with all problems and their fields; nothing was changed, and the transaction can go on.
        ProductNotFound: when the shop has no such product.
        ProductChanged: when another writer was faster; trying again helps.
    """
    shop_id = require_scope()
    # The savepoint lets the caller go on after an error, as an import does.
    with transaction.atomic(using=WEB), shop_transaction(shop_id, actor=actor):
        try:
            return _save(cleaned(draft), actor, product_id)
        except IntegrityError as error:
            raise _explained(error) from error


def _save(draft: ProductDraft, actor: str, product_id: int | None) -> Saved:
    if product_id is None:
        product_id = _find_external(draft)
    stored = locked_product(product_id) if product_id is not None else None
    matched = match(draft, stored)
    if problems := _problems(draft, product_id, matched):
        raise InvalidProduct(problems)
    changed, row_id = _save_row(draft, stored)
    # A list, not "or": each part must be written.
    changes = [changed, *_save_parts(row_id, draft, stored, matched, actor)]
    if not any(changes):
        return Saved(row_id, "unchanged")
    if stored is not None:
        execute("UPDATE catalog_product SET updated_at = now() WHERE id = %s", [row_id])
    index_product(product_id=row_id, before=stored, after=draft)
    return Saved(row_id, "created" if stored is None else "updated")


def _save_parts(
    product_id: int, draft: ProductDraft, stored: StoredProduct | None, matched: Match, actor: str
) -> list[bool]:
    """Write everything below the product's own row; return, for each part, whether it changed."""
    texts = _sync(_compare_texts(product_id, draft, stored))
    options = OptionSync(product_id, draft, stored, matched)
    variants, variant_ids = save_variants(product_id, draft, stored, matched, options.value_ids)
    options.remove()
    prices = save_prices(draft, matched, variant_ids)
    stock = _save_stock(draft, matched, variant_ids, actor)
    images = _sync(_compare_images(product_id, draft, stored))
    places = _sync(_compare_places(product_id, draft, stored))
    return [texts, bool(options), variants, prices, stock, images, places]


def _find_external(draft: ProductDraft) -> int | None:
    if not draft.source or draft.external_id is None:
        return None
    query = "SELECT id FROM catalog_product WHERE source = %s AND external_id = %s"
    rows = fetch(query, [draft.source, draft.external_id])
    return rows[0][0] if rows else None


def _problems(draft: ProductDraft, product_id: int | None, matched: Match) -> list[FieldProblem]:
    """Return all that is wrong with the draft."""
    images = [i.image_id for i in draft.images] + [v.image_id for v in draft.variants if v.image_id is not None]
    params = {
        "shop": require_scope(),
        "id": product_id,
        "slug": draft.slug,
        "source": draft.source,
        "external_id": draft.external_id,
        "skus": [variant.sku for variant in draft.variants if variant.sku],
        "images": images,
        "categories": list(draft.category_ids or ()),
    }
    facts = fetch_json(_FACTS, params, _Facts)
    assert facts is not None  # noqa: S101  (a SELECT without FROM has a row)
    problems = Problems()
    problems.found = check(draft, facts.languages)
    if facts.slug_taken:
        problems.add("slug", "duplicate_slug", _("Another product has this address."))
    if facts.external_taken:
        problems.add("external_id", "duplicate_external_id", _("Another product of this import has this id."))
    for index, variant in enumerate(draft.variants):
        if variant.sku in facts.skus:
            problems.add(f"variants.{index}.sku", "duplicate_sku", _("Another product has this SKU."))
        if variant.image_id is not None and variant.image_id not in facts.images:
            problems.add(f"variants.{index}.image_id", "unknown_image", _("There is no such picture."))
    for index in matched.unknown:
        problems.add(f"variants.{index}.id", "unknown_variant", _("The product has no such variant."))
    for index, image in enumerate(draft.images):
        if image.image_id not in facts.images:
            problems.add(f"images.{index}", "unknown_image", _("There is no such picture."))
    for index, category_id in enumerate(draft.category_ids or ()):
        if category_id not in facts.categories:
            problems.add(f"category_ids.{index}", "unknown_category", _("There is no such category."))
    return problems.found


def _save_row(draft: ProductDraft, stored: StoredProduct | None) -> tuple[bool, int]:
    row: dict[str, Any] = {column: getattr(draft, column) for column in PRODUCT.columns}
    row["tags"] = list(draft.tags)
    if stored is None:
        return True, insert(PRODUCT, [row])[0]
    changed = any(row[column] != getattr(stored, column) for column in PRODUCT.columns)
    if changed:
        update(PRODUCT, [{"id": stored.id, **row}])
    return changed, stored.id


def _sync(sync: Sync) -> bool:
    sync.remove()
    sync.write()
    return bool(sync)


def _compare_texts(product_id: int, draft: ProductDraft, stored: StoredProduct | None) -> Sync:
    wanted = {t.language: {"product_id": product_id, **msgspec.structs.asdict(t)} for t in draft.texts}
    return compare(TEXT, wanted, {text.language: text for text in (stored.texts if stored else [])})


def _compare_images(product_id: int, draft: ProductDraft, stored: StoredProduct | None) -> Sync:
    wanted = {
        image.image_id: {
            "product_id": product_id,
            "image_id": image.image_id,
            "position": index,
            "alts": image.alts,
        }
        for index, image in enumerate(draft.images)
    }
    return compare(IMAGE, wanted, {image.image_id: image for image in (stored.images if stored else [])})


def _compare_places(product_id: int, draft: ProductDraft, stored: StoredProduct | None) -> Sync:
    places = {place.category_id: place for place in (stored.places if stored else [])}
    wanted_ids = places if draft.category_ids is None else draft.category_ids
    wanted = {c: {"product_id": product_id, "category_id": c, "position": 0} for c in wanted_ids}
    return compare(PLACE, wanted, places)


def _save_stock(draft: ProductDraft, matched: Match, variant_ids: list[int], actor: str) -> bool:
    try:
        return save_stock(draft, matched, variant_ids, actor=actor)
    except StockBelowReserved as error:
        index = variant_ids.index(int(str(error.detail["variant_id"])))
        field = f"variants.{index}.stock.on_hand"
        raise InvalidProduct([FieldProblem(field, "below_reserved", _(error.message))]) from error


def _explained(error: IntegrityError) -> Exception:
    """Say what a constraint refused that the checks let pass: another transaction committed in between."""
    constraint = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None) or ""
    if constraint == "product_slug_once":
        return InvalidProduct([FieldProblem("slug", "duplicate_slug", _("Another product has this address."))])
    if constraint == "variant_sku_once":
        return InvalidProduct([FieldProblem("variants", "duplicate_sku", _("Another product has one of these SKUs."))])
    if constraint == "product_external_once" or constraint.endswith(("_in_shop", "_once")):
        return ProductChanged()
    return error
