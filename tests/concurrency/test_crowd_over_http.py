"""A crowd at the checkout of running web processes: each gets a plain answer soon, and the right ones get the goods."""

import asyncio
import secrets
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import msgspec
import pytest
from django.db import connections

from eseller.commerce.inventory.models import Reservation, StockItem
from eseller.commerce.orders.models import Order
from eseller.tenancy.hosts import ShopInfo
from eseller.tenancy.scope import shop_transaction
from tests.browser.conftest import Web
from tests.commerce import shopping

BUYERS, UNITS = 200, 10
LONGEST_SECONDS = 20.0
"""Three on an idle machine with two cores; this one may be busy with other tests."""
PLACED, SOLD_OUT = "placed", "sold out"


class Answer(msgspec.Struct, frozen=True):
    """What a buyer got, and after how many seconds."""

    status: int
    body: str
    seconds: float

    @property
    def kind(self) -> str:
        """In one word or two, what the buyer is told."""
        if self.status == 303 and "/order/" in self.body:
            return PLACED
        if self.status == 409 and "Somebody was quicker" in self.body:
            return SOLD_OUT
        return f"{self.status} {self.body[:400]}"


def request_of(info: ShopInfo, goods: dict[int, int], port: int) -> bytes:
    """Fill a cart and return the request that sends its order form, as a browser would."""
    owner = shopping.fill_cart(info, goods)
    details = shopping.details_for(info, owner)
    token = secrets.token_hex(16)
    address = ("name", "line1", "postcode", "city", "country")
    fields = {
        "csrfmiddlewaretoken": token,
        "email": details.email,
        **{f"shipping_{part}": getattr(details.shipping, part) for part in address},
        "shipping_method": details.shipping_method,
        "payment_method": details.payment_method,
        "checkout_key": details.checkout_key,
        "expected_total": details.expected_total,
        "place": "1",
    }
    body = urlencode(fields).encode()
    host = f"{info.primary_host}:{port}"
    head = [
        "POST /checkout HTTP/1.1",
        f"Host: {host}",
        f"Origin: http://{host}",
        f"Cookie: cart={owner.token}; csrftoken={token}",
        "Content-Type: application/x-www-form-urlencoded",
        f"Content-Length: {len(body)}",
        "Connection: close",
    ]
    return "\r\n".join([*head, "", ""]).encode() + body


async def ask(port: int, request: bytes) -> Answer:
    """Send a request on a connection of its own and read all of the answer, in time or not at all."""
    began = time.monotonic()
    async with asyncio.timeout(2 * LONGEST_SECONDS):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(request)
        await writer.drain()
        answer = (await reader.read()).decode()
        writer.close()
        await writer.wait_closed()
    return Answer(int(answer.split(" ", 2)[1]), answer, time.monotonic() - began)


async def ask_all(port: int, requests: list[bytes]) -> list[Answer]:
    return await asyncio.gather(*(ask(port, request) for request in requests))


def deadlocks() -> int:
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        return int(cursor.fetchone()[0])


@pytest.mark.slow
def test_two_hundred_buyers_send_their_orders_for_the_last_ten_units(shop: Any) -> None:
    info = shopping.make_ready(shop)
    mug, cup = shopping.make_variant(info, stock=UNITS), shopping.make_variant(info, stock=1000)
    before = deadlocks()
    with tempfile.TemporaryDirectory(prefix="eseller-web-") as folder:
        web = Web(2, Path(folder) / "log")
        try:
            # Half of them put the other thing in first, so that the order of the lines differs.
            goods = [{mug: 1, cup: 1} if n % 2 else {cup: 1, mug: 1} for n in range(BUYERS)]
            requests = [request_of(info, wanted, web.port) for wanted in goods]
            web.wait_until_up()
            answers = asyncio.run(ask_all(web.port, requests))
        finally:
            web.stop()
        said = web.log

    assert Counter(answer.kind for answer in answers) == {PLACED: UNITS, SOLD_OUT: BUYERS - UNITS}, said
    assert max(answer.seconds for answer in answers) < LONGEST_SECONDS
    with shop_transaction(info.id):
        assert Order.objects.count() == UNITS
        stock = StockItem.objects.get(variant_id=mug)
        assert (stock.on_hand, stock.reserved) == (UNITS, UNITS)
        assert StockItem.objects.get(variant_id=cup).reserved == UNITS
        assert not Reservation.objects.filter(state="held").exists()
    assert deadlocks() == before
