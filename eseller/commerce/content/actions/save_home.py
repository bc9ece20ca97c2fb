"""Make the front page like a draft."""

import msgspec
from django.db import transaction
from django.utils.translation import gettext as _

from eseller.commerce.catalog import clean
from eseller.commerce.catalog.actions.rows import Table, compare
from eseller.commerce.catalog.check import Problems
from eseller.commerce.catalog.errors import FieldProblem
from eseller.commerce.content.drafts import HomeDraft, HomeTextDraft
from eseller.commerce.content.errors import InvalidHome
from eseller.tenancy.guard.mending import mend
from eseller.tenancy.scope import WEB, require_scope, shop_transaction
from eseller.tenancy.sql import fetch, fetch_json

MAX_FEATURED = 12
_HOME = Table("content_home", {"hero_image_id": "bigint"})
_TEXT = Table("content_hometext", {"language": "text", "tagline": "text", "hero_title": "text", "hero_text": "text"})
_FEATURED = Table("content_featuredproduct", {"product_id": "bigint", "position": "smallint"})
_READ = """
SELECT json_build_object(
    'languages', (SELECT languages FROM tenancy_shop WHERE id = %(shop)s),
    'image_known', %(image)s::bigint IS NULL OR EXISTS (SELECT FROM media_mediaimage WHERE id = %(image)s::bigint),
    'products', ARRAY(SELECT id FROM catalog_product WHERE id = ANY(%(products)s::bigint[])),
    'home', (SELECT row_to_json(h) FROM (SELECT id, hero_image_id FROM content_home) h),
    'texts', (SELECT coalesce(json_agg(t), '[]') FROM (
        SELECT id, language, tagline, hero_title, hero_text FROM content_hometext) t),
    'featured', (SELECT coalesce(json_agg(f), '[]') FROM (
        SELECT id, product_id, position FROM content_featuredproduct) f)
)::text
"""


class _Row(msgspec.Struct, frozen=True):
    id: int
    hero_image_id: int | None


class _Text(msgspec.Struct, frozen=True):
    id: int
    language: str
    tagline: str
    hero_title: str
    hero_text: str


class _Featured(msgspec.Struct, frozen=True):
    id: int
    product_id: int
    position: int


class _Stored(msgspec.Struct, frozen=True):
    languages: list[str]
    image_known: bool
    products: set[int]
    home: _Row | None
    texts: list[_Text]
    featured: list[_Featured]


def save_home(*, draft: HomeDraft, actor: str) -> bool:
    """Make the front page's rows like the draft, in the open shop transaction, and tell whether anything changed.

    Raises:
        InvalidHome: with all problems and their fields; nothing was changed, and the transaction can go on.
    """
    shop_id = require_scope()
    with transaction.atomic(using=WEB), shop_transaction(shop_id, actor=actor):
        # One writer at a time: there may be no row yet that could be locked.
        fetch("SELECT pg_advisory_xact_lock(hashtext('eseller home'), %s::bigint::int)", [shop_id % 2**31])
        mend("content_home", None, tables=("content_home", "content_hometext", "content_featuredproduct"))
        draft = _cleaned(draft)
        values = {"shop": shop_id, "image": draft.hero_image_id, "products": list(draft.featured_ids)}
        stored = fetch_json(_READ, values, _Stored)
        assert stored is not None  # noqa: S101  (a SELECT without FROM has a row)
        if problems := _problems(draft, stored):
            raise InvalidHome(problems)
        wanted = {product: {"product_id": product, "position": i} for i, product in enumerate(draft.featured_ids)}
        parts = [
            compare(_HOME, {0: {"hero_image_id": draft.hero_image_id}}, {0: stored.home} if stored.home else {}),
            compare(
                _TEXT,
                {text.language: msgspec.structs.asdict(text) for text in draft.texts},
                {text.language: text for text in stored.texts},
            ),
            compare(_FEATURED, wanted, {row.product_id: row for row in stored.featured}),
        ]
        for part in parts:
            part.remove()
            part.write()
        return any(parts)


def _cleaned(draft: HomeDraft) -> HomeDraft:
    texts = tuple(
        HomeTextDraft(
            language=text.language,
            tagline=clean.line(text.tagline),
            hero_title=clean.line(text.hero_title),
            hero_text=clean.block(text.hero_text),
        )
        for text in draft.texts
    )
    return msgspec.structs.replace(draft, texts=texts, featured_ids=tuple(dict.fromkeys(draft.featured_ids)))


def _problems(draft: HomeDraft, stored: _Stored) -> list[FieldProblem]:
    problems = Problems()
    if not stored.image_known:
        problems.add("hero_image_id", "unknown_image", _("There is no such picture."))
    problems.count("featured_ids", draft.featured_ids, MAX_FEATURED)
    for index, product_id in enumerate(draft.featured_ids):
        if product_id not in stored.products:
            problems.add(f"featured_ids.{index}", "unknown_product", _("There is no such product."))
    for index, text in enumerate(draft.texts):
        field = f"texts.{text.language[:10]}"
        problems.language(field, text.language, stored.languages)
        problems.text(f"{field}.tagline", text.tagline, 160)
        problems.text(f"{field}.hero_title", text.hero_title, 160)
        problems.text(f"{field}.hero_text", text.hero_text, 1000)
        if any(text.language == other.language for other in draft.texts[:index]):
            problems.add(field, "duplicate", _("This language is there already."))
    return problems.found
