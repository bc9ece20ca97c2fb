"""Answers for browsers and robots rather than people: style sheet, pictures, robots.txt."""

from typing import Any

from django.http import HttpResponse, HttpResponseNotModified
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from eseller.channels.storefront import errors
from eseller.channels.storefront.look import look
from eseller.channels.storefront.site import origin
from eseller.media import storage
from eseller.media.errors import NoSuchImage

FOR_EVER = "public, max-age=31536000, immutable"
A_MINUTE = "public, max-age=60"
AN_HOUR = "public, max-age=3600"

_ROBOTS = """User-agent: *
Disallow: /cart
Disallow: /checkout
Disallow: /order/
Disallow: /account
Disallow: /pay/
Disallow: /search
Disallow: /fragments/
{languages}Allow: /

Sitemap: {sitemap}
"""
_PRIVATE_PLACES = ("cart", "checkout", "order/", "account", "pay/", "search", "fragments/")


@require_safe
def theme(request: Any) -> HttpResponse:
    """The shop's own colours and shapes. Under its version it never changes; without one it is asked for again soon."""
    made = look(request.shop.theme)
    response = HttpResponse(made.css, content_type="text/css; charset=utf-8")
    kept = request.GET.get("v") == made.version
    response.headers["Cache-Control"] = FOR_EVER if kept else A_MINUTE
    return response


@require_safe
def media(request: Any, name: str) -> HttpResponse:
    """A picture of this shop. Named by what is in it, so that it never changes."""
    tag = f'"{name[:80]}"'
    try:
        with storage.open_derived(request.shop.id, name) as file:
            if tag in request.headers.get("If-None-Match", ""):
                response: HttpResponse = HttpResponseNotModified()
            else:
                response = HttpResponse(file.read(), content_type=storage.CONTENT_TYPE)
    except NoSuchImage:
        return errors.not_found(request)
    response.headers["Cache-Control"] = FOR_EVER
    response.headers["ETag"] = tag
    return response


@require_safe
def robots(request: Any) -> HttpResponse:
    """Tell robots what is for people only, and where the list of pages is."""
    shop = request.shop
    others = [language for language in shop.languages if language != shop.default_language]
    lines = "".join(f"Disallow: /{language}/{place}\n" for language in others for place in _PRIVATE_PLACES)
    text = _ROBOTS.format(languages=lines, sitemap=f"{origin(shop)}/sitemap.xml")
    response = HttpResponse(text, content_type="text/plain; charset=utf-8")
    response.headers["Cache-Control"] = AN_HOUR
    return response


@csrf_exempt
def unknown(request: Any, **_kwargs: Any) -> HttpResponse:
    """Whatever has no address here."""
    return errors.not_found(request)
