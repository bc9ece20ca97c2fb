"""The jobs of a purchase run in the worker as they would on a node."""

from pathlib import Path
from typing import Any

import pytest
from django.test.utils import override_settings
from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector

from eseller.commerce.orders.actions.place_order import place_order
from eseller.commerce.orders.models import Order
from eseller.commerce.payments.models import TestCardCharge
from eseller.kernel import clock
from eseller.services.models import OutboxMessage
from eseller.tenancy.hosts import ShopInfo
from eseller.tenancy.scope import shop_transaction
from tests.commerce import shopping

pytestmark = pytest.mark.pg15


def work() -> None:
    """Do all jobs that are due, in this thread's worker."""
    assert isinstance(app.connector, DjangoConnector)
    with app.replace_connector(app.connector.get_worker_connector()) as worker:
        worker.run_worker(wait=False, listen_notify=False, install_signal_handlers=False, concurrency=2)


def bought(info: ShopInfo, card: Any) -> None:
    owner = shopping.fill_cart(info, {shopping.make_variant(info): 1})
    place_order(shop=info, owner=owner, details=shopping.details_for(info, owner, card=card), actor="shopper")


def test_a_confirmation_is_mailed(shop: Any, tmp_path: Path) -> None:
    info = shopping.make_ready(shop)
    bought(info, shopping.APPROVED)
    with override_settings(DATA_DIR=tmp_path):
        work()
    with shop_transaction(info.id):
        assert OutboxMessage.objects.get().state == "sent"
    assert any(info.slug.encode() in mail.read_bytes() for mail in (tmp_path / "mailbox").glob("*.eml"))


def test_a_card_that_answers_late_makes_the_order_after_all(shop: Any, tmp_path: Path) -> None:
    info = shopping.make_ready(shop)
    bought(info, shopping.LATE)
    with override_settings(DATA_DIR=tmp_path):
        work()
        with shop_transaction(info.id):
            assert Order.objects.get().state == "pending"  # not yet: the bank takes its time
            assert TestCardCharge.objects.get().state == "pending"
        deadline = clock.now().timestamp() + 20
        while clock.now().timestamp() < deadline:
            work()
            with shop_transaction(info.id):
                order = Order.objects.get()
            if order.state == "open":
                break
    assert (order.state, order.payment_state) == ("open", "authorised")


def test_the_jobs_that_come_round_are_known() -> None:
    periodic = {task.task.name for task in app.periodic_registry.periodic_tasks.values()}
    assert {
        "inventory.expire_reservations",
        "orders.expire_pending",
        "cart.purge_old",
        "customers.purge_sessions",
        "services.queue_lost_mail",
    } <= periodic
