"""One cell that the driver cannot read does not fail the whole fetch."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import connections

from eseller.tenancy.loading import Unreadable
from eseller.tenancy.scope import PLATFORM, WEB, shop_transaction
from eseller.tenancy.sql import fetch


@pytest.mark.parametrize("alias", [WEB, PLATFORM])
@pytest.mark.parametrize("bad", ["infinity", "-infinity", "20000-02-03 04:05:06+00", "4713-01-01 00:00:00+00 BC"])
def test_what_cannot_be_read_is_marked(db: None, alias: str, bad: str) -> None:
    with connections[alias].cursor() as cursor:
        cursor.execute("SELECT 1, %s::timestamptz, '2026-01-02 03:04:05+01'::timestamptz", [bad])
        one, moment, good = cursor.fetchone()
    assert isinstance(moment, Unreadable)
    assert (one, good) == (1, datetime(2026, 1, 2, 2, 4, 5, tzinfo=UTC))


def test_days_and_prepared_statements_are_read_so_as_well(shop: Any) -> None:
    with shop_transaction(shop.pk):
        ((never, day),) = fetch("SELECT 'infinity'::date, '2026-01-02'::date")
    assert isinstance(never, Unreadable)
    assert repr(never) == "Unreadable('infinity')"
    assert day == date(2026, 1, 2)
