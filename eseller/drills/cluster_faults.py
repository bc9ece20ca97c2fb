"""Faults of the database, each under a stream of orders, with a ledger that knows every one that was acknowledged.

``python -m eseller.drills.cluster_faults CASE...`` prints a line of JSON for each case.
"""

from __future__ import annotations

import contextlib
import json
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from eseller.drills.buying import Buyers
from eseller.drills.cluster_stage import ClusterStage, cluster_stage, pause_in_orders
from eseller.drills.faults import crashes, disks, lies, loads, networks, runs
from eseller.drills.faults.scene import (
    AFTER_SECONDS,
    NODE_DEATH_SECONDS,
    WARM_SECONDS,
    Case,
    Limits,
    Room,
    Run,
    Scene,
    answered,
    command,
)
from eseller.drills.hosts import Hosts, hosts
from eseller.drills.rehearsal import Say

MOST_LOGGED = 4000
CASES: dict[str, tuple[Run, Limits]] = {
    "switchover": (runs.switchover, Limits(3.0)),
    "killed-postmaster": (crashes.killed_postmaster, Limits(5.0)),
    "grey": (disks.grey, Limits(15.0, errors=True)),
    "partition": (networks.partition, Limits(NODE_DEATH_SECONDS, errors=True, room=Room.HOSTS)),
    "one-way-partition": (networks.one_way, Limits(NODE_DEATH_SECONDS, errors=True, room=Room.HOSTS)),
    "secondary-cut-off": (networks.secondary_cut_off, Limits(6.0, room=Room.HOSTS)),
    "lock-service-unreached": (
        networks.lock_service_unreached, Limits(NODE_DEATH_SECONDS, errors=True, room=Room.HOSTS)
    ),
    "web-cut-off": (networks.web_cut_off, Limits(20.0, errors=True, room=Room.HOSTS)),
    "dead-node": (crashes.dead_node, Limits(NODE_DEATH_SECONDS, errors=True, room=Room.HOSTS)),
    "stopped-postmaster": (crashes.stopped_postmaster, Limits(15.0, errors=True, room=Room.HOSTS)),
    "stopped-node": (crashes.stopped_node, Limits(NODE_DEATH_SECONDS, errors=True, room=Room.HOSTS)),
    "former-primary": (crashes.former_primary, Limits(NODE_DEATH_SECONDS, errors=True, room=Room.HOSTS)),
    "stopped-patroni": (crashes.stopped_patroni, Limits(30.0, errors=True, room=Room.HOSTS)),
    "dead-secondary": (crashes.dead_secondary, Limits(6.0)),
    "lost-secondaries": (crashes.lost_secondaries, Limits(90.0, errors=True)),
    "out-of-sync": (crashes.out_of_sync, Limits(90.0, errors=True)),
    "lost-lock-service": (crashes.lost_lock_service, Limits(3.0)),
    "outage": (crashes.outage, Limits(110.0, errors=True)),
    "slow-disk": (disks.slow_disk, Limits(8.0, found=10.0, errors=True)),
    "failing-disk": (disks.failing_disk, Limits(15.0, errors=True)),
    "full-disk": (disks.full_disk, Limits(15.0, errors=True, room=Room.DISKS)),
    "full-archive": (disks.full_archive, Limits(3.0, found=30.0, room=Room.DISKS)),
    "full-logs": (disks.full_logs, Limits(6.0, room=Room.DISKS)),
    "damaged-pages": (disks.damaged_pages, Limits(6.0, room=Room.DISKS)),
    "forgotten-slot": (disks.forgotten_slot, Limits(6.0)),
    "no-connections-left": (loads.no_connections_left, Limits(3.0)),
    "lock-queue": (loads.lock_queue, Limits(20.0, found=30.0, errors=True)),
    "starved": (loads.starved, Limits(15.0, errors=True)),
    "clock-jump": (loads.clock_jump, Limits(12.0, errors=True, room=Room.DISKS)),
    "lied-to": (lies.lied_to, Limits(6.0)),
    "killed-runner": (runs.killed_runner, Limits(6.0)),
    "backups": (runs.backups, Limits(3.0, room=Room.DISKS)),
    "added-node": (runs.added_node, Limits(6.0, room=Room.DISKS)),
}  # fmt: skip


def run_cases(say: Say, names: Sequence[str]) -> Iterator[Case]:
    """Run cases, those that need hosts first, then those that need disks, each kind on one cluster.

    Args:
        say: told what goes on.
        names: of the cases.
    """
    rooms = {name: CASES[name][1].room for name in names}
    # What can run anywhere runs where a cluster is made anyway.
    given = [room for room in (Room.HOSTS, Room.DISKS) if room in rooms.values()] or [Room.ANY]
    for room in given:
        chosen = [name for name in names if rooms[name] is room or (rooms[name] is Room.ANY and room is given[-1])]
        yield from _in_room(say, room, chosen)


def _in_room(say: Say, room: Room, names: Sequence[str]) -> Iterator[Case]:
    with contextlib.ExitStack() as stack:
        made = stack.enter_context(hosts(3)) if room is Room.HOSTS else None
        here = stack.enter_context(cluster_stage(say, hosts=made, disks=room is Room.DISKS))
        everybody: list[Buyers] = []
        for name in names:
            say(name)
            yield _run(here, made, everybody, name)


def _run(here: ClusterStage, made: Hosts | None, everybody: list[Buyers], name: str) -> Case:
    do, limits = CASES[name]
    wrong = [] if here.wait_until_well() < float("inf") else ["the cluster did not get well before it"]
    logged = here.running.log.stat().st_size
    buyers = here.buyers()
    everybody.append(buyers)
    with buyers:
        time.sleep(WARM_SECONDS)
        scene = Scene(here, made, everybody, time.monotonic())
        wrong += do(scene)
        time.sleep(AFTER_SECONDS)
        pause = pause_in_orders(buyers, scene.began)
    wrong += [] if here.wait_until_well() < float("inf") else ["the cluster did not get well after it"]
    ledger = here.ledger(*everybody)
    failed = [answer for answer in buyers.failed() if answer.asked_at > scene.began - 1]
    unclear = [answer for answer in failed if answer.status not in (0, 503)]
    wrong += [] if ledger.is_right else [f"orders: {ledger}"]
    # What the web node noted of its own, and all sums.
    survey = answered(command(here, "cluster", "verify", "--no-files", "--json"))
    wrong += [f"survey: {check}" for check in survey.get("checks", [{"name": "none"}]) if check.get("wrong", 1)]
    wrong += [f"buyers were told: {buyers.complaints[0]}"] if buyers.complaints else []
    if unclear:
        first = f"{unclear[0].status} of {unclear[0].visit.path}"
        wrong.append(f"{len(unclear)} answers were unclear, the first {first}: {_logged(here.running.log, logged)}")
    if failed and not limits.errors:
        first = f"{failed[0].status} of {failed[0].visit.path} after {failed[0].seconds:.1f} s"
        wrong.append(f"{len(failed)} requests failed, the first with {first}: {_logged(here.running.log, logged)}")
    slow = [f"no orders for {pause} s"] if pause > limits.pause else []
    slow += [f"found after {scene.found} s"] if scene.found is not None and scene.found > limits.found else []
    return Case(
        case=name,
        write_pause_s=pause,
        found_s=scene.found,
        errors_5xx=len(failed),
        ledger=ledger,
        wrong="; ".join(filter(None, wrong)),
        slow="; ".join(slow),
        told=scene.told,
    )


def _logged(log: Path, since: int) -> str:
    """What the platform's log has of the first answer of 500 or 503 since a case began."""
    with log.open("rb") as file:
        file.seek(since)
        said = file.read().decode(errors="replace")
    places = [said.find(words) for words in ("Internal Server Error", "answered 503")]
    at = min((place for place in places if place >= 0), default=-1)
    return said[at : at + MOST_LOGGED] if at >= 0 else said[-MOST_LOGGED:]


def main(names: Sequence[str]) -> int:
    """Run the named cases and print each; returns how many were not as they must be."""
    bad = 0
    for case in run_cases(lambda text: print(f"# {text}", file=sys.stderr, flush=True), names):  # noqa: T201
        print(json.dumps(msgspec.to_builtins(case)), flush=True)  # noqa: T201
        bad += bool(case.wrong)
    return bad


if __name__ == "__main__":
    sys.exit(min(1, main(sys.argv[1:] or list(CASES))))
