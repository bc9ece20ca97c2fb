"""Make a category like a draft."""

from typing import Any

import msgspec
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from eseller.commerce.catalog import clean
from eseller.commerce.catalog.actions.rows import compare, insert, update
from eseller.commerce.catalog.actions.tables import CATEGORY, CATEGORY_TEXT
from eseller.commerce.catalog.actions.tree import locked_tree, place_problem
from eseller.commerce.catalog.check import Problems
from eseller.commerce.catalog.drafts import CategoryDraft, CategoryTextDraft
from eseller.commerce.catalog.errors import CategoryNotFound, FieldProblem, InvalidCategory
from eseller.commerce.catalog.rules import is_slug
from eseller.tenancy.guard.mending import mend
from eseller.tenancy.scope import WEB, require_scope, shop_transaction
from eseller.tenancy.sql import fetch_json

__all__ = ["CategoryDraft", "CategoryTextDraft", "save_category"]

_MOST_POSITION = 1_000_000
_READ = """
SELECT json_build_object(
    'slug_taken', EXISTS (
        SELECT FROM catalog_category WHERE slug = %(slug)s AND id IS DISTINCT FROM %(id)s::bigint),
    'image_known', %(image)s::bigint IS NULL OR EXISTS (SELECT FROM media_mediaimage WHERE id = %(image)s::bigint),
    'languages', (SELECT languages FROM tenancy_shop WHERE id = %(shop)s),
    'category', (SELECT row_to_json(c) FROM (
        SELECT id, slug, parent_id, position, published, image_id FROM catalog_category WHERE id = %(id)s::bigint) c),
    'texts', (SELECT coalesce(json_agg(t), '[]') FROM (
        SELECT id, language, title, description FROM catalog_categorytext WHERE category_id = %(id)s::bigint) t)
)::text
"""


class _Row(msgspec.Struct, frozen=True):
    id: int
    slug: str
    parent_id: int | None
    position: int
    published: bool
    image_id: int | None


class _Text(msgspec.Struct, frozen=True):
    id: int
    language: str
    title: str
    description: str


class _Stored(msgspec.Struct, frozen=True):
    slug_taken: bool
    image_known: bool
    languages: list[str]
    category: _Row | None
    texts: list[_Text]


def save_category(*, draft: CategoryDraft, actor: str, category_id: int | None = None) -> int:
    """Make a category's rows like the draft, in the open shop transaction, and return its id.

    Raises:
        InvalidCategory: with all problems and their fields; nothing was changed, and the transaction can go on.
        CategoryNotFound: when the shop has no such category.
    """
    with transaction.atomic(using=WEB), shop_transaction(require_scope(), actor=actor):
        try:
            return _save(_cleaned(draft), category_id)
        except IntegrityError as error:
            if getattr(getattr(error.__cause__, "diag", None), "constraint_name", None) == "category_slug_once":
                raise InvalidCategory([_slug_taken()]) from error
            raise


def _cleaned(draft: CategoryDraft) -> CategoryDraft:
    texts = tuple(
        CategoryTextDraft(
            language=text.language, title=clean.line(text.title), description=clean.block(text.description)
        )
        for text in draft.texts
    )
    return msgspec.structs.replace(draft, slug=draft.slug.strip(), texts=texts)


def _save(draft: CategoryDraft, category_id: int | None) -> int:
    mend("catalog_category", category_id)
    tree = locked_tree()
    values = {"slug": draft.slug, "id": category_id, "image": draft.image_id, "shop": require_scope()}
    stored = fetch_json(_READ, values, _Stored)
    if stored is None or (category_id is not None and stored.category is None):
        raise CategoryNotFound
    problems = _problems(draft, stored)
    if problem := place_problem(tree, category_id, draft.parent_id):
        problems.append(problem)
    if problems:
        raise InvalidCategory(problems)
    row: dict[str, Any] = {column: getattr(draft, column) for column in CATEGORY.columns}
    if stored.category is None:
        row_id = insert(CATEGORY, [row])[0]
    else:
        row_id = stored.category.id
        if any(value != getattr(stored.category, column) for column, value in row.items()):
            update(CATEGORY, [{"id": row_id, **row}])
    wanted = {text.language: {"category_id": row_id, **msgspec.structs.asdict(text)} for text in draft.texts}
    texts = compare(CATEGORY_TEXT, wanted, {text.language: text for text in stored.texts})
    texts.remove()
    texts.write()
    return row_id


def _problems(draft: CategoryDraft, stored: _Stored) -> list[FieldProblem]:
    problems = Problems()
    problems.text("slug", draft.slug, 120, required=True)
    if draft.slug and not is_slug(draft.slug):
        problems.add("slug", "malformed", _("Small letters a to z, digits and single hyphens only."))
    if stored.slug_taken:
        problems.found.append(_slug_taken())
    problems.between("position", draft.position, -_MOST_POSITION, _MOST_POSITION)
    if not stored.image_known:
        problems.add("image_id", "unknown_image", _("There is no such picture."))
    if not draft.texts:
        problems.add("texts", "required", _("This is needed in one language at least."))
    for index, text in enumerate(draft.texts):
        field = f"texts.{text.language[:10]}"
        problems.language(field, text.language, stored.languages)
        problems.text(f"{field}.title", text.title, 120, required=True)
        problems.text(f"{field}.description", text.description, 4000)
        if any(text.language == other.language for other in draft.texts[:index]):
            problems.add(field, "duplicate", _("This language is there already."))
    return problems.found


def _slug_taken() -> FieldProblem:
    return FieldProblem("slug", "duplicate_slug", _("Another category has this address."))
