"""The product form's dealings with the shop: load, take pictures in, save without overwriting somebody else's work."""

from collections.abc import Iterable
from typing import Any

import msgspec
from django.utils.translation import gettext as _

from eseller.channels.backoffice.guard import Office
from eseller.channels.backoffice.history import Entry, Record, entries
from eseller.channels.backoffice.product.drafting import Problems, draft_of, form_field, version_of
from eseller.channels.backoffice.product.state import ImageState, ProductState, state_of
from eseller.commerce.catalog.actions.save_product import save_product
from eseller.commerce.catalog.check import check, cleaned
from eseller.commerce.catalog.drafts import ProductDraft
from eseller.commerce.catalog.errors import FieldProblem, InvalidProduct, ProductChanged, ProductNotFound
from eseller.commerce.catalog.office import product_draft
from eseller.media.actions.store_image import store_image
from eseller.media.errors import MediaError
from eseller.tenancy.hosts import ShopInfo
from eseller.tenancy.sql import fetch

MOST_UPLOADS = 20


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What saving led to: an id, or what is wrong, or what somebody else changed meanwhile."""

    product_id: int | None = None
    unchanged: bool = False
    problems: Problems = {}
    conflict: tuple[Entry, ...] | None = None


def load(office: Office, product_id: int, first: int = 0) -> ProductState:
    """Return the form that shows a product; call it inside the shop's transaction.

    Raises:
        ProductNotFound: the shop has no such product.
    """
    draft = _stored(product_id)
    shop = office.shop
    state = state_of(draft, languages=shop.languages, currency=shop.currency, language=office.language, first=first)
    state.version, state.seen = version_of(draft), _newest()
    return state


def take_in(office: Office, state: ProductState, files: Iterable[Any]) -> Problems:
    """Store sent pictures (uploaded files) at the end of the gallery; what can't be used is told by its file's name."""
    told = []
    for number, file in enumerate(files):
        if number >= MOST_UPLOADS:
            told.append(_("At most %(most)d pictures at once.") % {"most": MOST_UPLOADS})
            break
        try:
            stored = store_image(shop_id=office.shop.id, data=file.file, actor=office.actor)
        except MediaError as error:
            told.append(f"{str(file.name)[:80]}: {_(error.message)}")
        else:
            if str(stored.id) not in {image.image_id for image in state.images}:
                state.images.append(ImageState(image_id=str(stored.id)))
    return {"upload": " ".join(told)} if told else {}


def save(office: Office, state: ProductState, product_id: int | None) -> Outcome:
    """Save what was typed, unless it is wrong or somebody changed the product since it was on the screen."""
    with office.scope("save_product"):
        stored = _locked(product_id) if product_id is not None else None
        if stored is not None and version_of(stored) != state.version:
            return _conflict(office, state, stored, product_id)
        return _save(office, state, stored, product_id)


def _save(office: Office, state: ProductState, stored: ProductDraft | None, product_id: int | None) -> Outcome:
    shop = office.shop
    draft, problems = draft_of(state, stored=stored, currency=shop.currency, default_language=shop.default_language)
    if problems:
        # Tell at once all that is wrong, not first what can't be read and then the rest.
        return Outcome(problems=problems | _in_form(check(cleaned(draft), shop.languages), state, shop) | problems)
    try:
        saved = save_product(draft=draft, actor=office.actor, product_id=product_id)
    except InvalidProduct as error:
        return Outcome(problems=_in_form(error.problems, state, shop))
    except ProductChanged as error:
        return Outcome(problems={"form": _(error.message)})
    return Outcome(product_id=saved.product_id, unchanged=saved.outcome == "unchanged")


def _in_form(found: Iterable[FieldProblem], state: ProductState, shop: ShopInfo) -> Problems:
    """Return problems of a draft by the form's fields; the first of each field counts."""
    problems: Problems = {}
    for problem in found:
        problems.setdefault(form_field(problem.field, state, shop.default_language), problem.message)
    return problems


def _conflict(office: Office, state: ProductState, stored: ProductDraft, product_id: int | None) -> Outcome:
    """Tell what happened since; the form then knows of it, so that saving again is meant."""
    seen = int(state.seen)
    found = entries(Record("product", product_id or 0), currency=office.shop.currency)
    state.version, state.seen = version_of(stored), _newest()
    return Outcome(conflict=tuple(entry for entry in found if entry.id > seen))


def _stored(product_id: int) -> ProductDraft:
    draft = product_draft(product_id)
    if draft is None:
        raise ProductNotFound
    return draft


def _locked(product_id: int) -> ProductDraft:
    fetch("SELECT id FROM catalog_product WHERE id = %s FOR UPDATE", [product_id])
    return _stored(product_id)


def _newest() -> str:
    return str(fetch("SELECT coalesce(max(id), 0) FROM tenancy_history")[0][0])
