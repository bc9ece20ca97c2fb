"""A bad row hides itself and not the page; it is written down once, and released when it is mended."""

from collections.abc import Iterator

import pytest

from eseller.tenancy.guard import quarantine
from eseller.tenancy.guard.follow import Follower
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
