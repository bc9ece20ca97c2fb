"""The shop that a request is for, in the language of its address: what every view and template starts from."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import UTC, tzinfo
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from django.conf import settings

from eseller.media import storage
from eseller.tenancy.hosts import ShopInfo
from eseller.tenancy.scope import shop_transaction

LANGUAGE_NAMES = {"en": "English", "da": "Dansk", "de": "Deutsch"}


class Alternate(msgspec.Struct, frozen=True):
    """The same page in another language."""

    language: str
    label: str
    path: str
    url: str
    current: bool


class Site(msgspec.Struct, frozen=True):
    """A shop in one language. Paths are put together here, since reversing each of a hundred links is slow."""

    shop: ShopInfo
    language: str
    base: str
    """What stands before each path: empty in the shop's first language, else ``/da``."""

    @property
    def home(self) -> str:
        """Path of the front page."""
        return f"{self.base}/"

    def path(self, rest: str) -> str:
        """Return a path of this shop in this language; ``rest`` begins with a slash."""
        return self.base + rest

    def product(self, slug: str) -> str:
        """Path of a product."""
        return f"{self.base}/p/{slug}"

    def category(self, slug: str) -> str:
        """Path of a category."""
        return f"{self.base}/c/{slug}"

    def page(self, slug: str) -> str:
        """Path of a page of text."""
        return f"{self.base}/pages/{slug}"

    def url(self, path: str) -> str:
        """Return the absolute address of a path, at the shop's first host whatever host was asked."""
        return origin(self.shop) + path

    def in_language(self, language: str) -> "Site":
        """Return the same shop in another of its languages."""
        return Site(self.shop, language, prefix(self.shop, language))

    def alternates(self, path: str) -> tuple[Alternate, ...]:
        """Return a page (a path with this site's prefix) in all languages of the shop."""
        rest = path.removeprefix(self.base) or "/"
        found = []
        for language in self.shop.languages:
            other = prefix(self.shop, language) + rest
            label = LANGUAGE_NAMES.get(language[:2], language)
            found.append(Alternate(language, label, other, self.url(other), language == self.language))
        return tuple(found)

    @staticmethod
    def picture(sha256: str | None, size: int) -> str | None:
        """Address of a picture in one of the widths that are made; None where there is no picture."""
        return storage.url(sha256, size) if sha256 else None

    @staticmethod
    def pictures(sha256: str | None, *sizes: int) -> list[tuple[str, int]]:
        """The same picture in several widths, for a browser to choose from."""
        return [(storage.url(sha256, size), size) for size in sizes] if sha256 else []

    def transaction(self, label: str, *, actor: str | None = None) -> AbstractContextManager[None]:
        """Open the shop's transaction, named after the page in the database's list of activities."""
        return shop_transaction(self.shop.id, actor=actor, label=label)

    @property
    def zone(self) -> tzinfo:
        """The shop's time zone."""
        return zone(self.shop.time_zone)


def prefix(shop: ShopInfo, language: str) -> str:
    """Return what a language puts before each path of the shop."""
    return "" if language == shop.default_language else f"/{language}"


def origin(shop: ShopInfo) -> str:
    """Return scheme, host and port of the shop's links."""
    return _origin(shop.primary_host)


@lru_cache(maxsize=1024)
def _origin(host: str) -> str:
    return str(settings.ENV.link(host, ""))


@lru_cache(maxsize=64)
def zone(name: str) -> tzinfo:
    """Return a time zone by name; UTC when there is none of that name, rather than no page."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return UTC


def site_of(request: Any) -> Site:
    """Return the site that a request is for, by its host and the language that its path begins with."""
    shop: ShopInfo = request.shop
    first = request.path_info[1:7].partition("/")[0]
    language = first if first in _prefixed(shop) else shop.default_language
    return Site(shop, language, prefix(shop, language))


def _prefixed(shop: ShopInfo) -> Iterator[str]:
    return (language for language in shop.languages if language != shop.default_language)
