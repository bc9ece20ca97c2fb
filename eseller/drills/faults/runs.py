"""Runs, and what may happen to them: a switchover, backups, a node that is added."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from collections.abc import Iterator

from eseller.cluster.local import layout
from eseller.cluster.run.journal import Journals
from eseller.drills.cluster_stage import ClusterStage
from eseller.drills.faults.disks import damaged
from eseller.drills.faults.scene import WAIVED, Scene, answered, command, words
from eseller.drills.measuring import until
from eseller.node.rehearsal import in_platform
from eseller.node.switching import BY


def switchover(scene: Scene) -> Iterator[str]:
    """A planned switchover by our own run."""
    done = command(scene.here, "cluster", "switchover", *WAIVED, "--json")
    outcome = answered(done)
    yield "" if outcome.get("done") else f"the run was not done: {words(done)}"


def backups(scene: Scene) -> Iterator[str]:
    """A backup is taken and proved while shops sell; then a page of it is damaged, and WAL that it needs is missing."""
    done = command(scene.here, "cluster", "backup", "--json")
    proof = answered(done)
    yield "" if proof.get("good") else f"the backup is not good: {words(done)}"
    if not proof.get("good"):
        return
    gate = answered(command(scene.here, "cluster", "check", "--json"))
    yield "" if gate["safe"] else f"the gate says no: {gate['reasons'][0]}"
    home = layout.folder(scene.here.data_dir) / "barman" / "eseller"
    ((path,),) = scene.here.do("SELECT pg_relation_filepath('catalog_producttext')")
    page = home / "base" / proof["backup"] / "data" / path
    yield from _back_in_time(scene)
    with damaged(page):
        yield _not_good(scene.here, proof["backup"], "a damaged page")
    wal = sorted(path for path in (home / "wals").glob("*/0*") if not path.name.endswith(".backup"))[-1]
    hidden = wal.with_name(f".{wal.name}")
    wal.rename(hidden)
    yield _not_good(scene.here, proof["backup"], "missing WAL")
    hidden.rename(wal)
    again = answered(command(scene.here, "cluster", "backups", "--prove", "latest", "--json"))
    yield "" if again.get("good") else f"the backup as it was is not good any more: {again.get('why')}"


def _back_in_time(scene: Scene) -> Iterator[str]:
    """A moment of some seconds ago is restored: all orders of before are there, and none of after."""
    time.sleep(3)
    ((moment, then),) = scene.here.do("SELECT now()::text, extract(epoch FROM now())::float8")
    time.sleep(3)
    scene.here.do("SELECT pg_switch_wal()")
    archived = until(lambda: scene.here.do(_ARCHIVED, [then]) == [(True,)], most=30)
    yield "" if archived < 30 else "WAL was not archived"
    target = layout.folder(scene.here.data_dir) / "barman" / "earlier"
    done = command(scene.here, "cluster", "restore", str(target), "--to-time", moment)
    yield "" if done.returncode == 0 else f"nothing was restored: {words(done)}"
    if done.returncode == 0:
        told = in_platform(scene.here.running, "eseller.drills.restoring", str(target))
        ((surely,), (at_most,)) = (scene.here.do(_PLACED, [then + leeway])[0] for leeway in (-1.0, 0.5))
        wrong = not surely <= int(str(told["orders"])) <= at_most
        yield f"{told} were restored, and {surely} to {at_most} placed by {then}" if wrong else ""
    shutil.rmtree(target, ignore_errors=True)


_ARCHIVED = "SELECT last_archived_time > to_timestamp(%s) FROM pg_stat_archiver"
_PLACED = "SELECT count(*) FROM orders_order WHERE placed_at <= to_timestamp(%s)"


def _not_good(here: ClusterStage, name: str, damage: str) -> str:
    proof = answered(command(here, "cluster", "backups", "--prove", name, "--json"))
    return "" if proof.get("good") is False and proof["why"] else f"a backup with {damage} passed for good"


def killed_runner(scene: Scene) -> Iterator[str]:
    """The runner of a switchover is killed in each of its steps, and the run taken up again."""
    for step in ("gate", "shed", "catch up", "checkpoint", "switch", "platform", "survey", "services"):
        process = subprocess.Popen(
            [sys.executable, "-m", "eseller.cli.main", "cluster", "switchover", *WAIVED],
            env=scene.here.running.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        journals = Journals(scene.here.data_dir)

        def begun(step: str = step, journals: Journals = journals) -> bool:
            run = journals.unfinished()
            return run is not None and any(entry.step == step for entry in run.entries())

        caught = until(begun, most=45) < 45
        process.kill()
        process.wait()
        if journals.unfinished() is not None:
            done = command(scene.here, "cluster", "switchover", "--resume", "--json")
            outcome = answered(done)
            yield "" if outcome.get("done") else f"after a crash in {step}: {words(done)}"
        # The last step may be over before it is seen.
        yield "" if caught or step == "services" else f"the run never came to {step}"
        scene.here.wait_until_well()
    answer = answered(command(scene.here, "services", "list", "--json"))
    # What the governor has stopped it starts itself.
    listed = [one for told in answer.values() for one in told["services"] if one["stopped"]]
    stopped = [one["name"] for one in listed if one["stopped"]["by"] == BY]
    yield f"services do not run again: {stopped}" if stopped else ""


def added_node(scene: Scene) -> Iterator[str]:
    """A node is added while shops sell, and becomes primary through the same gate."""
    done = command(scene.here, "cluster", "add-node")
    new = done.stdout.partition(" ")[0]
    yield "" if done.returncode == 0 else f"no node was added: {words(done)}"
    if done.returncode:
        return
    until(lambda: new in [member.name for member in scene.here.confirmed()], most=30)
    told = command(scene.here, "cluster", "switchover", "--to", new, *WAIVED, "--json")
    outcome = answered(told)
    yield "" if outcome.get("done") else f"the run was not done: {words(told)}"
    yield "" if scene.here.leader() == new else f"{scene.here.leader()} is primary"
