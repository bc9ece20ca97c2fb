"""Disks that are slow, fail, are full, or hold something else than was written."""

from __future__ import annotations

import contextlib
import subprocess
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from eseller.drills.faults.scene import (
    WAIVED,
    Scene,
    against,
    answered,
    command,
    found_after,
    processes,
    watching,
    words,
)
from eseller.drills.measuring import until
from eseller.drills.volumes import ARCHIVE, LOGS, NODE
from eseller.node.governing import BY

SLOW_FSYNC_MICROSECONDS = 1_500_000
SLOW_DISK_MICROSECONDS = 700_000
SLOTS_WAL_MB = 160


def grey(scene: Scene) -> Iterator[str]:
    """The primary's fsync takes 1.5 s; the watch finds it and takes it out."""
    former = scene.here.leader()
    with watching(scene.here), slow_fsync(scene.here.postgres(former)):
        scene.began, began = time.monotonic(), time.time()
        back = until(lambda: scene.here.leader() not in ("", former), most=60)
        scene.found = found_after(scene.here, began)
        yield "" if back < 60 else "the grey primary was not taken out"


def slow_disk(scene: Scene) -> Iterator[str]:
    """Each commit takes most of a second: what can wait is let go by itself, and begun again once the disk is quick."""
    pids = scene.here.postgres(scene.here.leader())
    with injected(f"delay_enter={SLOW_DISK_MICROSECONDS}", pids):
        scene.began = time.monotonic()
        scene.found = until(lambda: bool(_stopped_by_governor(scene)), most=30)
        yield "" if scene.found < 30 else "no service was stopped"
    back = until(lambda: not _stopped_by_governor(scene), most=200)
    scene.told["services_back_s"] = back
    yield "" if back < 200 else "services were not started again"


def _stopped_by_governor(scene: Scene) -> list[str]:
    answer = answered(command(scene.here, "services", "list", "--json"))
    listed = [one for told in answer.values() for one in told["services"] if one["stopped"]]
    return [one["name"] for one in listed if one["stopped"]["by"] == BY]


def failing_disk(scene: Scene) -> Iterator[str]:
    """Each write to the primary's disk fails: another one takes over, and the sick one is not used while it is sick."""
    former = scene.here.leader()
    agents = processes("eseller.node.agent", str(scene.here.data(former)))
    with injected("error=EIO", [*scene.here.patroni(former), *scene.here.postgres(former), *agents]):
        scene.began = time.monotonic()
        back = scene.orders_again(60)
        yield "" if back < 60 else "nothing could be ordered any more"
        yield "" if scene.here.leader() not in ("", former) else "no other one took over"
        time.sleep(10)
        gate = scene.gate(former)
        yield "the gate would use the sick node" if gate.safe else ""
        yield f"{former} is primary again" if scene.here.leader() == former else ""


def full_disk(scene: Scene) -> Iterator[str]:
    """The primary's disk fills up: it is told of early, and once it is full the watch takes the node out."""
    volume = scene.here.volumes[NODE]
    yield from _move_to(scene, volume.node)
    scene.began = time.monotonic()
    volume.leave(share=0.08)
    told = answered(command(scene.here, "cluster", "status", "--json"))
    early = any("of the disk is free" in node["words"] for node in told["nodes"] if node["name"] == volume.node)
    yield "" if early else f"nobody is told that the disk fills up: {told}"
    with watching(scene.here):
        scene.began, began = time.monotonic(), time.time()
        volume.leave(space=0)
        try:
            back = until(lambda: scene.here.leader() not in ("", volume.node), most=60)
            scene.found = found_after(scene.here, began)
            yield "" if back < 60 else "the full primary was not taken out"
        finally:
            volume.widen()


def full_archive(scene: Scene) -> Iterator[str]:
    """There is no room where WAL is archived: shops sell, it is told of, and later all of it is archived."""
    volume = scene.here.volumes[ARCHIVE]
    volume.leave(space=0)

    def is_told() -> bool:
        scene.here.do("SELECT pg_switch_wal()")
        time.sleep(1)
        return "not archived" in command(scene.here, "cluster", "status").stdout

    try:
        scene.found = until(is_told, most=40)
        yield "" if scene.found < 40 else "nobody is told that WAL is not archived"
    finally:
        volume.widen()

    def is_mended() -> bool:
        scene.here.do("SELECT pg_switch_wal()")
        time.sleep(1)
        return scene.here.do(_BEHIND) == [(0,)]

    yield "" if until(is_mended, most=120) < 120 else "WAL is still not archived"


_BEHIND = "SELECT count(*) FILTER (WHERE name LIKE '%.ready') FROM pg_ls_archive_statusdir()"


def full_logs(scene: Scene) -> Iterator[str]:
    """There is no room for the primary's log: nobody notices."""
    volume = scene.here.volumes[LOGS]
    yield from _move_to(scene, volume.node)
    volume.leave(space=0)
    try:
        with contextlib.suppress(Exception):
            scene.here.do("DO $$ BEGIN FOR n IN 1..2000 LOOP RAISE WARNING 'a line of the log %', n; END LOOP; END $$")
        scene.began = time.monotonic()
        yield "" if scene.orders_in(8) > 8 else "shops do not sell while the log is full"
    finally:
        volume.widen()


def damaged_pages(scene: Scene) -> Iterator[str]:
    """Some bytes of a secondary's disk change: reading it finds them, the gate says no, and it is built anew."""
    victim = scene.here.confirmed()[0].name
    ((path,),) = scene.here.do("SELECT pg_relation_filepath('catalog_producttext')")
    # What was written since the last checkpoint may be half written, and is not judged.
    scene.here.do("CHECKPOINT")
    scene.here.wait_until_well()
    before = answered(command(scene.here, "cluster", "scrub", victim, "--json"))["nodes"][0]
    yield "" if before["good"] else f"before: {before}"
    with damaged(scene.here.data(victim) / path):
        found = answered(command(scene.here, "cluster", "scrub", victim, "--json"))["nodes"][0]
        yield "" if path in " ".join(found["damaged"]) else f"the damage was not found: {found}"
        gate = answered(command(scene.here, "cluster", "check", "--to", victim, *WAIVED, "--json"))
        yield "the gate says yes" if gate["safe"] else ""
        yield "" if gate["reasons"][0]["fact"] == "pages" else f"the gate does not say why: {gate['reasons'][0]}"
        refused = command(scene.here, "cluster", "switchover", "--to", victim, *WAIVED)
        yield "the run went to damaged pages" if refused.returncode == 0 else ""
        begun = command(scene.here, "cluster", "rebuild", victim)
        yield "" if begun.returncode == 0 else f"it is not built anew: {words(begun)}"
        time.sleep(3)
        until(lambda: victim in [member.name for member in scene.here.confirmed()], most=60)
    after = answered(command(scene.here, "cluster", "scrub", victim, "--json"))["nodes"][0]
    yield "" if after["good"] else f"after: {after}"
    yield "" if scene.gate(victim).safe else f"the gate still says no: {against(scene.gate(victim))}"


def forgotten_slot(scene: Scene) -> Iterator[str]:
    """A slot that nobody reads keeps WAL back: only so much of it, and then the slot is lost, not the disk."""
    ((former,),) = scene.here.do("SHOW max_slot_wal_keep_size")
    scene.here.do("SELECT pg_create_physical_replication_slot('drill_forgotten', true)")
    scene.here.do("ALTER SYSTEM SET max_slot_wal_keep_size = '64MB'")
    scene.here.do("ALTER SYSTEM SET wal_keep_size = '32MB'")
    scene.here.do("SELECT pg_reload_conf()")
    try:
        for _ in range(SLOTS_WAL_MB // 16):
            scene.here.do(_MUCH_WAL)
            scene.here.do("SELECT pg_switch_wal()")
        scene.here.do("CHECKPOINT")
        scene.here.do("CHECKPOINT")
        ((status,),) = scene.here.do("SELECT wal_status FROM pg_replication_slots WHERE slot_name = 'drill_forgotten'")
        yield "" if status == "lost" else f"the slot is {status}"
    finally:
        scene.here.do("ALTER SYSTEM RESET max_slot_wal_keep_size")
        scene.here.do("ALTER SYSTEM RESET wal_keep_size")
        scene.here.do("SELECT pg_reload_conf()")
        scene.here.do("SELECT pg_drop_replication_slot('drill_forgotten')")
    yield "" if scene.here.do("SHOW max_slot_wal_keep_size") == [(former,)] else "the limit was not put back"


_MUCH_WAL = """
SELECT count(pg_logical_emit_message(false, 'drill', repeat('x', 1024 * 1024))) FROM generate_series(1, 15)
"""


def _move_to(scene: Scene, node: str) -> Iterator[str]:
    """Have a node be primary."""
    if scene.here.leader() == node:
        return
    done = command(scene.here, "cluster", "switchover", "--to", node, *WAIVED, "--json")
    yield "" if answered(done).get("done") else f"{node} did not become primary: {words(done)}"
    scene.here.wait_until_well()


@contextlib.contextmanager
def damaged(page: Path) -> Iterator[None]:
    """Overwrite some bytes in the middle of a file for as long as the block runs, and the file is there."""
    whole = page.read_bytes()
    at = len(whole) // 2 // 8192 * 8192 + 5000
    with page.open("r+b") as file:
        file.seek(at)
        file.write(b"\xa5" * 100)
        inode = page.stat().st_ino
    try:
        yield
    finally:
        # Where it was built anew, another file has its name.
        with contextlib.suppress(FileNotFoundError):
            if page.stat().st_ino == inode:
                with page.open("r+b") as file:
                    file.write(whole)


def slow_fsync(pids: Sequence[int]) -> contextlib.AbstractContextManager[None]:
    """Have each write to the disk of some processes, and of those that they start, take so much longer."""
    return injected(f"delay_enter={SLOW_FSYNC_MICROSECONDS}", pids)


@contextlib.contextmanager
def injected(fault: str, pids: Sequence[int]) -> Iterator[None]:
    """Have each write to the disk of some processes, and of those that they start, do something else (strace(1))."""
    inject = f"inject=fsync,fdatasync:{fault}"
    attached = [part for pid in pids for part in ("-p", str(pid))]
    process = subprocess.Popen(
        ["/usr/bin/strace", "-f", "-q", "-o", "/dev/null", "-e", "trace=fsync,fdatasync", "-e", inject, *attached],
        stdin=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield
    finally:
        process.terminate()
        process.wait(10)
