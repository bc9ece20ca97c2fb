"""Write an export into a shop, product by product, so that it can be interrupted and repeated."""

from collections.abc import Callable
from functools import partial
from typing import BinaryIO

import msgspec
from django.db import transaction

from eseller.channels.erp.report import ImportReport, Lost
from eseller.channels.erp.shopify.export import ShopifyExport
from eseller.channels.erp.shopify.handles import marked_slug
from eseller.channels.erp.shopify.mapping import SOURCE, Surroundings, in_languages, to_draft
from eseller.channels.erp.shopify.records import ShopifyProduct
from eseller.commerce.catalog.actions.save_product import save_product
from eseller.commerce.catalog.drafts import ProductDraft, Saved, VariantDraft
from eseller.commerce.catalog.errors import FieldProblem, InvalidProduct, ProductChanged
from eseller.commerce.catalog.stored import as_draft, stored_product
from eseller.media.actions.refer_to_images import refer_to_images
from eseller.media.models import MediaImage
from eseller.media.tasks import fetch_image
from eseller.services.jobs import defer
from eseller.tenancy.faults import Busy, retrying
from eseller.tenancy.hosts import ShopInfo, shop_info
from eseller.tenancy.scope import WEB, shop_transaction
from eseller.tenancy.sql import fetch

Progress = Callable[[int, int], None]
"""Called with how many products are done, and how many there are at most."""

PATIENCE = 8.0
"""Seconds that a product is tried again while somebody else holds what it needs."""
_ATTEMPTS = 3


def import_shopify(
    file: BinaryIO,
    *,
    shop_id: int,
    actor: str,
    dry_run: bool = False,
    progress: Progress | None = None,
) -> ImportReport:
    """Import a Shopify product export into a shop.

    Each product is one transaction with its variants, prices, stock, pictures and the jobs that fetch these; so an
    interrupted import has whole products, and running it again does the rest. Products are recognised by their
    handle. What is in the shop as the export has it is not touched. Pictures are not fetched here.

    A product that the catalog does not take, or that somebody else keeps changing or locked, is refused alone.

    Args:
        file: the export, opened in binary mode; it is read twice.
        shop_id: the shop.
        actor: who does it.
        dry_run: do everything, and take it back.
        progress: told after each product.

    Raises:
        FileRefused: when the file as a whole cannot be used; nothing was written.
    """
    with shop_transaction(shop_id, actor=actor):
        shop = shop_info(shop_id)
    export = ShopifyExport(file, currency=shop.currency)
    for done, product in enumerate(export.products(), 1):
        _import_product(product, shop, actor, export.report, dry_run=dry_run)
        if progress:
            progress(done, export.handles)
    export.report.dry_run = dry_run
    return export.report


def _import_product(
    product: ShopifyProduct, shop: ShopInfo, actor: str, report: ImportReport, *, dry_run: bool
) -> None:
    try:
        saved = _save_patiently(partial(_save, product, shop, actor, report, dry_run=dry_run))
    except InvalidProduct as error:
        first = error.problems[0]
        _refuse(product, first.code, f"{first.field}: {first.message}", report)
    except ProductChanged:
        reason = "Somebody kept changing the product meanwhile. Import the file again to bring it in."
        _refuse(product, ProductChanged.code, reason, report)
    except Busy:
        reason = f"Somebody else held the product for {PATIENCE:.0f} s. Import the file again to bring it in."
        _refuse(product, Busy.code, reason, report)
    else:
        setattr(report, saved.outcome, getattr(report, saved.outcome) + 1)


def _save_patiently(save: Callable[[], Saved]) -> Saved:
    """Save, again where somebody works in the back office at the same moment."""
    for _ in range(_ATTEMPTS - 1):
        try:
            return retrying(save, seconds=PATIENCE)
        except ProductChanged:
            continue
    return retrying(save, seconds=PATIENCE)


def _save(product: ShopifyProduct, shop: ShopInfo, actor: str, report: ImportReport, *, dry_run: bool) -> Saved:
    with shop_transaction(shop.id, actor=actor, label="import-shopify", durable=True):
        images, new_images = refer_to_images(image.src for image in product.images)
        draft = to_draft(product, _surroundings(product, shop, images))
        saved, problems = _save_mended(draft, product.handle, actor)
        for image_id in new_images:
            defer(fetch_image, image_id=image_id, once=f"image:{image_id}")
        if dry_run:
            transaction.set_rollback(True, using=WEB)
    for problem in problems:
        _report_mended(product, problem, report)
    return saved


def _surroundings(product: ShopifyProduct, shop: ShopInfo, images: dict[str, int]) -> Surroundings:
    found = fetch(
        "SELECT id FROM catalog_product WHERE source = %s AND external_id = %s FOR UPDATE",
        [SOURCE, product.handle],
    )
    stored = stored_product(found[0][0]) if found else None
    gallery = [image.image_id for image in stored.images] if stored else []
    own = MediaImage.objects.filter(pk__in=gallery, source_url="").values_list("pk", flat=True) if gallery else []
    return Surroundings(
        language=shop.default_language,
        currency=shop.currency,
        images=images,
        own_images=frozenset(own),
        before=in_languages(as_draft(stored), shop.languages) if stored else None,
    )


def _save_mended(draft: ProductDraft, handle: str, actor: str) -> tuple[Saved, list[FieldProblem]]:
    """Save a draft; what clashes with the rest of the shop is left out and returned.

    Raises:
        InvalidProduct: when something else is wrong.
    """
    try:
        return save_product(draft=draft, actor=actor), []
    except InvalidProduct as error:
        problems = list(error.problems)
        mended = draft
        for problem in problems:
            mended = _mend(mended, problem, handle, error)
    saved, more = _save_mended(mended, handle, actor)
    return saved, problems + more


def _mend(draft: ProductDraft, problem: FieldProblem, handle: str, error: InvalidProduct) -> ProductDraft:
    if problem.code == "duplicate_slug" and draft.slug != marked_slug(handle):
        return msgspec.structs.replace(draft, slug=marked_slug(handle))
    at = _variant_of(problem)
    if at is not None and problem.code == "duplicate_sku" and draft.variants[at].sku:
        return _with_variant(draft, at, msgspec.structs.replace(draft.variants[at], sku=None))
    if at is not None and problem.code == "below_reserved" and draft.variants[at].stock:
        return _with_variant(draft, at, msgspec.structs.replace(draft.variants[at], stock=None))
    raise error


def _variant_of(problem: FieldProblem) -> int | None:
    parts = problem.field.split(".")
    return int(parts[1]) if parts[0] == "variants" and len(parts) > 1 and parts[1].isdigit() else None


def _with_variant(draft: ProductDraft, at: int, variant: VariantDraft) -> ProductDraft:
    variants = (*draft.variants[:at], variant, *draft.variants[at + 1 :])
    return msgspec.structs.replace(draft, variants=variants)


def _report_mended(product: ShopifyProduct, problem: FieldProblem, report: ImportReport) -> None:
    at = _variant_of(problem)
    if problem.code == "duplicate_slug":
        return  # the address is ours to choose; nothing of the file was lost
    row = product.variants[at].row if at is not None else product.row
    value = product.variants[at].sku if at is not None and problem.code == "duplicate_sku" else product.handle
    report.refuse(row=row, code=problem.code, value=value, reason=problem.message, lost=Lost.VALUE)


def _refuse(product: ShopifyProduct, code: str, reason: str, report: ImportReport) -> None:
    """Report a product that did not come in, and take it out of the counts."""
    report.products -= 1
    report.variants -= len(product.variants)
    report.images -= len(product.images)
    report.refuse(row=product.row, code=code, value=product.handle, reason=reason, lost=Lost.PRODUCT)
