"""What a page tells machines in the words of schema.org."""

from typing import Any

from eseller.channels.storefront.site import Site
from eseller.kernel.money import Money

CONTEXT = "https://schema.org"


def breadcrumbs(site: Site, items: list[tuple[str, str | None]]) -> dict[str, Any]:
    """Return the way to a page; the last step is the page itself."""
    steps: list[dict[str, Any]] = []
    for place, (label, path) in enumerate(items, start=1):
        step: dict[str, Any] = {"@type": "ListItem", "position": place, "name": label}
        if path is not None:
            step["item"] = site.url(path)
        steps.append(step)
    return {"@context": CONTEXT, "@type": "BreadcrumbList", "itemListElement": steps}


def shop(site: Site) -> dict[str, Any]:
    """Return the shop and how to search it."""
    target = site.url(site.path("/search")) + "?q={search_term_string}"
    return {
        "@context": CONTEXT,
        "@type": "WebSite",
        "name": site.shop.name,
        "url": site.url(site.home),
        "potentialAction": {
            "@type": "SearchAction",
            "target": {"@type": "EntryPoint", "urlTemplate": target},
            "query-input": "required name=search_term_string",
        },
    }


def offer(site: Site, path: str, price: Money, *, available: bool, sku: str | None, gtin: str) -> dict[str, Any]:
    """Return what one variant costs and whether it can be had."""
    found: dict[str, Any] = {
        "@type": "Offer",
        "url": site.url(path),
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


def product(
    site: Site, *, name: str, description: str, brand: str, pictures: list[str], offers: list[dict[str, Any]]
) -> dict[str, Any]:
    """Return a product with its offers."""
    found: dict[str, Any] = {"@context": CONTEXT, "@type": "Product", "name": name, "offers": offers}
    if description:
        found["description"] = description
    if brand:
        found["brand"] = {"@type": "Brand", "name": brand}
    if pictures:
        found["image"] = [site.url(picture) for picture in pictures]
    return found
