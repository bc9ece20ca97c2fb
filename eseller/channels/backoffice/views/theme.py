"""A look that is being tried: a sample in a frame of its own, so that its colours stay there."""

from typing import Any
from urllib.parse import urlencode

import msgspec
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from eseller.channels.backoffice.guard import Office, of_shop
from eseller.channels.backoffice.permissions import Permission
from eseller.ui.theme import InvalidTheme, Theme, theme_css

FIELDS = ("brand", "surface", "display", "corners")
_FRAMED = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'self'",
    "X-Frame-Options": "SAMEORIGIN",
}


@of_shop(see=Permission.SETTINGS)
def theme_frame(request: HttpRequest, office: Office) -> HttpResponse:
    """Return the frame for the look that the form holds now; htmx puts it in place of the old one."""
    return render(request, "office/theme_frame.html", {"shop": office.shop, "look": _chosen(request)})


@of_shop(see=Permission.SETTINGS)
def theme_sample(request: HttpRequest, office: Office) -> HttpResponse:
    """Show a sample of a shop's page in the look that the address gives."""
    css = f"{office.url('theme-css')}?{urlencode(_chosen(request))}"
    response = render(request, "office/theme_sample.html", {"shop": office.shop, "theme_url": css})
    for name, value in _FRAMED.items():
        response.headers[name] = value
    return response


@of_shop(see=Permission.SETTINGS)
def theme_stylesheet(request: HttpRequest, office: Office) -> HttpResponse:  # noqa: ARG001
    """Return the style sheet of the look that the address gives."""
    try:
        css = theme_css(msgspec.convert(_chosen(request), Theme))
    except (InvalidTheme, msgspec.ValidationError):
        raise Http404 from None
    return HttpResponse(css, content_type="text/css; charset=utf-8")


def _chosen(request: HttpRequest) -> dict[str, Any]:
    return {name: request.GET[name][:20].lower() for name in FIELDS if name in request.GET}
