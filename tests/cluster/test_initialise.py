"""The three roles can do what they must, nothing else, on the oldest and the newest PostgreSQL."""

from __future__ import annotations

import dataclasses
from typing import Any, LiteralString

import psycopg
import pytest

from eseller.cluster.address import DatabaseAddress, Role
from eseller.cluster.embedded import EmbeddedPostgres
from eseller.cluster.initialise import ROLES, InitialiseError, hand_to_platform, initialise
from eseller.config.environment import Environment, load
from tests.cluster.conftest import logins_of

pytestmark = pytest.mark.pg15


def rows(address: DatabaseAddress, statement: LiteralString) -> list[tuple[Any, ...]]:
    with psycopg.connect(address.url, autocommit=True) as connection:
        return connection.execute(statement).fetchall()


def refused(address: DatabaseAddress, statement: LiteralString) -> bool:
    """Whether the server says that the right is missing."""
    with psycopg.connect(address.url, autocommit=True) as connection:
        try:
            connection.execute(statement)
        except psycopg.errors.InsufficientPrivilege:
            return True
    return False


def catalogue(server: EmbeddedPostgres, name: str) -> list[tuple[Any, ...]]:
    """Everything that `initialise` decides, passwords apart."""
    roles = rows(
        server.admin,
        "SELECT rolname, rolsuper, rolinherit, rolcreaterole, rolcreatedb, rolcanlogin, rolreplication,"
        " rolbypassrls, rolconfig FROM pg_roles WHERE rolname LIKE 'eseller%' ORDER BY 1",
    )
    databases = rows(
        server.admin,
        "SELECT datname, datdba::regrole, datcollate, pg_encoding_to_char(encoding), datacl::text"
        " FROM pg_database ORDER BY 1",
    )
    inside = rows(
        server.admin.at(name),
        "SELECT nspowner::regrole, nspacl::text, (SELECT array_agg(extname ORDER BY extname) FROM pg_extension)"
        " FROM pg_namespace WHERE nspname = 'public'",
    )
    return roles + databases + inside


@pytest.fixture
def prepared(server: EmbeddedPostgres, logins: Environment) -> Environment:
    initialise(server.admin, logins)
    return logins


def test_running_it_twice_changes_nothing(server: EmbeddedPostgres, prepared: Environment) -> None:
    before = catalogue(server, "eseller")

    initialise(server.admin_dsn, prepared)

    assert catalogue(server, "eseller") == before


def test_all_three_roles_log_in_with_limits_of_their_own(prepared: Environment) -> None:
    settings = {
        role: rows(
            prepared.role_url(role),
            "SELECT current_user, current_setting('statement_timeout'), current_setting('lock_timeout'),"
            " current_setting('idle_in_transaction_session_timeout')",
        )
        for role in ROLES
    }

    assert settings == {
        "owner": [("eseller_owner", "30min", "10s", "5min")],
        "web": [("eseller_web", "2s", "1s", "10s")],
        "platform": [("eseller_platform", "30s", "1s", "10s")],
    }


@pytest.mark.parametrize("role", ROLES)
def test_no_role_can_pass_by_the_walls(prepared: Environment, role: Role) -> None:
    address = prepared.role_url(role)

    assert rows(
        address,
        "SELECT rolsuper, rolcreaterole, rolcreatedb, rolreplication, rolbypassrls FROM pg_roles"
        " WHERE rolname = current_user",
    ) == [(False,) * 5]
    assert refused(address, "CREATE ROLE intruder")
    assert refused(address, "CREATE DATABASE intruder")


@pytest.mark.parametrize("role", ["web", "platform"])
def test_only_the_owner_creates(prepared: Environment, role: Role) -> None:
    assert refused(prepared.role_url(role), "CREATE TABLE public.mine (a int)")
    assert refused(prepared.role_url(role), "CREATE TEMPORARY TABLE mine (a int)")
    assert refused(prepared.role_url(role), "CREATE SCHEMA mine")
    assert not refused(prepared.role_url("owner"), "CREATE TABLE IF NOT EXISTS public.ours (a int)")
    assert refused(prepared.role_url(role), "SELECT * FROM public.ours")


def test_other_roles_of_the_server_stay_outside(server: EmbeddedPostgres, prepared: Environment) -> None:
    with psycopg.connect(server.admin_dsn, autocommit=True) as connection:
        connection.execute("CREATE ROLE stranger LOGIN PASSWORD 'strange'")
    stranger = dataclasses.replace(server.admin.at("eseller"), user="stranger", password="strange")

    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        psycopg.connect(stranger.url)


def test_the_extensions_are_there_and_text_compares_by_code_point(prepared: Environment) -> None:
    owner = prepared.role_url("owner")

    assert rows(owner, "SELECT similarity('kaffee', 'kafee') > 0.4, unaccent('Smørrebrød')") == [(True, "Smorrebrod")]
    assert rows(owner, "SELECT datcollate FROM pg_database WHERE datname = 'eseller'") == [("C.UTF-8",)]


def test_the_owner_hands_a_function_to_the_platform_role_and_gets_no_right_by_it(prepared: Environment) -> None:
    owner = prepared.role_url("owner")
    with psycopg.connect(owner.url) as connection:
        connection.execute("CREATE FUNCTION who() RETURNS name LANGUAGE sql SECURITY DEFINER AS 'SELECT current_user'")
        connection.execute(hand_to_platform("who()").encode())

    assert rows(prepared.role_url("web"), "SELECT who()") == [("eseller_platform",)]
    assert rows(owner, "SELECT pg_has_role('eseller_platform', 'USAGE')") == [(False,)]
    assert refused(prepared.role_url("platform"), "CREATE TABLE public.mine (a int)")


def test_an_administrator_who_is_no_superuser_can_do_it(bare_postgres: EmbeddedPostgres) -> None:
    with psycopg.connect(bare_postgres.admin_dsn, autocommit=True) as connection:
        connection.execute("CREATE ROLE clerk LOGIN CREATEROLE CREATEDB PASSWORD 'clerk'")
    clerk = dataclasses.replace(bare_postgres.admin, user="clerk", password="clerk")

    logins = logins_of(bare_postgres)
    initialise(clerk, logins)
    initialise(clerk, logins)

    assert rows(logins.role_url("web"), "SELECT current_user") == [("eseller_web",)]


def test_a_new_secret_gives_new_passwords(server: EmbeddedPostgres, prepared: Environment) -> None:
    changed = load({"ESELLER_DATA": str(prepared.data_dir), "ESELLER_SECRET": "t" * 40})

    initialise(server.admin, changed)

    assert rows(changed.role_url("web"), "SELECT 1") == [(1,)]
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(prepared.role_url("web").url)


def test_a_role_that_was_given_too_much_is_mended(server: EmbeddedPostgres, prepared: Environment) -> None:
    with psycopg.connect(server.admin_dsn, autocommit=True) as connection:
        connection.execute("ALTER ROLE eseller_web BYPASSRLS")

    initialise(server.admin, prepared)

    assert rows(prepared.role_url("web"), "SELECT rolbypassrls FROM pg_roles WHERE rolname = current_user") == [
        (False,)
    ]


def test_a_refusal_is_told_in_our_words(server: EmbeddedPostgres, logins: Environment) -> None:
    wrong = dataclasses.replace(server.admin, password="wrong")

    with pytest.raises(InitialiseError, match="password authentication failed"):
        initialise(wrong, logins)
