"""The scanner finds what nobody reads, goes on where it stopped, and leaves the database its time."""

import time

import pytest

from eseller.resilience.records.kind import kinds
from eseller.tenancy.guard import scan as scanner
from eseller.tenancy.guard.scan import Step, scan, scan_step
from eseller.tenancy.models import ScanPlace
from eseller.tenancy.scope import PLATFORM
from tests.channels.storefront.shops import Stocked
from tests.tenancy.guarding import Hand, findings

pytestmark = pytest.mark.usefixtures("unchecked_titles")

TEXTS = kinds()["catalog_producttext"]


def damage(by_hand: Hand, stocked: Stocked, title: str) -> None:
    by_hand(
        "UPDATE catalog_producttext SET title = %s WHERE product_id = (SELECT product_id FROM catalog_variant "
        "WHERE id = %s) AND language = 'en'",
        [title, stocked.variants["VASE"]],
    )


def test_a_scan_finds_and_releases(stocked: Stocked, by_hand: Hand) -> None:
    damage(by_hand, stocked, "Moon\x07vase")
    assert scan([TEXTS], share=1)
    (finding,) = findings(stocked)
    assert (finding.column_name, finding.found_by, finding.patch) == ("title", "scan", {"title": "Moon vase"})
    assert scan([TEXTS], share=1)
    assert [again.seen for again in findings(stocked)] == [2]
    damage(by_hand, stocked, "Moon vase")
    assert scan([TEXTS], share=1)
    assert findings(stocked) == []


def test_a_row_that_is_gone_is_no_longer_a_finding(stocked: Stocked, by_hand: Hand) -> None:
    damage(by_hand, stocked, "Moon\x07vase")
    scan([TEXTS], share=1)
    (finding,) = findings(stocked)
    by_hand("DELETE FROM catalog_producttext WHERE id = %s", [finding.row_id])
    scan([TEXTS], share=1)
    assert findings(stocked) == []


def test_it_goes_on_where_it_stopped(stocked: Stocked, monkeypatch: pytest.MonkeyPatch) -> None:
    scan([TEXTS], share=1)
    first = scan_step(TEXTS, most=2)
    place = ScanPlace.objects.using(PLATFORM).get(table_name=TEXTS.table)
    assert (first.ended, place.rows) == (False, 2)
    assert place.last_id > 0
    steps: list[Step] = []
    monkeypatch.setattr(scanner, "BATCH", 3)
    assert scan([TEXTS], share=1, told=steps.append)
    assert steps[0].rows > 2, "counted on from the rows before"
    assert steps[-1].ended
    place.refresh_from_db(using=PLATFORM)
    assert (place.last_id, place.rows) == (0, 0)
    assert place.round_ended_at is not None


def test_it_takes_no_more_than_its_share(stocked: Stocked) -> None:
    steps: list[Step] = []
    began = time.monotonic()
    scan([TEXTS], share=0.1, told=steps.append)
    assert time.monotonic() - began >= 9 * sum(step.seconds for step in steps)


def test_it_stops_in_time(stocked: Stocked) -> None:
    assert not scan([TEXTS], until=time.monotonic())
