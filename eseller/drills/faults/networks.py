"""Hosts that do not reach each other."""

from __future__ import annotations

import time
from collections.abc import Iterator

from eseller.drills.faults.scene import Scene
from eseller.drills.hosts import Hosts


def _placed(scene: Scene) -> tuple[Hosts, int]:
    """The hosts, and the number of the primary's."""
    if scene.hosts is None:
        raise AssertionError("it takes hosts of their own")
    return scene.hosts, number_of(scene.here.leader())


def number_of(node: str) -> int:
    """The number of a node's host."""
    return int(node.removeprefix("node"))


def partition(scene: Scene) -> Iterator[str]:
    """The primary is cut off from everybody: it may acknowledge nothing, and another one takes over."""
    hosts, number = _placed(scene)
    former = scene.here.leader()
    hosts.cut(number)
    try:
        back = scene.orders_again(60)
        yield "" if back < 60 else "nothing could be ordered any more"
        yield "" if scene.here.leader() not in ("", former) else "no other one took over"
    finally:
        hosts.mend(number)


def one_way(scene: Scene) -> Iterator[str]:
    """The primary is heard by nobody, though it hears all."""
    hosts, number = _placed(scene)
    former = scene.here.leader()
    with hosts.unheard(number, [0, hosts.LOCKS, *range(1, hosts.count + 1)]):
        back = scene.orders_again(60)
        yield "" if back < 60 else "nothing could be ordered any more"
        yield "" if scene.here.leader() not in ("", former) else "no other one took over"


def secondary_cut_off(scene: Scene) -> Iterator[str]:
    """A secondary is cut off: the other one confirms, and nobody notices."""
    hosts, number = _placed(scene)
    former = scene.here.leader()
    victim = number_of(next(one.name for one in scene.here.confirmed() if number_of(one.name) != number))
    hosts.cut(victim)
    try:
        time.sleep(25)
        yield "" if scene.here.leader() == former else f"{scene.here.leader()} is primary now"
    finally:
        hosts.mend(victim)


def lock_service_unreached(scene: Scene) -> Iterator[str]:
    """The primary alone does not reach the lock service: at most one acknowledges, and shops go on selling."""
    hosts, number = _placed(scene)
    with hosts.unheard(number, [hosts.LOCKS]):
        time.sleep(30)
        primaries = [
            name for name, witness in scene.here.facts().witnesses.items() if witness.in_recovery is False
        ]  # fmt: skip
        yield "" if len(primaries) <= 1 else f"primaries are {primaries}"
        yield "" if scene.orders_again(60) < 60 else "nothing could be ordered any more"


def web_cut_off(scene: Scene) -> Iterator[str]:
    """The web node is cut off from all of the database in the middle of checkouts, and comes back."""
    hosts, _ = _placed(scene)
    with hosts.unseen(0):
        time.sleep(12)
    again = scene.orders_again(60)
    yield "" if again < 60 else "nothing could be ordered any more"
