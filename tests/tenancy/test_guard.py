"""A bad row hides itself and not the page; it is written down once, and released when it is mended."""

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import OperationalError, connections
from psycopg import errors

from eseller.tenancy.guard import diagnose, quarantine
from eseller.tenancy.guard.follow import Follower
from eseller.tenancy.guard.rows import BadRow
from eseller.tenancy.guard.watch import judge_changes
from tests.channels.storefront.shops import Stocked
from tests.tenancy.guarding import Hand, findings, page, unchecked


@pytest.fixture
def unchecked_prices(by_hand: Hand) -> Iterator[None]:
    """Prices may be anything for a while."""
    with unchecked(by_hand, "pricing_price", "UPDATE pricing_price SET amount = 1, compare_at = NULL WHERE amount < 0"):
        yield


def follower() -> Follower:
    """Return somebody who judges what changes from now on."""
    made = Follower(judge_changes)
    made.once()
    return made


def test_a_damaged_title_is_shown_as_it_was(stocked: Stocked, by_hand: Hand, unchecked_titles: None) -> None:
    watching = follower()
    before = page(stocked, "/p/morning-mug").content
    by_hand(
        "UPDATE catalog_producttext SET title = title || chr(1) WHERE shop_id = %s AND title = 'Morning mug'",
        [stocked.shop.pk],
    )
    watching.once()
    assert page(stocked, "/p/morning-mug").content == before
    (finding,) = findings(stocked)
    assert (finding.column_name, finding.value, finding.found_by) == ("title", "Morning mug\\x01", "change")
    assert finding.patch == {"title": "Morning mug"}
    by_hand("UPDATE catalog_producttext SET title = 'Evening mug' WHERE id = %s", [finding.row_id])
    watching.once()
    assert findings(stocked) == []
    watching.once()
    assert "Evening mug" in page(stocked, "/p/morning-mug").content.decode()


def test_what_others_find_while_we_look_is_no_failure_of_the_page(
    stocked: Stocked, by_hand: Hand, unchecked_prices: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The worker finds the row in the moment between the page's failure and its own look: then nothing is new to it."""
    watching = follower()
    by_hand("UPDATE pricing_price SET amount = -5 WHERE variant_id = %s", [stocked.variants["VASE"]])
    looks = diagnose._looks
    met: list[int] = []

    def hear() -> None:
        watching.once()
        connections.close_all()

    def late(connection: Any, shop_id: int) -> Iterator[list[BadRow]]:
        if not met:
            met.append(shop_id)
            other = threading.Thread(target=hear)
            other.start()
            other.join()
        yield from looks(connection, shop_id)

    monkeypatch.setattr(diagnose, "_looks", late)
    assert page(stocked, "/p/moon-vase").status_code == 200
    assert met


def test_a_page_waits_for_who_writes_the_finding_down(
    stocked: Stocked, by_hand: Hand, unchecked_prices: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    by_hand("UPDATE pricing_price SET amount = -5 WHERE variant_id = %s", [stocked.variants["VASE"]])
    note = diagnose._note
    refused: list[int] = []

    def busy(connection: Any, found: list[BadRow], shop_id: int) -> None:
        if len(refused) < 2:
            refused.append(shop_id)
            raise OperationalError("canceling statement due to lock timeout") from errors.LockNotAvailable()
        note(connection, found, shop_id)

    monkeypatch.setattr(diagnose, "_note", busy)
    assert page(stocked, "/p/moon-vase").status_code == 200
    assert len(refused) == 2


def test_a_price_that_cannot_be_is_left_out(stocked: Stocked, by_hand: Hand, unchecked_prices: None) -> None:
    watching = follower()
    damaged = [stocked.variants["VASE"]]
    by_hand("UPDATE pricing_price SET amount = -5 WHERE variant_id = %s", damaged)
    for _ in range(3):
        answer = page(stocked, "/p/moon-vase")
        assert answer.status_code == 200
        assert "Not for sale at present" in answer.content.decode()
    (finding,) = findings(stocked)
    assert (finding.table_name, finding.column_name, finding.value) == ("pricing_price", "amount", "-5")
    assert "minor units" in finding.rule
    assert (finding.writer, finding.writer_db_user, finding.found_by) == ("", "postgres", "page")
    assert finding.pages[0] == "/p/moon-vase"
    assert finding.seen == 1, "written down once, however often it is met"
    by_hand("UPDATE pricing_price SET amount = 4200 WHERE variant_id = %s", damaged)
    watching.once()
    assert findings(stocked) == []
    watching.once()
    assert quarantine.of_shop(stocked.shop.pk) is None
    assert "42.00" in page(stocked, "/p/moon-vase").content.decode()


def test_a_row_that_no_trigger_saw_change_is_found_when_a_page_fails(
    stocked: Stocked, by_hand: Hand, unchecked_prices: None
) -> None:
    by_hand("ALTER TABLE pricing_price DISABLE TRIGGER ALL")
    try:
        by_hand("UPDATE pricing_price SET amount = -5 WHERE variant_id = %s", [stocked.variants["VASE"]])
    finally:
        by_hand("ALTER TABLE pricing_price ENABLE TRIGGER ALL")
        by_hand("ALTER TABLE pricing_price ENABLE ALWAYS TRIGGER history")
        for event in ("insert", "update", "delete"):
            by_hand(f"ALTER TABLE pricing_price ENABLE ALWAYS TRIGGER changed_by_{event}")
    assert page(stocked, "/p/moon-vase").status_code == 200
    assert [finding.column_name for finding in findings(stocked)] == ["amount"]


def test_an_error_that_no_row_explains_is_an_error(stocked: Stocked, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_values: object, **_more: object) -> None:
        raise ValueError("not a row's fault")

    monkeypatch.setattr("eseller.commerce.catalog.queries.home_page", broken)
    assert page(stocked, "/").status_code == 500
    assert findings(stocked) == []
