"""Sign in, set up, sign out, and one's own account."""

from __future__ import annotations

from typing import Any

import segno
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from markupsafe import Markup

from eseller.operations.console import credentials
from eseller.operations.console.guard import client_of, entrance, forget, keep, page
from eseller.operations.console.models import Act, Role, Session
from eseller.operations.console.throttle import TooManyAttempts
from eseller.operations.console.views.frame import frame, show

HOME = "console:now"


@entrance
def sign_in(request: HttpRequest) -> HttpResponse:
    """Name, password and code, on one page."""
    target = request.POST.get("next") or request.GET.get("next") or ""
    if not url_has_allowed_host_and_scheme(target, allowed_hosts=None) or not target.startswith("/console/"):
        target = reverse(HOME)
    context = {"name": settings.PAGE_NAME, "next": target, "who": request.POST.get("who", "")[:100], "problem": ""}
    if request.method == "POST":
        try:
            token, session = credentials.sign_in(
                request.POST.get("who", ""), password=request.POST.get("password", ""),
                code=request.POST.get("code", ""), client=client_of(request),
                agent=request.headers.get("User-Agent", ""),
            )  # fmt: skip
        except (credentials.WrongCredentials, TooManyAttempts) as error:
            context["problem"] = error.message
            return render(request, "console/sign_in.html", context, status=error.status)
        answer = HttpResponseRedirect(target, status=303)
        keep(answer, token, session)
        return answer
    return render(request, "console/sign_in.html", context)


@entrance
def welcome(request: HttpRequest, token: str) -> HttpResponse:
    """Where somebody new takes a password and a second factor."""
    operator, secret = credentials.by_link(token)
    address = credentials.authenticator_address(operator, secret)
    picture = segno.make(address, error="m").svg_inline(scale=4, border=4, light="#fff", dark="#000", omitsize=True)
    # Made by the library of an address of ours: it holds nothing that anybody typed.
    context: dict[str, Any] = {
        "name": settings.PAGE_NAME, "who": operator.name, "secret": " ".join(_in_fours(secret)),
        "picture": Markup(picture), "problem": "", "codes": None, "least": credentials.LEAST_PASSWORD,  # noqa: S704
    }  # fmt: skip
    if request.method == "POST":
        try:
            context["codes"] = credentials.set_up(
                token, password=request.POST.get("password", ""), again=request.POST.get("again", ""),
                code=request.POST.get("code", ""), client=client_of(request),
            )  # fmt: skip
        except (credentials.WeakPassword, credentials.WrongCredentials, TooManyAttempts) as error:
            context["problem"] = error.message
            return render(request, "console/welcome.html", context, status=error.status)
    return render(request, "console/welcome.html", context)


@entrance
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session, whether or not it is still one."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    session = credentials.session_of(request.COOKIES.get("console", ""))
    if session is not None:
        credentials.sign_out(session)
    answer = HttpResponseRedirect(reverse("console:sign-in"), status=303)
    forget(answer)
    return answer


@page(act=Role.READER)
def account(request: HttpRequest, session: Session) -> HttpResponse:
    """Where one is signed in, and what one did; other browsers can be signed out."""
    operator = session.operator
    if request.method == "POST":
        ended, _ = operator.sessions.exclude(pk=session.pk).delete()
        credentials.log(operator.name, "sign-in", f"Signed out in {ended} other browsers", client=client_of(request))
        return HttpResponseRedirect(reverse("console:account"), status=303)
    context = {
        **frame(session, "account"), "sessions": operator.sessions.all()[:50], "mine": session,
        "codes_left": operator.recovery_codes.count(), "acts": Act.objects.filter(by=operator.name)[:30],
    }  # fmt: skip
    return show(request, "account", context)



def _in_fours(secret: str) -> list[str]:
    return [secret[start : start + 4] for start in range(0, len(secret), 4)]
