"""A web process is killed in the middle of a checkout: the whole order or nothing, and the stock comes back."""

import os
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from eseller.commerce.inventory.models import Reservation, StockItem
from eseller.commerce.inventory.tasks import expire_reservations
from eseller.commerce.orders.actions.place_order import place_order
from eseller.commerce.orders.models import NumberSeries, Order, OrderLine
from eseller.commerce.orders.tasks import expire_orders
from eseller.commerce.payments.models import Payment, TestCardCharge
from eseller.kernel import clock
from eseller.services.models import OutboxMessage
from eseller.tenancy.hosts import ShopInfo
from eseller.tenancy.scope import shop_transaction
from tests.commerce import shopping
from tests.commerce.orders.jobs import work

pytestmark = pytest.mark.pg15


@pytest.fixture
def info(shop: Any) -> ShopInfo:
    return shopping.make_ready(shop)


def killed_at(moment: str, info: ShopInfo, token: str | None, card: str = "") -> None:
    command = [sys.executable, "-m", "tests.concurrency.dying_checkout", moment, str(info.id), str(token)]
    ended = subprocess.run(
        command + ([card] if card else []),
        cwd=Path(__file__).parents[2],
        env=os.environ.copy(),
        timeout=60,
        capture_output=True,
        check=False,
    )
    assert ended.returncode == -signal.SIGKILL, ended.stderr.decode()


@pytest.mark.parametrize("moment", ["after_reserving", "before_commit"])
def test_killed_before_the_commit_there_is_nothing_and_the_stock_comes_back(info: ShopInfo, moment: str) -> None:
    mug = shopping.make_variant(info, stock=2)
    owner = shopping.fill_cart(info, {mug: 2})
    killed_at(moment, info, owner.token)
    with shop_transaction(info.id):
        assert not Order.objects.exists()
        assert not OrderLine.objects.exists()
        assert not NumberSeries.objects.exists()
        assert not OutboxMessage.objects.exists()
        assert StockItem.objects.get(variant_id=mug).reserved == 2
    with clock.moved(timedelta(minutes=29)):
        expire_reservations(timestamp=0)
    with shop_transaction(info.id):
        assert StockItem.objects.get(variant_id=mug).reserved == 2
    with clock.moved(timedelta(minutes=31)):
        expire_reservations(timestamp=0)
    with shop_transaction(info.id):
        assert StockItem.objects.get(variant_id=mug).reserved == 0
        assert Reservation.objects.get().state == "released"
    # The shopper sends the form again, and it works.
    details = shopping.details_for(info, owner)
    assert place_order(shop=info, owner=owner, details=details, actor="shopper").state == "open"
    with shop_transaction(info.id):
        assert StockItem.objects.get(variant_id=mug).reserved == 2


@pytest.mark.parametrize("moment", ["before_charging", "after_charging"])
def test_killed_around_the_charge_the_same_form_finishes_the_order_with_one_charge(
    info: ShopInfo, moment: str
) -> None:
    mug = shopping.make_variant(info, stock=2)
    owner = shopping.fill_cart(info, {mug: 2})
    details = shopping.details_for(info, owner, card=shopping.APPROVED)
    killed_at(moment, info, owner.token, "card")
    with shop_transaction(info.id):
        assert Order.objects.get().state == "pending"
        assert TestCardCharge.objects.count() == (1 if moment == "after_charging" else 0)
    placed = place_order(shop=info, owner=owner, details=details, actor="shopper")
    assert (placed.state, placed.payment_state) == ("open", "authorised")
    with shop_transaction(info.id):
        assert (Order.objects.count(), Payment.objects.count(), TestCardCharge.objects.count()) == (1, 1, 1)
        assert StockItem.objects.get(variant_id=mug).reserved == 2


def test_killed_after_the_charge_and_given_up_the_charge_is_let_go(info: ShopInfo) -> None:
    mug = shopping.make_variant(info, stock=2)
    owner = shopping.fill_cart(info, {mug: 2})
    killed_at("after_charging", info, owner.token, "card")
    with clock.moved(timedelta(minutes=31)):
        expire_orders(timestamp=0)
    assert work(info) == []
    with shop_transaction(info.id):
        assert Order.objects.get().state == "cancelled"
        assert Payment.objects.get().state == "voided"
        assert TestCardCharge.objects.get().state == "voided"
        assert StockItem.objects.get(variant_id=mug).reserved == 0
