"""The pages that everybody sees: front page, categories, products, search, pages of text."""

from collections.abc import Iterable
from typing import Any

from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _

from eseller.channels.storefront import pages, structured
from eseller.channels.storefront import shown as shown_on
from eseller.channels.storefront.answers import public
from eseller.channels.storefront.choice import choose
from eseller.channels.storefront.numbers import whole
from eseller.channels.storefront.pages import Meta
from eseller.channels.storefront.product_part import Trail, draw
from eseller.channels.storefront.site import Site
from eseller.commerce.catalog import queries
from eseller.commerce.catalog.records import MAX_PAGE, Card, CategoryLink, Filters, Sort
from eseller.commerce.content import markdown
from eseller.commerce.content import queries as content

MOST_QUERY = 100
_EXCERPT = 160


@public
def home(_request: Any, site: Site) -> HttpResponse:
    """The front page."""
    with site.transaction("home"):
        found = queries.home_page(site.language, site.shop.currency)
    shown_on.home(site.shop.id, found)
    thing = structured.shop(site.shop.name, site.url(site.home), site.url(site.path("/search")))
    meta = Meta(
        title=site.shop.name,
        description=found.tagline or found.hero_text,
        path=site.home,
        image=found.hero.url(960) if found.hero else None,
        data=structured.linked_data([thing]),
    )
    context = {"home": found, "featured": shown(found.featured), "newest": shown(found.newest)}
    return pages.show(site, "storefront/home.html", meta, context)


@public
def category(request: Any, site: Site, slug: str) -> HttpResponse:
    """A category: what is below it, and its products."""
    number = page_number(request)
    sort, in_stock = _sort(request), request.GET.get("stock") == "1"
    with site.transaction("category"):
        found = queries.category_page(
            slug, site.language, site.shop.currency, sort=sort, filters=Filters(in_stock=in_stock), page=number
        )
    if found is None or number > found.pages:
        raise Http404
    shown_on.category(found, sort, in_stock=in_stock)
    trail = _trail(site, found.path[:-1] if found.path and found.path[-1].slug == slug else found.path, found.title)
    meta = Meta(
        title=found.title,
        description=markdown.plain(found.description, _EXCERPT),
        path=site.category(slug),
        query=f"?page={number}" if number > 1 else "",
        image=found.picture.url(960) if found.picture else None,
        data=structured.linked_data([structured.breadcrumbs(site.url(""), trail)]),
        index=not in_stock and sort is Sort.FEATURED,
    )
    context = {
        "category": found,
        "cards": shown(found.cards),
        "description": markdown.render(found.description),
        "trail": trail,
        "sort": sort,
        "sorts": _sorts(),
        "in_stock": in_stock,
        "page_query": _page_query(sort, in_stock=in_stock),
        "current": site.category(found.path[0].slug if found.path else slug),
    }
    return pages.show(site, "storefront/category.html", meta, context)


@public
def product(request: Any, site: Site, slug: str) -> HttpResponse:
    """A product, with the variant that the address names (``?v=``, or one value of each option)."""
    with site.transaction("product"):
        found = queries.product_page(slug, site.language, site.shop.currency)
    if found is None:
        raise Http404
    shown_on.product(found)
    chosen = choose(found, request.GET)
    trail = _trail(site, found.path, found.title)
    drawn = draw(site, found, chosen, trail)
    meta = Meta(
        title=found.seo_title or found.title,
        description=drawn.description,
        path=site.product(slug),
        image=found.pictures[0].url(960) if found.pictures else None,
        kind="product",
        data=drawn.data,
    )
    context = {
        "product": found,
        "body": drawn.body,
        "related": shown(found.related),
        "trail": trail,
        "current": site.category(found.path[0].slug) if found.path else "",
    }
    return pages.show(site, "storefront/product.html", meta, context)


@public
def search(request: Any, site: Site) -> HttpResponse:
    """What is found for some words."""
    query, number = clean_query(request.GET.get("q", "")), page_number(request)
    found = None
    if query:
        with site.transaction("search"):
            found = queries.search_page(query, site.language, site.shop.currency, page=number)
        if number > found.pages:
            raise Http404
        shown_on.search(site.shop.id)
    title = _("Search: %(query)s") % {"query": query} if query else _("Search")
    meta = Meta(title=title, path=site.path("/search"), index=False)
    context = {"query": query, "found": found, "cards": shown(found.cards) if found else []}
    return pages.show(site, "storefront/search.html", meta, context)


@public
def text_page(_request: Any, site: Site, slug: str) -> HttpResponse:
    """A page of text."""
    with site.transaction("page"):
        found = content.content_page(slug, site.language)
    if found is None:
        raise Http404
    description = markdown.plain(found.body, _EXCERPT)
    meta = Meta(title=found.title, description=description, path=site.page(slug), kind="article")
    context = {"page": found, "body": markdown.render(found.body), "trail": _trail(site, (), found.title)}
    return pages.show(site, "storefront/page.html", meta, context)


def page_number(request: Any) -> int:
    """Return the page of a listing that is asked for.

    Raises:
        Http404: when it is no page's number.
    """
    text = request.GET.get("page")
    if text is None:
        return 1
    number = whole(text, least=1, most=MAX_PAGE)
    if number is None:
        raise Http404
    return number


def clean_query(text: str) -> str:
    """Return a search as we take it: printable, in one line, not longer than anybody types."""
    printable = "".join(letter if letter.isprintable() else " " for letter in text[: 4 * MOST_QUERY])
    return " ".join(printable.split())[:MOST_QUERY].rstrip()


def shown(cards: Iterable[Card]) -> list[Card]:
    """Return the cards that have a price; what has none can't be bought and is left out."""
    return [card for card in cards if card.price is not None]


def _sort(request: Any) -> Sort:
    try:
        return Sort(request.GET.get("sort", ""))
    except ValueError:
        return Sort.FEATURED


def _sorts() -> list[tuple[str, str]]:
    return [
        (Sort.FEATURED, _("Recommended")),
        (Sort.NEWEST, _("Newest")),
        (Sort.CHEAPEST, _("Price, low to high")),
        (Sort.DEAREST, _("Price, high to low")),
    ]


def _page_query(sort: Sort, *, in_stock: bool) -> str:
    parts = [f"sort={sort}"] if sort is not Sort.FEATURED else []
    parts += ["stock=1"] if in_stock else []
    return "?" + "&".join([*parts, "page="])


def _trail(site: Site, path: Iterable[CategoryLink], title: str) -> Trail:
    steps = ((link.title, site.category(link.slug)) for link in path)
    return ((_("Home"), site.home), *steps, (title, None))
