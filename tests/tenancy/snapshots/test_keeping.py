"""A process starts from the newest whole snapshot of the disk, and takes from the database only what is whole."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from eseller.tenancy.guard.follow import Follower
from eseller.tenancy.hosts import find_shop, known_shop
from eseller.tenancy.snapshots import active
from eseller.tenancy.snapshots.disk import KEPT, UNUSED_SECONDS, Shelf
from eseller.tenancy.snapshots.keeper import Keeper
from tests.channels.storefront.shops import Stocked
from tests.tenancy.guarding import Hand
from tests.tenancy.snapshots.conftest import Node


def rename(node: Node, by_hand: Hand, stocked: Stocked, name: str) -> None:
    by_hand("UPDATE tenancy_shop SET name = %s WHERE id = %s", [name, stocked.shop.pk])
    assert node.step()


def name_of(stocked: Stocked) -> str:
    shop = known_shop(stocked.shop.pk)
    return shop.name if shop is not None else ""


def restarted(node: Node) -> Keeper:
    """Return the keeper of a process that has just started."""
    active.put(None)
    keeper = Keeper(node.directory / "snapshots")
    keeper.start()
    return keeper


def lists(node: Node) -> list[Path]:
    """Return the lists of the snapshots on the disk, the newest first."""
    found = (node.directory / "snapshots").glob("*.snapshot")
    return sorted(found, key=lambda path: path.stat().st_mtime_ns, reverse=True)


def part_of(node: Node, stocked: Stocked) -> Path:
    """Return the file of the part that a shop is in."""
    loaded = active.of_process()
    assert loaded is not None
    return node.directory / "snapshots" / loaded.manifest.parts[f"routing-{stocked.shop.pk % 64:02d}"]


def test_a_process_starts_from_the_disk(stocked: Stocked, node: Node, by_hand: Hand) -> None:
    rename(node, by_hand, stocked, "Two")
    version = node.version
    restarted(node)
    assert node.version == version
    shop = find_shop(stocked.host)
    assert shop is not None
    assert shop.name == "Two"


@pytest.mark.parametrize("damage", [b"", b"{}", b'{"tenancy_shop":[{"id":1}]}', b"\xff" * 50])
def test_a_damaged_part_is_passed_over_for_the_snapshot_before(
    stocked: Stocked, node: Node, by_hand: Hand, damage: bytes
) -> None:
    rename(node, by_hand, stocked, "Two")
    rename(node, by_hand, stocked, "Three")
    part_of(node, stocked).write_bytes(damage)
    keeper = restarted(node)
    assert name_of(stocked) == "Two"
    assert keeper.take()
    assert name_of(stocked) == "Three"
    restarted(node)
    assert name_of(stocked) == "Three", "the damaged part was written anew"


@pytest.mark.parametrize(
    "damage", [lambda _list: b"", lambda _list: b"x\n{}", lambda told: told.replace(b'"version":', b'"version":1')]
)
def test_a_damaged_list_is_passed_over(
    stocked: Stocked, node: Node, by_hand: Hand, damage: Callable[[bytes], bytes]
) -> None:
    rename(node, by_hand, stocked, "Two")
    rename(node, by_hand, stocked, "Three")
    newest = lists(node)[0]
    newest.write_bytes(damage(newest.read_bytes()))
    restarted(node)
    assert name_of(stocked) == "Two"


def test_without_anything_whole_there_is_none(node: Node) -> None:
    for path in (node.directory / "snapshots").iterdir():
        path.write_bytes(b"x")
    restarted(node)
    assert active.of_process() is None


def test_the_disk_keeps_few_and_forgets_the_rest(stocked: Stocked, node: Node, by_hand: Hand) -> None:
    for number in range(KEPT + 2):
        rename(node, by_hand, stocked, f"Name {number}")
    for path in (node.directory / "snapshots").iterdir():
        old = path.stat().st_mtime - UNUSED_SECONDS - 60
        os.utime(path, (old, old))
    rename(node, by_hand, stocked, "Last")
    assert len(lists(node)) == KEPT
    loaded = active.of_process()
    assert loaded is not None
    files = {path.name for path in (node.directory / "snapshots").iterdir() if path.suffix != ".snapshot"}
    assert len(files) == len(set(loaded.manifest.parts.values())) + KEPT - 1
    assert all(path.stat().st_mode & 0o077 == 0 for path in (node.directory / "snapshots").iterdir())


def test_processes_that_recover_together_do_not_ask_together(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each waits for a time of its own, between looks and after a failed one."""
    waits: list[float] = []

    def wait(_event: object, seconds: float) -> bool:
        waits.append(seconds)
        return len(waits) > 40

    def fail(_self: object) -> None:
        raise OSError("no database")

    follower = Follower()
    monkeypatch.setattr("threading.Event.wait", wait)
    monkeypatch.setattr(Follower, "once", fail)
    follower._run()
    looks, recoveries = waits[::2], waits[1::2]
    assert all(0.1 <= seconds <= 0.4 for seconds in looks)
    assert all(0.4 <= seconds <= 2.0 for seconds in recoveries)
    assert max(recoveries) - min(recoveries) > 0.5


def test_two_processes_of_a_node_keep_one_list(stocked: Stocked, node: Node, by_hand: Hand) -> None:
    rename(node, by_hand, stocked, "Two")
    loaded = active.of_process()
    assert loaded is not None
    before = len(lists(node))
    Shelf(node.directory / "snapshots").keep(loaded, {})
    assert len(lists(node)) == before


def poison_part(by_hand: Hand) -> None:
    by_hand("UPDATE tenancy_snapshotpart SET body = 'poison'")


def poison_manifest(by_hand: Hand) -> None:
    by_hand("UPDATE tenancy_snapshot SET manifest = '{\"parts\": 5}', made_at = now()")


def lose_parts(by_hand: Hand) -> None:
    by_hand("DELETE FROM tenancy_snapshotpart")


def lose_all(by_hand: Hand) -> None:
    by_hand("DELETE FROM tenancy_snapshot")


@pytest.mark.parametrize("poison", [poison_part, poison_manifest, lose_parts, lose_all])
def test_poison_in_the_database_reaches_no_process(
    stocked: Stocked, node: Node, by_hand: Hand, poison: object, tmp_path: Path
) -> None:
    assert callable(poison)
    poison(by_hand)
    by_hand("UPDATE tenancy_snapshot SET made_at = now()")
    node.keeper.take()
    assert name_of(stocked) == "Testhus"
    fresh = restarted(node)
    assert name_of(stocked) == "Testhus", "from the disk"
    fresh.take()
    assert name_of(stocked) == "Testhus"

    # What is lost in the database the compiler has from the rows; how they last were, from the disk.
    node.watcher._all_at = 0.0
    rename(node, by_hand, stocked, "Two")
    assert name_of(stocked) == "Two"
    bare = Keeper(tmp_path / "another node")
    active.put(None)
    assert bare.take()
    assert name_of(stocked) == "Two"


def test_a_snapshot_without_the_columns_of_this_release_is_not_taken(
    stocked: Stocked, node: Node, by_hand: Hand
) -> None:
    older = "jsonb_set(manifest, '{tables,tenancy_shop}', '[\"id\"]')"
    by_hand(f"UPDATE tenancy_snapshot SET made_at = now(), manifest = {older}")
    version = node.version
    assert node.keeper.take() is False
    assert node.version == version
    rename(node, by_hand, stocked, "Two")
    assert name_of(stocked) == "Two"


def test_an_unwritable_disk_keeps_nothing_from_being_taken(stocked: Stocked, node: Node, by_hand: Hand) -> None:
    node.keeper._shelf = Shelf(Path("/proc/nowhere"))
    rename(node, by_hand, stocked, "Two")
    assert name_of(stocked) == "Two"
