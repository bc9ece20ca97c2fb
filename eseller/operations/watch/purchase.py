"""A purchase in a hidden test shop, as a browser does it without a script: page, cart, checkout, order."""

from __future__ import annotations

import html
import http.client
import re
import secrets
import ssl
import time
from collections.abc import Mapping
from email.message import Message
from html.parser import HTMLParser
from http import HTTPStatus
from http.cookies import SimpleCookie
from urllib.parse import urlencode, urlsplit

import msgspec

SECONDS, STEP_SECONDS = 20.0, 8.0
MOST_BYTES = 1024 * 1024
_ADDRESS = {
    "shipping_name": "Test Purchase", "shipping_line1": "Test street 1", "shipping_postcode": "8000",
    "shipping_city": "Test town", "card_number": "4242424242424242", "card_expiry": "12/40", "card_cvc": "123",
    "place": "1",
}  # fmt: skip
"""Of these, what the form asks for is filled in."""


class NotBought(Exception):
    """The purchase came to an end before there was an order; the message says at which step and why."""


class Bought(msgspec.Struct, frozen=True):
    """A purchase that went through.

    Attributes:
        path: of the page that confirms the order.
        seconds: for all of it.
    """

    path: str
    seconds: float


def buy(url: str) -> Bought:
    """Buy what is on a product's page.

    Raises:
        NotBought: something was not as it must be.
    """
    began, parts = time.monotonic(), urlsplit(url)
    browser = _Browser(url, deadline=began + SECONDS)
    page = browser.get("the product's page", parts.path or "/")
    adding = forms(page).get("/cart/add") or forms(page).get("cart-add") or {}
    if "variant" not in adding:
        raise NotBought("The product's page has nothing to buy.")
    browser.post("the cart", "/cart/add", {"quantity": "1", **adding}, (HTTPStatus.SEE_OTHER,))
    checkout = forms(browser.get("the checkout", "/checkout")).get("checkout", {})
    if "csrfmiddlewaretoken" not in checkout:
        raise NotBought("The checkout has no form.")
    mail = f"purchase-{secrets.token_hex(6)}@test-purchases.invalid"
    wanted = {name: value for name, value in _ADDRESS.items() if name in checkout or name == "place"}
    heard = browser.post(
        "the order", "/checkout", {**checkout, **wanted, "email": mail}, (HTTPStatus.SEE_OTHER,)
    )
    target = urlsplit(heard.get("location", ""))
    path = target.path
    if path.rstrip("/").endswith("/cart"):
        raise NotBought("The cart was empty when it was ordered.")
    browser.get("the confirmation", path + (f"?{target.query}" if target.query else ""))
    return Bought(path, round(time.monotonic() - began, 2))


class _Browser:
    """Keeps cookies, and the time."""

    def __init__(self, url: str, *, deadline: float) -> None:
        parts = urlsplit(url)
        self._secure, self._netloc = parts.scheme == "https", parts.netloc.rpartition("@")[2]
        host = parts.hostname or ""
        self._at = "127.0.0.1" if host.endswith(".localhost") else host
        self._port = parts.port or (443 if self._secure else 80)
        self._deadline, self._cookies = deadline, SimpleCookie()
        self._origin = f"{parts.scheme}://{self._netloc}"

    def get(self, step: str, path: str) -> str:
        return self._ask(step, "GET", path, None, (HTTPStatus.OK,))[1]

    def post(self, step: str, path: str, form: Mapping[str, str], good: tuple[int, ...]) -> Message:
        return self._ask(step, "POST", path, form, good)[0]

    def _ask(
        self, step: str, method: str, path: str, form: Mapping[str, str] | None, good: tuple[int, ...]
    ) -> tuple[Message, str]:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise NotBought(f"It took longer than {SECONDS:.0f} s, and came to {step}.")
        headers = {
            "Host": self._netloc, "Cookie": "; ".join(f"{one.key}={one.value}" for one in self._cookies.values()),
            "User-Agent": "eseller-watch",
        }  # fmt: skip
        if form is not None:
            headers |= {
                "Content-Type": "application/x-www-form-urlencoded", "Origin": self._origin,
                "Referer": f"{self._origin}{path}", "Sec-Fetch-Site": "same-origin",
            }  # fmt: skip
        place, seconds = (self._at, self._port), min(left, STEP_SECONDS)
        connection = (
            http.client.HTTPSConnection(*place, timeout=seconds, context=ssl.create_default_context())
            if self._secure else http.client.HTTPConnection(*place, timeout=seconds)
        )  # fmt: skip
        try:
            connection.request(method, path, urlencode(form) if form is not None else None, headers)
            answer = connection.getresponse()
            body = answer.read(MOST_BYTES).decode(errors="replace")
        except (OSError, http.client.HTTPException) as error:
            raise NotBought(f"Nothing came of {step}: {type(error).__name__}.") from error
        finally:
            connection.close()
        for line in answer.headers.get_all("set-cookie") or ():
            self._cookies.load(line)
        if answer.status not in good:
            said = f": {words(body)[:120]}" if answer.status < HTTPStatus.INTERNAL_SERVER_ERROR else ""
            raise NotBought(f"{step.capitalize()} was answered with {answer.status}{said}")
        return answer.headers, body


class _Forms(HTMLParser):
    """What a browser would send of the forms of a page, without their buttons."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, dict[str, str]] = {}
        self._fields: dict[str, str] | None = None
        self._choice = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        has = dict(attrs)
        if tag == "form":
            self._fields = {}
            for name in (has.get("id"), has.get("action")):
                if name:
                    self.found.setdefault(name, self._fields)
        if self._fields is None:
            return
        name, value = has.get("name") or "", has.get("value") or ""
        if tag == "select":
            self._choice = name
        elif tag == "option" and ("selected" in has or self._choice not in self._fields):
            self._fields[self._choice] = value
        elif tag == "input" and name and ("checked" in has or has.get("type") not in ("radio", "checkbox", "submit")):
            self._fields[name] = value

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._fields = None


def forms(page: str) -> dict[str, dict[str, str]]:
    """The forms of a page by id and by action, each with what it is filled in with when it is opened."""
    parser = _Forms()
    parser.feed(page)
    return parser.found


def words(page: str) -> str:
    """The words of a page without its mark-up."""
    bare = re.sub(r"<(style|script)\b.*?</\1>", "", page, flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", bare)).split())
