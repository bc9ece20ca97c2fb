"""Requests of somebody who belongs to one shop and wants something of another."""

from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any, NamedTuple

from django.conf import settings
from django.test import Client

from eseller.channels.storefront.visitors import CART_COOKIE, CUSTOMER_COOKIE
from eseller.commerce.cart.models import Cart
from eseller.commerce.orders.models import Order
from eseller.tenancy.scope import PLATFORM, platform_transaction
from tests.isolation.urls import BACKOFFICE, STOREFRONT, Route
from tests.isolation.world import ROLES, World

REFUSED = frozenset({401, 403, 404, 405, 409, 410, 422})
SIGN_IN = "/sign-in"

OPEN_ON_PURPOSE = {
    (STOREFRONT, "reset"): "shows the form for a new password without a look at the link; sending it is refused",
}
"""Pages that answer GET whatever the address names, and why."""


class Finding(NamedTuple):
    """Something that should not have been possible."""

    who: str
    what: str
    why: str


def actors(urlconf: str, world: World) -> dict[str, Client]:
    """Return browsers of those whom a shop knows: by cookie at its storefront, by role in its back office."""
    if urlconf == STOREFRONT:
        made = {name: browser(world.host) for name in ("visitor", "buyer", "customer")}
        made["buyer"].cookies[CART_COOKIE] = world.cart_token
        made["customer"].cookies[CUSTOMER_COOKIE] = world.customer_token
        return made
    if urlconf == BACKOFFICE:
        made = {name: browser(settings.BACKOFFICE_HOST) for name in ("nobody", *ROLES)}
        for role in ROLES:
            made[role].force_login(world.members[role])
        return made
    return {"anybody": browser(settings.MAILBOX_HOST if "mailbox" in urlconf else "nothing.localhost")}


def browser(host: str) -> Client:
    """Return a browser at a host; what goes wrong inside becomes a page, as it does for everybody."""
    return Client(HTTP_HOST=host, HTTP_ORIGIN=f"http://{host}", raise_request_exception=False)


def body_of(response: Any) -> str:
    """Return all that an answer says: its head and its body."""
    body = response.getvalue() if response.streaming else response.content
    return f"{dict(response.headers)}\n{response.cookies}\n{body.decode(errors='replace')}"


def is_refused(response: Any) -> bool:
    """Tell whether an answer is a plain refusal, or sends somebody unknown to the sign-in page."""
    if response.status_code in (302, 303):
        return SIGN_IN in response["Location"].partition("?")[0]
    return response.status_code in REFUSED


def fields(world: World) -> dict[str, str]:
    """Return a shop's ids under every name that a view might read them by."""
    variant, product, key = world.variants[0].pk, world.product_id, world.reference
    with platform_transaction():
        checkout_key = Cart.objects.using(PLATFORM).filter(shop_id=world.shop.pk).earliest("pk").checkout_key
        order = Order.objects.using(PLATFORM).get(shop_id=world.shop.pk, number=world.placed.number)
    by_row = {
        f"{model._meta.model_name}{ending}": row.pk for model, row in world.by_model.items() for ending in ("", "_id")
    }
    named = {
        "v": variant,
        "variant": variant,
        "remove": variant,
        f"q-{variant}": 1,
        "quantity": 1,
        "product": product,
        "featured": product,
        "category": world.category_id,
        "category_ids": world.category_id,
        "parent": world.category_id,
        "image": world.image.pk,
        "images.0.image_id": world.image.pk,
        "order": order.pk,
        "number": world.placed.number,
        "public_id": world.placed.public_id,
        "s": world.signature,
        "paper": world.paper_id,
        "user": world.members["clerk"].pk,
        "user_id": world.members["clerk"].pk,
        "customer": world.customer_id,
        "cart": world.cart_token,
        "token": world.cart_token,
        "checkout_key": checkout_key,
        "key": checkout_key,
        "reference": key,
        "code": world.shipping_code,
        "shipping_method": world.shipping_code,
        "payment_method": world.payment_codes["invoice"],
        "shop": world.shop.slug,
        "shop_id": world.shop.pk,
        "before": 10**15,
        "q": "cup",
    }
    return {name: str(value) for name, value in (by_row | named).items()}


def walk_foreign(route: Route, own: World, other: World, browsers: dict[str, Client]) -> Iterator[Finding]:
    """Ask for everything of the other shop that the route can name; yield what was not refused."""
    extra = fields(other)
    for path in route.foreign_paths(own, other) if route.of_shop else ():
        for who, client in browsers.items():
            for method in ("get", "post"):
                response = getattr(client, method)(path, extra | (route.query(other) if method == "get" else {}))
                what = f"{method.upper()} {path} ({route.label})"
                yield from _judge(who, what, response, other)
                open_ = method == "get" and (route.urlconf, route.name) in OPEN_ON_PURPOSE
                if not is_refused(response) and not open_:
                    yield Finding(who, what, f"answered {response.status_code} {response.headers.get('Location', '')}")


def walk_queries(route: Route, own: World, other: World, browsers: dict[str, Client]) -> Iterator[Finding]:
    """Ask for one's own pages with the other shop's ids in the query string; yield what shows the other shop."""
    path, extra = route.path(own), fields(other)
    for who, client in browsers.items():
        response = client.get(path, extra | route.query(own))
        # No address of the other shop was sent, so none may come back.
        yield from _judge(who, f"GET {path}?… ({route.label})", response, other, other.slug_mark)


def _judge(who: str, what: str, response: Any, other: World, *traces: str) -> Iterator[Finding]:
    if response.status_code >= 500:
        yield Finding(who, what, f"failed: {getattr(response, 'exc_info', None)}")
    shown = body_of(response)
    if any(trace in shown for trace in (other.mark, *traces)):
        yield Finding(who, what, "showed what belongs to the other shop")


class Form(NamedTuple):
    """A form of a page, as a browser would send it."""

    action: str
    values: tuple[tuple[str, str], ...]

    def swapped(self, swaps: dict[str, str]) -> "Form":
        """Return the form with one shop's names and numbers put in the place of the other's."""
        return Form(self.action, tuple((_swap(name, swaps), _swap(value, swaps)) for name, value in self.values))

    def at(self, swaps: dict[str, str]) -> "Form":
        """Return the form as it is, sent to the other shop's address."""
        return Form(_swap(self.action, swaps), self.values)


def send(form: Form, client: Client, other: World) -> Iterator[Finding]:
    """Send a form; yield what it shows of the other shop."""
    data: dict[str, list[str]] = {}
    for name, value in form.values:
        data.setdefault(name, []).append(value)
    yield from _judge("a form", f"POST {form.action} {data}", client.post(form.action, data), other)


def _swap(text: str, swaps: dict[str, str]) -> str:
    if text in swaps:
        return swaps[text]
    for name, value in swaps.items():
        if len(name) > 5 and name in text:
            text = text.replace(name, value)
    return text


def swaps(own: World, other: World) -> dict[str, str]:
    """Return, for every id and name of one shop, what stands in its place in the other."""
    mine, theirs = own.ids(), other.ids()
    pairs = {str(a): str(b) for table in mine for a, b in zip(mine[table], theirs[table], strict=False)}
    ours, others = fields(own), fields(other)
    pairs |= {ours[name]: others[name] for name in ours.keys() & others.keys() if ours[name] != others[name]}
    pairs |= {str(own.members[role].pk): str(other.members[role].pk) for role in ROLES}
    pairs |= {own.product_slug: other.product_slug, own.category_slug: other.category_slug}
    pairs |= {own.page_slug: other.page_slug, own.media_name: other.media_name, own.signature: other.signature}
    pairs |= {str(own.image.sha256): str(other.image.sha256)}
    del pairs[own.shop.slug], pairs[str(own.shop.pk)]
    return pairs


def forms_of(response: Any, path: str) -> list[Form]:
    """Return the forms of a page that change something."""
    if not response.headers.get("Content-Type", "").startswith("text/html"):
        return []
    reader = _Reader(path)
    reader.feed(response.content.decode())
    return [Form(action, tuple(values)) for action, values in reader.forms]


class _Reader(HTMLParser):
    """Collects the forms whose method is POST."""

    def __init__(self, path: str) -> None:
        super().__init__()
        self.path = path.partition("?")[0]
        self.forms: list[tuple[str, list[tuple[str, str]]]] = []
        self.inside = False
        self.select: tuple[str, bool] | None = None
        self.area: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.inside = given.get("method", "get").lower() == "post"
            if self.inside:
                self.forms.append((given.get("action") or self.path, []))
        elif self.inside:
            self._field(tag, given)

    def _field(self, tag: str, given: dict[str, str]) -> None:
        name, values = given.get("name", ""), self.forms[-1][1]
        if tag == "select":
            self.select = (name, "multiple" in given)
        elif tag == "option" and self.select is not None:
            # A browser sends the selected one, or the first; of ids we send all that are selected.
            if "selected" in given or not (self.select[1] or any(n == self.select[0] for n, _ in values)):
                values[:] = [pair for pair in values if self.select[1] or pair[0] != self.select[0]]
                values.append((self.select[0], given.get("value", "")))
        elif tag == "textarea" and name:
            self.area = name
            values.append((name, ""))
        elif tag == "button" and name and not any(n == name for n, _ in values):
            values.append((name, given.get("value", "")))
        elif tag == "input" and name:
            kind = given.get("type")
            ticked = kind in ("checkbox", "radio")
            if kind not in ("file", "submit", "image") and (not ticked or "checked" in given):
                values.append((name, given.get("value", "on" if ticked else "")))

    def handle_data(self, data: str) -> None:
        if self.area is not None:
            self.forms[-1][1][-1] = (self.area, self.forms[-1][1][-1][1] + data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.inside = False
        elif tag == "select":
            self.select = None
        elif tag == "textarea":
            self.area = None
