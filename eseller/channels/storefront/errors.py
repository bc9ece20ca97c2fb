"""What a shopper sees when there is no page: in the shop's own look, and for our own faults without any database."""

import logging
from typing import Any

from django.http import HttpResponse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from eseller.channels.storefront import pages
from eseller.channels.storefront.site import site_of

log = logging.getLogger(__name__)

RETRY_SECONDS = 5
CLOSED_RETRY_SECONDS = 3600


def not_found(request: Any, **_details: object) -> HttpResponse:
    """Answer 404 with a search and the shop's categories."""
    return _page(
        request,
        404,
        lambda: (
            _("We can't find that page"),
            _("It may have moved, or the address has a typing error. Search for it, or start from the front page."),
        ),
        reading=True,
    )


def bad_request(request: Any, **_details: object) -> HttpResponse:
    """Answer 400: what the browser sent cannot be read."""
    return _page(
        request,
        400,
        lambda: (_("We couldn't read that"), _("Go back, check what you entered and send it again.")),
    )


def forbidden(request: Any, **_details: object) -> HttpResponse:
    """Answer 403, most often since the form's token is too old or cookies are off."""
    return _page(
        request,
        403,
        lambda: (
            _("That form is too old"),
            _("Nothing was changed. Open the page again and send it from there; cookies must be allowed."),
        ),
    )


def not_allowed(request: Any, methods: tuple[str, ...]) -> HttpResponse:
    """Answer 405 and name the methods that work here."""
    response = _page(
        request,
        405,
        lambda: (_("That doesn't work here"), _("Go back and use the page's own buttons.")),
    )
    response.headers["Allow"] = ", ".join(methods)
    return response


def server_error(request: Any) -> HttpResponse:
    """Answer 500. The fault is ours; it is in the log under the request's number."""
    return _page(
        request,
        500,
        lambda: (
            _("Something went wrong on our side"),
            _("Nothing was charged by this. Please try again in a moment."),
        ),
    )


def unavailable(request: Any, *, log: bool = False) -> HttpResponse:
    """Answer 503: trying again in a few seconds may help."""
    if log:
        _log_cause(request)
    if request.method in ("GET", "HEAD"):
        response = _page(
            request,
            503,
            lambda: (
                _("We'll be right back"),
                _("The shop is very busy at this moment. Please try again in a few seconds."),
            ),
        )
    else:
        response = _page(
            request,
            503,
            lambda: (
                _("This could not be confirmed"),
                _(
                    "Your cart is kept. Go back and send it again in a few seconds; an order that you send again is "
                    "taken only once."
                ),
            ),
        )
    response.headers["Retry-After"] = str(RETRY_SECONDS)
    return response


def closed(request: Any) -> HttpResponse:
    """Answer for a shop that its merchant has closed for now."""
    response = _page(
        request,
        503,
        lambda: (_("The shop is closed for the moment"), _("We will open again. Please look in later.")),
    )
    response.headers["Retry-After"] = str(CLOSED_RETRY_SECONDS)
    return response


def not_ready_to_sell(request: Any) -> HttpResponse:
    """Answer 503 at the checkout of a shop whose country has no VAT rates yet; the log tells the operator."""
    log.error("shop %s cannot sell: its country %s has no VAT rates", request.shop.slug, request.shop.country)
    response = _page(
        request,
        503,
        lambda: (
            _("This shop can't take orders yet"),
            _("Its VAT rates are not set. Your cart is kept; please tell the shop."),
        ),
    )
    response.headers["Retry-After"] = str(CLOSED_RETRY_SECONDS)
    return response


def _log_cause(request: Any) -> None:
    what = request.method, request.path_info[:200]
    log.exception("shop %s: %s %s answered 503", request.shop.slug, *what)


def _page(request: Any, status: int, words: Any, *, reading: bool = False) -> HttpResponse:
    site = site_of(request)
    with translation.override(site.language), timezone.override(site.zone):
        title, text = words()
        frame = pages.error_frame(site, reading=reading)
        meta = pages.Meta(title=title, index=False)
        context = {"meta": meta, "text": text, "status": status, "frame": frame, "site": site, "private": False}
        response = pages.respond("storefront/error.html", context, status=status)
    response.headers["Cache-Control"] = "private, no-store"
    return response
