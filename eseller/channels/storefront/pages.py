"""What all pages of a shop have in common: head, navigation, foot; and how they are drawn."""

import threading
import time
from collections.abc import Collection, Mapping
from typing import Any

import msgspec
from django.db.utils import Error as DatabaseError
from django.http import HttpResponse
from django.template.backends.utils import csrf_input_lazy
from markupsafe import Markup

from eseller.channels.storefront import shown
from eseller.channels.storefront.drawing import drawn, environment
from eseller.channels.storefront.look import look
from eseller.channels.storefront.site import Site
from eseller.channels.storefront.visitors import Visitor, pieces
from eseller.commerce.catalog import queries as catalog
from eseller.commerce.content import queries as content

HTML = "text/html; charset=utf-8"
FRESH_SECONDS = 1.0
_MOST_FRAMES = 2_000


class Link(msgspec.Struct, frozen=True):
    """Words that lead somewhere."""

    label: str
    path: str


class Frame(msgspec.Struct, frozen=True):
    """What surrounds each page of a shop in one language: the same for everybody, and kept for a second."""

    theme_path: str
    categories: tuple[Link, ...] = ()
    texts: tuple[Link, ...] = ()


class Meta(msgspec.Struct, frozen=True, kw_only=True):
    """What the page tells search engines and those who share it. ``path`` is the page's one address."""

    title: str
    description: str = ""
    path: str | None = None
    query: str = ""
    """What belongs to the page's address besides its path, such as ``?page=2``."""
    image: str | None = None
    kind: str = "website"
    data: Markup = Markup("")
    """Things of schema.org, see ``structured.linked_data``."""
    index: bool = True
    languages: bool = True
    """Whether the page is there in all languages of the shop."""


_frames: dict[tuple[int, str], tuple[float, Frame]] = {}
_lock = threading.Lock()
_forgotten = 0


def frame_of(site: Site) -> Frame:
    """Return the surroundings of a shop's pages; read from the database at most once a second."""
    key, now, forgotten = (site.shop.id, site.language), time.monotonic(), _forgotten
    kept = _frames.get(key)
    if kept is not None and now - kept[0] < FRESH_SECONDS:
        return kept[1]
    with site.transaction("frame"):
        made = _read_frame(site)
    with _lock:
        if len(_frames) >= _MOST_FRAMES:
            _frames.clear()
        # What was read before something changed is of no use to others.
        if forgotten == _forgotten:
            _frames[key] = (now, made)
    return made


def forget(shops: Collection[int | None] | None) -> None:
    """Read the surroundings of some shops' pages anew; None: of all."""
    global _forgotten
    with _lock:
        _forgotten += 1
        for key in [key for key in _frames if shops is None or key[0] in shops]:
            del _frames[key]


def error_frame(site: Site, *, reading: bool) -> Frame:
    """Return what surrounds an error: with navigation only where it may be read, and can be."""
    if not reading:
        return Frame(look(site.shop.theme).path)
    try:
        return frame_of(site)
    except DatabaseError:
        return Frame(look(site.shop.theme).path)


def _read_frame(site: Site) -> Frame:
    return Frame(
        look(site.shop.theme).path,
        categories=tuple(Link(item.title, site.category(item.slug)) for item in catalog.navigation(site.language)),
        texts=tuple(Link(item.title, site.page(item.slug)) for item in content.footer_pages(site.language)),
    )


def show(
    site: Site, template: str, meta: Meta, context: Mapping[str, Any] | None = None, *, status: int = 200
) -> HttpResponse:
    """Draw a page for everybody."""
    shown.shop(site.shop.id)
    values = {"meta": meta, "frame": frame_of(site), "site": site, "private": False, **(context or {})}
    return respond(template, values, status=status)


def show_private(
    request: Any,
    site: Site,
    visitor: Visitor,
    template: str,
    title: str,
    context: Mapping[str, Any] | None = None,
    *,
    status: int = 200,
) -> HttpResponse:
    """Draw a page for one visitor, with the token for its forms. Call it inside the shop's transaction."""
    values: dict[str, Any] = {
        "meta": Meta(title=title, path=request.path_info if _is_plain(request) else None, index=False),
        "frame": frame_of(site),
        "site": site,
        "private": True,
        "visitor": visitor,
        "pieces": pieces(visitor),
        "csrf_input": csrf_input_lazy(request),
    }
    return respond(template, {**values, **(context or {})}, status=status)


def _is_plain(request: Any) -> bool:
    """Whether the page can be had again, in another language, by its path alone."""
    return request.method == "GET" and not request.META.get("QUERY_STRING")


def respond(template: str, context: Mapping[str, Any], *, status: int = 200) -> HttpResponse:
    """Draw a template."""
    text = environment().get_template(template).render(context, drawn=drawn)
    return HttpResponse(text, content_type=HTML, status=status)
