"""What the guard has done is counted, and open findings are known without asking the database."""

import pytest

from eseller.resilience.records.kind import kinds
from eseller.tenancy.guard.figures import figures
from eseller.tenancy.guard.follow import Follower
from eseller.tenancy.guard.heard import heard
from eseller.tenancy.guard.scan import scan_step, start_over
from eseller.tenancy.guard.watch import judge_changes
from tests.channels.storefront.shops import Stocked
from tests.tenancy.guarding import Hand, findings, page

pytestmark = pytest.mark.usefixtures("unchecked_titles")

DAMAGE = "UPDATE catalog_producttext SET title = title || chr(1) WHERE shop_id = %s AND title = 'Morning mug'"
MEND = "UPDATE catalog_producttext SET title = 'Morning mug' WHERE shop_id = %s AND title LIKE 'Morning mug%%'"


def test_what_others_have_found_is_known_here(stocked: Stocked, by_hand: Hand) -> None:
    here = Follower()
    here.once()
    elsewhere = Follower(judge_changes)
    elsewhere.once()
    by_hand(DAMAGE, [stocked.shop.pk])
    elsewhere.once()
    here.once()
    (finding,) = findings(stocked)
    told = next(one for one in heard().findings if one["id"] == finding.pk)
    assert (told["shop"], told["table"], told["row"]) == (stocked.shop.slug, "catalog_producttext", finding.row_id)
    assert (told["column"], told["value"], told["rule"]) == ("title", "Morning mug\\x01", finding.rule)
    assert (told["writer_db_user"], told["patched"], told["found_by"]) == ("postgres", True, "change")
    assert heard().open >= 1

    by_hand(MEND, [stocked.shop.pk])
    elsewhere.once()
    here.once()
    assert finding.pk not in [one["id"] for one in heard().findings]


def test_looks_and_findings_are_counted(stocked: Stocked, by_hand: Hand) -> None:
    before = figures()
    watching = Follower(judge_changes)
    watching.once()
    by_hand(DAMAGE, [stocked.shop.pk])
    watching.once()
    after = figures()
    assert after.looks == before.looks + 2
    assert after.noted["change"] == before.noted.get("change", 0) + 1


def test_pages_that_were_healed_are_counted(stocked: Stocked, by_hand: Hand) -> None:
    before = figures()
    assert page(stocked, "/p/moon-vase").status_code == 200
    assert figures().heals == before.heals
    by_hand("ALTER TABLE pricing_price DROP CONSTRAINT price_amount")
    try:
        by_hand("UPDATE pricing_price SET amount = -5 WHERE variant_id = %s", [stocked.variants["VASE"]])
        assert page(stocked, "/p/moon-vase").status_code == 200
    finally:
        by_hand("UPDATE pricing_price SET amount = 1, compare_at = NULL WHERE amount < 0")
        by_hand("ALTER TABLE pricing_price ADD CONSTRAINT price_amount CHECK (amount BETWEEN 0 AND 10000000000000)")
    after = figures()
    assert (after.heals, after.diagnoses) == (before.heals + 1, before.diagnoses + 1)
    assert after.diagnosis_seconds > before.diagnosis_seconds
    assert after.noted["page"] == before.noted.get("page", 0) + 1


def test_the_place_of_the_scanner_is_known(stocked: Stocked) -> None:
    before = figures()
    start_over(["catalog_producttext"])
    step = scan_step(kinds()["catalog_producttext"], most=1)
    after = figures()
    assert after.scan is not None
    assert (after.scan.table, after.scan.rows) == ("catalog_producttext", step.rows)
    assert after.scanned == before.scanned + 1
