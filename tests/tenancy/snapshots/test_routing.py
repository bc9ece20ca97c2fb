"""Hosts and shops are found in memory, and every change of them is soon known."""

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext

from eseller.channels.storefront import pages
from eseller.channels.storefront.look import look
from eseller.tenancy.hosts import find_shop, known_shop
from eseller.tenancy.scope import WEB
from eseller.tenancy.snapshots import active
from tests.channels.storefront.shops import Stocked, stocked_shop
from tests.factories import make_shop
from tests.snapshots_off import forget_snapshots
from tests.tenancy.guarding import Hand, page
from tests.tenancy.snapshots.conftest import Node


@pytest.fixture
def no_statement(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Let every look into the database fail from then on."""

    def deny() -> None:
        def denied(*_arguments: Any) -> None:
            raise AssertionError("a host was looked up in the database")

        monkeypatch.setattr("eseller.tenancy.hosts.run", denied)

    return deny


def test_hosts_cost_no_statement_known_or_not(stocked: Stocked, node: Node, no_statement: Callable[[], None]) -> None:
    no_statement()
    shop = find_shop(stocked.host)
    assert shop is not None
    assert (shop.id, shop.primary_host, shop.name) == (stocked.shop.pk, stocked.host, "Testhus")
    assert known_shop(stocked.shop.pk) is shop
    assert find_shop("nobody.example") is None
    assert find_shop("a" * 300) is None


def test_a_page_takes_no_more_statements_than_without(stocked: Stocked, db: None) -> None:
    counts = []
    try:
        for step in range(2):
            page(stocked, "/")
            with CaptureQueriesContext(connections[WEB]) as captured:
                assert page(stocked, "/").status_code == 200
            counts.append(len(captured))
            if step == 0:
                with TemporaryDirectory() as directory:
                    assert Node(Path(directory)).step()
    finally:
        forget_snapshots()
    assert counts[1] <= counts[0]


def test_settings_domains_and_new_shops_are_followed(stocked: Stocked, node: Node, by_hand: Hand) -> None:
    shop_id = stocked.shop.pk
    by_hand("UPDATE tenancy_shop SET name = 'Nyhus', theme = '{\"brand\": \"#123456\"}' WHERE id = %s", [shop_id])
    by_hand("INSERT INTO tenancy_domain (shop_id, host, is_primary) VALUES (%s, 'nyhus.example', false)", [shop_id])
    new = make_shop()
    assert find_shop("nyhus.example") is None
    assert node.step()
    shop = find_shop("nyhus.example")
    assert shop is not None
    assert (shop.name, shop.theme.brand, shop.primary_host) == ("Nyhus", "#123456", stocked.host)
    assert find_shop(f"{new.slug}.localhost") is not None
    by_hand("DELETE FROM tenancy_domain WHERE host = 'nyhus.example'")
    by_hand("UPDATE tenancy_shop SET state = 'closed' WHERE id = %s", [shop_id])
    assert node.step()
    assert find_shop("nyhus.example") is None
    assert page(stocked, "/").status_code == 503


def test_a_domain_that_moves_leaves_its_former_shop(node: Node, by_hand: Hand) -> None:
    # Ids in a row are in parts of their own.
    first, second = make_shop(), make_shop()
    assert node.step()
    host = f"{first.slug}.localhost"
    by_hand("UPDATE tenancy_domain SET shop_id = %s, is_primary = false WHERE host = %s", [second.pk, host])
    assert node.step()
    shop = find_shop(host)
    assert shop is not None
    assert shop.id == second.pk
    former = known_shop(first.pk)
    assert former is not None
    assert former.primary_host == ""


def test_one_shops_change_is_one_small_part(stocked: Stocked, node: Node, by_hand: Hand) -> None:
    before = active.of_process()
    by_hand("UPDATE tenancy_shop SET name = 'Nyhus' WHERE id = %s", [stocked.shop.pk])
    assert node.step()
    after = active.of_process()
    assert before is not None
    assert after is not None
    changed = {name for name in after.manifest.parts if after.manifest.parts[name] != before.manifest.parts[name]}
    assert changed == {f"routing-{stocked.shop.pk % 64:02d}"}
    assert all(after.views[name] is before.views[name] for name in after.views.keys() - changed)


def test_a_request_goes_by_one_snapshot_to_its_end(
    stocked: Stocked, node: Node, by_hand: Hand, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[Any] = []

    def slow_look(theme: Any) -> Any:
        if not seen:
            seen.append(active.current())
            by_hand("UPDATE tenancy_shop SET name = 'Nyhus' WHERE id = %s", [stocked.shop.pk])
            assert node.step()
            seen.append(active.current())
        return look(theme)

    pages._frames.clear()
    monkeypatch.setattr(pages, "look", slow_look)
    before = node.version
    answer = page(stocked, "/")
    assert "Testhus" in answer.content.decode()
    assert node.version > before
    assert [snapshot.version for snapshot in seen] == [before, before]
    assert "Nyhus" in page(stocked, "/").content.decode()


def test_without_a_snapshot_the_database_is_asked(db: None) -> None:
    stocked = stocked_shop()
    assert active.of_process() is None
    shop = find_shop(stocked.host)
    assert shop is not None
    assert shop.id == stocked.shop.pk
    assert known_shop(stocked.shop.pk) is None
    assert Client(HTTP_HOST="nobody.example").get("/").status_code == 404
