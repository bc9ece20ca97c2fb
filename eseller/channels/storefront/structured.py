"""What a page tells machines in the words of schema.org."""

from collections.abc import Iterable
from typing import Any

import msgspec
from markupsafe import Markup

from eseller.kernel.money import Money

CONTEXT = "https://schema.org"
Thing = dict[str, Any]


def linked_data(things: Iterable[Thing]) -> Markup:
    """Write things as data blocks; no text in them can end a block."""
    blocks = (
        msgspec.json.encode(thing).decode().replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
        for thing in things
    )
    return Markup(  # noqa: S704  (escaped above)
        "".join(f'<script type="application/ld+json">{text}</script>\n' for text in blocks)
    )


def breadcrumbs(origin: str, trail: Iterable[tuple[str, str | None]]) -> Thing:
    """Return the way to a page; the last step is the page itself."""
    steps: list[Thing] = []
    for place, (label, path) in enumerate(trail, start=1):
        step: Thing = {"@type": "ListItem", "position": place, "name": label}
        if path is not None:
            step["item"] = origin + path
        steps.append(step)
    return {"@context": CONTEXT, "@type": "BreadcrumbList", "itemListElement": steps}


def shop(name: str, home: str, search: str) -> Thing:
    """Return the shop and how to search it; ``home`` and ``search`` are absolute addresses."""
    return {
        "@context": CONTEXT,
        "@type": "WebSite",
        "name": name,
        "url": home,
        "potentialAction": {
            "@type": "SearchAction",
            "target": {"@type": "EntryPoint", "urlTemplate": f"{search}?q={{search_term_string}}"},
            "query-input": "required name=search_term_string",
        },
    }


def offer(url: str, price: Money, *, available: bool, sku: str, gtin: str) -> Thing:
    """Return what one variant costs and whether it can be had."""
    found: Thing = {
        "@type": "Offer",
        "url": url,
        "price": str(price.to_decimal()),
        "priceCurrency": price.currency,
        "availability": f"{CONTEXT}/{'InStock' if available else 'OutOfStock'}",
        "itemCondition": f"{CONTEXT}/NewCondition",
    }
    if sku:
        found["sku"] = sku
    if gtin:
        found["gtin"] = gtin
    return found


def product(*, name: str, description: str, brand: str, pictures: list[str], offers: list[Thing]) -> Thing:
    """Return a product with its offers."""
    found: Thing = {"@context": CONTEXT, "@type": "Product", "name": name, "offers": offers}
    if description:
        found["description"] = description
    if brand:
        found["brand"] = {"@type": "Brand", "name": brand}
    if pictures:
        found["image"] = pictures
    return found
