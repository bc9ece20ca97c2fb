"""Requests that no browser makes, and a reader of what comes back."""

import json
import re
from html.parser import HTMLParser
from typing import Any

from django.conf import settings
from django.test import Client

from tests.isolation import attack
from tests.isolation.urls import BACKOFFICE, STOREFRONT, Route, routes
from tests.isolation.world import World

PROBE = "\"'><script>x7(1)</script><img src=x7 onerror=x7()>{{191*7}}"
"""Breaks out of text, attributes and templates wherever it isn't escaped."""
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_SKIPPED = re.compile(r"[\x00-\x20]")
"""What browsers leave out of an address before they look for its scheme."""


def raw(client: Client, path: bytes, *, method: str = "GET", query: str = "", **environ: Any) -> Any:
    """Send a path byte by byte as a server would hand it over, already decoded."""
    return client.generic(method, "/", **{"PATH_INFO": path.decode("latin-1"), "QUERY_STRING": query, **environ})


def own_routes(urlconf: str) -> list[Route]:
    """Return a site's routes in the shop's first language; the others are the same views."""
    return [route for route in routes(urlconf) if "language" not in route.parameters]


def everybody(world: World) -> list[tuple[str, Client]]:
    """Return a visitor, a customer and an owner, with the urlconf of the site that each is at."""
    shoppers = attack.actors(STOREFRONT, world)
    return [
        (STOREFRONT, shoppers["visitor"]),
        (STOREFRONT, shoppers["customer"]),
        (BACKOFFICE, attack.actors(BACKOFFICE, world)["owner"]),
    ]


def failure(response: Any) -> str:
    """Return what went wrong inside, or nothing. An answer below 500 is a clear one."""
    if response.status_code < 500:
        return ""
    return f"{response.request['REQUEST_METHOD']} {response.request['PATH_INFO']!r}: {response.status_code} " + repr(
        (getattr(response, "exc_info", None) or [None, None])[1]
    )


class Markup(HTMLParser):
    """Collects what in a page could run, and what its strict policy forbids."""

    def __init__(self, response: Any) -> None:
        """Read a page."""
        super().__init__()
        self.wrong: list[str] = []
        self.text = ""
        self.tags = 0
        self.values: list[str] = []
        self.links: list[str] = []
        self._data = False
        self.feed(response.content.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Judge a tag."""
        given = {name: value or "" for name, value in attrs}
        self.tags += 1
        self.values += given.values()
        self._data = given.get("type") == "application/ld+json"
        if tag == "script" and not self._data and not given.get("src", "").startswith(settings.STATIC_URL):
            self.wrong.append(f"a script of its own: {given}")
        if tag in ("style", "base", "object", "embed", "meta") and (tag != "meta" or "http-equiv" in given):
            self.wrong.append(f"<{tag}>")
        for name, value in given.items():
            if name.startswith("on") or name in ("style", "srcdoc"):
                self.wrong.append(f"<{tag} {name}>")
            if name in ("href", "src", "action", "formaction"):
                self.links.append(value)
                scheme = _SCHEME.match(_SKIPPED.sub("", value))
                if name == "src" and (scheme or value.startswith("//")) and not value.startswith("data:image/"):
                    self.wrong.append(f"<{tag} src={value}> from elsewhere")
                elif scheme and scheme[1].lower() not in ("http", "https", "mailto", "tel"):
                    self.wrong.append(f"<{tag} {name}={value}>")

    def handle_data(self, data: str) -> None:
        """Keep text; data blocks must be read without error."""
        if self._data and data.strip():
            json.loads(data)
        self.text += data

    def handle_endtag(self, tag: str) -> None:  # noqa: ARG002
        """Leave a data block."""
        self._data = False
