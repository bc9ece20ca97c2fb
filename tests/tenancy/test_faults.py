"""What passes is tried again until time is up; broken rules become typed errors at one place."""

import threading
import time
from typing import Any

import pytest
from django.db import IntegrityError, OperationalError, close_old_connections

from eseller.commerce.catalog.models import Category
from eseller.kernel.errors import EsellerError
from eseller.tenancy.faults import Busy, retrying, translated
from eseller.tenancy.scope import shop_transaction
from eseller.tenancy.sql import execute, fetch


class Taken(EsellerError):
    """It is taken."""


def make(shop_id: int, slug: str) -> None:
    with translated({"category_slug_once": Taken}), shop_transaction(shop_id):
        Category.objects.create(slug=slug)


def test_a_broken_rule_becomes_its_error(shop: Any) -> None:
    make(shop.pk, "cups")
    with pytest.raises(Taken):
        make(shop.pk, "cups")
    with pytest.raises(IntegrityError):
        make(shop.pk, "Not A Slug")


def test_a_transaction_that_is_stuck_with_another_is_tried_again(shop: Any) -> None:
    make(shop.pk, "one")
    make(shop.pk, "two")
    attempts: list[str] = []
    done: list[str] = []
    both = threading.Barrier(2)

    def lock(slugs: tuple[str, str]) -> None:
        def work() -> None:
            with shop_transaction(shop.pk):
                first = not any(attempt == slugs[0] for attempt in attempts)
                attempts.append(slugs[0])
                fetch("SELECT id FROM catalog_category WHERE slug = %s FOR UPDATE", [slugs[0]])
                if first:
                    both.wait(timeout=5)
                fetch("SELECT id FROM catalog_category WHERE slug = %s FOR UPDATE", [slugs[1]])

        try:
            retrying(work)
            done.append(slugs[0])
        finally:
            close_old_connections()

    threads = [threading.Thread(target=lock, args=(slugs,)) for slugs in (("one", "two"), ("two", "one"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
    # Both took their first row; one or both had to give way, and came through later.
    assert sorted(done) == ["one", "two"]
    assert len(attempts) >= 3


def test_time_runs_out(db: None) -> None:
    from psycopg.errors import LockNotAvailable

    calls = []

    def busy() -> None:
        calls.append(1)
        raise OperationalError from LockNotAvailable()

    started = time.monotonic()
    with pytest.raises(Busy) as refused:
        retrying(busy, seconds=0.3)
    assert refused.value.retryable
    assert len(calls) > 1
    assert time.monotonic() - started < 1


def test_whose_statement_was_cancelled_in_a_queue_for_rows_tries_again(shop: Any) -> None:
    """Each lock is waited for less than its limit, all of them together longer than a statement may take."""
    calls = []

    def queued() -> str:
        calls.append(1)
        if len(calls) < 3:
            with shop_transaction(shop.pk):
                execute("SET LOCAL statement_timeout = '50ms'")
                fetch("SELECT pg_sleep(1)")
        return "done"

    assert retrying(queued, seconds=2.0) == "done"
    assert len(calls) == 3


def test_what_does_not_pass_is_not_tried_again(db: None) -> None:
    calls = []

    def broken() -> None:
        calls.append(1)
        raise OperationalError("server closed the connection unexpectedly")

    with pytest.raises(OperationalError):
        retrying(broken)
    assert len(calls) == 1
