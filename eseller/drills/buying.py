"""Buyers who put something in the cart, open the checkout and order, as a browser does without a script."""

from __future__ import annotations

import http.client
import secrets
import threading
import time
from collections.abc import Sequence
from email.message import Message
from http import HTTPStatus
from http.cookies import SimpleCookie
from typing import Protocol
from urllib.parse import urlencode

from eseller.drills.shopping import Answer, Visit
from eseller.operations.watch.purchase import forms, words

MAIL = "drill-%@people.example"
"""What the mail addresses of buyers look like; each purchase has one of its own."""
SECRET = "b" * 32
MOST_BYTES = 4 * 1024 * 1024
AGAIN_SECONDS = 1.0
Heard = tuple[int, Message, str]
"""Status (0: nothing came), headers and body."""
_ADDRESS = {
    "shipping_name": "Dana Drill",
    "shipping_line1": "Street 1",
    "shipping_postcode": "8000",
    "shipping_city": "Town",
    "payment_method": "testcard",
    "card_number": "4242424242424242",
    "card_expiry": "12/40",
    "card_cvc": "123",
    "place": "1",
}


class Shop(Protocol):
    """Where something is bought."""

    @property
    def host(self) -> str:
        """Its host."""

    @property
    def variant(self) -> int:
        """What of."""


class Buyers:
    """So many buy at the same time, each a piece in turn in all shops, with a pause between two purchases."""

    def __init__(
        self, port: int, shops: Sequence[Shop], *, buyers: int, pause: float, patience: int = 0, seconds: float = 20
    ) -> None:
        """Prepare them; ``with`` sends them in and calls them back.

        Args:
            port: of the platform.
            shops: where they buy.
            buyers: how many.
            pause: seconds between two purchases of one buyer.
            patience: how many times a buyer sends an order again that was not answered, or refused as unavailable.
            seconds: after which a buyer takes a request for unanswered.
        """
        self.answers: list[Answer] = []
        self.ordered: list[str] = []
        """Paths of the pages that have confirmed an order."""
        self.attempted: list[str] = []
        """Mail addresses of purchases for which an order was sent, answered or not."""
        self.acknowledged: dict[str, float] = {}
        """Those that were told that they have ordered, and when, by ``time.monotonic``."""
        self.complaints: list[str] = []
        """Answers below 500 that were not what a buyer expects: status, path and the first words."""
        self._port, self._shops, self._pause = port, shops, pause
        self._patience, self._seconds = patience, seconds
        self._over = threading.Event()
        self._threads = [threading.Thread(target=self._go, args=(number,), daemon=True) for number in range(buyers)]

    def __enter__(self) -> Buyers:
        """Begin."""
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        """End when those have ordered who are about to."""
        self._over.set()
        for thread in self._threads:
            thread.join(60)

    def failed(self) -> list[Answer]:
        """Return the answers that were no answers: 5xx, or none at all."""
        return [answer for answer in list(self.answers) if answer.status >= 500 or answer.status == 0]

    def _go(self, number: int) -> None:
        while not self._over.wait(self._pause):
            number += 1
            self._buy(self._shops[number % len(self._shops)])

    def _buy(self, shop: Shop) -> None:
        status, headers, _ = self._ask(shop, "/cart/add", {"variant": str(shop.variant), "quantity": "1"})
        cart = SimpleCookie(headers.get("set-cookie", ""))
        if status != HTTPStatus.SEE_OTHER or "cart" not in cart:
            return
        token = cart["cart"].value
        status, _, form = self._ask(shop, "/checkout", None, cart=token)
        if status != HTTPStatus.OK:
            return
        mail = MAIL.replace("%", secrets.token_hex(8))
        fields = {**defaults(form), **_ADDRESS, "email": mail, "csrfmiddlewaretoken": SECRET}
        self.attempted.append(mail)
        for _ in range(self._patience + 1):
            status, headers, _ = self._ask(shop, "/checkout", fields, cart=token)
            if status == HTTPStatus.SEE_OTHER and headers.get("location", "").endswith("/cart"):
                self.complaints.append(f"the cart of {mail} at {shop.host} was empty when it was ordered")
            elif status == HTTPStatus.SEE_OTHER:
                self.ordered.append(headers.get("location", ""))
                self.acknowledged[mail] = time.monotonic()
            if status != HTTPStatus.SERVICE_UNAVAILABLE and status:
                return
            time.sleep(AGAIN_SECONDS)

    def _ask(self, shop: Shop, path: str, form: dict[str, str] | None, *, cart: str = "") -> Heard:
        began = time.monotonic()
        status, headers, body = _exchange(self._port, shop.host, path, form, cart, self._seconds)
        self.answers.append(Answer(Visit(shop.host, path), status, began, time.monotonic() - began))
        if HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR:
            self.complaints.append(f"{status} {shop.host}{path}: {words(body)[:300]}")
        return status, headers, body


def _exchange(port: int, host: str, path: str, form: dict[str, str] | None, cart: str, seconds: float) -> Heard:
    headers = {"Host": host, "Cookie": f"csrftoken={SECRET}; cart={cart}" if cart else f"csrftoken={SECRET}"}
    if form is not None:
        headers |= {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin"}
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=seconds)
    try:
        connection.request("GET" if form is None else "POST", path, urlencode(form or {}), headers)
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read(MOST_BYTES).decode(errors="replace")
    except (OSError, http.client.HTTPException):
        return 0, Message(), ""
    finally:
        connection.close()



def defaults(page: str) -> dict[str, str]:
    """Return what a checkout is filled in with when it is opened, by field."""
    return forms(page).get("checkout", {})
