"""The list of a shop's pages for search engines: an index, and parts of at most 10,000 addresses."""

from collections.abc import Iterator
from typing import Any

from django.http import HttpResponse, StreamingHttpResponse

from eseller.channels.storefront import errors, xml
from eseller.channels.storefront.answers import machine
from eseller.channels.storefront.site import Site, prefix
from eseller.channels.storefront.views.machine import AN_HOUR
from eseller.commerce.catalog.queries import sitemap_chunk
from eseller.commerce.catalog.records import SitemapEntry

XML = "application/xml; charset=utf-8"
MOST_ADDRESSES = 10_000
MOST_PARTS = 2_000
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
_NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"
_PLACES = {"product": "/p/", "category": "/c/", "page": "/pages/"}


@machine
def index(request: Any) -> HttpResponse:
    """Name the parts: each begins after the id at which the one before it ends."""
    site = _site(request)
    lines = [f'{_HEAD}<sitemapindex xmlns="{_NAMESPACE}">\n']
    lines += [f"<sitemap><loc>{xml.text(site.url(path))}</loc></sitemap>\n" for path in _parts(site)]
    return _answer("".join([*lines, "</sitemapindex>\n"]))


@machine
def part(request: Any, kind: str, after: int) -> HttpResponse:
    """List the pages of a kind that come after an id, each in all languages of the shop."""
    site = _site(request)
    with site.transaction("sitemap"):
        entries = sitemap_chunk(kind, min(after, 2**62), _size(site)) if kind in _PLACES else []
    if not entries and after:
        return errors.not_found(request)
    response = StreamingHttpResponse(_lines(site, entries), content_type=XML)
    response.headers["Cache-Control"] = AN_HOUR
    return response  # type: ignore[return-value]  # is handled like any other


def _site(request: Any) -> Site:
    shop = request.shop
    return Site(shop, shop.default_language, prefix(shop, shop.default_language))


def _size(site: Site) -> int:
    """How many pages make at most 10,000 addresses."""
    return MOST_ADDRESSES // max(1, len(site.shop.languages))


def _parts(site: Site) -> Iterator[str]:
    size = _size(site)
    for kind in _PLACES:
        after = 0
        for _number in range(MOST_PARTS):
            with site.transaction("sitemap"):
                entries = sitemap_chunk(kind, after, size)
            if entries:
                yield f"/sitemap-{kind}-{after}.xml"
            if len(entries) < size:
                break
            after = entries[-1].id
    if site.shop.state == "open":
        yield "/sitemap-home.xml"


@machine
def front(request: Any) -> HttpResponse:
    """List the front page."""
    return _answer("".join(_lines(_site(request), [SitemapEntry(0, "home", "")])))


def _lines(site: Site, entries: list[SitemapEntry]) -> Iterator[str]:
    yield f'{_HEAD}<urlset xmlns="{_NAMESPACE}" xmlns:xhtml="http://www.w3.org/1999/xhtml">\n'
    for entry in entries:
        yield _addresses(site, entry)
    yield "</urlset>\n"


def _addresses(site: Site, entry: SitemapEntry) -> str:
    """Return a page in all languages, each naming the others."""
    rest = _PLACES.get(entry.kind, "/") + entry.slug
    pages = [(language, site.url(prefix(site.shop, language) + rest)) for language in site.shop.languages]
    links = [f'<xhtml:link rel="alternate" hreflang="{x}" href={xml.attribute(url)}/>' for x, url in pages]
    others = "".join(links) if len(pages) > 1 else ""
    changed = f"<lastmod>{entry.updated_at.isoformat(timespec='seconds')}</lastmod>" if entry.updated_at else ""
    return "".join(f"<url><loc>{xml.text(url)}</loc>{changed}{others}</url>\n" for _, url in pages)


def _answer(text: str) -> HttpResponse:
    response = HttpResponse(text, content_type=XML)
    response.headers["Cache-Control"] = AN_HOUR
    return response
