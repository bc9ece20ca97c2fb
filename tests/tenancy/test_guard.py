"""A bad row hides itself and not the page; it is written down once, and released when it is mended."""

from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from django.test import Client

from eseller.tenancy.guard import quarantine
from eseller.tenancy.guard.follow import Follower
from eseller.tenancy.guard.watch import judge_changes
from eseller.tenancy.models import Finding
from eseller.tenancy.scope import PLATFORM, platform_transaction
from tests.channels.storefront.shops import Stocked, stocked_shop

Hand = Callable[..., Any]


@pytest.fixture
def stocked(db: None) -> Stocked:
    return stocked_shop()


@pytest.fixture
def by_hand(postgres: Any, db: None) -> Iterator[Hand]:
    """Do what somebody does in psql who may do anything."""
    with psycopg.connect(postgres.admin.url, autocommit=True, dbname="eseller") as connection:
        yield lambda sql, values=None: connection.execute(sql, values)


def findings(stocked: Stocked) -> list[Finding]:
    with platform_transaction():
        return list(Finding.objects.using(PLATFORM).filter(shop_id=stocked.shop.pk).exclude(state="closed"))


def page(stocked: Stocked, path: str) -> Any:
    return Client(HTTP_HOST=stocked.host, raise_request_exception=False).get(path)


def test_a_damaged_title_is_shown_as_it_was(stocked: Stocked, by_hand: Hand) -> None:
    before = page(stocked, "/p/morning-mug")
    assert before.status_code == 200
    by_hand("UPDATE catalog_producttext SET title = repeat('x', 200) || chr(1) WHERE title = 'Morning mug'")
    follower = Follower(judge_changes)
    follower.once()
    assert page(stocked, "/p/morning-mug").status_code == 200


def test_a_price_that_cannot_be_is_left_out(stocked: Stocked, by_hand: Hand) -> None:
    follower = Follower(judge_changes)
    follower.once()
    by_hand("ALTER TABLE pricing_price DROP CONSTRAINT price_amount")
    try:
        by_hand("UPDATE pricing_price SET amount = -5 WHERE variant_id = %s", [stocked.variants["VASE"]])
        answer = page(stocked, "/p/moon-vase")
        assert answer.status_code == 200
        text = answer.content.decode()
        assert "Not for sale at present" in text
        (finding,) = findings(stocked)
        assert (finding.table_name, finding.column_name, finding.value) == ("pricing_price", "amount", "-5")
        assert finding.writer_db_user
        assert finding.pages[0] == "/p/moon-vase"
        follower.once()
        by_hand("UPDATE pricing_price SET amount = 4200 WHERE variant_id = %s", [stocked.variants["VASE"]])
        follower.once()
        assert findings(stocked) == []
        follower.once()
        assert quarantine.of_shop(stocked.shop.pk) is None
    finally:
        by_hand("UPDATE pricing_price SET amount = 1 WHERE amount < 0")
        by_hand("ALTER TABLE pricing_price ADD CONSTRAINT price_amount CHECK (amount BETWEEN 0 AND 10000000000000)")
