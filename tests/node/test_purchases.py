"""The watch buys in a hidden shop, as a person does; where that fails it says at which step."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from eseller.commerce.orders.models import Order
from eseller.commerce.pricing.actions.add_missing_rates import add_missing_rates
from eseller.node.test_shop import SLUG, make_test_shop
from eseller.operations.watch.probing import Purchase, Sampler, Shops, look
from eseller.operations.watch.purchase import NotBought, buy, forms
from eseller.tenancy.models import Shop
from eseller.tenancy.scope import PLATFORM, platform_transaction, shop_transaction
from eseller.tenancy.sql import execute
from tests.node.processes import eventually
from tests.node.running import ROOT
from tests.node.test_private_platform import Process, Start, directory, start

__all__ = ("directory", "start")
pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("db")]


def made() -> tuple[int, str]:
    add_missing_rates(actor="test")
    for _ in range(2):  # the second time it is there
        path = make_test_shop(host="test-purchases.localhost", country="DK", currency="DKK", actor="test")
    with platform_transaction(actor="test"):
        return int(Shop.objects.using(PLATFORM).get(slug=SLUG).pk), path


def url(web: Process, path: str) -> str:
    return f"http://test-purchases.localhost:{web.port}{path}"


def test_what_is_bought_is_an_order_and_no_mail_goes_out(start: Start, tmp_path: Path) -> None:
    shop, path = made()
    web = start("web")
    bought = buy(url(web, path))
    assert bought.seconds < 20
    with shop_transaction(shop):
        (order,) = Order.objects.all()[:1]
        assert order.public_id in bought.path
        assert order.email.endswith(".invalid")
        before = Order.objects.count()
    at = Purchase(name="test", url=url(web, path), every=60, component="payments")
    assert asyncio.run(look(at)) == []
    with shop_transaction(shop):
        assert Order.objects.count() == before + 1
        execute("UPDATE shipping_shippingmethod SET active = false")
    (found,) = asyncio.run(look(at))
    assert (found.key, found.severity) == ("purchase/test", "page")
    assert "the order was answered with 422" in found.evidence[0].lower()
    with shop_transaction(shop):
        execute("UPDATE shipping_shippingmethod SET active = true")
    with pytest.raises(NotBought, match="product's page"):
        buy(url(web, "/p/no-such-thing"))
    web.process.kill()
    web.process.wait()
    with pytest.raises(NotBought, match="Nothing came of the product's page"):
        buy(url(web, path))


def test_shops_are_looked_at_by_chance(start: Start, tmp_path: Path) -> None:
    made()
    web = start("web")
    assert web.page("/", "test-purchases.localhost") == 200
    at = Shops(name="shops", url=f"http://127.0.0.1:{web.private}/shops", every=10, component="storefront")
    start("worker")  # it makes the snapshot by which shops are known

    def named() -> list[str]:
        with urllib.request.urlopen(at.url) as answer:
            return list(json.loads(answer.read()))

    assert eventually(lambda: 1 <= len(named()) <= 20, seconds=30)
    sampler = Sampler()
    good = asyncio.run(sampler.look(at))
    assert good == [], good
    sampler._failing["shops"] = (f"http://nobody.localhost:{web.port}/",)
    (found,) = asyncio.run(sampler.look(at))
    assert found.title.startswith("1 of ")
    assert "answered 404" in found.evidence[0]
    # It is looked at again, and over when it is.
    assert sampler._failing["shops"] == (f"http://nobody.localhost:{web.port}/",)


def test_the_command_prints_the_setting() -> None:
    add_missing_rates(actor="test")
    done = subprocess.run(
        [sys.executable, "-m", "eseller.cli.main", "shop", "test"], env=os.environ, cwd=ROOT, capture_output=True,
        text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("ESELLER_PURCHASE_URL=http://test-purchases.localhost")


def test_a_form_is_read_as_a_browser_sends_it() -> None:
    page = """<form id="a" action="/x"><input name="n" value="1"><input type="radio" name="r" value="no">
    <input type="radio" name="r" value="yes" checked>
    <select name="s"><option value="p"><option value="q" selected></select>
    <input type="submit" name="go" value="1"></form><input name="outside" value="2">"""
    assert forms(page) == {"a": (fields := {"n": "1", "r": "yes", "s": "q"}), "/x": fields}
