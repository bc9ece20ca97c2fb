"""Products for other shop windows: the feed of Google Merchant Center (RSS 2.0 with the ``g:`` namespace)."""

import re
from collections.abc import Iterator
from typing import Any

import msgspec
from django.http import HttpResponse, StreamingHttpResponse

from eseller.channels.storefront import errors, xml
from eseller.channels.storefront.answers import machine
from eseller.channels.storefront.site import Site, prefix
from eseller.channels.storefront.views.machine import AN_HOUR
from eseller.commerce.catalog.queries import feed_chunk
from eseller.commerce.catalog.records import Availability, FeedEntry
from eseller.commerce.content import markdown
from eseller.commerce.pricing.errors import NoVatRates
from eseller.commerce.pricing.queries import vat_rates_for
from eseller.commerce.pricing.rules import line_amounts
from eseller.kernel.money import Money
from eseller.tenancy.guard.diagnose import healed

CHUNK = 200
MOST_TITLE = 150
MOST_DESCRIPTION = 5_000
PICTURE = 960
_AVAILABILITY = {
    Availability.IN_STOCK: "in_stock",
    Availability.LOW: "in_stock",
    Availability.BACK_ORDER: "backorder",
    Availability.SOLD_OUT: "out_of_stock",
}


@machine
def google(request: Any) -> HttpResponse:
    """Send every variant that has a price; ``?language=`` and ``?currency=`` choose among the shop's."""
    shop = request.shop
    language = request.GET.get("language", shop.default_language)
    currency = request.GET.get("currency", shop.currency)
    if language not in shop.languages or not re.fullmatch("[A-Z]{3}", currency) or shop.state != "open":
        return errors.not_found(request)
    site = Site(shop, language, prefix(shop, language))
    try:
        first = _part(site, currency, 0)
    except NoVatRates:
        return errors.not_ready_to_sell(request)
    if not first.text and currency != shop.currency:
        return errors.not_found(request)
    response = StreamingHttpResponse(_feed(site, currency, first), content_type="application/rss+xml; charset=utf-8")
    response.headers["Cache-Control"] = AN_HOUR
    return response  # type: ignore[return-value]  # is handled like any other


class Part(msgspec.Struct, frozen=True):
    """Some items of the feed, and the id after which the next ones begin; None where these are the last."""

    text: str
    after: int | None


def _part(site: Site, currency: str, after: int) -> Part:
    """Write some items; a bad row among them hides itself, also while the feed is already on its way."""

    def written() -> Part:
        chunk = _chunk(site, currency, after)
        text = "".join(_item(site, entry) for entry in chunk)
        return Part(text, chunk[-1].id if len(chunk) == CHUNK else None)

    return healed(site.shop.id, written)


def _chunk(site: Site, currency: str, after: int) -> list[FeedEntry]:
    """Read a chunk in a transaction of its own: a slow reader of a long feed holds no connection.

    Prices have the VAT of the shop's country, as Google Merchant Center asks for everywhere but in the Americas and
    India (https://support.google.com/merchants/answer/6324371).
    """
    shop = site.shop
    with site.transaction("feed"):
        chunk = feed_chunk(site.language, currency, after, CHUNK)
        if shop.prices_include_vat or not chunk:
            return chunk
        rates = vat_rates_for(shop.country, {entry.vat_class for entry in chunk})
    return [_with_vat(entry, rates[entry.vat_class]) for entry in chunk]


def _with_vat(entry: FeedEntry, rate_bp: int) -> FeedEntry:
    def gross(price: Money) -> Money:
        line = line_amounts(price.amount, 1, rate_bp, includes_vat=False, currency=price.currency)
        return Money(line.total, price.currency)

    compare_at = gross(entry.compare_at) if entry.compare_at else None
    return msgspec.structs.replace(entry, price=gross(entry.price), compare_at=compare_at)


def _feed(site: Site, currency: str, first: Part) -> Iterator[str]:
    yield '<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0" xmlns:g="http://base.google.com/ns/1.0"><channel>\n'
    yield xml.element("title", site.shop.name) + xml.element("link", site.url(site.home))
    yield xml.element("description", site.shop.name)
    part = first
    yield part.text
    while part.after is not None:
        part = _part(site, currency, part.after)
        yield part.text
    yield "</channel></rss>\n"


def _item(site: Site, entry: FeedEntry) -> str:
    before = entry.compare_at
    pictures = [site.url(picture.url(PICTURE)) for picture in entry.more_pictures]
    fields: list[tuple[str, str | None]] = [
        ("g:id", entry.sku or str(entry.id)),
        ("g:title", entry.title[:MOST_TITLE]),
        ("g:description", markdown.plain(entry.description, MOST_DESCRIPTION) or entry.title),
        ("g:link", site.url(f"{site.product(entry.slug)}?v={entry.id}")),
        ("g:image_link", site.url(entry.picture.url(PICTURE)) if entry.picture else None),
        *(("g:additional_image_link", picture) for picture in pictures),
        ("g:availability", _AVAILABILITY[entry.availability]),
        ("g:price", _price(before or entry.price)),
        ("g:sale_price", _price(entry.price) if before else None),
        ("g:brand", entry.brand),
        ("g:gtin", entry.gtin),
        ("g:mpn", entry.sku),
        ("g:identifier_exists", None if entry.gtin or (entry.brand and entry.sku) else "no"),
        ("g:condition", entry.condition),
        ("g:item_group_id", str(entry.item_group_id) if entry.item_group_id else None),
        ("g:product_type", entry.product_type),
        ("g:shipping_weight", f"{entry.weight_g} g" if entry.weight_g else None),
    ]
    return f"<item>\n{''.join(xml.element(name, value) for name, value in fields)}</item>\n"


def _price(price: Money) -> str:
    return f"{price.to_decimal()} {price.currency}"
