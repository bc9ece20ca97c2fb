"""Descriptions: foreign HTML to Markdown, the form in which the catalog keeps texts.

Scripts, styles, pictures and embedded things are dropped by nh3 first; what is left is structure and text.
All text is escaped, so nothing in it can act as markup again.
"""

import re
from html.parser import HTMLParser

import nh3

_BLOCKS = set("p div section article dl dt dd pre caption figure blockquote table".split())  # noqa: SIM905
_HEADINGS = {f"h{level}": "#" * max(level, 2) + " " for level in range(1, 7)}
_MARKS = {"strong": "**", "b": "**", "em": "*", "i": "*"}
_STRUCTURE = {*_BLOCKS, *_HEADINGS, "hr", "ul", "ol", "li", "thead", "tbody", "tr"}
_TAGS = {*_STRUCTURE, *_MARKS, "br", "a", "code", "th", "td"}
_IN_HREF = str.maketrans({"<": "%3C", ">": "%3E", "\\": "%5C", "\n": "", "\r": ""})
_DROPPED = {"script", "style", "iframe", "object", "noscript", "template", "svg", "math", "title", "head"}
_MAX_DEPTH = 6
_HTML = re.compile(r"<[a-zA-Z/!]|&(?:[a-zA-Z][a-zA-Z0-9]{1,31}|#[0-9xX][0-9a-fA-F]{0,7});")
_SPECIAL = re.compile(r"([\\`*_\[\]<>|~]|&(?=#?\w+;))")
_LINE_START = re.compile(r"^(\s*)(#{1,6}(?=\s|$)|[-+](?=\s|$)|[-=]{2,}\s*$|:(?=\s))", re.MULTILINE)
_NUMBERED = re.compile(r"^(\s*\d{1,9})([.)])(?=\s|$)", re.MULTILINE)


def html_to_markdown(body: str, *, limit: int) -> str:
    """Return a description as Markdown of at most ``limit`` characters, cut between blocks where possible.

    Plain text comes through as paragraphs, with its characters escaped where Markdown would see markup.
    """
    if not _HTML.search(body):
        return cut(_paragraphs(body), limit)
    clean = nh3.clean(
        body,
        tags=_TAGS,
        attributes={"a": {"href"}},
        url_schemes={"http", "https", "mailto"},
        link_rel=None,
        clean_content_tags=_DROPPED,
        strip_comments=True,
    )
    writer = _Writer()
    writer.feed(clean)
    writer.close()
    return cut(writer.result(), limit)


def cut(text: str, limit: int) -> str:
    """Return a text of at most ``limit`` characters, cut at the end of a block or word where there is one."""
    if len(text) <= limit:
        return text
    head = text[: limit - 1]
    at = max(head.rfind("\n\n"), head.rfind(" ") if "\n\n" not in head[limit // 2 :] else -1)
    return head[: at if at > limit // 2 else None].rstrip(" \n\\") + "…"


def escape(text: str) -> str:
    """Return plain text as Markdown that shows exactly it."""
    return _guard_line_starts(_SPECIAL.sub(r"\\\1", text))


def _guard_line_starts(text: str) -> str:
    """Keep lines from being taken for headings, items of lists or rules."""
    return _NUMBERED.sub(r"\1\\\2", _LINE_START.sub(r"\1\\\2", text))


def _paragraphs(text: str) -> str:
    parts = re.split(r"\n\s*\n", text.replace("\r\n", "\n").replace("\r", "\n"))
    return "\n\n".join(_lines(part.strip()) for part in parts if part.strip())


def _lines(part: str) -> str:
    return "\\\n".join(escape(" ".join(line.split())) for line in part.split("\n"))


class _Writer(HTMLParser):
    """Writes Markdown block by block. The input is nh3's output, hence well-formed."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._blocks: list[str] = []
        self._spans: list[_Span] = [_Span("")]
        self._prefix = ""
        self._lists: list[int | None] = []
        self._cells: list[str] | None = None
        self._rows = 0

    def result(self) -> str:
        """Return all that was written, blocks parted by a blank line, items of a list by none."""
        self._flush()
        return re.sub(r"\n{3,}", "\n\n", "\n".join(self._blocks)).strip("\n")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open a block or a span."""
        if tag in _MARKS:
            self._spans.append(_Span(tag, _MARKS[tag]))
        elif tag == "a":
            self._spans.append(_Span(tag, href=dict(attrs).get("href") or ""))
        elif tag == "br":
            self._spans[-1].text.append("\n" if self._cells is None else " ")
        elif self._cells is not None:
            self._spans[-1].text.append(" ")  # blocks within a cell of a table become its text
        elif tag in _STRUCTURE:
            self._flush(keep_prefix=tag in _BLOCKS)
            self._start_block(tag)

    def _start_block(self, tag: str) -> None:
        if tag == "hr":
            self._blocks += ["---", ""]
        elif tag in ("ul", "ol"):
            self._lists.append(1 if tag == "ol" else None)
        elif tag == "li":
            self._prefix = self._bullet()
        elif tag in _HEADINGS and not self._lists:
            self._prefix = _HEADINGS[tag]
        elif tag == "table":
            self._rows = 0
        elif tag == "tr":
            self._cells = []

    def handle_endtag(self, tag: str) -> None:
        """Close a block or a span."""
        if tag in _MARKS or tag == "a":
            self._close_span(tag)
        elif tag in ("td", "th") and self._cells is not None:
            self._cells.append(" ".join(self._take_text().split()))
        elif tag == "tr":
            self._end_row()
        elif tag in _STRUCTURE and self._cells is None:
            self._flush()
            if tag in ("ul", "ol") and self._lists:
                self._lists.pop()
            if tag in ("ul", "ol", "table") and not self._lists:
                self._blocks.append("")

    def handle_data(self, data: str) -> None:
        """Take text, its white space folded as a browser does."""
        self._spans[-1].text.append(_SPECIAL.sub(r"\\\1", re.sub(r"[\s\u00a0]+", " ", data)))

    def _bullet(self) -> str:
        number = self._lists[-1] if self._lists else None
        if number is not None:
            self._lists[-1] = number + 1
        indent = "    " * (min(len(self._lists), _MAX_DEPTH) - 1)
        return indent + ("- " if number is None else f"{number}. ")

    def _close_span(self, tag: str) -> None:
        if self._spans[-1].tag == tag:  # else it was closed by the end of its block
            span = self._spans.pop()
            self._spans[-1].text.append(span.written())

    def _take_text(self) -> str:
        while len(self._spans) > 1:
            self._close_span(self._spans[-1].tag)
        text = "".join(self._spans[0].text)
        self._spans[0].text.clear()
        return text

    def _end_row(self) -> None:
        cells, self._cells = self._cells or [], None
        self._take_text()
        if not any(cells):
            return
        self._blocks.append("| " + " | ".join(cells) + " |")
        if self._rows == 0:
            self._blocks.append("|" + " --- |" * len(cells))
        self._rows += 1

    def _flush(self, *, keep_prefix: bool = False) -> None:
        """End the present block, if it has any text."""
        lines = (" ".join(line.split()) for line in self._take_text().split("\n"))
        text = "\n".join(lines).strip()
        if text:
            indent = " " * len(self._prefix) if self._lists else ""
            self._blocks.append(self._prefix + _guard_line_starts(text).replace("\n", "\\\n" + indent))
            if not self._lists:
                self._blocks.append("")
        if text or not keep_prefix:
            self._prefix = ""


class _Span:
    """Text within a line: all of a block, or what is marked or linked in it."""

    def __init__(self, tag: str, mark: str = "", href: str = "") -> None:
        self.tag, self.mark, self.href = tag, mark, href
        self.text: list[str] = []

    def written(self) -> str:
        """Return the span as Markdown; space at its ends goes outside, where Markdown wants it."""
        whole = "".join(self.text)
        inner = whole.strip()
        if not inner or (self.mark and (self.mark in inner or "\n" in inner)):
            return whole
        before, after = whole[: len(whole) - len(whole.lstrip())], whole[len(whole.rstrip()) :]
        if self.href:
            inner = f"[{inner}](<{self.href.translate(_IN_HREF)}>)"
        return f"{before}{self.mark}{inner}{self.mark}{after}"
