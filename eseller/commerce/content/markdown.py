"""Markdown of merchants as HTML that can do no harm."""

from functools import lru_cache

import nh3
from markdown_it import MarkdownIt
from markupsafe import Markup

_TAGS = {
    "p",
    "br",
    "hr",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "ul",
    "ol",
    "li",
    "blockquote",
    "strong",
    "em",
    "code",
    "pre",
    "a",
} | {
    "table",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
}
_ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}}
_SCHEMES = {"http", "https", "mailto", "tel"}
# Raw HTML is shown as it was typed; pictures belong to the gallery, where they are checked and sized.
_parser = MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")


@lru_cache(maxsize=2048)
def render(text: str) -> Markup:
    """Return safe HTML: CommonMark with tables, no raw HTML, no pictures, no ``h1`` (the page has its own)."""
    html = _parser.render(text).replace("<h1>", "<h2>").replace("</h1>", "</h2>")
    return Markup(  # noqa: S704  (cleaned)
        nh3.clean(html, tags=_TAGS, attributes=_ATTRIBUTES, url_schemes=_SCHEMES, link_rel="nofollow noopener")
    )


@lru_cache(maxsize=2048)
def plain(text: str, longest: int = 300) -> str:
    """Return the words of Markdown without marks, shortened at a word: for heads and feeds."""
    words = Markup(_parser.render(text)).striptags()  # noqa: S704  (only to take the tags away)
    return words if len(words) <= longest else words[:longest].rsplit(" ", 1)[0].rstrip(" ,.;:–-") + "…"
