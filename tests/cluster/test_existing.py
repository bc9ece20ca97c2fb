"""A database that somebody made for us becomes ours; one that can't be ours is refused with a way out."""

from __future__ import annotations

import dataclasses
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from eseller.cluster import initialise as preparing
from eseller.cluster.address import DatabaseAddress
from eseller.cluster.embedded import EmbeddedPostgres, temporary
from eseller.cluster.existing import is_there
from eseller.cluster.initialise import ROLES, InitialiseError, initialise
from eseller.config.environment import Environment, load
from tests.cluster.test_initialise import refused, rows

pytestmark = pytest.mark.pg15
OURS = "ENCODING 'UTF8' LOCALE 'C.UTF-8' TEMPLATE template0"


@pytest.fixture(scope="module")
def own_server(pg_bin: Path | None) -> Iterator[EmbeddedPostgres]:
    """A server of the module's own, whose superuser prepares it."""
    with temporary(pg_bin=pg_bin) as server:
        yield server


def run(address: DatabaseAddress, statement: str) -> None:
    with psycopg.connect(address.url, autocommit=True) as connection:
        connection.execute(statement.encode())


def clerk_of(server: EmbeddedPostgres, rights: str) -> DatabaseAddress:
    """An administrator who is no superuser."""
    run(server.admin, f"CREATE ROLE clerk LOGIN {rights} PASSWORD 'clerk'")
    return dataclasses.replace(server.admin, user="clerk", password="clerk")


def prepare(admin: DatabaseAddress, name: str, *, secret: str = "s" * 40) -> Environment:
    env = load({"ESELLER_SECRET": secret, "DATABASE_URL": admin.at(name).url})
    initialise(env.admin_address(), env)
    return env


@pytest.mark.parametrize("superuser", [True, False])
def test_an_empty_database_becomes_ours(bare_postgres: EmbeddedPostgres, superuser: bool) -> None:
    admin = bare_postgres.admin if superuser else clerk_of(bare_postgres, "CREATEROLE CREATEDB")
    run(admin, f"CREATE DATABASE shops {OURS}")

    env = prepare(admin, "shops")
    prepare(admin, "shops")

    owner = env.role_url("owner")
    assert rows(owner, "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = current_database()") == [
        ("eseller_owner",)
    ]
    assert not refused(owner, "CREATE TABLE ours (a int)")
    assert [rows(env.role_url(role), "SELECT current_user") for role in ROLES] == [
        [(f"eseller_{role}",)] for role in ROLES
    ]
    assert refused(env.role_url("web"), "CREATE TABLE mine (a int)")


def test_a_schema_that_everybody_could_write_in_is_closed(own_server: EmbeddedPostgres) -> None:
    """As a database has it that is older than PostgreSQL 15."""
    run(own_server.admin, f"CREATE DATABASE aged {OURS}")
    run(own_server.admin.at("aged"), "ALTER SCHEMA public OWNER TO postgres; GRANT CREATE ON SCHEMA public TO PUBLIC")

    env = prepare(own_server.admin, "aged")

    assert refused(env.role_url("web"), "CREATE TABLE mine (a int)")
    assert not refused(env.role_url("owner"), "CREATE TABLE ours (a int)")


def test_a_database_that_holds_something_of_others_is_left_alone(own_server: EmbeddedPostgres) -> None:
    run(own_server.admin, f"CREATE DATABASE busy {OURS}")
    run(own_server.admin.at("busy"), "CREATE TABLE public.ledger (a int); CREATE EXTENSION pg_trgm")

    with pytest.raises(InitialiseError, match=r"busy belongs to postgres and holds ledger.*name an empty database"):
        prepare(own_server.admin, "busy")

    assert rows(own_server.admin, "SELECT pg_get_userbyid(datdba), datacl FROM pg_database WHERE datname = 'busy'") == [
        ("postgres", None)
    ]


def test_the_servers_own_database_is_not_taken(own_server: EmbeddedPostgres) -> None:
    with pytest.raises(InitialiseError, match="the server's own"):
        prepare(own_server.admin, "postgres")


def test_who_may_not_give_it_away_is_told_what_a_superuser_must_run(bare_postgres: EmbeddedPostgres) -> None:
    clerk = clerk_of(bare_postgres, "CREATEROLE")
    run(bare_postgres.admin, f"CREATE DATABASE shops OWNER clerk {OURS}")

    with pytest.raises(InitialiseError, match=r"belongs to clerk.*Let a superuser run: ALTER DATABASE") as told:
        prepare(clerk, "shops")

    run(bare_postgres.admin, str(told.value).rpartition("run: ")[2])
    prepare(clerk, "shops")


@pytest.mark.parametrize(
    "options",
    [
        "ENCODING 'LATIN1' LOCALE 'C'",
        "ENCODING 'UTF8' LOCALE 'C'",
        "ENCODING 'UTF8' LOCALE_PROVIDER icu ICU_LOCALE 'da' LC_COLLATE 'C' LC_CTYPE 'C'",
    ],
)
def test_a_database_that_encodes_or_sorts_otherwise_is_refused_with_a_remedy(
    own_server: EmbeddedPostgres, options: str
) -> None:
    run(own_server.admin, "DROP DATABASE IF EXISTS other")
    try:
        run(own_server.admin, f"CREATE DATABASE other {options} TEMPLATE template0")
    except psycopg.errors.FeatureNotSupported:
        assert "icu" in options, "the wheel is made without it"
        return

    with pytest.raises(InitialiseError, match=r"sorts by .*we need UTF8 and C.UTF-8.* CREATE DATABASE other ENCODING"):
        prepare(own_server.admin, "other")


def test_the_builtin_order_by_code_point_is_as_good(own_server: EmbeddedPostgres) -> None:
    with psycopg.connect(own_server.admin.url, autocommit=True) as connection:
        if connection.info.server_version >= 170000:
            connection.execute(
                "CREATE DATABASE builtin LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8' LC_COLLATE 'C' LC_CTYPE 'C'"
                " ENCODING 'UTF8' TEMPLATE template0"
            )
            assert is_there(connection, "builtin")
        assert not is_there(connection, "never_made")


def test_whoever_prepares_the_server_meanwhile_is_waited_for_but_not_for_ever(
    own_server: EmbeddedPostgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(preparing, "OUR_LIMITS", {**preparing.OUR_LIMITS, "lock_timeout": "500ms"})
    with psycopg.connect(own_server.admin.url, autocommit=True) as other:
        other.execute("SELECT pg_advisory_lock(hashtext('eseller initialise'))")
        began = time.monotonic()
        with pytest.raises(InitialiseError, match=r"kept us waiting.*Run this again"):
            prepare(own_server.admin, "shops")
        assert time.monotonic() - began < 5

        done = threading.Timer(0.2, other.execute, ["SELECT pg_advisory_unlock_all()"])
        done.start()
        prepare(own_server.admin, "shops")
        done.join()
