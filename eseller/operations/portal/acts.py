"""What comes in from outside goes on to the watch: who takes an alert, jobs, Alertmanager. No database is asked."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from eseller.kernel.errors import EsellerError
from eseller.operations.alerts import links
from eseller.resilience.control.calling import call, get
from eseller.resilience.control.errors import NotDone, Unreachable
from eseller.resilience.control.signing import read_keys

SECONDS = 5.0
MOST_WORDS = 300


def stale(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001 - as Django calls it
    """A form that is too old, or was sent from elsewhere."""
    return HttpResponse(render_to_string("ui/error_403.html", request=request), status=403)


# The link is the key: who has it needs no cookie besides.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def take(request: HttpRequest, number: int, who: str, token: str) -> HttpResponse:
    """The page on which somebody takes or closes an alert; by its form alone, since mail programs open links."""
    if not links.is_ours(token, _secrets(), "take", number, who):
        return _page(request, "gone", 404, who=who)
    try:
        alert = _alert(number)
        if alert is None:
            return _page(request, "gone", 404, who=who)
        if request.method == "POST":
            verb = "close-alert" if request.POST.get("do") == "close" else "take-alert"
            told = _tell(verb, {"number": number, "by": who})
            alert = alert | {"state": told["state"], "by": told["by"]}
    except (Unreachable, NotDone):
        return _page(request, "away", 503, who=who)
    return _page(request, alert["state"], 200, who=who, alert=alert)


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def beat(_request: HttpRequest, name: str, token: str) -> HttpResponse:
    """A job is done; with ``?failed=WHY`` it has failed."""
    if not links.is_ours(token, _secrets(), "beat", name):
        return JsonResponse({"detail": "There is no such heartbeat."}, status=404)
    return _passed_on("beat", {"name": name, "failed": _request.GET.get("failed", "")[:MOST_WORDS]})


@csrf_exempt
@require_http_methods(["POST"])
def alertmanager(request: HttpRequest) -> HttpResponse:
    """Alertmanager's webhook, version 4; with the bearer token that ``eseller alerts hook`` tells."""
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not links.is_ours(given.strip(), _secrets(), "alertmanager"):
        return JsonResponse({"detail": "A bearer token is needed: eseller alerts hook"}, status=401)
    try:
        body = request.body.decode()
    except UnicodeDecodeError:
        return JsonResponse({"detail": "It is no JSON."}, status=422)
    return _passed_on("report", {"body": body})


def _passed_on(verb: str, arguments: dict[str, Any]) -> HttpResponse:
    """Tell the watch; who sent it tries again when it is away."""
    try:
        return JsonResponse(_tell(verb, arguments))
    except NotDone as error:
        status = error.detail.get("status")
        return JsonResponse({"detail": error.message}, status=status if isinstance(status, int) else 502)
    except EsellerError:
        return JsonResponse({"detail": "The watch does not answer. Try again."}, status=503)


def _tell(verb: str, arguments: dict[str, Any]) -> dict[str, Any]:
    host, port = settings.WATCH_PLACE
    return call(port, read_keys(settings.CONTROL_KEYS)[0], verb, arguments, host=host, seconds=SECONDS)


def _alert(number: int) -> dict[str, Any] | None:
    host, port = settings.WATCH_PLACE
    found: list[dict[str, Any]] = get(port, "/alerts", host=host, seconds=SECONDS)
    return next((one for one in found if one["number"] == number), None)


def _secrets() -> list[bytes]:
    return [key.secret for key in read_keys(settings.CONTROL_KEYS)]


def _page(request: HttpRequest, state: str, status: int, **context: Any) -> HttpResponse:
    told = {"name": settings.PAGE_NAME, "state": state, "alert": None, **context}
    answer = HttpResponse(render_to_string("portal/take.html", told, request=request), status=status)
    # The address is as good as a key.
    answer.headers["Referrer-Policy"] = "no-referrer"
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer
