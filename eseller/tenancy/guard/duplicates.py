"""Rows that stand twice where only one may: possible only once the constraint that forbids it is gone."""

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

import msgspec
from django.db import connections
from django.db.models import UniqueConstraint

from eseller.resilience.records.check import Problem, shown, values_of
from eseller.resilience.records.kind import Kind
from eseller.tenancy.changes import NO_ID
from eseller.tenancy.guard.rows import BadRow, model_of
from eseller.tenancy.scope import WEB
from eseller.tenancy.sql import raw

_THERE = """
SELECT c.relname, (SELECT array_agg(a.attname::text ORDER BY k.place)
    FROM unnest(i.indkey) WITH ORDINALITY AS k(number, place)
    JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.number)
FROM pg_class c JOIN pg_index i ON i.indexrelid = c.oid
WHERE i.indrelid = %s::regclass AND i.indisunique AND i.indisvalid
"""


class UniqueSet(msgspec.Struct, frozen=True):
    """Columns of which no two rows have the same. ``name`` is that of the index; empty where Django chose it."""

    name: str
    columns: tuple[str, ...]
    condition: str = "true"
    nulls_distinct: bool = True


def duplicates(connection: Any, kind: Kind, ids: Sequence[int] | None = None) -> list[BadRow]:
    """Return the later ones of rows that are alike where they must not be.

    Costs one look at the catalogue while all constraints stand.

    Args:
        connection: Django's.
        kind: of the rows.
        ids: only in the shops of these rows; in all shops otherwise.
    """
    there = raw(connection, _THERE, [f"public.{kind.table}"])
    names, columns = {name for name, _columns in there}, {tuple(columns or ()) for _name, columns in there}
    gone = [one for one in unique_sets(kind.table) if (one.name or one.columns) not in (names if one.name else columns)]
    found: dict[int, BadRow] = {}
    for one in gone:
        for bad in _later(connection, kind, one, ids):
            found.setdefault(bad.row_id, bad)
    return [*found.values()]


@cache
def unique_sets(table: str) -> tuple[UniqueSet, ...]:
    """Return what is unique in a table, by its model."""
    model: Any = model_of(table)
    fields = [
        UniqueSet("", (field.column,)) for field in model._meta.local_fields if field.unique and not field.primary_key
    ]
    return (UniqueSet("", ("id",)), *fields, *_constraints(model))


def _constraints(model: Any) -> Iterator[UniqueSet]:
    for constraint in model._meta.constraints:
        if isinstance(constraint, UniqueConstraint):
            columns = tuple(model._meta.get_field(str(field)).column for field in constraint.fields)
            yield UniqueSet(
                constraint.name, columns, _condition(model, constraint), constraint.nulls_distinct is not False
            )


def _condition(model: Any, constraint: UniqueConstraint) -> str:
    if constraint.condition is None:
        return "true"
    editor = connections[WEB].schema_editor()
    return str(constraint._get_condition_sql(model, editor))  # type: ignore[attr-defined]


def _later(connection: Any, kind: Kind, same: UniqueSet, ids: Sequence[int] | None) -> list[BadRow]:
    near, values = "true", []
    # What is unique over all shops, such as a host, is looked for in all of them.
    if ids is not None and kind.shop in same.columns:
        near = f"{kind.shop} IN (SELECT {kind.shop} FROM public.{kind.table} WHERE id = ANY (%s))"  # noqa: S608  (our own names)
        values = [list(ids)]
    columns = ", ".join(same.columns)
    known = f"num_nulls({columns}) = 0" if same.nulls_distinct else "true"
    condition = same.condition.replace("%", "%%") if values else same.condition
    rows = raw(
        connection,
        f"""SELECT coalesce(id, {NO_ID}), {kind.shop or "NULL::bigint"}, (to_jsonb(d) - 'nth')::text FROM (
            SELECT t.*, row_number() OVER (PARTITION BY {columns} ORDER BY id) AS nth FROM public.{kind.table} t
            WHERE {near} AND {condition} AND {known}) d WHERE nth > 1 ORDER BY id LIMIT 1000""",  # noqa: S608
        values or None,
    )
    own = [column for column in same.columns if column != kind.shop] or list(same.columns)
    return [
        BadRow(kind.table, row, shop, (_twice(kind, own, text.encode()),), text.encode(), twice=own != ["id"])
        for row, shop, text in rows
    ]


def _twice(kind: Kind, columns: Sequence[str], row: bytes) -> Problem:
    value = values_of(row).get(columns[-1])
    return Problem(columns[-1], f"only one row of each {', '.join(columns)}", shown(kind, columns[-1], value))
