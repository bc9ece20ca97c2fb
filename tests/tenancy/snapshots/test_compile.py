"""What is wrong in the tables stays out of the snapshots, is written down, and holds up nothing else."""

import json
from typing import Any

import msgspec
import pytest
from django.db import connections

from eseller.channels.storefront import pages
from eseller.channels.storefront.look import look
from eseller.commerce.pricing.actions.set_vat_rate import set_vat_rate
from eseller.commerce.pricing.errors import NoVatRates
from eseller.commerce.pricing.queries import exchange_rate, vat_classes, vat_rates
from eseller.resilience.rollout.decide import State
from eseller.resilience.rollout.journal import Journal
from eseller.tenancy.guard.operating import release
from eseller.tenancy.hosts import find_shop, known_shop
from eseller.tenancy.models import Finding, Snapshot
from eseller.tenancy.scope import PLATFORM, platform_transaction, shop_transaction
from eseller.tenancy.snapshots import active, store
from eseller.tenancy.snapshots.trial import SECONDS, Answer, Page, compared
from tests.channels.storefront.shops import Stocked, stocked_shop
from tests.commerce.catalog.counting import statements
from tests.factories import make_shop
from tests.tenancy.guarding import Hand, findings, page, unchecked
from tests.tenancy.snapshots.conftest import Node


def open_findings(table: str) -> list[Finding]:
    with platform_transaction():
        return list(Finding.objects.using(PLATFORM).filter(table_name=table, state="open").order_by("id"))


def versions() -> list[Snapshot]:
    with platform_transaction():
        return list(Snapshot.objects.using(PLATFORM).order_by("id"))


def rates_of(shop_id: int, country: str) -> dict[str, int]:
    with shop_transaction(shop_id):
        return vat_rates(country)


def test_vat_rates_come_from_memory(stocked: Stocked, node: Node) -> None:
    set_vat_rate(country="QE", vat_class="standard", rate_bp=1000, actor="test")
    set_vat_rate(country="QE", vat_class="books", rate_bp=0, actor="test")
    assert node.step()
    with shop_transaction(stocked.shop.pk), statements() as run:
        assert vat_rates("QE") == {"standard": 1000, "books": 0}
        assert vat_rates("QF") == {}
        assert vat_classes("QE") == {"standard", "exempt", "books"}
    assert run == []


def test_nothing_is_sold_from_a_country_without_rates(node: Node) -> None:
    shop = make_shop(country="QG")
    assert node.step()
    assert known_shop(shop.pk)
    with pytest.raises(NoVatRates):
        rates_of(shop.pk, "DK")


@pytest.mark.pg15
def test_a_bad_rate_keeps_its_last_good_value_and_is_told(stocked: Stocked, node: Node, by_hand: Hand) -> None:
    set_vat_rate(country="QH", vat_class="standard", rate_bp=2100, actor="test")
    assert node.step()
    row = "country = 'QH' AND vat_class = 'standard'"
    with unchecked(by_hand, "pricing_vatrate", "DELETE FROM pricing_vatrate WHERE rate_bp < 0"):
        by_hand(f"UPDATE pricing_vatrate SET rate_bp = -1 WHERE {row}")
        set_vat_rate(country="QI", vat_class="standard", rate_bp=900, actor="test")
        assert node.step()
        assert rates_of(stocked.shop.pk, "QH") == {"standard": 2100}
        assert rates_of(stocked.shop.pk, "QI") == {"standard": 900}, "others are taken all the same"
        (finding,) = open_findings("pricing_vatrate")
        assert (finding.shop_id, finding.column_name, finding.value) == (None, "rate_bp", "-1")
        assert finding.writer_db_user
        assert finding.pages == ["checkout of all shops"]
        assert page(stocked, "/").status_code == 200
        by_hand(f"UPDATE pricing_vatrate SET rate_bp = 2200 WHERE {row}")
        assert node.step()
        assert rates_of(stocked.shop.pk, "QH") == {"standard": 2200}
        assert open_findings("pricing_vatrate") == []


def test_a_row_that_never_was_good_is_left_out(stocked: Stocked, node: Node, by_hand: Hand) -> None:
    with unchecked(by_hand, "pricing_vatrate", "DELETE FROM pricing_vatrate WHERE rate_bp > 5000"):
        by_hand("INSERT INTO pricing_vatrate (country, vat_class, rate_bp) VALUES ('QJ', 'standard', 9999)")
        assert node.step()
        assert rates_of(stocked.shop.pk, "QJ") == {}
        by_hand("DELETE FROM pricing_vatrate WHERE country = 'QJ'")
        assert node.step()
        assert open_findings("pricing_vatrate") == []


def test_a_bad_shop_takes_no_other_down(stocked: Stocked, node: Node, by_hand: Hand) -> None:
    other = stocked_shop()
    assert node.step()
    before = page(other, "/").content
    mend = f"UPDATE tenancy_shop SET languages = '{{en,da}}', theme = '{{}}' WHERE id = {stocked.shop.pk}"
    with unchecked(by_hand, "tenancy_shop", mend):
        by_hand(
            "UPDATE tenancy_shop SET languages = '{}', theme = '[1]', name = 'Nyhus' WHERE id = %s", [stocked.shop.pk]
        )
        assert node.step()
        shop = find_shop(stocked.host)
        assert shop is not None
        assert (shop.name, shop.languages, shop.theme.brand) == ("Nyhus", ["en", "da", "de"], "#1f4d3a")
        assert page(stocked, "/").status_code == 200
        assert page(other, "/").content == before
        assert [finding.table_name for finding in findings(stocked)] == ["tenancy_shop"]
    assert node.step()
    shop = find_shop(stocked.host)
    assert shop is not None
    assert shop.languages == ["en", "da"]
    assert findings(stocked) == []


@pytest.mark.parametrize("lost", [999_999_999, None])
def test_a_domain_that_lost_its_shop_stays_where_it_was(node: Node, by_hand: Hand, lost: int | None) -> None:
    first = make_shop()
    assert node.step()
    host = f"{first.slug}.localhost"
    by_hand("SET session_replication_role = replica")
    by_hand("ALTER TABLE tenancy_domain ALTER shop_id DROP NOT NULL")
    try:
        by_hand("UPDATE tenancy_domain SET shop_id = %s WHERE host = %s", [lost, host])
        assert node.step()
        shop = find_shop(host)
        assert shop is not None
        assert shop.id == first.pk
        (finding,) = open_findings("tenancy_domain")
        assert finding.column_name == "shop_id"
    finally:
        by_hand("UPDATE tenancy_domain SET shop_id = %s WHERE host = %s", [first.pk, host])
        by_hand("ALTER TABLE tenancy_domain ALTER shop_id SET NOT NULL")
        by_hand("SET session_replication_role = origin")
    assert node.step()
    assert open_findings("tenancy_domain") == []


def test_a_host_that_stands_twice_is_the_first_shops(node: Node, by_hand: Hand) -> None:
    first, second = make_shop(), make_shop()
    assert node.step()
    host = f"{first.slug}.localhost"
    name = by_hand(
        "SELECT conname FROM pg_constraint WHERE conrelid = 'tenancy_domain'::regclass "
        "AND contype = 'u' AND pg_get_constraintdef(oid) = 'UNIQUE (host)'"
    ).fetchone()[0]
    by_hand(f"ALTER TABLE tenancy_domain DROP CONSTRAINT {name}")
    try:
        by_hand("INSERT INTO tenancy_domain (shop_id, host, is_primary) VALUES (%s, %s, false)", [second.pk, host])
        assert node.step()
        shop = find_shop(host)
        assert shop is not None
        assert shop.id == first.pk
        (finding,) = open_findings("tenancy_domain")
        assert (finding.shop_id, finding.column_name) == (second.pk, "host")
    finally:
        by_hand("DELETE FROM tenancy_domain WHERE shop_id = %s AND host = %s", [second.pk, host])
        by_hand(f"ALTER TABLE tenancy_domain ADD CONSTRAINT {name} UNIQUE (host)")
    assert node.step()
    assert open_findings("tenancy_domain") == []


def test_what_is_the_same_makes_no_version(stocked: Stocked, node: Node, by_hand: Hand) -> None:
    before = len(versions())
    by_hand("UPDATE tenancy_shop SET name = name WHERE id = %s", [stocked.shop.pk])
    assert node.step()
    assert len(versions()) == before


def test_exchange_rates_are_loaded(node: Node, by_hand: Hand) -> None:
    by_hand(
        "INSERT INTO pricing_exchangerate (base, currency, rate_e9, quoted_on) "
        "VALUES ('DKK', 'EUR', 134046000, '2026-11-25') ON CONFLICT DO NOTHING"
    )
    assert node.step()
    assert exchange_rate("DKK", "EUR") == 134_046_000
    assert exchange_rate("DKK", "XXX") is None


@pytest.fixture
def brittle(monkeypatch: pytest.MonkeyPatch) -> None:
    """A page that fails over a colour which is what it must be."""

    def brittle_look(theme: Any) -> Any:
        if theme.brand == "#bad000":
            raise ZeroDivisionError("this colour breaks the page")
        return look(theme)

    monkeypatch.setattr(pages, "look", brittle_look)
    monkeypatch.setattr(pages, "FRESH_SECONDS", 0.0)


def colour(by_hand: Hand, stocked: Stocked, brand: str) -> None:
    by_hand("UPDATE tenancy_shop SET theme = %s WHERE id = %s", [json.dumps({"brand": brand}), stocked.shop.pk])


def test_a_candidate_that_breaks_pages_is_refused_and_the_row_is_named(
    stocked: Stocked, node: Node, by_hand: Hand, brittle: None
) -> None:
    others = [make_shop() for _ in range(3)]
    assert node.step()
    shop = known_shop(stocked.shop.pk)
    assert shop is not None
    before = msgspec.to_builtins(shop.theme)
    colour(by_hand, stocked, "#bad000")
    for other in others:
        by_hand("UPDATE tenancy_shop SET name = 'Nyhus' WHERE id = %s", [other.pk])
    assert node.step()
    assert page(stocked, "/").status_code == 200
    assert all((known_shop(other.pk) or other).name == "Nyhus" for other in others), "others are not held up"
    (finding,) = findings(stocked)
    assert (finding.found_by, finding.table_name, finding.column_name) == ("trial", "tenancy_shop", "theme")
    assert "#bad000" in finding.value
    assert finding.patch == {"theme": before}
    assert finding.rule.startswith(f"what pages can be shown with ({stocked.host}/: ZeroDivisionError: this colour")
    refused, taken = versions()[-2:]
    assert (refused.state, taken.state) == ("refused", "taken")
    failed = refused.evidence["failed"]
    assert {(one["host"], one["status"], one["status_before"]) for one in failed} == {(stocked.host, 0, 200)}
    assert {one["error"] for one in failed} == {"ZeroDivisionError: this colour breaks the page"}
    journal = Journal(node.directory / "journal")
    steps = [entry.state for entry in journal.entries() if entry.change == f"snapshot {refused.pk}"]
    assert steps == [State.PROPOSED, State.TRYING, State.REFUSED]

    # What it was stays, whatever else of the part changes, until the row itself does.
    by_hand(
        "INSERT INTO tenancy_domain (shop_id, host, is_primary) VALUES (%s, %s, false)",
        [stocked.shop.pk, f"www.{stocked.host}"],
    )
    assert node.step()
    assert find_shop(f"www.{stocked.host}") is not None
    assert [one.state for one in versions()].count("refused") == 1, "it is not tried again"
    assert len(findings(stocked)) == 1
    colour(by_hand, stocked, "#600d00")
    assert node.step()
    assert findings(stocked) == []
    shop = known_shop(stocked.shop.pk)
    assert shop is not None
    assert shop.theme.brand == "#600d00"


def test_what_pages_failed_over_is_tried_again_when_all_is_read_anew(
    stocked: Stocked, node: Node, by_hand: Hand, monkeypatch: pytest.MonkeyPatch, brittle: None
) -> None:
    colour(by_hand, stocked, "#bad000")
    assert node.step()
    assert len(findings(stocked)) == 1
    node.watcher._all_at = 0.0
    assert node.step()
    assert len(findings(stocked)) == 1, "one finding, not one for each trial"
    monkeypatch.undo()
    node.watcher._all_at = 0.0
    assert node.step()
    assert findings(stocked) == []
    shop = known_shop(stocked.shop.pk)
    assert shop is not None
    assert shop.theme.brand == "#bad000"


def test_a_row_that_was_let_go_is_tried_again_at_once(
    stocked: Stocked, node: Node, by_hand: Hand, monkeypatch: pytest.MonkeyPatch, brittle: None
) -> None:
    colour(by_hand, stocked, "#bad000")
    assert node.step()
    (finding,) = findings(stocked)
    assert release(finding.pk, by="test") == "still bad", "its kind has nothing against it, but pages have"
    assert release(finding.pk, by="test", reason="the page is mended") == "waived"
    assert node.step()
    assert [one.state for one in findings(stocked)] == ["open"], "it was not"
    monkeypatch.undo()
    release(finding.pk, by="test", reason="now it is")
    assert node.step()
    shop = known_shop(stocked.shop.pk)
    assert shop is not None
    assert shop.theme.brand == "#bad000"


def test_nothing_is_decided_while_no_page_can_be_shown(
    stocked: Stocked, node: Node, by_hand: Hand, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_arguments: Any) -> None:
        raise ZeroDivisionError

    before = node.version
    with monkeypatch.context() as patched:
        patched.setattr("eseller.tenancy.snapshots.compile.PATIENCE", 0.1)
        patched.setattr(pages, "respond", away)
        colour(by_hand, stocked, "#00600d")
        assert not node.step()
        assert node.version == before
        assert findings(stocked) == []
    assert node.step(), "it is not forgotten"
    assert node.version > before


def test_a_snapshot_that_ends_the_process_is_not_tried_for_ever(
    stocked: Stocked, node: Node, by_hand: Hand, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    def killed(*_arguments: Any) -> None:
        raise Killed

    colour(by_hand, stocked, "#00600d")
    with monkeypatch.context() as patched:
        patched.setattr("eseller.tenancy.snapshots.trial.Trial.ask", killed)
        for _ in range(2):
            with pytest.raises(Killed):
                node.step()
    before, tried = node.version, len(versions())
    assert node.step()
    assert (node.version, len(versions())) == (before, tried)
    colour(by_hand, stocked, "#00600e")
    assert node.step()
    assert node.version > before


def test_one_process_compiles_at_a_time(stocked: Stocked, node: Node, by_hand: Hand, postgres: Any) -> None:
    colour(by_hand, stocked, "#00600d")
    by_hand("SELECT pg_advisory_lock(%s)", [store._LOCK])
    try:
        assert not node.step()
    finally:
        by_hand("SELECT pg_advisory_unlock(%s)", [store._LOCK])
    assert node.step()
    shop = known_shop(stocked.shop.pk)
    assert shop is not None
    assert shop.theme.brand == "#00600d"


@pytest.mark.pg15
def test_old_versions_are_forgotten(
    stocked: Stocked, node: Node, by_hand: Hand, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "KEPT", 2)
    for number in range(4):
        colour(by_hand, stocked, f"#00600{number}")
        assert node.step()
    with connections[PLATFORM].cursor() as cursor:
        cursor.execute("UPDATE tenancy_snapshotpart SET made_at = now() - interval '2 hours'")
    node.watcher._all_at = 0.0
    assert node.step()
    assert len(versions()) == 2
    with connections[PLATFORM].cursor() as cursor:
        cursor.execute("SELECT count(*) FROM tenancy_snapshotpart")
        (kept,) = cursor.fetchone()
    loaded = active.of_process()
    assert loaded is not None
    assert len(set(loaded.manifest.parts.values())) <= kept <= len(set(loaded.manifest.parts.values())) + 1
    assert node.keeper.take() is False


@pytest.mark.parametrize(
    ("answer", "before", "asked", "failed"),
    [
        (Answer(200, 0.1), None, 1, 0),
        (Answer(500, 0.1), Answer(200, 0.1), 1, 1),
        (Answer(500, 0.1), Answer(500, 0.1), 0, 0),
        (Answer(0, SECONDS), Answer(200, 0.1), 1, 1),
        (Answer(0, SECONDS), Answer(200, 3.0), 0, 0),
        (Answer(503, 0.1), Answer(301, 0.1), 1, 1),
    ],
)
def test_pages_count_that_can_be_shown_without_the_candidate(
    answer: Answer, before: Answer | None, asked: int, failed: int
) -> None:
    one, rest = compared([Page("a.example", "/", answer, before)])
    assert (one.asked, one.failed, rest.asked, rest.failed) == (asked, failed, asked, 0)
