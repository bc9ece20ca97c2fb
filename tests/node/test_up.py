"""``eseller up`` as an operator runs it: the real platform in an empty directory."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from eseller.cluster.embedded import temporary
from eseller.cluster.layout import ClusterLayout
from tests.node.running import ROOT, Node, environ_for

ESELLER = (sys.executable, "-m", "eseller.cli.main")


def test_init_and_migrate_can_be_run_again_and_again(data_dir: Path) -> None:
    environ = environ_for(data_dir)
    for command in ("init", "init", "migrate", "migrate"):
        done = subprocess.run([*ESELLER, command], env=environ, cwd=ROOT, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
    assert "No migrations to apply" in done.stdout


@pytest.mark.pg15
def test_a_postgresql_of_ones_own_is_prepared_and_migrated(data_dir: Path) -> None:
    name = os.environ.get("ESELLER_PG_BIN")
    with temporary(pg_bin=Path(name) if name else None) as server:
        environ = environ_for(data_dir, DATABASE_URL=server.admin.at("shops").url)
        environ.pop("ESELLER_PG_BIN", None)
        for command in ("init", "migrate"):
            done = subprocess.run(
                [*ESELLER, command], env=environ, cwd=ROOT, capture_output=True, text=True, check=False
            )
            assert done.returncode == 0, done.stderr
        with psycopg.connect(server.admin.at("shops").url) as connection:
            owners = connection.execute(
                "SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public'"
            ).fetchall()

    assert owners == [("eseller_owner",)]
    assert not ClusterLayout.inside(data_dir).base.exists(), "no embedded one beside it"


@pytest.mark.slow
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


@pytest.mark.slow
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
