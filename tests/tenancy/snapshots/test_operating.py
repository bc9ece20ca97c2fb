"""What operators do with snapshots, as functions and by command."""

import json
from typing import Any

import pytest
from django.conf import settings
from typer.testing import CliRunner

from eseller.cli.main import build
from eseller.resilience.rollout.decide import State
from eseller.resilience.rollout.journal import Journal
from eseller.tenancy.hosts import known_shop
from eseller.tenancy.snapshots import operating
from eseller.tenancy.snapshots.operating import NoneBefore, NotTaken, UnknownSnapshot
from tests.channels.storefront.shops import Stocked
from tests.tenancy.guarding import Hand
from tests.tenancy.snapshots.conftest import Node


def rename(node: Node, by_hand: Hand, stocked: Stocked, name: str) -> bool:
    by_hand("UPDATE tenancy_shop SET name = %s WHERE id = %s", [name, stocked.shop.pk])
    return node.step()


def name_of(stocked: Stocked) -> str:
    shop = known_shop(stocked.shop.pk)
    return shop.name if shop is not None else ""


def test_a_pinned_version_stays_until_it_is_unpinned(stocked: Stocked, node: Node, by_hand: Hand) -> None:
    first = node.version
    assert rename(node, by_hand, stocked, "Two")
    second = node.version
    operating.pin(first, by="test")
    node.step()
    assert (node.version, name_of(stocked)) == (first, "Testhus")
    assert not rename(node, by_hand, stocked, "Three"), "it waits"
    assert (node.version, name_of(stocked)) == (first, "Testhus")
    assert operating.unpin(by="test") == first
    assert operating.unpin(by="test") is None
    assert node.step()
    assert name_of(stocked) == "Three"
    assert node.version > second


def test_a_rollback_goes_back_to_the_one_before_and_stays(stocked: Stocked, node: Node, by_hand: Hand) -> None:
    first = node.version
    assert rename(node, by_hand, stocked, "Two")
    second = node.version
    assert operating.rollback(by="test", reason="the name is wrong") == (second, first)
    node.step()
    assert (node.version, name_of(stocked)) == (first, "Testhus")
    with pytest.raises(NotTaken):
        operating.pin(second, by="test")
    told = operating.show_snapshot(second)
    assert (told["state"], told["reason"]) == ("taken_back", "the name is wrong (test)")
    last = list(Journal(settings.DATA_DIR / "journal").entries())[-1]
    assert (last.change, last.state) == (f"snapshot {second}", State.TAKEN_BACK)

    # What was taken back is in the tables still: it comes again unless it was mended meanwhile.
    operating.unpin(by="test")
    assert node.step()
    assert name_of(stocked) == "Two"


def test_without_one_before_there_is_no_rollback(node: Node) -> None:
    with pytest.raises(NoneBefore):
        operating.rollback(by="test", reason="because")
    with pytest.raises(UnknownSnapshot):
        operating.pin(10**9, by="test")


def test_versions_differ_in_named_fields(stocked: Stocked, node: Node, by_hand: Hand) -> None:
    first = node.version
    by_hand("INSERT INTO pricing_vatrate (country, vat_class, rate_bp) VALUES ('QK', 'standard', 700)")
    assert rename(node, by_hand, stocked, "Two")
    found = operating.diff(first, node.version)
    fields = {(one["table"], one["field"]): (one["before"], one["after"]) for one in found}
    assert fields[("tenancy_shop", "name")] == ("Testhus", "Two")
    assert fields[("pricing_vatrate", "rate_bp")] == (None, 700)
    assert {one["row"] for one in found if one["table"] == "tenancy_shop"} == {stocked.shop.pk}
    assert operating.diff(first, first) == []
    back = {(one["table"], one["field"]): one["after"] for one in operating.diff(node.version, first)}
    assert back[("pricing_vatrate", "rate_bp")] is None


def run(*words: str, code: int = 0) -> dict[str, Any]:
    done = CliRunner().invoke(build(), ["records", "snapshot", *words, "--json"])
    assert done.exit_code == code, done.output
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def test_the_commands_tell_json(stocked: Stocked, node: Node, by_hand: Hand) -> None:
    first = node.version
    assert rename(node, by_hand, stocked, "Two")
    second = node.version
    listed = {one["version"]: one for one in run("list")["snapshots"]}
    assert (listed[second]["state"], listed[second]["current"]) == ("taken", True)
    shown = run("show")
    assert (shown["version"], shown["rows"]["tenancy_shop"] >= 1, shown["bytes"] > 0) == (second, True, True)
    assert run("diff", str(first), str(second))["differences"][0]["after"] == "Two"
    assert run("rollback", "--reason", "wrong name") == {"taken_back": second, "pinned": first}
    assert run("unpin") == {"unpinned": first}
    assert run("unpin", code=1) == {"unpinned": None}
    assert run("pin", str(first)) == {"pinned": first}
