"""Make a page of text like a draft."""

from typing import Any

import msgspec
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from eseller.commerce.catalog import clean
from eseller.commerce.catalog.actions.rows import Table, compare, insert, update
from eseller.commerce.catalog.check import Problems
from eseller.commerce.catalog.errors import FieldProblem
from eseller.commerce.catalog.rules import is_slug
from eseller.commerce.content.drafts import PageDraft, PageTextDraft
from eseller.commerce.content.errors import InvalidPage, PageNotFound
from eseller.tenancy.guard.mending import mend
from eseller.tenancy.scope import WEB, require_scope, shop_transaction
from eseller.tenancy.sql import execute, fetch, fetch_json

_PAGE = Table("content_page", {"slug": "text", "published": "boolean", "in_footer": "boolean", "position": "integer"})
_TEXT = Table("content_pagetext", {"page_id": "bigint", "language": "text", "title": "text", "body": "text"})
_MOST_POSITION = 1_000_000
_READ = """
SELECT json_build_object(
    'slug_taken', EXISTS (SELECT FROM content_page WHERE slug = %(slug)s AND id IS DISTINCT FROM %(id)s::bigint),
    'languages', (SELECT languages FROM tenancy_shop WHERE id = %(shop)s),
    'page', (SELECT row_to_json(p) FROM (
        SELECT id, slug, published, in_footer, position FROM content_page WHERE id = %(id)s::bigint) p),
    'texts', (SELECT coalesce(json_agg(t), '[]') FROM (
        SELECT id, language, title, body FROM content_pagetext WHERE page_id = %(id)s::bigint) t)
)::text
"""


class _Row(msgspec.Struct, frozen=True):
    id: int
    slug: str
    published: bool
    in_footer: bool
    position: int


class _Text(msgspec.Struct, frozen=True):
    id: int
    language: str
    title: str
    body: str


class _Stored(msgspec.Struct, frozen=True):
    slug_taken: bool
    languages: list[str]
    page: _Row | None
    texts: list[_Text]


def save_page(*, draft: PageDraft, actor: str, page_id: int | None = None) -> int:
    """Make a page's rows like the draft, in the open shop transaction, and return its id.

    Raises:
        InvalidPage: with all problems and their fields; nothing was changed, and the transaction can go on.
        PageNotFound: when the shop has no such page.
    """
    with transaction.atomic(using=WEB), shop_transaction(require_scope(), actor=actor):
        try:
            return _save(_cleaned(draft), page_id)
        except IntegrityError as error:
            if getattr(getattr(error.__cause__, "diag", None), "constraint_name", None) == "page_slug_once":
                raise InvalidPage([_slug_taken()]) from error
            raise


def _cleaned(draft: PageDraft) -> PageDraft:
    texts = tuple(
        PageTextDraft(language=text.language, title=clean.line(text.title), body=clean.block(text.body))
        for text in draft.texts
    )
    return msgspec.structs.replace(draft, slug=draft.slug.strip(), texts=texts)


def _save(draft: PageDraft, page_id: int | None) -> int:
    fetch("SELECT id FROM content_page WHERE id = %s FOR UPDATE", [page_id])
    mend("content_page", page_id)
    stored = fetch_json(_READ, {"slug": draft.slug, "id": page_id, "shop": require_scope()}, _Stored)
    if stored is None or (page_id is not None and stored.page is None):
        raise PageNotFound
    if problems := _problems(draft, stored):
        raise InvalidPage(problems)
    row: dict[str, Any] = {column: getattr(draft, column) for column in _PAGE.columns}
    if stored.page is None:
        row_id, changed = insert(_PAGE, [row])[0], False
    else:
        row_id = stored.page.id
        changed = any(value != getattr(stored.page, column) for column, value in row.items())
    wanted = {text.language: {"page_id": row_id, **msgspec.structs.asdict(text)} for text in draft.texts}
    texts = compare(_TEXT, wanted, {text.language: text for text in stored.texts})
    texts.remove()
    texts.write()
    if changed:
        update(_PAGE, [{"id": row_id, **row}])
    if stored.page is not None and (changed or texts):
        execute("UPDATE content_page SET updated_at = now() WHERE id = %s", [row_id])
    return row_id


def _problems(draft: PageDraft, stored: _Stored) -> list[FieldProblem]:
    problems = Problems()
    problems.text("slug", draft.slug, 120, required=True)
    if draft.slug and not is_slug(draft.slug):
        problems.add("slug", "malformed", _("Small letters a to z, digits and single hyphens only."))
    if stored.slug_taken:
        problems.found.append(_slug_taken())
    problems.between("position", draft.position, -_MOST_POSITION, _MOST_POSITION)
    if not draft.texts:
        problems.add("texts", "required", _("This is needed in one language at least."))
    for index, text in enumerate(draft.texts):
        field = f"texts.{text.language[:10]}"
        problems.language(field, text.language, stored.languages)
        problems.text(f"{field}.title", text.title, 160, required=True)
        problems.text(f"{field}.body", text.body, 100_000)
        if any(text.language == other.language for other in draft.texts[:index]):
            problems.add(field, "duplicate", _("This language is there already."))
    return problems.found


def _slug_taken() -> FieldProblem:
    return FieldProblem("slug", "duplicate_slug", _("Another page has this address."))
