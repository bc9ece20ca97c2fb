"""Too much of something: connections, locks, work for the processors; and clocks that jump."""

from __future__ import annotations

import contextlib
import os
import secrets
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psycopg

from eseller.cluster.figures import postmaster
from eseller.cluster.local import layout
from eseller.cluster.local.nodes import PROGRAMS
from eseller.cluster.run.journal import Journals
from eseller.drills.faults.scene import WAIVED, Scene, answered, command, watching, words

BURNERS_PER_CORE = 4
FEWEST_TAKEN = 20
_BURN = "import time\nend = time.monotonic() + {seconds}\nwhile time.monotonic() < end: pass"


def no_connections_left(scene: Scene) -> Iterator[str]:
    """Somebody takes all connections: shops keep theirs, and the gate gets one of those that are reserved."""
    with _role(scene) as url, contextlib.ExitStack() as taken:
        with contextlib.suppress(psycopg.OperationalError):
            while True:
                taken.enter_context(psycopg.connect(url, autocommit=True))
        ((taken_now,),) = scene.here.do("SELECT count(*) FROM pg_stat_activity WHERE usename = 'drill_guest'")
        yield "" if taken_now > FEWEST_TAKEN else f"only {taken_now} connections could be taken"
        scene.began = time.monotonic()
        count = scene.orders_in(10)
        yield "" if count > 10 else f"{count} orders in 10 s without free connections"
        began = time.monotonic()
        gate = scene.gate()
        took = time.monotonic() - began
        yield "" if gate.safe else f"the gate says no: {gate.reasons[0].words}"
        yield "" if took < 1 else f"the gate took {took:.1f} s"


def lock_queue(scene: Scene) -> Iterator[str]:
    """A session of ours locks a table and does nothing: it is named, and ended by the server; then shops go on."""
    with _role(scene) as url, psycopg.connect(url) as idle:
        # As the roles of ours have it.
        idle.execute("SET idle_in_transaction_session_timeout = '10s'")
        idle.commit()
        pid = idle.info.backend_pid
        with contextlib.suppress(psycopg.errors.LockNotAvailable):
            idle.execute("SET LOCAL lock_timeout = '5s'")
            idle.execute("LOCK TABLE orders_order IN ACCESS EXCLUSIVE MODE")
        scene.began = time.monotonic()
        told = answered(command(scene.here, "cluster", "diagnose", "--seconds", "4", "--json"))
        scene.found = round(time.monotonic() - scene.began, 1)
        named = f"Process {pid} " in told.get("sentence", "")
        yield "" if named else f"the diagnosis does not name process {pid}: {told}"
        yield "" if scene.orders_again(30) < 30 else "nothing could be ordered any more"
        with contextlib.suppress(psycopg.Error):
            idle.rollback()


def starved(scene: Scene) -> Iterator[str]:
    """Many others want the processors: all is slow, and nothing fails over."""
    former = scene.here.leader()
    seconds = 20
    with watching(scene.here):
        scene.began = time.monotonic()
        burning = [
            subprocess.Popen([sys.executable, "-S", "-c", _BURN.format(seconds=seconds)])
            for _ in range(BURNERS_PER_CORE * (os.cpu_count() or 1))
        ]
        try:
            time.sleep(seconds)
        finally:
            for process in burning:
                process.kill()
                process.wait()
        runs = Journals(scene.here.data_dir).all()
        yield "the watch has taken out a primary that was only slow" if runs else ""
    yield "" if scene.here.leader() == former else f"{scene.here.leader()} is primary now"


def clock_jump(scene: Scene) -> Iterator[str]:
    """The clock of the primary's PostgreSQL jumps by an hour, back and forth: it stays, shops sell, all are told.

    Patroni keeps the machine's clock: libfaketime 0.9.10 breaks Python's threads, and what counts is etcd's leases.
    """
    name = scene.here.confirmed()[0].name
    kept = layout.folder(scene.here.data_dir)
    clock, programs = kept / f"{name}.clock", kept / f"{name}.{PROGRAMS}"
    clock.write_text("+0")
    clock.chmod(0o644)
    _fake_clock(clock, scene.here.data(name), programs)
    try:
        yield from _begun_anew(scene, name)
        done = command(scene.here, "cluster", "switchover", "--to", name, *WAIVED, "--json")
        yield "" if answered(done).get("done") else f"{name} did not become primary: {words(done)}"
        scene.began = time.monotonic()
        for offset in ("+3600", "-3600"):
            clock.write_text(offset)
            time.sleep(8)
            yield "" if scene.here.leader() == name else f"{scene.here.leader() or 'nobody'} is primary now"
            yield "" if scene.orders_in(5) > 5 else "shops do not sell any more"
            told = command(scene.here, "cluster", "status").stdout
            yield "" if "clock is" in told else f"nobody is told of the clock: {told}"
    finally:
        clock.write_text("+0")
        shutil.rmtree(programs)
    time.sleep(5)
    yield from _begun_anew(scene, name)


def _begun_anew(scene: Scene, name: str) -> Iterator[str]:
    """Have a node start again."""
    scene.here.kill_node(name)
    scene.here.let_back(name)
    yield "" if scene.here.wait_until_well() < float("inf") else f"{name} did not come back"


def _fake_clock(clock: Path, data: Path, programs: Path) -> None:
    """Make a directory of PostgreSQL's programs whose server goes by a clock in a file (Debian's libfaketime)."""
    running = postmaster(data)
    if running is None:
        raise AssertionError("no server runs whose programs could be used")
    real = Path(f"/proc/{running}/exe").readlink()
    programs.mkdir(mode=0o755)
    for program in real.parent.iterdir():
        (programs / program.name).symlink_to(program)
    faked = {
        "LD_PRELOAD": next(Path("/usr/lib").glob("*/faketime/libfaketime.so.1")),
        "FAKETIME_TIMESTAMP_FILE": clock, "FAKETIME_CACHE_DURATION": 1, "FAKETIME_DONT_FAKE_MONOTONIC": 1,
    }  # fmt: skip
    server = programs / "postgres"
    server.unlink()
    exports = [f"export {name}={shlex.quote(str(value))}" for name, value in faked.items()]
    server.write_text("\n".join(["#!/bin/sh", *exports, f'exec {shlex.quote(str(real))} "$@"', ""]))
    server.chmod(0o755)


@contextlib.contextmanager
def _role(scene: Scene) -> Iterator[str]:
    """The address of a login that is like ours, for as long as the block runs."""
    name, password = "drill_guest", secrets.token_hex(16)
    scene.here.do(f"CREATE ROLE {name} LOGIN PASSWORD '{password}'")
    scene.here.do(f"GRANT CONNECT ON DATABASE {scene.here.cluster.admin().name} TO {name}")
    ((schema,),) = scene.here.do(
        "SELECT relnamespace::regnamespace::text FROM pg_class WHERE oid = 'orders_order'::regclass"
    )
    scene.here.do(f"GRANT USAGE ON SCHEMA {schema} TO {name}")
    scene.here.do(f"ALTER ROLE {name} SET search_path = {schema}")
    scene.here.do(f"GRANT ALL ON orders_order TO {name}")
    address = scene.here.cluster.admin()
    try:
        yield replace(address, user=name, password=password).url
    finally:
        scene.here.do("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = %s", [name])
        scene.here.do(f"DROP OWNED BY {name}")
        scene.here.do(f"DROP ROLE {name}")
