"""A database that was there before us: whether it can be ours, and how it becomes so."""

from __future__ import annotations

from typing import Any, LiteralString

import psycopg
from psycopg import sql

from eseller.cluster.address import MAINTENANCE_DATABASE

Connection = psycopg.Connection[tuple[Any, ...]]
BUILTIN = ("C.UTF-8", "PG_UNICODE_FAST")
# Only from PostgreSQL 17 on has pg_database a column "datlocale".
_FOUND: LiteralString = (
    "SELECT pg_encoding_to_char(encoding), datlocprovider::text, datcollate, datctype, to_jsonb(d) ->> 'datlocale'"
    " FROM pg_database d WHERE datname = %s"
)
_OF_OTHERS: LiteralString = (
    "SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
    " WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' AND pg_get_userbyid(c.relowner) <> %s"
    " AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_class'::regclass AND objid = c.oid AND deptype = 'e')"
    " ORDER BY 1 LIMIT 1"
)


class NotOurs(RuntimeError):
    """The database can't be ours; the message says why and what to do."""


def is_there(connection: Connection, name: str) -> bool:
    """Whether there is a database of this name.

    Raises:
        NotOurs: There is, and it can't hold our data.
    """
    row = connection.execute(_FOUND, [name]).fetchone()
    if row is None:
        return False
    encoding, provider, collate, ctype, locale = row
    if name == MAINTENANCE_DATABASE or name.startswith("template"):
        raise NotOurs(f"The database {name} is the server's own. Let DATABASE_URL name another; it is made if need be.")
    if encoding != "UTF8" or not _by_code_point(provider, collate, ctype, locale):
        order = {"c": collate, "i": f"ICU ({locale or collate})"}.get(provider, locale)
        raise NotOurs(
            f"The database {name} is encoded in {encoding} and sorts by {order}; we need UTF8 and C.UTF-8, and "
            "neither can be changed later. Let DATABASE_URL name a database that is not there yet, or make it "
            f"anew: CREATE DATABASE {name} ENCODING 'UTF8' LOCALE 'C.UTF-8' TEMPLATE template0"
        )
    return True


def _by_code_point(provider: str, collate: str, ctype: str, locale: str | None) -> bool:
    """Whether text sorts by code point and letters beyond ASCII have capitals; systems spell C.UTF-8 in two ways."""
    if provider == "b":
        return locale in BUILTIN
    plain_collate, plain_ctype = (name.lower().replace("-", "") for name in (collate, ctype))
    return provider == "c" and plain_collate in ("c", "posix", "c.utf8") and plain_ctype == "c.utf8"


def take_over(connection: Connection, owner: str) -> None:
    """Give the connection's database to ``owner``, unless it holds what belongs to others.

    Raises:
        NotOurs: It does, or the administrator may not give it away.
    """
    row = connection.execute(
        "SELECT datname, pg_get_userbyid(datdba) FROM pg_database WHERE datname = current_database()"
    ).fetchone()
    name, former = row or ("", "")
    become_member(connection, owner)
    if former == owner:
        return
    theirs = connection.execute(_OF_OTHERS, [owner]).fetchone()
    if theirs:
        raise NotOurs(
            f"The database {name} belongs to {former} and holds {theirs[0]}, which is not ours. "
            "Let DATABASE_URL name an empty database, or one that is not there yet."
        )
    statement = sql.SQL("ALTER DATABASE {} OWNER TO {}").format(sql.Identifier(name), sql.Identifier(owner))
    try:
        connection.execute(statement)
    except psycopg.errors.InsufficientPrivilege as error:
        raise NotOurs(
            f"The database {name} belongs to {former}, and this administrator may not give it to {owner} "
            f"({str(error).strip()}). Let a superuser run: {statement.as_string(connection)}"
        ) from error


def become_member(connection: Connection, role: str) -> None:
    """Let the administrator act as ``role``; a superuser may without."""
    row = connection.execute("SELECT pg_has_role(current_user, %s, 'USAGE')", [role]).fetchone()
    if not is_superuser(connection) and row and not row[0]:
        connection.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(sql.Identifier(role)))


def is_superuser(connection: Connection) -> bool:
    """Whether we are logged in as a superuser."""
    row = connection.execute("SELECT current_setting('is_superuser')").fetchone()
    return row == ("on",)
