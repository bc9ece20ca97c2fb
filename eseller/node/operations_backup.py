"""Backups of the operations plane's database: taken, restored to a scratch database, compared; only then they count."""

from __future__ import annotations

import contextlib
import datetime
import logging
import os
import subprocess
from pathlib import Path

import psycopg
from psycopg import sql

from eseller.cluster import binaries
from eseller.cluster.address import DatabaseAddress
from eseller.config.environment import Environment
from eseller.config.operations_logins import OperationsLogins
from eseller.kernel.errors import EsellerError

log = logging.getLogger(__name__)
KEPT, SECONDS = 14, 600
SCRATCH = "operations_backup_check"


class NotBackedUp(EsellerError):
    """The backup could not be taken, or is not what the database is; the message says why."""

    code = "operations_backup"
    status = 500


def folder(env: Environment) -> Path:
    """Where backups are."""
    return env.operations_dir / "backups"


def back_up(env: Environment) -> Path:
    """Take a backup, restore it to a scratch database, and compare the counts of all tables; the oldest ones go.

    Returns:
        The file.

    Raises:
        NotBackedUp: it is not good, and was deleted.
    """
    admin = OperationsLogins(env).admin()
    here = folder(env)
    here.mkdir(mode=0o700, parents=True, exist_ok=True)
    now = datetime.datetime.now(datetime.UTC)
    path = here / f"{now:%Y-%m-%dT%H%M%S}.dump"
    draft = path.with_suffix(".new")
    try:
        # What is counted and what is dumped is of one moment.
        with psycopg.connect(admin.at(_name(env)).url) as connection:
            connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            row = connection.execute("SELECT pg_export_snapshot()").fetchone()
            counted = _counts(connection)
            _program(env, "pg_dump", "--format=custom", f"--snapshot={row[0] if row else ''}", f"--file={draft}",
                     at=admin.at(_name(env)))  # fmt: skip
        _compare(env, admin, draft, counted)
        draft.chmod(0o600)
        draft.rename(path)
    except (OSError, psycopg.Error) as error:
        raise NotBackedUp(f"No backup of the operations plane: {error}") from error
    finally:
        draft.unlink(missing_ok=True)
    for old in backups(env)[KEPT:]:
        old.unlink(missing_ok=True)
    return path


def backups(env: Environment) -> list[Path]:
    """Those that there are, the newest first; each was restored once."""
    return sorted(folder(env).glob("*.dump"), reverse=True)


def restore(env: Environment, path: Path) -> dict[str, int]:
    """Bring a backup back, in place of what there is now; returns the counts of its tables.

    Raises:
        NotBackedUp: it can't be restored; the database is as it was.
    """
    admin, name = OperationsLogins(env).admin(), _name(env)
    spare = f"{name}_restored"
    try:
        _make(admin, spare)
        _program(env, "pg_restore", "--exit-on-error", f"--dbname={spare}", str(path), at=admin.at(spare))
        with psycopg.connect(admin.at(spare).url) as connection:
            counted = _counts(connection)
        with psycopg.connect(admin.at("postgres").url, autocommit=True) as connection:
            # Whoever is connected would keep it from being put in place.
            connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
            before = f"{name}_before_{datetime.datetime.now(datetime.UTC):%Y%m%d%H%M%S}"
            _rename(connection, name, before)
            _rename(connection, spare, name)
    except (OSError, psycopg.Error) as error:
        raise NotBackedUp(f"Nothing was restored: {error}") from error
    return counted


def _rename(connection: psycopg.Connection, name: str, wanted: str) -> None:
    connection.execute(
        sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(name), sql.Identifier(wanted))
    )


def _name(env: Environment) -> str:
    return OperationsLogins(env).role_url("owner").name


def _compare(env: Environment, admin: DatabaseAddress, path: Path, counted: dict[str, int]) -> None:
    _make(admin, SCRATCH)
    try:
        _program(env, "pg_restore", "--exit-on-error", f"--dbname={SCRATCH}", str(path), at=admin.at(SCRATCH))
        with psycopg.connect(admin.at(SCRATCH).url) as connection:
            found = _counts(connection)
    finally:
        _drop(admin, SCRATCH)
    if found != counted:
        differ = sorted(name for name in counted.keys() | found.keys() if counted.get(name) != found.get(name))
        raise NotBackedUp(f"The backup is not what the database is: {', '.join(differ[:5])}")


def _make(admin: DatabaseAddress, name: str) -> None:
    _drop(admin, name)
    with psycopg.connect(admin.at("postgres").url, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name)))


def _drop(admin: DatabaseAddress, name: str) -> None:
    with psycopg.connect(admin.at("postgres").url, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def _counts(connection: psycopg.Connection) -> dict[str, int]:
    names = connection.execute(
        "SELECT relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
        "WHERE relkind = 'r' AND nspname = 'public' ORDER BY relname"
    ).fetchall()
    found = {}
    for (name,) in names:
        row = connection.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier("public", name))).fetchone()
        found[name] = int(row[0]) if row else 0
    return found


def _program(env: Environment, name: str, *arguments: str, at: DatabaseAddress) -> None:
    """Run one of PostgreSQL's programs; the password goes by its environment, which others can't read."""
    found = binaries.find(env.pg_bin, user=None, copies=env.operations_dir)
    login = {
        "PGHOST": at.host, "PGPORT": at.port, "PGUSER": at.user, "PGDATABASE": at.name, "PGPASSWORD": at.password,
        **{f"PG{name.upper()}": value for name, value in at.params if name == "sslmode"},
    }  # fmt: skip
    done = subprocess.run(
        [found.program(name), "--no-password", *arguments], env=os.environ | login, capture_output=True, text=True,
        timeout=SECONDS, check=False,
    )  # fmt: skip
    if done.returncode:
        with contextlib.suppress(IndexError):
            raise NotBackedUp(f"{name} failed: {done.stderr.strip().splitlines()[-1]}")
        raise NotBackedUp(f"{name} failed.")
