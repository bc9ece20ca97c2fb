"""Attempts are counted, by key and window, and too many are refused."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from procrastinate.contrib.django import app

from eseller.kernel import clock
from eseller.tenancy import tasks
from eseller.tenancy.models import ThrottleCounter
from eseller.tenancy.scope import shop_transaction
from eseller.tenancy.throttle import TooManyAttempts, hit
from tests.concurrency.crowd import all_at_once


def refused(key: tuple[str | int, ...]) -> bool:
    try:
        hit(key, limit=3, window=60)
    except TooManyAttempts:
        return True
    return False


def test_so_many_attempts_in_a_window_then_none_until_it_ends(db: None) -> None:
    key = ("test", clock.now().isoformat())
    assert [refused(key) for _ in range(5)] == [False, False, False, True, True]
    with clock.moved(timedelta(seconds=59)):
        assert refused(key)
        with pytest.raises(TooManyAttempts) as error:
            hit(key, limit=3, window=60)
        assert error.value.seconds == 1
    with clock.moved(timedelta(seconds=61)):
        assert not refused(key)


def test_keys_are_apart_and_not_told(db: None) -> None:
    moment = clock.now().isoformat()
    for _ in range(4):
        refused(("test", moment, "ab", "c"))
    assert refused(("test", moment, "ab", "c"))
    assert not refused(("test", moment, "a", "bc"))
    assert not ThrottleCounter.objects.filter(key__contains=moment).exists()


def test_attempts_at_once_are_all_counted(db: None) -> None:
    key = ("test at once", clock.now().isoformat())
    assert sum(answer is True for answer in all_at_once(lambda _: refused(key), range(20))) == 17


def test_an_attempt_is_never_counted_where_its_refusal_would_take_it_back(shop: Any) -> None:
    with shop_transaction(shop.pk), pytest.raises(RuntimeError, match="before the transaction"):
        hit(("test", shop.pk), limit=3, window=60)


def test_what_is_over_is_deleted_batch_by_batch_and_the_rest_stays(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "_BATCH", 3)
    moment = clock.now().isoformat()
    for n in range(7):
        hit(("short", moment, n), limit=3, window=60)
    hit(("long", moment), limit=3, window=600)
    over, live = SessionStore(), SessionStore()
    over.set_expiry(-1)
    for session in (over, live):
        session["kept"] = moment
        session.save()

    with clock.moved(timedelta(seconds=61)):
        tasks.purge_expired(timestamp=0)
        assert not ThrottleCounter.objects.filter(window_ends_at__lt=clock.now()).exists()
        assert [refused(("long", moment)) for _ in range(3)] == [False, False, True]
    assert set(Session.objects.filter(pk__in=[over.session_key, live.session_key]).values_list("pk", flat=True)) == {
        live.session_key
    }
    assert "tenancy.purge_expired" in {task.task.name for task in app.periodic_registry.periodic_tasks.values()}
