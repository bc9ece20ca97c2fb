"""Pages that say that something is not there, not allowed, or went wrong. They need no database."""

import sys

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.translation import gettext as _

from eseller.kernel.errors import EsellerError
from eseller.tenancy.outages import is_away

RETRY_SECONDS = 5


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001  (Django's)
    """Say that there is nothing here; the same whether it never was or is not this person's."""
    with _speaking(request):
        return _page(
            request, 404, _("There is nothing here"), _("The address is wrong, or the page is not one of yours.")
        )


def failed(request: HttpRequest) -> HttpResponse:
    """Say that it is our fault, or that the database is away, as in a switchover."""
    with translation.override(translation.get_language_from_request(request)):  # asks no database
        # Django calls us where it caught what went wrong.
        error = sys.exc_info()[1]
        if error is not None and is_away(error):
            return _away(request)
        return _page(
            request,
            500,
            _("Something went wrong on our side"),
            _("Nothing was changed. Go back and try again; what you typed is still there."),
        )


def _away(request: HttpRequest) -> HttpResponse:
    text = _("It is not known whether what you sent was saved. Look at it before you send it again.")
    if request.method in ("GET", "HEAD"):
        text = _("Please try again in a few seconds.")
    response = _page(request, 503, _("We'll be right back"), text)
    response.headers["Retry-After"] = str(RETRY_SECONDS)
    return response


def forbidden(request: HttpRequest) -> HttpResponse:
    """Say that the person's role does not allow it."""
    return _page(
        request, 403, _("Your role does not allow this"), _("Ask an owner of the shop to do it or to change your role.")
    )


def refused(request: HttpRequest, error: EsellerError) -> HttpResponse:
    """Tell an error that no form could show."""
    advice = _("Trying again in a moment may help.") if error.retryable else ""
    return _page(request, error.status, _("This could not be done"), f"{_(error.message)} {advice}".strip())


def _page(request: HttpRequest, status: int, title: str, text: str) -> HttpResponse:
    return render(request, "office/problem.html", {"status": status, "title": title, "text": text}, status=status)


def _speaking(request: HttpRequest) -> "translation.override":
    user = getattr(request, "user", None)
    language = getattr(user, "language", None) if user is not None and user.is_authenticated else None
    return translation.override(language or translation.get_language_from_request(request))
