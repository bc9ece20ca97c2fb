"""A database to be ruined: a copy of the worker's own in which nothing holds bad rows back any more."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from django.db import connections

from eseller.channels.storefront import pages
from eseller.channels.storefront.product_part import _draw
from eseller.resilience.records.kind import kinds
from eseller.tenancy import hosts
from eseller.tenancy.guard import quarantine

NAME = "ruined"
_CONSTRAINTS = """
SELECT r.relname, c.conname FROM pg_constraint c JOIN pg_class r ON r.oid = c.conrelid
WHERE r.relnamespace = 'public'::regnamespace AND (c.contype = ANY (%(kinds)s))
    AND (r.relname = ANY (%(tables)s) OR c.confrelid IN (SELECT oid FROM pg_class WHERE relname = ANY (%(tables)s)))
"""
_NOT_NULL = """
SELECT r.relname, a.attname FROM pg_attribute a JOIN pg_class r ON r.oid = a.attrelid
WHERE r.relnamespace = 'public'::regnamespace AND r.relname = ANY (%(tables)s) AND a.attnum > 0
    AND a.attnotnull AND NOT a.attisdropped
"""
_SHORT = """
SELECT r.relname, a.attname, replace(format_type(a.atttypid, NULL), 'character varying', 'text')
FROM pg_attribute a JOIN pg_class r ON r.oid = a.attrelid
WHERE r.relnamespace = 'public'::regnamespace AND r.relname = ANY (%(tables)s) AND a.attnum > 0
    AND a.atttypid IN ('varchar'::regtype, 'varchar[]'::regtype) AND NOT a.attisdropped
"""
# Indexes on long texts refuse them, and unique ones refuse twins.
_INDEXES = """
SELECT c.relname FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_class r ON r.oid = i.indrelid
WHERE r.relnamespace = 'public'::regnamespace AND r.relname = ANY (%(tables)s)
    AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.indexrelid) AND (i.indisunique OR EXISTS (
        SELECT FROM pg_attribute a WHERE a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)
            AND a.atttypid IN ('varchar'::regtype, 'text'::regtype)))
"""


@contextmanager
def copied(postgres: Any) -> Iterator[psycopg.Connection[Any]]:
    """Let all logins work on a copy of the database; yield a connection of somebody who may do anything."""
    _let_go()
    with psycopg.connect(postgres.admin.url, autocommit=True, dbname="postgres") as admin:
        admin.execute(f"DROP DATABASE IF EXISTS {NAME}")
        _copy(admin)
        before = _at(NAME)
        try:
            with psycopg.connect(postgres.admin.url, autocommit=True, dbname=NAME) as hand:
                _empty(hand)
                yield hand
        finally:
            _let_go()
            _at(before)
            admin.execute(f"DROP DATABASE {NAME} WITH (FORCE)")
            forget()
            quarantine.replace([], shops=None)


def _copy(admin: psycopg.Connection[Any]) -> None:
    """Copy the database while nobody is connected; processes of other tests connect again afterwards."""
    admin.execute("ALTER DATABASE eseller ALLOW_CONNECTIONS false")
    try:
        copied = False
        deadline = time.monotonic() + 10
        while not copied:
            admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'eseller'")
            try:
                admin.execute(f"CREATE DATABASE {NAME} TEMPLATE eseller")
                copied = True
            except psycopg.errors.ObjectInUse:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)
    finally:
        admin.execute("ALTER DATABASE eseller ALLOW_CONNECTIONS true")


def _empty(hand: psycopg.Connection[Any]) -> None:
    """Take away what other tests have left, which may well be bad."""
    tables = hand.execute(
        "SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = 'public' "
        "AND tablename NOT LIKE 'django%' AND tablename NOT LIKE 'procrastinate%'"
    ).fetchall()
    hand.execute(f"TRUNCATE {', '.join(table for (table,) in tables)} CASCADE")


def bare(hand: psycopg.Connection[Any], *, unique: bool = False) -> None:
    """Take away all that refuses a bad row in the guarded tables, once there are good ones in them.

    Args:
        hand: somebody who may do anything.
        unique: keep what is unique and made by itself, which writing relies on.
    """
    values = {"tables": [*kinds()], "kinds": ["c", "f"] if unique else ["c", "f", "u", "p", "x"]}
    for table, name in hand.execute(_CONSTRAINTS, values).fetchall():
        hand.execute(f'ALTER TABLE "{table}" DROP CONSTRAINT IF EXISTS "{name}" CASCADE')
    if not unique:
        for (name,) in hand.execute(_INDEXES, values).fetchall():
            hand.execute(f'DROP INDEX "{name}"')
    for table, column in hand.execute(_NOT_NULL, values).fetchall():
        if column == "id" and unique:
            continue
        if column == "id":
            hand.execute(f'ALTER TABLE "{table}" ALTER COLUMN id DROP IDENTITY')
        hand.execute(f'ALTER TABLE "{table}" ALTER COLUMN "{column}" DROP NOT NULL')
    for table, column, long in hand.execute(_SHORT, values).fetchall():
        hand.execute(f'ALTER TABLE "{table}" ALTER COLUMN "{column}" TYPE {long}')
    # History and changes tell of rows that have no id as well.
    hand.execute("ALTER TABLE tenancy_history ALTER COLUMN row_id DROP NOT NULL")
    _let_go()  # statements that were prepared for other types


def _at(name: str) -> str:
    """Let every login work on another database; return which it was."""
    before = ""
    for settings in connections.settings.values():
        before = settings["NAME"]
        settings["NAME"] = name
    return before


def _let_go() -> None:
    for connection in connections.all():
        connection.close()
        if connection.settings_dict["OPTIONS"].get("pool"):
            connection.close_pool()  # type: ignore[attr-defined]


def forget() -> None:
    """Forget what this process keeps for a second or longer of what it has read."""
    hosts._cache.clear()
    pages._frames.clear()
    _draw.cache_clear()
