"""The middle of a product's page and what its head tells machines: drawn once for each version of the product."""

from functools import lru_cache

import msgspec
from django.utils.translation import get_language
from markupsafe import Markup

from eseller.channels.storefront import structured
from eseller.channels.storefront.choice import MOST_TEMPLATES, option_groups
from eseller.channels.storefront.drawing import LARGE_PARTS, macros
from eseller.channels.storefront.forms.fields import country_name
from eseller.channels.storefront.site import Site
from eseller.commerce.catalog.records import ProductPage, VariantView
from eseller.commerce.content import markdown

_MOST_COUNTRIES = 6
_EXCERPT = 160
_MOST_PICTURES = 10

Trail = tuple[tuple[str, str | None], ...]


class Drawn(msgspec.Struct, frozen=True):
    """What was drawn of a product: the middle of its page, and for the head a description and data of schema.org."""

    body: Markup
    description: str
    data: Markup


def draw(site: Site, product: ProductPage, chosen: VariantView | None, trail: Trail) -> Drawn:
    """Draw a product with one of its variants chosen; remembered until product, variant or shop are others."""
    # What is related is drawn apart, card by card: its prices must not make this anew.
    alone = msgspec.structs.replace(product, related=())
    email, sells_to = site.shop.contact_email, tuple(site.shop.sells_to)
    return _draw(get_language(), site.base, site.url(""), email, sells_to, alone, chosen, trail)


@lru_cache(maxsize=LARGE_PARTS)
def _draw(
    _language: str | None,
    base: str,
    origin: str,
    email: str,
    sells_to: tuple[str, ...],
    product: ProductPage,
    chosen: VariantView | None,
    trail: Trail,
) -> Drawn:
    variants = product.variants
    templates = variants if 1 < len(variants) <= MOST_TEMPLATES and product.options else ()
    description = product.seo_description or markdown.plain(product.description, _EXCERPT)
    body = macros("storefront/parts/product_body.html").body(
        base,
        product,
        chosen,
        option_groups(product, chosen),
        templates,
        markdown.render(product.description),
        ", ".join(country_name(code) for code in sells_to[:_MOST_COUNTRIES]),
        len(sells_to) > _MOST_COUNTRIES,
        email,
    )
    things = (_thing(base, origin, product, description), structured.breadcrumbs(origin, trail))
    return Drawn(body, description, structured.linked_data(things))


def _thing(base: str, origin: str, product: ProductPage, description: str) -> structured.Thing:
    path = f"{origin}{base}/p/{product.slug}"
    offers = [
        structured.offer(f"{path}?v={each.id}", each.price, available=each.can_buy, sku=each.sku, gtin=each.ean)
        for each in product.variants[:MOST_TEMPLATES]
        if each.price is not None
    ]
    pictures = [origin + picture.url(960) for picture in product.pictures[:_MOST_PICTURES]]
    return structured.product(
        name=product.title, description=description, brand=product.brand, pictures=pictures, offers=offers
    )
