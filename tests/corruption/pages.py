"""All pages of a shop that GET answers, found by walking the addresses, and its mails; and which tables each reads."""

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import psycopg
from django.db import connections
from django.test import Client

from eseller.kernel.errors import EsellerError
from eseller.services import sending
from tests.corruption.database import forget
from tests.corruption.world import Busy
from tests.isolation.attack import actors
from tests.isolation.urls import BACKOFFICE, STOREFRONT, Route, routes
from tests.isolation.world import World

PUBLIC = frozenset(
    {"home", "product", "category", "search", "page", "sitemap", "sitemap-home", "sitemap-part", "feed-google"}
    | {"robots", "theme"}
)
"""Pages that are the same bytes for everybody."""
CHANGING = frozenset({"history", "product-history", "category-history", "damaged", "damaged-row"})
"""Pages that tell what was done, and so are others after damage and mending."""
_QUERIES = {(STOREFRONT, "search"): lambda world: {"q": world.text}}
_TOKENS = re.compile(rb'value="[A-Za-z0-9_-]{30,70}"|name="seen" value="\d+"|"X-CSRFToken": ?"[^"]+"')


class Answer(NamedTuple):
    """What came back."""

    status: int
    body: bytes
    error: str = ""


class Page(NamedTuple):
    """A page of one shop, as somebody sees it."""

    name: str
    fetch: Callable[[], Answer]
    public: bool = False
    lasting: bool = True
    """Whether it is the same again once all is mended."""


def pages_of(world: Busy) -> list[Page]:
    """Return all pages of a shop that answer, each once, as the person who sees most; and its mails."""
    found: list[Page] = []
    for urlconf, people in ((STOREFRONT, ("buyer", "customer")), (BACKOFFICE, ("owner",))):
        browsers = world.browsers[urlconf] = actors(urlconf, world)
        for route in routes(urlconf):
            if "language" in route.parameters or not route.name:
                continue
            for who in people:
                page = _page(route, world, browsers[who], who)
                if page.fetch().status == 200:
                    found.append(page)
                    if page.public:
                        break
    return [*found, *_mails(world)]


def _page(route: Route, world: World, browser: Client, who: str) -> Page:
    path = route.path(world)
    query = route.query(world) | _QUERIES.get((route.urlconf, route.name), lambda _world: {})(world)
    plane = "shop" if route.urlconf == STOREFRONT else "office"

    def fetch() -> Answer:
        response = browser.get(path, query)
        try:
            body = response.getvalue() if response.streaming else response.content
        except Exception as error:
            return Answer(599, b"", repr(error)[:300])  # broken off on its way
        if response["Content-Type"] == "application/pdf":
            body = b"a paper"  # it tells when it was drawn
        exc = getattr(response, "exc_info", None)
        return Answer(response.status_code, _TOKENS.sub(b"token", body), repr(exc[1])[:300] if exc else "")

    public = plane == "shop" and route.name in PUBLIC
    return Page(f"{plane} {route.name} ({who})", fetch, public, route.name not in CHANGING)


def _mails(world: World) -> Iterator[Page]:
    from eseller.services.models import OutboxMessage
    from eseller.tenancy.scope import PLATFORM, platform_transaction

    with platform_transaction():
        messages = list(OutboxMessage.objects.using(PLATFORM).filter(shop_id=world.shop.pk).order_by("kind", "id"))
    for message in {message.kind: message for message in messages}.values():
        yield Page(f"mail {message.kind}", _mail(world, message))


def _mail(world: World, message: Any) -> Callable[[], Answer]:
    import json

    claimed = sending.Claimed(
        message.kind, message.recipient, message.language, json.dumps(message.payload), attempts=1
    )

    def fetch() -> Answer:
        try:
            mail = sending.rendered(world.shop.pk, claimed)
        except EsellerError as error:
            return Answer(error.status, b"", error.code)  # said so, and tried again later
        except Exception as error:
            return Answer(500, b"", repr(error)[:300])
        return Answer(200, f"{mail.subject}\n{mail.body}".encode() if mail else b"")

    return fetch


def fetched(pages: Iterable[Page]) -> dict[str, Answer]:
    """Fetch pages anew."""
    forget()
    return {page.name: page.fetch() for page in pages}


def tables_read(hand: psycopg.Connection[Any], page: Page) -> frozenset[str]:
    """Return which tables a page reads, also by functions of the database."""
    with _listening() as statements:
        fetched([page])
    return Catalogue(hand).tables_in(statements)


@contextmanager
def _listening() -> Iterator[list[str]]:
    statements: list[str] = []

    def hear(execute: Any, sql: Any, params: Any, many: Any, context: Any) -> Any:
        statements.append(str(sql))
        return execute(sql, params, many, context)

    with connections["default"].execute_wrapper(hear), connections["platform"].execute_wrapper(hear):
        yield statements


class Catalogue:
    """The names of the database's tables and functions."""

    def __init__(self, hand: psycopg.Connection[Any]) -> None:
        """Read them."""
        ours = "relnamespace = 'public'::regnamespace AND relkind = 'r'"
        rows = hand.execute(f"SELECT relname FROM pg_class WHERE {ours}")
        self.tables = frozenset(name for (name,) in rows)
        self.functions: dict[str, str] = dict(
            hand.execute("SELECT proname, prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace").fetchall()
        )

    def tables_in(self, statements: Iterable[str]) -> frozenset[str]:
        """Return the tables that statements name, or functions that they call."""
        words = {word for statement in statements for word in re.findall(r"\w+", statement)}
        for _depth in range(3):
            called = {name for name in words if name in self.functions}
            words |= {word for name in called for word in re.findall(r"\w+", self.functions[name])}
        return frozenset(words & self.tables)
