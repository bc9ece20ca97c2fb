"""The border of the commerce plane: which site is meant, whose shop it is, and what every answer carries."""

import logging
import secrets
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.core.exceptions import PermissionDenied
from django.db.utils import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.template.loader import render_to_string
from django.urls import get_resolver

from eseller.kernel import context
from eseller.kernel.environ import SHOP, SITE
from eseller.tenancy.hosts import ShopInfo, find_shop
from eseller.tenancy.snapshots import active as snapshots

log = logging.getLogger(__name__)

View = Callable[[HttpRequest], HttpResponse]

CONTENT_SECURITY_POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}


class ShopRequest(HttpRequest):
    """A request at a shop's own host."""

    shop: ShopInfo


def host_of(request: HttpRequest) -> str:
    """Return the request's host in lower case, without port or final dot. Forwarded headers do not count."""
    raw = str(request.META.get("HTTP_HOST", ""))[:300].lower()
    return raw.rsplit(":", 1)[0].rstrip(".")


class HostMiddleware:
    """Chooses the site by host, finds the shop, names the request. An unknown host gets a plain 404 that says so."""

    def __init__(self, get_response: View) -> None:
        """Wrap the rest of the stack."""
        self.get_response = get_response
        self.sites = {settings.BACKOFFICE_HOST: "eseller.channels.backoffice.urls"}
        if settings.MAILBOX_HOST:
            self.sites[settings.MAILBOX_HOST] = "eseller.channels.mailbox.urls"

    def __call__(self, request: Any) -> HttpResponse:
        """Answer one request."""
        request_id = secrets.token_hex(8)
        # All of a request goes by the same snapshot, whatever is taken meanwhile.
        with context.use(request_id=request_id), snapshots.held():
            response = self._answer(request, host_of(request))
        if response.headers.get("Cache-Control", "").startswith("public"):
            # What caches keep for everybody hands out nobody's cookie and differs by none, whatever read or set it.
            response.cookies.clear()
            if response.has_header("Vary"):
                _vary_without_cookie(response)
        response.headers["X-Request-ID"] = request_id
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        return response

    def _answer(self, request: Any, host: str) -> HttpResponse:
        if host in self.sites:
            request.urlconf = self.sites[host]
            request.shop = None
            request.META[SITE] = "backoffice" if host == settings.BACKOFFICE_HOST else "mailbox"
            return self.get_response(request)
        try:
            shop = find_shop(host) if host else None
        except (OperationalError, InterfaceError):
            log.exception("the shop of %s could not be looked up", host[:100])
            return _plain("ui/error_503.html", 503, retry_after=5)
        if shop is None:
            return _plain("ui/error_host.html", 404, host=host[:80])
        request.META[SITE], request.META[SHOP] = "storefront", shop.slug
        if host != shop.primary_host and request.method in ("GET", "HEAD") and shop.primary_host:
            port = str(request.META.get("HTTP_HOST", "")).rpartition(":")[2]
            suffix = f":{port}" if port.isdigit() else ""
            target = f"{request.scheme}://{shop.primary_host}{suffix}{request.get_full_path()}"
            return HttpResponsePermanentRedirect(target)
        request.urlconf = "eseller.channels.storefront.urls"
        request.shop = shop
        with context.use(shop_id=shop.id):
            return self.get_response(request)


def _vary_without_cookie(response: HttpResponse) -> None:
    names = [name for name in response["Vary"].replace(" ", "").split(",") if name.lower() != "cookie"]
    if names:
        response.headers["Vary"] = ", ".join(names)
    else:
        del response.headers["Vary"]


def _plain(template: str, status: int, *, retry_after: int | None = None, **context_: str) -> HttpResponse:
    """Answer without any shop."""
    response = HttpResponse(render_to_string(template, context_), status=status)
    response.headers["Cache-Control"] = "no-store"
    if retry_after is not None:
        response.headers["Retry-After"] = str(retry_after)
    return response


class OfficeSessionMiddleware(SessionMiddleware):
    """Sessions of members; shops have none, so that their pages need neither session nor its cookie."""

    def __call__(self, request: Any) -> Any:
        """Answer one request."""
        return super().__call__(request) if request.shop is None else self.get_response(request)


class OfficeAuthMiddleware(AuthenticationMiddleware):
    """Members who have signed in; a shop's customers are found by a cookie of their own."""

    def __call__(self, request: Any) -> Any:
        """Answer one request."""
        return super().__call__(request) if request.shop is None else self.get_response(request)


def form_refused(request: Any, reason: str = "") -> HttpResponse:
    """Answer a form whose token is missing, wrong or too old, in the look of the site that it was sent to.

    Django's own page has styles that our policy blocks.
    """
    if request.shop is None:
        return _plain("ui/error_403.html", 403)
    handler: Any = get_resolver(request.urlconf).resolve_error_handler(403)
    answer: HttpResponse = handler(request, exception=PermissionDenied(reason))
    return answer


class SameOriginMiddleware:
    """Refuses a changing request that comes from another site.

    Public pages carry no token, since they are the same bytes for everybody; browsers say by themselves where a request
    comes from (Fetch Metadata, and Origin as of RFC 6454). A request that says neither comes from no browser of today
    and carries no victim's cookie, but is refused all the same when it has a cookie.
    """

    def __init__(self, get_response: View) -> None:
        """Wrap the rest of the stack."""
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponse:
        """Answer one request."""
        if request.method in ("GET", "HEAD", "OPTIONS") or self._own(request) or is_machine(request.path_info):
            return self.get_response(request)
        return _plain("ui/error_403.html", 403)

    @staticmethod
    def _own(request: Any) -> bool:
        origin = request.headers.get("Origin")
        if origin is not None:
            return bool(origin == f"{request.scheme}://{request.META.get('HTTP_HOST', '')}")
        site = request.headers.get("Sec-Fetch-Site")
        if site is not None:
            return bool(site in ("same-origin", "none"))
        return not request.COOKIES


def is_machine(path: str) -> bool:
    """Tell whether a path is for machines that sign what they send (payment callbacks)."""
    return path.startswith("/hooks/")
