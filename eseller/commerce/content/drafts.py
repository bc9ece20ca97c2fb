"""What pages and the front of the shop should be; ``actions`` make the rows like it."""

import msgspec


class PageTextDraft(msgspec.Struct, frozen=True, kw_only=True):
    """A page in one language; the body is Markdown."""

    language: str
    title: str
    body: str = ""


class PageDraft(msgspec.Struct, frozen=True, kw_only=True):
    """A whole page."""

    slug: str
    texts: tuple[PageTextDraft, ...]
    published: bool = True
    in_footer: bool = True
    position: int = 0


class HomeTextDraft(msgspec.Struct, frozen=True, kw_only=True):
    """The front page's words in one language."""

    language: str
    tagline: str
    hero_title: str
    hero_text: str = ""


class HomeDraft(msgspec.Struct, frozen=True, kw_only=True):
    """The whole front page; products in the order they are featured."""

    texts: tuple[HomeTextDraft, ...]
    hero_image_id: int | None = None
    featured_ids: tuple[int, ...] = ()
