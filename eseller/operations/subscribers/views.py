"""Pages where people subscribe, confirm and give up."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import translation
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from eseller.operations.console.throttle import TooManyAttempts, hit
from eseller.operations.incidents.models import Component
from eseller.operations.portal import words
from eseller.operations.portal.pages import LANGUAGES
from eseller.operations.subscribers import subscribing
from eseller.operations.subscribers.models import Kind

MOST_AN_HOUR = 20


@require_http_methods(["GET", "HEAD", "POST"])
def subscribe(request: HttpRequest) -> HttpResponse:
    """The form; what it is answered with does not tell whether an address is known."""
    context: dict[str, Any] = {"state": "form", "components": list(Component.objects.filter(is_shown=True)),
                               "given": {}, "chosen": [], "secret": ""}  # fmt: skip
    status = 200
    if request.method == "POST":
        kind = Kind.WEBHOOK if request.POST.get("kind") == Kind.WEBHOOK else Kind.MAIL
        chosen = request.POST.getlist("component")[:50]
        context |= {"given": {"kind": kind, "address": request.POST.get("address", "")[:500]}, "chosen": chosen}
        try:
            hit(f"subscribe {request.META.get('REMOTE_ADDR', '')}", MOST_AN_HOUR)
            _, secret = subscribing.ask(
                kind, request.POST.get("address", ""), language=_language(request), components=tuple(chosen)
            )
            # A webhook that is known gets no second secret, and whoever asks sees one that fits nothing.
            context |= {"state": "asked", "secret": secret}
        except TooManyAttempts as error:
            context, status = context | {"problem": "many"}, error.status
        except (subscribing.BadAddress, subscribing.BadHook, subscribing.TooMany) as error:
            context, status = context | {"problem": kind}, error.status
    return _page(request, context, status)


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """Begin to tell somebody; by the form alone, since mail programs open links."""
    try:
        found = subscribing.confirm(token) if request.method == "POST" else subscribing.of_token(token)
    except subscribing.NoSuchSubscriber as error:
        return _page(request, {"state": "gone"}, error.status)
    state = "confirmed" if found.confirmed_at else "confirm"
    return _page(request, {"state": state, "told": subscribing.described(found)}, 200, language=found.language)


# The link is the key; and mail programs send it by themselves (RFC 8058), without cookies.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def stop(request: HttpRequest, token: str) -> HttpResponse:
    """Tell somebody no more."""
    try:
        found = subscribing.of_token(token)
    except subscribing.NoSuchSubscriber as error:
        return _page(request, {"state": "gone"}, error.status)
    told, language = subscribing.described(found), found.language
    if request.method == "POST":
        subscribing.remove(found)
        return _page(request, {"state": "stopped", "told": told}, 200, language=language)
    return _page(request, {"state": "stop", "told": told}, 200, language=language)


def _language(request: HttpRequest) -> str:
    wanted = request.GET.get("lang") or request.POST.get("lang") or ""
    if wanted in subscribing.LANGUAGES:
        return wanted
    found = translation.get_language_from_request(request)
    return found if found in subscribing.LANGUAGES else "en"


def _page(request: HttpRequest, context: dict[str, Any], status: int, *, language: str = "") -> HttpResponse:
    spoken = language or _language(request)
    prefix = "" if spoken == "en" else f"{spoken}/"
    told = {
        "name": settings.PAGE_NAME, "root": f"/{prefix}", "lang": spoken, "words": words, "here": "subscribe",
        "languages": [(code, label, f"/subscribe/?lang={code}", code == spoken) for code, label in LANGUAGES],
        "problem": "", "secret": "", "told": {}, **context,
    }  # fmt: skip
    with translation.override(spoken):
        answer = HttpResponse(render_to_string("subscribers/page.html", told, request=request), status=status)
    answer.headers["Cache-Control"] = "private, no-store"
    answer.headers["Referrer-Policy"] = "no-referrer" if context["state"] != "form" else "same-origin"
    return answer


