"""The storefront's doors: pages for everybody, pages for one visitor, answers for machines.

A page for everybody is the same bytes for all, so that any cache may keep it: its view sees no cookies, and so cannot
depend on who asks. All else is private and kept by nobody.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.db.utils import InterfaceError, OperationalError
from django.http import Http404, HttpResponse, HttpResponsePermanentRedirect, HttpResponseRedirect
from django.utils import timezone, translation
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from eseller.channels.storefront import errors
from eseller.channels.storefront.site import Site, prefix
from eseller.kernel.errors import EsellerError
from eseller.tenancy.guard.diagnose import healed
from eseller.tenancy.outages import is_away, outlast

P = ParamSpec("P")
View = Callable[Concatenate[Any, Site, P], HttpResponse]
Door = Callable[..., HttpResponse]

PUBLIC = "public, max-age=0, s-maxage=15"
"""A browser asks again each time; a cache in between may answer for a quarter of a minute."""
PRIVATE = "private, no-store"
READING = ("GET", "HEAD")


def public(view: View[P]) -> Door:
    """Make a view a page for everybody: read only, cacheable, without cookies coming in or going out."""

    def shown(request: Any, site: Site, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        request.COOKIES = {}
        response = view(request, site, *args, **kwargs)
        if response.status_code == 200:
            response.headers.setdefault("Cache-Control", PUBLIC)
        return response

    return csrf_exempt(_door(shown, READING, view))


def private(view: View[P]) -> Door:
    """Make a view a page for one visitor; forms in it carry a token."""
    return _door(view, (*READING, "POST"), view)


def posted(view: View[P]) -> Door:
    """Make a view the target of a form that stands on private pages."""
    return _door(view, ("POST",), view)


def posted_from_public(view: View[P]) -> Door:
    """Make a view the target of a form on public pages, which carry no token.

    ``SameOriginMiddleware`` keeps other sites from sending it.
    """
    return csrf_exempt(_door(view, ("POST",), view))


def repeatable(view: View[P]) -> View[P]:
    """Mark a view whose POST may be run again after it has committed: by a key it knows what it has done."""
    view.repeatable = True  # type: ignore[attr-defined]
    return view


def machine(view: Callable[..., HttpResponse]) -> Door:
    """Make a view an answer for machines, outside of languages: read only. A bad row hides itself, not the answer."""

    @require_safe
    @wraps(view)
    def door(request: Any, **kwargs: Any) -> HttpResponse:
        try:
            return outlast(lambda: healed(request.shop.id, lambda: view(request, **kwargs)), repeatable=True)
        except (OperationalError, InterfaceError):
            return errors.unavailable(request, log=True)

    return door


def _door(view: Callable[..., HttpResponse], methods: tuple[str, ...], named: Callable[..., Any]) -> Door:
    @wraps(named)
    def door(request: Any, language: str | None = None, **kwargs: Any) -> HttpResponse:
        shop = request.shop
        if language is not None and language not in shop.languages:
            return errors.not_found(request)
        if language is not None and language == shop.default_language:
            return _without_prefix(request, language)
        spoken = language or shop.default_language
        site = request.site = Site(shop, spoken, prefix(shop, spoken))
        with translation.override(spoken), timezone.override(site.zone):
            response = _answer(view, methods, request, site, kwargs)
        response.headers.setdefault("Cache-Control", PRIVATE)
        return response

    return door


def _answer(
    view: Callable[..., HttpResponse], methods: tuple[str, ...], request: Any, site: Site, kwargs: dict[str, Any]
) -> HttpResponse:
    if request.method not in methods:
        return errors.not_allowed(request, methods)
    if site.shop.state != "open":
        return errors.closed(request)
    try:
        return _made(view, request, site, kwargs)
    except Http404:
        return errors.not_found(request)
    except EsellerError as error:
        if error.status == 404:
            return errors.not_found(request)
        if error.retryable:
            return errors.unavailable(request, log=True)
        raise
    except Exception as error:
        # Whatever it is wrapped in: a database that is away is told of as such.
        if not (is_away(error) or isinstance(error, OperationalError | InterfaceError)):
            raise
        return errors.unavailable(request, log=True)


def _made(view: Callable[..., HttpResponse], request: Any, site: Site, kwargs: dict[str, Any]) -> HttpResponse:
    """Make the page: past a bad row, and again when the database went away meanwhile."""
    reads = request.method in READING
    return outlast(
        lambda: healed(site.shop.id, lambda: view(request, site, **kwargs)),
        repeatable=reads or getattr(view, "repeatable", False),
        writes=not reads,
    )


def _without_prefix(request: Any, language: str) -> HttpResponse:
    """The shop's first language has no prefix; one address for each page."""
    if request.method not in READING:
        return errors.not_found(request)
    target = request.get_full_path().removeprefix(f"/{language}") or "/"
    # "//host" would lead to another site.
    return HttpResponsePermanentRedirect("/" + target.lstrip("/\\"))


def see(path: str) -> HttpResponse:
    """Answer a form that was done with the page that shows what came of it (303, so that reloading sends nothing)."""
    return HttpResponseRedirect(path, status=303)
