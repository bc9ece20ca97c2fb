"""Pages of lists."""

import msgspec
from django.http import HttpRequest


class Window(msgspec.Struct, frozen=True):
    """What the pagination component needs."""

    page: int
    pages: int
    url: str


def page_number(request: HttpRequest) -> int:
    """Return the page that is asked for, from 1; nonsense is the first."""
    text = request.GET.get("page", "")
    return min(max(int(text), 1), 100_000) if text.isdecimal() and text.isascii() and len(text) < 7 else 1


def page_window(page: int, count: int, size: int, query: str) -> Window:
    """Return the pages of ``count`` things; ``query`` is the list's filter, already encoded."""
    return Window(page, max(1, -(-count // size)), f"?{query}&page=" if query else "?page=")
