"""What stands before every page of the console: who is it, and may they."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.cache import patch_vary_headers

from eseller.kernel.errors import EsellerError
from eseller.operations.console import credentials
from eseller.operations.console.models import Operator, Role, Session
from eseller.operations.portal.middleware import HEADERS

COOKIE = "console"
READING = ("GET", "HEAD")
POLICY = HEADERS["Content-Security-Policy"] + "; script-src 'self'; connect-src 'self'"
_RANK = {role: rank for rank, role in enumerate(Role)}
View = Callable[..., HttpResponse]


class NotAllowed(EsellerError):
    """Your role lets you read, not act. An administrator changes that: ``eseller operators add NAME --role ROLE``."""

    code = "role_too_low"
    status = 403


def may(operator: Operator, role: Role) -> bool:
    """Whether somebody may do what a role may."""
    return _RANK[Role(operator.role)] >= _RANK[role]


def page(act: Role | None = None, see: Role = Role.READER) -> Callable[[View], View]:
    """Let operators see a view; it gets the request and the session.

    Args:
        act: the role that POST demands; None: there is no POST.
        see: the role that GET demands.
    """

    def guarded(view: View) -> View:
        @functools.wraps(view)
        def door(request: HttpRequest, **kwargs: Any) -> HttpResponse:
            return _private(request, lambda: _enter(request, view, see, act, kwargs))

        door.guarded = True  # type: ignore[attr-defined]
        return door

    return guarded


def entrance(view: View) -> View:
    """Let anybody see a view, as one has to sign in somewhere."""

    @functools.wraps(view)
    def door(request: HttpRequest, **kwargs: Any) -> HttpResponse:
        return _private(request, lambda: view(request, **kwargs))

    door.guarded = True  # type: ignore[attr-defined]
    return door


def _enter(request: HttpRequest, view: View, see: Role, act: Role | None, kwargs: dict[str, Any]) -> HttpResponse:
    session = credentials.session_of(request.COOKIES.get(COOKIE, ""))
    if session is None:
        target = request.get_full_path() if request.method in READING and "HX-Request" not in request.headers else ""
        answer = HttpResponseRedirect(
            reverse("console:sign-in") + (f"?{urlencode({'next': target}, safe='/')}" if target else "")
        )
        if "HX-Request" in request.headers:
            # A part of a page that refreshes itself: the whole page goes to the door.
            answer = HttpResponseRedirect(reverse("console:sign-in"), status=204)
            answer.headers["HX-Redirect"] = reverse("console:sign-in")
        return answer
    wanted = see if request.method in READING else act if request.method == "POST" else None
    if wanted is None:
        return HttpResponseNotAllowed([*READING, *(["POST"] if act else [])])
    if not may(session.operator, wanted):
        raise NotAllowed
    return view(request, session, **kwargs)


def _private(request: HttpRequest, answer: Callable[[], HttpResponse]) -> HttpResponse:
    try:
        response = answer()
    except EsellerError as error:
        response = problem(request, error.status, error.message)
    except (DatabaseError, InterfaceError):
        words = "The console's database does not answer. Alerts go on without it: eseller watch, eseller alerts list."
        response = problem(request, 503, words)
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["X-Robots-Tag"] = "noindex"
    patch_vary_headers(response, ["Cookie"])
    return response


def problem(request: HttpRequest, status: int, words: str) -> HttpResponse:
    """Say what is wrong, and lose nothing: the browser's way back shows the form as it was."""
    context = {"words": words, "name": settings.PAGE_NAME}
    return HttpResponse(render_to_string("console/problem.html", context, request=request), status=status)


def keep(response: HttpResponse, token: str, session: Session) -> None:
    """Have the browser keep a session's token, for the console alone."""
    seconds = int((session.ends_at - session.made_at).total_seconds())
    response.set_cookie(
        COOKIE, token, max_age=seconds, path="/console/", secure=settings.SITE_URL.startswith("https:"), httponly=True,
        samesite="Lax",
    )  # fmt: skip


def forget(response: HttpResponse) -> None:
    """Have the browser forget it."""
    response.delete_cookie(COOKIE, path="/console/", samesite="Lax")


def number_in(text: str) -> int:
    """A number of a form; 0, which nothing has, where it is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else 0


def client_of(request: HttpRequest) -> str:
    """The address that a request came from, as whoever is before us saw it."""
    return str(request.META.get("REMOTE_ADDR", ""))[:60]
