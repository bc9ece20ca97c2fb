"""The mailbox: a list, a mail as text, and its HTML in a frame that can do nothing."""

import re

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.html import escape
from django.views.decorators.http import require_safe
from markupsafe import Markup

from eseller.channels.mailbox import letters

PAGE_SIZE = 50
FRAME_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox"
)
"""The mail's own styles and embedded pictures, nothing else: no script, no request to anybody, no form."""


@require_safe
def inbox(request: HttpRequest) -> HttpResponse:
    """List the mails, newest first, of one shop or all."""
    shop = request.GET.get("shop", "")[:60]
    found = letters.envelopes(shop)
    text = request.GET.get("page", "")
    page = max(1, int(text)) if text.isdecimal() and len(text) < 5 else 1
    values = {
        "letters": found[(page - 1) * PAGE_SIZE : page * PAGE_SIZE],
        "shops": letters.shops(),
        "shop": shop,
        "page": page,
        "pages": max(1, -(-len(found) // PAGE_SIZE)),
        "count": len(found),
    }
    return _page(request, "mailbox/inbox.html", values)


@require_safe
def mail(request: HttpRequest, name: str) -> HttpResponse:
    """Show one mail: its HTML in a frame or, with ``?view=text``, its text."""
    found = letters.letter(name)
    if found is None:
        raise Http404
    as_text = request.GET.get("view") == "text" or not found.html
    values = {"letter": found, "as_text": as_text, "text": _with_links(found.text), "shops": letters.shops()}
    return _page(request, "mailbox/mail.html", values)


@require_safe
def mail_html(request: HttpRequest, name: str) -> HttpResponse:  # noqa: ARG001
    """Hand out a mail's HTML for the frame. Links open in a new window."""
    found = letters.letter(name)
    if found is None or not found.html:
        raise Http404
    html = re.sub(r"(<head\b[^>]*>)", r'\1<base target="_blank">', found.html, count=1, flags=re.I)
    response = HttpResponse(html)
    response.headers["Content-Security-Policy"] = FRAME_POLICY
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001
    """Say that there is no such mail."""
    return _page(request, "mailbox/not_found.html", {}, status=404)


def _page(request: HttpRequest, template: str, values: dict[str, object], status: int = 200) -> HttpResponse:
    language = translation.get_language_from_request(request)
    with translation.override(language if language in dict(settings.LANGUAGES) else "en"):
        response = render(request, template, values, status=status)
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _with_links(text: str) -> Markup:
    """Return text as markup in which addresses can be followed."""
    safe = escape(text[: letters.MOST_BYTES])
    linked = re.sub(
        r"https?://[^\s<>&\"']+(?:&amp;[^\s<>&\"']+)*",
        lambda found: f'<a href="{found[0]}" target="_blank" rel="noopener noreferrer">{found[0]}</a>',
        safe,
    )
    return Markup(linked)  # noqa: S704  (escaped above)
