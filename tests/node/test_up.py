"""``eseller up`` as an operator runs it: the real platform in an empty directory."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from eseller.cluster.address import DatabaseAddress
from eseller.cluster.embedded import temporary
from eseller.cluster.initialise import ROLES
from eseller.cluster.layout import ClusterLayout
from eseller.config.environment import load
from eseller.node.up import healthy
from tests.node.processes import Process, eventually
from tests.node.running import ROOT, Node, environ_for, free_port

pytestmark = pytest.mark.slow

ESELLER = (sys.executable, "-m", "eseller.cli.main")


def test_init_and_migrate_can_be_run_again_and_again(data_dir: Path) -> None:
    environ = environ_for(data_dir)
    for command in ("init", "init", "migrate", "migrate"):
        done = subprocess.run([*ESELLER, command], env=environ, cwd=ROOT, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
    assert "No migrations to apply" in done.stdout


@pytest.fixture
def own_database() -> Iterator[DatabaseAddress]:
    """The administrator's login at an empty database on a server that is not ours."""
    name = os.environ.get("ESELLER_PG_BIN")
    with temporary(pg_bin=Path(name) if name else None) as server:
        with psycopg.connect(server.admin.url, autocommit=True) as connection:
            connection.execute("CREATE DATABASE shops ENCODING 'UTF8' LOCALE 'C.UTF-8' TEMPLATE template0")
        yield server.admin.at("shops")


def environ_of(process: Process) -> dict[str, str]:
    """What a process was handed, as the kernel shows it."""
    parts = Path(f"/proc/{process.pid}/environ").read_bytes().decode().rstrip("\0").split("\0")
    return {name: value for name, _, value in (part.partition("=") for part in parts)}


def databases_of(process: Process) -> list[str]:
    """The databases in the settings of a process."""
    script = "from django.conf import settings; print(*settings.DATABASES)"
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={**environ_of(process), "DJANGO_SETTINGS_MODULE": "eseller.config.settings"},
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return done.stdout.split()


@pytest.mark.pg15
def test_a_database_of_ones_own_is_used_and_each_process_knows_only_its_logins(
    data_dir: Path, own_database: DatabaseAddress
) -> None:
    watch = {"ESELLER_WATCH": "true", "ESELLER_WATCH_PORT": str(free_port())}
    watch |= {"ESELLER_OPERATIONS": "true", "ESELLER_OPERATIONS_PORT": str(free_port())}
    environ = environ_for(data_dir, DATABASE_URL=own_database.url, ESELLER_WEB_PROCESSES="1", **watch)
    environ.pop("ESELLER_PG_BIN", None)
    passwords: dict[str, str] = {role: load(environ).role_url(role).password for role in ROLES}
    secrets = {"admin": own_database.password, "secret": environ["ESELLER_SECRET"], **passwords}
    node = Node((*ESELLER, "up"), environ, data_dir.parent / "log")
    try:
        node.wait_until_up(seconds=120)
        assert node.get("/")[0] == 404, "the web process asks the database whose host this is"
        with psycopg.connect(own_database.url, autocommit=True) as connection:
            owners = connection.execute("SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public'")
            assert owners.fetchall() == [("eseller_owner",)]
            at_work = "SELECT count(*) FROM procrastinate_workers"
            assert eventually(lambda: connection.execute(at_work).fetchone() == (1,)), node.log

        for words, roles, databases in (
            ("eseller.node.web", {"web"}, ["default"]),
            ("eseller.node.worker", {"web", "platform"}, ["default", "platform"]),
        ):
            processes = [process for process in node.tree() if words in process.command]
            assert processes
            for process in processes:
                told = "\n".join(environ_of(process).values())
                assert {name for name, value in secrets.items() if value in told} == roles, process.command
            assert databases_of(processes[0]) == databases
        # The watch needs none of them.
        assert eventually(lambda: healthy(int(watch["ESELLER_WATCH_PORT"])), seconds=20), node.log
        status = int(watch["ESELLER_OPERATIONS_PORT"])
        assert eventually(lambda: healthy(status, path="/api/v2/status.json"), seconds=60), node.log
        for words in ("eseller.node.duty", "eseller.node.clerk", "eseller.node.operations_web"):
            processes = [process for process in node.tree() if words in process.command]
            assert processes, words
            for process in processes:
                told = "\n".join(environ_of(process).values())
                assert [name for name, value in secrets.items() if value in told] == [], process.command
        assert not ClusterLayout.inside(data_dir).base.exists(), "no embedded one beside it"
        assert node.end() == 0
        assert "Traceback" not in node.log
    finally:
        node.clean_up()


def test_up_serves_pages_does_jobs_and_lets_other_commands_use_its_database(data_dir: Path) -> None:
    environ = environ_for(data_dir)
    node = Node((*ESELLER, "up"), environ, data_dir.parent / "log")
    try:
        node.wait_until_up(seconds=120)
        assert node.get("/")[0] == 404, "no shop is called 127.0.0.1"
        assert node.find("eseller.node.worker").alive
        migrate = subprocess.run(
            [*ESELLER, "migrate"], env=environ, cwd=ROOT, capture_output=True, text=True, check=False
        )
        assert migrate.returncode == 0, migrate.stderr
        tree = node.tree()
        assert node.end() == 0
        assert not any(process.alive for process in tree), node.log
        assert "Traceback" not in node.log
    finally:
        node.clean_up()


def test_nothing_is_left_in_the_temporary_directory(data_dir: Path) -> None:
    """Everything that a node keeps lies in its data directory."""
    scratch = data_dir.parent / "tmp"
    scratch.mkdir(mode=0o777)
    scratch.chmod(0o777)
    subprocess.run(
        [*ESELLER, "init"],
        env={**environ_for(data_dir), "TMPDIR": str(scratch)},
        cwd=ROOT,
        check=True,
        capture_output=True,
    )

    assert [path.name for path in scratch.iterdir()] == []
    shutil.rmtree(data_dir)


def test_a_demo_that_is_killed_while_it_is_being_filled_leaves_no_process(data_dir: Path) -> None:
    node = Node((*ESELLER, "demo"), environ_for(data_dir), data_dir.parent / "log")
    try:
        filling = "SELECT count(*) FROM pg_stat_activity WHERE usename = 'eseller_web'"
        assert eventually(lambda: any("spawn_main" in process.command for process in node.tree()), seconds=60), node.log
        admin = ClusterLayout.inside(data_dir).admin_address().at("eseller")
        with psycopg.connect(admin.url, autocommit=True) as connection:
            assert eventually(lambda: (connection.execute(filling).fetchone() or (0,))[0] > 2, seconds=60), node.log
        tree = node.tree()

        node.end(signal.SIGKILL)

        assert eventually(lambda: not any(process.alive for process in tree)), [p.command for p in tree if p.alive]
    finally:
        node.clean_up()
