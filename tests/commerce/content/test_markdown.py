"""Markdown becomes HTML that can do no harm."""

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eseller.commerce.content.markdown import plain, render


def test_what_merchants_write() -> None:
    html = render("# Care\n\nWash *by hand*.\n\n* a\n* b\n\n| x | y |\n|---|---|\n| 1 | 2 |")
    for part in ("<h2>Care</h2>", "<em>by hand</em>", "<li>a</li>", "<td>1</td>"):
        assert part in html
    assert "<h1>" not in html


def test_links_neither_vouch_nor_open_doors() -> None:
    html = render("[us](https://shop.example/a?b=1&c=2) [in](/pages/terms)")
    assert '<a href="https://shop.example/a?b=1&amp;c=2" rel="nofollow noopener">us</a>' in html
    assert 'href="/pages/terms"' in html


HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "![x](https://elsewhere.example/track.png)",
    "[x](https://a.example 'y\" onmouseover=\"alert(1)')",
    "<a href='javascript:alert(1)'>x</a>",
    "`</code><script>`",
    "<style>*{display:none}</style>",
    "[a]: javascript:alert(1)\n[a]",
    "<svg/onload=alert(1)>",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_markdown_is_harmless(text: str) -> None:
    for tag, attributes in elements(render(text)):
        assert tag not in ("script", "style", "img", "svg", "iframe")
        assert set(attributes) <= {"href", "title", "rel"}
        assert re.match(r"https?://|mailto:|tel:|/|$", attributes.get("href") or "")


def elements(html: str) -> list[tuple[str, dict[str, str | None]]]:
    """Return what a browser would make elements of."""
    found: list[tuple[str, dict[str, str | None]]] = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            found.append((tag, dict(attrs)))

    Reader().feed(html)
    return found


@given(st.text(alphabet="<>&\"'()[]!#*_`|-\\/:= \n\tabjscriptonx", max_size=120))
def test_only_allowed_tags_ever_come_out(text: str) -> None:
    allowed = {"p", "br", "hr", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "blockquote", "strong", "em"}
    allowed |= {"code", "pre", "a", "table", "thead", "tbody", "tr", "th", "td"}
    found = re.findall(r"<\s*/?\s*([A-Za-z0-9]*)", render(text))
    assert set(found) <= allowed


def test_plain_words_for_heads_and_feeds() -> None:
    assert plain("# Cup\n\nMade of *clay* & <b>love</b>.") == "Cup Made of clay & <b>love</b>."
    short = plain("word " * 200, 50)
    assert len(short) <= 51
    assert short.endswith("word…")


def test_rendering_is_remembered() -> None:
    assert render("same") is render("same")
