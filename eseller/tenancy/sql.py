"""Raw reads for hot pages: prepared statements, typed results, no model instances."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

import msgspec
import psycopg
from django.db import connections

from eseller.resilience.records import overlay
from eseller.tenancy.guard import quarantine
from eseller.tenancy.scope import WEB, require_scope

T = TypeVar("T")
Params = Sequence[Any] | Mapping[str, Any] | None


def fetch(sql: str, params: Params = None) -> list[tuple[Any, ...]]:
    """Run one statement in the current shop transaction and return its rows.

    The statement is prepared on the server, so a hot page pays for planning once a connection. One that only reads sees
    quarantined rows of the shop patched or left out.

    Raises:
        Unscoped: outside a shop transaction.
    """
    kept = quarantine.of_shop(require_scope())
    if kept is not None:
        sql = overlay.apply(sql, kept, placeholders=params is not None)
    return run(connections[WEB], sql, params)


def raw(connection: Any, sql: str, params: Params = None) -> list[tuple[Any, ...]]:
    """Run a statement of many shapes: planned each time, and seeing every row as it is."""
    connection.ensure_connection()
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall() if cursor.description else []


def run(connection: Any, sql: str, params: Params = None) -> list[tuple[Any, ...]]:
    """Run a prepared statement on a Django connection, seen by its execute wrappers, and return its rows."""
    connection.ensure_connection()
    if connection.execute_wrappers:
        # A wrapper (statement counting in tests) wants Django's cursor in between.
        with connection.cursor() as counted:
            counted.execute(sql, params)
            return counted.fetchall() if counted.description else []
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        cursor.execute(sql, params, prepare=True)
        return cursor.fetchall() if cursor.description else []


def execute(sql: str, params: Params = None) -> int:
    """Run one writing statement in the current shop transaction and return how many rows it touched."""
    require_scope()
    connection: Any = connections[WEB]
    connection.ensure_connection()
    if connection.execute_wrappers:
        with connection.cursor() as counted:
            counted.execute(sql, params)
            return int(counted.rowcount)
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        cursor.execute(sql, params, prepare=True)
        return cursor.rowcount


def typed(record: type[T], /, **values: Any) -> T:
    """Make a typed record of what was fetched.

    Raises:
        msgspec.ValidationError: when a value is not what the record's field must be, such as a NULL.
    """
    return msgspec.convert(values, record)


def fetch_records(sql: str, params: Params, record: type[T]) -> list[T]:
    """Run a statement whose columns are the record's fields in their order, and return typed records.

    Raises:
        msgspec.ValidationError: when a value is not what the record's field must be.
    """
    names = record.__struct_fields__  # type: ignore[attr-defined]
    rows = [dict(zip(names, row, strict=True)) for row in fetch(sql, params)]
    return msgspec.convert(rows, list[record])  # type: ignore[valid-type]


def fetch_json(sql: str, params: Params, kind: type[T]) -> T | None:
    """Run a statement whose single cell is JSON as text and decode it into a typed record; None when there is no row.

    Cast the JSON to ``text`` in the statement, so that it is decoded once, by msgspec.
    """
    rows = fetch(sql, params)
    if not rows or rows[0][0] is None:
        return None
    return msgspec.json.decode(rows[0][0], type=kind)
