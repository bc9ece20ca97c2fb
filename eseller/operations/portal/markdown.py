"""What operators write, as HTML: Markdown without HTML of its own, cleaned once more."""

from __future__ import annotations

import nh3
from markdown_it import MarkdownIt
from markupsafe import Markup

_parser = MarkdownIt("commonmark", {"html": False, "linkify": False}).enable("table").disable("image")
_TAGS = {
    "p", "br", "strong", "em", "ul", "ol", "li", "code", "pre", "blockquote", "a", "h2", "h3", "h4", "hr", "table",
    "thead", "tbody", "tr", "th", "td",
}  # fmt: skip


def as_html(text: str) -> Markup:
    """Return HTML that may be put on a page as it is."""
    made = _parser.render(text[:50_000])
    return Markup(nh3.clean(made, tags=_TAGS, url_schemes={"http", "https", "mailto"}, link_rel="nofollow noopener"))  # noqa: S704
