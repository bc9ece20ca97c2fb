"""Prepare a PostgreSQL for us: roles, database, rights and limits. Can be run again at any time.

Three roles log in: ``owner`` owns the tables and migrates, ``web`` sees one shop at a time, ``platform``
does named work across shops. None may create roles or databases, replicate or pass by row-level security.
The owner may hand functions to the platform role (`hand_to_platform`) but does not otherwise have that
role's rights.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import LiteralString, Protocol

import psycopg
from psycopg import sql

from eseller.cluster.address import MAINTENANCE_DATABASE, DatabaseAddress, Role
from eseller.cluster.existing import Connection, NotOurs, become_member, is_superuser, is_there, take_over

OLDEST = 150000
EXTENSIONS = ("pg_trgm", "unaccent")
ROLES: tuple[Role, ...] = ("owner", "web", "platform")
# No wait without an end. Migrations may work long, but they may not make others wait behind a lock they want.
LIMITS: Mapping[Role, Mapping[str, str]] = {
    "owner": {
        "statement_timeout": "30min",
        "lock_timeout": "10s",
        "idle_in_transaction_session_timeout": "5min",
    },
    "web": {
        "statement_timeout": "2s",
        "lock_timeout": "1s",
        "idle_in_transaction_session_timeout": "10s",
    },
    "platform": {
        "statement_timeout": "30s",
        "lock_timeout": "1s",
        "idle_in_transaction_session_timeout": "10s",
    },
}
# Whoever prepares the same server at the same time is waited for, and nobody for ever.
OUR_LIMITS = {"lock_timeout": "30s", "statement_timeout": "60s"}
ATTRIBUTES: LiteralString = "LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS"


class InitialiseError(RuntimeError):
    """This PostgreSQL can't be prepared; the message says why."""


class Logins(Protocol):
    """Whatever knows the logins of the roles."""

    def role_url(self, role: Role) -> DatabaseAddress:
        """The login of ``role``."""


def initialise(admin: DatabaseAddress | str, logins: Logins) -> None:
    """Make what is missing and set right what differs.

    Args:
        admin: Login of a superuser, or of a role with CREATEROLE and CREATEDB.
        logins: The logins to make; all three are for the same database.

    Raises:
        InitialiseError: The server is too old, can't be reached, refuses, or keeps us waiting; or the database that
            is there can't be ours.
    """
    address = DatabaseAddress.parse(admin) if isinstance(admin, str) else admin
    addresses = {role: logins.role_url(role) for role in ROLES}
    try:
        with _connect(address) as connection:
            _check_version(connection)
            # Two who prepare the same server at once, as parallel tests do, take turns.
            connection.execute("SELECT pg_advisory_lock(hashtext('eseller initialise'))")
            for role in ROLES:
                _make_role(connection, role, addresses[role])
            _make_database(connection, addresses["owner"])
            with _connect(address.at(addresses["owner"].name), strict=True) as inside, inside.transaction():
                take_over(inside, addresses["owner"].user)
                _prepare_database(inside, addresses)
    except NotOurs as error:
        raise InitialiseError(str(error)) from error
    except (psycopg.errors.LockNotAvailable, psycopg.errors.QueryCanceled) as error:
        raise InitialiseError(
            f"PostgreSQL kept us waiting too long ({str(error).strip()}). Another process may be preparing it, or "
            "hold a lock; pg_stat_activity tells which. Run this again when it has ended."
        ) from error
    except psycopg.Error as error:
        raise InitialiseError(f"PostgreSQL refused: {str(error).strip()}") from error


def hand_to_platform(function: str, *, schema: str = "public") -> str:
    """SQL by which a migration gives its SECURITY DEFINER function to the platform role.

    A new owner needs the right to create in the schema, so it has it for the length of the transaction.

    Args:
        function: Name and argument types, such as ``shop_of_host(text)``.
        schema: Where the function is.
    """
    return (
        f"GRANT CREATE ON SCHEMA {schema} TO eseller_platform;\n"
        f"ALTER FUNCTION {schema}.{function} OWNER TO eseller_platform;\n"
        f"REVOKE CREATE ON SCHEMA {schema} FROM eseller_platform;"
    )


def _connect(address: DatabaseAddress, *, strict: bool = False) -> Connection:
    """Connect to the named database, or to the one that every server has when that isn't there yet."""
    try:
        connection = psycopg.connect(address.url, autocommit=True, connect_timeout=10)
    except psycopg.OperationalError:
        if strict or address.name == MAINTENANCE_DATABASE:
            raise
        return _connect(address.at(MAINTENANCE_DATABASE))
    for name, value in OUR_LIMITS.items():
        connection.execute("SELECT set_config(%s, %s, false)", [name, value])
    return connection


def _execute(connection: Connection, statement: LiteralString, **names: sql.Composable) -> None:
    connection.execute(sql.SQL(statement).format(**names))


def _check_version(connection: Connection) -> None:
    if connection.info.server_version < OLDEST:
        raise InitialiseError("PostgreSQL 15 or later is needed.")


def _make_role(connection: Connection, role: Role, address: DatabaseAddress) -> None:
    """Create the role or mend it: attributes, password, limits."""
    name = sql.Identifier(address.user)
    found = connection.execute(
        "SELECT rolcanlogin AND NOT (rolsuper OR rolcreatedb OR rolcreaterole OR rolreplication"
        " OR rolbypassrls) FROM pg_roles WHERE rolname = %s",
        [address.user],
    ).fetchone()
    if found is None:
        _execute(connection, "CREATE ROLE {name} " + ATTRIBUTES, name=name)
    elif not found[0]:
        _execute(connection, "ALTER ROLE {name} " + ATTRIBUTES, name=name)
    password = sql.Literal(_scram(connection, address))
    _execute(connection, "ALTER ROLE {name} PASSWORD {password}", name=name, password=password)
    for setting, value in LIMITS[role].items():
        names = {"name": name, "setting": sql.Identifier(setting), "value": sql.Literal(value)}
        _execute(connection, "ALTER ROLE {name} SET {setting} = {value}", **names)


def _scram(connection: Connection, address: DatabaseAddress) -> str:
    """The password as the server keeps it, so that it appears in no log."""
    encrypted = connection.pgconn.encrypt_password(
        address.password.encode(), address.user.encode(), b"scram-sha-256"
    )
    return encrypted.decode()


def _make_database(connection: Connection, owner: DatabaseAddress) -> None:
    """Create the database, which sorts and compares by code point everywhere; one that is there must do so, too.

    Raises:
        NotOurs: It does not.
    """
    if is_there(connection, owner.name):
        return
    become_member(connection, owner.user)
    _execute(
        connection,
        "CREATE DATABASE {database} OWNER {owner} ENCODING 'UTF8' LOCALE 'C.UTF-8' TEMPLATE template0",
        database=sql.Identifier(owner.name),
        owner=sql.Identifier(owner.user),
    )


def _prepare_database(connection: Connection, addresses: Mapping[Role, DatabaseAddress]) -> None:
    """Inside the database: who may connect, extensions, and the schema for the owner alone to create in."""
    owner, platform = (sql.Identifier(addresses[role].user) for role in ("owner", "platform"))
    names = {"database": sql.Identifier(addresses["owner"].name), "owner": owner}
    _execute(connection, "REVOKE ALL ON DATABASE {database} FROM PUBLIC", **names)
    for address in addresses.values():
        _execute(connection, "GRANT CONNECT ON DATABASE {database} TO {r}", r=sql.Identifier(address.user), **names)
    _execute(connection, "GRANT TEMPORARY ON DATABASE {database} TO {owner}", **names)
    for extension in EXTENSIONS:
        _execute(connection, "CREATE EXTENSION IF NOT EXISTS {name}", name=sql.Identifier(extension))
    if not is_superuser(connection):
        _execute(connection, "SET LOCAL ROLE {owner}", owner=owner)
    _execute(connection, "ALTER SCHEMA public OWNER TO {owner}", owner=owner)
    _execute(connection, "REVOKE ALL ON SCHEMA public FROM PUBLIC")
    for role in ("web", "platform"):
        _execute(connection, "GRANT USAGE ON SCHEMA public TO {r}", r=sql.Identifier(addresses[role].user))
    _execute(connection, "RESET ROLE")
    # Only now: a database's owner has the rights of pg_database_owner by inheritance, which this ends.
    _execute(connection, "ALTER ROLE {owner} NOINHERIT", owner=owner)
    _execute(connection, "GRANT {platform} TO {owner}", owner=owner, platform=platform)
