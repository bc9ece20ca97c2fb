"""Mails reach a mail server, whatever it does and whoever dies; what can't be delivered is marked so."""

import contextlib
import os
import smtplib
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import connections
from django.test.utils import override_settings
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from eseller.commerce.orders.actions.place_order import place_order
from eseller.commerce.orders.mails import tell
from eseller.kernel import clock
from eseller.node.housekeeping import NAMESPACE, QUEUE
from eseller.services import sending, tasks
from eseller.services.models import OutboxMessage
from eseller.services.sending import deliver
from eseller.tenancy.hosts import ShopInfo
from eseller.tenancy.scope import PLATFORM, shop_transaction
from tests.commerce import shopping
from tests.node.processes import eventually
from tests.node.running import ROOT
from tests.services.mail_server import MailServer, mail_server

pytestmark = pytest.mark.slow


@pytest.fixture
def info(shop: Any) -> ShopInfo:
    return shopping.make_ready(shop)


@pytest.fixture
def server() -> Iterator[MailServer]:
    with mail_server() as running, override_settings(MAIL_URL=running.url):
        yield running


def put(info: ShopInfo, recipient: str) -> int:
    """Put a mail about an order into the outbox; return the message."""
    owner = shopping.fill_cart(info, {shopping.make_variant(info): 1})
    details = shopping.details_for(info, owner)
    place_order(shop=info, owner=owner, details=details, actor="shopper")
    with shop_transaction(info.id):
        order = OutboxMessage.objects.latest("pk").payload["order"]
        tell("order_cancelled", order_id=order, recipient=recipient, language="en", about=recipient, reason="merchant")
        return int(OutboxMessage.objects.get(recipient=recipient).pk)


def message(info: ShopInfo, pk: int) -> OutboxMessage:
    with shop_transaction(info.id):
        return OutboxMessage.objects.get(pk=pk)


def queue(statement: str, *params: Any) -> list[tuple[Any, ...]]:
    """Look at the queue, or change it."""
    with connections[PLATFORM].cursor() as cursor:
        cursor.execute(statement, params)
        return cursor.fetchall() if cursor.description else []


def jobs_of(pk: int) -> list[str]:
    return [
        str(row[0])
        for row in queue("SELECT status FROM procrastinate_jobs WHERE args ->> 'message' = %s ORDER BY id", str(pk))
    ]


def now_due(task: str, queue_name: str) -> None:
    """Queue what comes round every minute."""
    with contextlib.suppress(AlreadyEnqueued):
        app.configure_task(task, queue=queue_name).defer(timestamp=0)


@pytest.fixture
def start_worker(server: MailServer) -> Iterator[Callable[[], subprocess.Popen[bytes]]]:
    """Start workers that do what is queued from now on."""
    # What comes round is queued once at a time: put off, it would keep its like from being queued.
    queue("DELETE FROM procrastinate_jobs WHERE status = 'todo' AND queueing_lock IS NOT NULL")
    queue("UPDATE procrastinate_jobs SET scheduled_at = now() + interval '1 day' WHERE status = 'todo'")
    started: list[subprocess.Popen[bytes]] = []

    def start() -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "tests.services.hasty_worker"]
        started.append(subprocess.Popen(command, cwd=ROOT, env={**os.environ, "ESELLER_MAIL_URL": server.url}))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.wait()


def test_a_mail_whose_worker_is_killed_in_the_middle_is_sent_all_the_same(
    info: ShopInfo, server: MailServer, start_worker: Callable[[], subprocess.Popen[bytes]]
) -> None:
    server.stuck.set()
    first = start_worker()
    pk = put(info, "stuck@people.example")
    assert eventually(lambda: "stuck@people.example" in server.asked, seconds=20)
    first.kill()
    first.wait()
    assert jobs_of(pk) == ["doing"]
    server.stuck.clear()

    # The job is queued again before the dead worker's claim has run out, and finds nothing that it may do.
    start_worker()
    time.sleep(1.1)
    now_due(f"{NAMESPACE}:retry_stalled", QUEUE)
    assert eventually(lambda: jobs_of(pk) == ["succeeded"], seconds=20)
    assert message(info, pk).state == "pending"

    def sent() -> bool:
        now_due("services.queue_lost_mail", "mail")
        return message(info, pk).state == "sent"

    assert eventually(sent, seconds=20)
    assert message(info, pk).attempts == 2
    assert sum("To: stuck@people.example" in mail for mail in server.taken) == 1


def test_only_what_nobody_has_in_hand_is_queued_again(info: ShopInfo, make_shop: Any) -> None:
    other = shopping.make_ready(make_shop())
    lost, claimed, waiting, doing = (put(info, f"{name}@people.example") for name in ("a", "b", "c", "d"))
    theirs = put(other, "e@people.example")
    for pk in (lost, claimed, theirs):
        queue("DELETE FROM procrastinate_jobs WHERE args ->> 'message' = %s", str(pk))
    queue("UPDATE procrastinate_jobs SET status = 'doing' WHERE args ->> 'message' = %s", str(doing))
    assert sending._claim(info.id, claimed) is not None
    assert sending._claim(info.id, doing) is not None

    def queued() -> list[list[str]]:
        tasks.queue_lost_mail(timestamp=0)
        return [jobs_of(pk) for pk in (lost, claimed, waiting, doing, theirs)]

    assert queued() == [["todo"], [], ["todo"], ["doing"], ["todo"]]
    with clock.moved(sending.CLAIM + timedelta(seconds=1)):
        assert queued() == [["todo"], ["todo"], ["todo"], ["doing"], ["todo"]]
    assert queue("SELECT args ->> 'shop_id' FROM procrastinate_jobs WHERE args ->> 'message' = %s", str(theirs)) == [
        (str(other.id),)
    ]


def test_a_message_that_ends_every_worker_is_given_up(info: ShopInfo, server: MailServer) -> None:
    pk = put(info, "killer@people.example")
    for n in range(3):
        with clock.moved(n * sending.CLAIM):
            assert sending._claim(info.id, pk) is not None
    with clock.moved(3 * sending.CLAIM), pytest.raises(sending.Unfinished):
        deliver(shop_id=info.id, message_id=pk, attempts=3)
    assert message(info, pk).state == "failed"
    assert server.asked == []


@pytest.mark.parametrize(("name", "state"), [("refused", "failed"), ("later", "pending")])
def test_a_recipient_that_the_server_will_never_take_is_not_tried_again(
    info: ShopInfo, server: MailServer, name: str, state: str
) -> None:
    pk = put(info, f"{name}@people.example")
    with pytest.raises(smtplib.SMTPRecipientsRefused):
        deliver(shop_id=info.id, message_id=pk, attempts=9)
    found = message(info, pk)
    assert (found.state, found.attempts, found.claimed_until) == (state, 1, None)


@pytest.mark.parametrize("name", ["stuck", "drip"])
def test_a_server_that_never_comes_to_the_point_is_left(info: ShopInfo, server: MailServer, name: str) -> None:
    server.stuck.set()
    pk = put(info, f"{name}@people.example")
    began = time.monotonic()
    with override_settings(EMAIL_TIMEOUT=0.5, MAIL_DEADLINE=1), pytest.raises(OSError):
        deliver(shop_id=info.id, message_id=pk, attempts=9)
    assert time.monotonic() - began < 5
    assert message(info, pk).state == "pending"


def test_a_mail_may_take_less_time_than_its_claim_lasts() -> None:
    assert settings.EMAIL_TIMEOUT < settings.MAIL_DEADLINE < sending.CLAIM.total_seconds()
