"""Runbooks as pages: rendered from the files that come with the release."""

from __future__ import annotations

import re
from pathlib import Path

import nh3
from django.urls import reverse
from django.utils.text import slugify
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

FOLDER = Path(__file__).resolve().parents[3] / "docs" / "runbooks"
_NAME = re.compile(r"[a-z0-9-]{1,60}")
_parser = MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")
_TAGS = {
    "p", "br", "strong", "em", "ul", "ol", "li", "code", "pre", "blockquote", "a", "h1", "h2", "h3", "h4", "hr",
    "table", "thead", "tbody", "tr", "th", "td",
}  # fmt: skip
_ATTRIBUTES = {"a": {"href"}} | {f"h{level}": {"id"} for level in range(1, 5)}


def address(runbook: str) -> str:
    """Address of the page of a runbook as findings name it, such as ``watch.md#a-page-is-not-there``."""
    file, _, section = runbook.partition("#")
    name = file.removesuffix(".md")
    if not _NAME.fullmatch(name) or not (FOLDER / f"{name}.md").is_file():
        return ""
    return reverse("console:runbook", kwargs={"name": name}) + (f"#{section}" if section else "")


def read(name: str) -> str | None:
    """The text of a runbook; None: there is none."""
    path = FOLDER / f"{name}.md"
    return path.read_text("utf-8") if _NAME.fullmatch(name) and path.is_file() else None


def as_html(text: str) -> Markup:
    """Render it; headings can be linked to."""
    tokens = _parser.parse(text)
    for number, token in enumerate(tokens):
        if token.type == "heading_open":
            token.attrSet("id", _anchor(tokens[number + 1]))
    made = _parser.renderer.render(tokens, _parser.options, {})
    clean = nh3.clean(made, tags=_TAGS, attributes=_ATTRIBUTES, url_schemes={"http", "https"})
    # Code may be wider than a phone; it is scrolled by keyboard, too.
    return Markup(clean.replace("<pre>", '<pre tabindex="0">'))  # noqa: S704


def _anchor(heading: Token) -> str:
    return slugify(heading.content)
