"""Reads of pages of text. Call them inside a ``shop_transaction``; each is one statement."""

from eseller.commerce.catalog import sql
from eseller.commerce.content.drafts import HomeDraft, PageDraft
from eseller.commerce.content.records import ContentPage, PageLink, PageRow
from eseller.tenancy.sql import fetch_json

_TEXT = sql.text("content_pagetext", "page_id", "p.id", "language, title, body")
_PAGE = f"""
SELECT json_build_object('id', p.id, 'slug', p.slug, 'language', t.language, 'title', t.title, 'body', t.body,
    'updated_at', p.updated_at)::text
FROM content_page p JOIN {_TEXT} t ON true WHERE p.slug = %(slug)s AND p.published
"""  # noqa: S608  (built of constants)
_FOOTER = f"""
SELECT coalesce(json_agg(json_build_object('slug', p.slug, 'title', t.title) ORDER BY p.position, p.id), '[]')::text
FROM content_page p JOIN {_TEXT} t ON true WHERE p.published AND p.in_footer
"""  # noqa: S608
_LIST = f"""
SELECT coalesce(json_agg(json_build_object('id', p.id, 'slug', p.slug, 'title', t.title, 'published', p.published,
    'in_footer', p.in_footer, 'position', p.position, 'updated_at', p.updated_at)
    ORDER BY p.position, p.id), '[]')::text
FROM content_page p JOIN {_TEXT} t ON true
"""  # noqa: S608
_DRAFT = """
SELECT json_build_object('slug', p.slug, 'published', p.published, 'in_footer', p.in_footer, 'position', p.position,
    'texts', (SELECT coalesce(json_agg(json_build_object(
        'language', t.language, 'title', t.title, 'body', t.body) ORDER BY t.id), '[]')
        FROM content_pagetext t WHERE t.page_id = p.id))::text
FROM content_page p WHERE p.id = %s
"""
_HOME = """
SELECT json_build_object(
    'hero_image_id', (SELECT hero_image_id FROM content_home),
    'featured_ids', ARRAY(SELECT product_id FROM content_featuredproduct ORDER BY position, id),
    'texts', (SELECT coalesce(json_agg(json_build_object('language', language, 'tagline', tagline,
        'hero_title', hero_title, 'hero_text', hero_text) ORDER BY id), '[]') FROM content_hometext))::text
"""


def content_page(slug: str, language: str) -> ContentPage | None:
    """Return a published page, or None."""
    return fetch_json(_PAGE, {"slug": slug, "language": language}, ContentPage)


def footer_pages(language: str) -> tuple[PageLink, ...]:
    """Return the published pages that the foot of every page links to."""
    return fetch_json(_FOOTER, {"language": language}, tuple[PageLink, ...]) or ()


def pages_list(language: str) -> tuple[PageRow, ...]:
    """Return all pages for the back office."""
    return fetch_json(_LIST, {"language": language}, tuple[PageRow, ...]) or ()


def page_draft(page_id: int) -> PageDraft | None:
    """Return a page as the draft that ``save_page`` would leave unchanged, or None."""
    return fetch_json(_DRAFT, [page_id], PageDraft)


def home_draft() -> HomeDraft:
    """Return the front page as the draft that ``save_home`` would leave unchanged."""
    return fetch_json(_HOME, None, HomeDraft) or HomeDraft(texts=())
