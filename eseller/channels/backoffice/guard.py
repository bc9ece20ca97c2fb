"""What stands before every view of the back office: who is it, which shop, may they."""

import functools
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import msgspec
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone, translation

from eseller.channels.backoffice.permissions import Permission, may
from eseller.channels.backoffice.problems import forbidden, refused
from eseller.kernel.errors import EsellerError
from eseller.tenancy.guard.diagnose import healed
from eseller.tenancy.hosts import ShopInfo, shop_info
from eseller.tenancy.models import User
from eseller.tenancy.outages import outlast
from eseller.tenancy.queries import MemberShop, member_shops
from eseller.tenancy.scope import shop_transaction

View = Callable[..., HttpResponse]
READING = ("GET", "HEAD")


class Office(msgspec.Struct, frozen=True):
    """A person at work in one of their shops."""

    user: User
    shop: ShopInfo
    role: str
    shops: list[MemberShop]
    """All shops that the person may enter, for the switcher."""

    @property
    def actor(self) -> str:
        """Who acts, as history writes it."""
        return f"member:{self.user.pk}"

    @property
    def language(self) -> str:
        """The person's language."""
        return spoken_by(self.user)

    def may(self, permission: Permission | str) -> bool:
        """Tell whether the person may do something in this shop."""
        return may(self.role, Permission(permission))

    def scope(self, label: str = "") -> AbstractContextManager[None]:
        """Open the shop's transaction in this person's name."""
        return shop_transaction(self.shop.id, actor=self.actor, label=label)

    def url(self, name: str, **kwargs: Any) -> str:
        """Return the address of a page of this shop."""
        return reverse(name, kwargs={"shop": self.shop.slug, **kwargs})


class Guarded:
    """A view that says what it demands. The urlconf's test refuses a view that is none of these."""

    see: Permission | None = None
    """What GET demands; None where there is no GET."""
    change: Permission | None = None
    """What POST demands; None where there is no POST."""
    entrance: str = ""
    """Why there is no permission: ``public`` or ``signed in``; empty for pages of a shop."""

    def __init__(self, view: View) -> None:
        """Keep the view and look like it."""
        functools.update_wrapper(self, view)
        self.view = view

    def __call__(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Answer; what the back office shows is never kept by caches."""
        response = self.answer(request, **kwargs)
        response.headers.setdefault("Cache-Control", "private, no-store")
        return response

    def answer(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Check, then call the view."""
        raise NotImplementedError


class _Public(Guarded):
    entrance = "public"

    def answer(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        with translation.override(_language_of(request)):
            return _told(request, lambda: self.view(request, **kwargs))


class _SignedIn(Guarded):
    entrance = "signed in"

    def answer(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        if not isinstance(request.user, User):
            return to_sign_in(request)
        with translation.override(spoken_by(request.user)):
            return _told(request, lambda: self.view(request, **kwargs))


class _OfShop(Guarded):
    """A view of one shop."""

    def __init__(self, view: View, see: Permission | None, change: Permission | None) -> None:
        super().__init__(view)
        self.see, self.change = see, change

    def answer(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        needed = self.see if request.method in READING else self.change if request.method == "POST" else None
        if not isinstance(request.user, User):
            return to_sign_in(request)
        with translation.override(spoken_by(request.user)):
            office = _enter(request.user, kwargs.pop("shop"))
            if needed is None:
                return HttpResponseNotAllowed([*(READING if self.see else ()), *(["POST"] if self.change else ())])
            with _in_time_zone(office.shop.time_zone):
                if not office.may(needed):
                    return forbidden(request)
                return _told(request, lambda: self._made(request, office, kwargs))

    def _made(self, request: HttpRequest, office: Office, kwargs: dict[str, Any]) -> HttpResponse:
        """Make the page: past a bad row, and again when the database went away before anything was written."""
        return outlast(
            lambda: healed(office.shop.id, lambda: self.view(request, office, **kwargs)),
            repeatable=request.method in READING,
            writes=request.method not in READING,
        )


def public(view: View) -> Guarded:
    """Let anybody see a view; it gets the request alone."""
    return _Public(view)


def signed_in(view: View) -> Guarded:
    """Let anybody see a view who is signed in; it gets the request alone."""
    return _SignedIn(view)


def of_shop(*, see: Permission | None = None, change: Permission | None = None) -> Callable[[View], Guarded]:
    """Let members of the shop in the path see a view whose role allows it: ``see`` for GET, ``change`` for POST.

    The view gets the request and the :class:`Office`. It opens the shop's transaction itself, since what talks to
    others, such as a capture, must not run in one. A shop that the person is no member of answers like none.
    """
    return lambda view: _OfShop(view, see, change)


def to_sign_in(request: HttpRequest) -> HttpResponse:
    """Send somebody to the sign-in page and, after it, back to what they wanted to read."""
    target = request.get_full_path() if request.method in READING else "/"
    query = f"?{urlencode({'next': target}, safe='/')}" if target != "/" else ""
    return HttpResponseRedirect(reverse("sign-in") + query)


def _enter(user: User, slug: str) -> Office:
    shops = member_shops(user.pk)
    mine = next((shop for shop in shops if shop.slug == slug), None)
    if mine is None:
        raise Http404
    return Office(user, healed(mine.shop_id, lambda: _info_of(mine.shop_id)), mine.role, shops)


def _info_of(shop_id: int) -> ShopInfo:
    with shop_transaction(shop_id, label="enter"):
        return shop_info(shop_id)


def _told(request: HttpRequest, view: Callable[[], HttpResponse]) -> HttpResponse:
    try:
        return view()
    except EsellerError as error:
        if error.status == 404:
            raise Http404 from error
        return refused(request, error)


def spoken_by(user: User) -> str:
    """Return a person's language; English where it is none of ours."""
    return user.language if user.language in dict(settings.LANGUAGES) else "en"


def _language_of(request: HttpRequest) -> str:
    chosen = translation.get_language_from_request(request)
    return chosen if chosen in dict(settings.LANGUAGES) else "en"


@contextmanager
def _in_time_zone(name: str) -> Iterator[None]:
    with timezone.override(ZoneInfo(name)):
        yield
