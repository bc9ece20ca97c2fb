"""Read rows as they are and judge them, whatever is in them."""

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

import msgspec
from django.apps import apps
from django.db import models

from eseller.resilience.records.check import Problem, problems_of, shown, values_of
from eseller.resilience.records.kind import Kind, kinds
from eseller.tenancy.changes import NO_ID
from eseller.tenancy.fields import ShopForeignKey
from eseller.tenancy.sql import raw


class BadRow(msgspec.Struct, frozen=True):
    """A row that is not what its kind must be. ``row`` is its JSON; ``instead``, what to show, where that is known."""

    table: str
    row_id: int
    shop_id: int | None
    problems: tuple[Problem, ...]
    row: bytes
    instead: dict[str, Any] | None = None
    twice: bool = False
    """Whether another row has what only one may have."""


class Batch(msgspec.Struct, frozen=True):
    """What a look at some rows has found; ``last`` is the highest id among them, None where no row has one."""

    bad: list[BadRow]
    rows: int
    last: int | None


def among(ids: Iterable[int]) -> tuple[str, list[Any]]:
    """Return the condition for rows of some ids, under the alias ``t``, and its parameters."""
    wanted = list(ids)
    return ("(t.id = ANY (%s) OR t.id IS NULL)" if NO_ID in wanted else "t.id = ANY (%s)"), [wanted]


def after(last: int | None) -> tuple[str, list[Any]]:
    """Return the condition for the rows that a walk has not seen yet: those without id come last."""
    return ("true", []) if last is None else ("(t.id > %s OR t.id IS NULL)", [last])


def read(
    connection: Any, kind: Kind, where: str, values: Sequence[Any]
) -> tuple[dict[int, tuple[int | None, bytes]], list[BadRow]]:
    """Return shop and JSON of the rows of a table by id, and those of them that are bad; all at once.

    Args:
        connection: Django's; what it may see is read.
        kind: of the rows.
        where: a condition on the table under the alias ``t``.
        values: its parameters.
    """
    rows = raw(connection, f"{_select(kind)} WHERE {where}", values)
    return {row[0]: (row[1], row[2].encode()) for row in rows}, _judged(kind, rows)


def judge(connection: Any, kind: Kind, where: str, values: Sequence[Any], *, most: int = 5000) -> Batch:
    """Judge rows of a table in the order of their ids.

    Args:
        connection: Django's; what it may see is judged.
        kind: of the rows.
        where: a condition on the table under the alias ``t``.
        values: its parameters.
        most: rows that are looked at.
    """
    rows = raw(connection, f"{_select(kind)} WHERE {where} ORDER BY t.id LIMIT {int(most)}", values)
    known = [row[0] for row in rows if row[0] != NO_ID]
    return Batch(_judged(kind, rows), len(rows), known[-1] if known else None)


def _judged(kind: Kind, rows: Sequence[tuple[Any, ...]]) -> list[BadRow]:
    texts = [row[2].encode() for row in rows]
    found: dict[int, list[Problem]] = dict(problems_of(kind, texts))
    for place, row in enumerate(rows):
        for column in row[3] or ():
            lost = Problem(column, "a row of the same shop that is there", _value(kind, texts[place], column))
            told = found.setdefault(place, [])
            if all(problem.column != column for problem in told):
                told.append(lost)
    return [
        BadRow(kind.table, rows[place][0], rows[place][1], tuple(problems), texts[place])
        for place, problems in sorted(found.items())
    ]


def _value(kind: Kind, row: bytes, column: str) -> str:
    return shown(kind, column, values_of(row).get(column))


@cache
def _select(kind: Kind) -> str:
    shop = f"t.{kind.shop}" if kind.shop else "NULL::bigint"
    return f"SELECT coalesce(t.id, {NO_ID}), {shop}, to_jsonb(t)::text, {_lost(kind)} FROM public.{kind.table} t"  # noqa: S608  (our own names)


def _lost(kind: Kind) -> str:
    """Return the SQL of the columns that refer to a row which is not there, or not in the same shop."""
    missing = [
        f"CASE WHEN t.{column} IS NOT NULL AND NOT EXISTS (SELECT FROM public.{target} r WHERE r.id = t.{column}"
        f"{' AND r.shop_id = t.shop_id' if same_shop else ''}) THEN '{column}' END"
        for column, target, same_shop in references(kind.table)
    ]
    return f"array_remove(ARRAY[{', '.join(missing)}]::text[], NULL)" if missing else "NULL::text[]"


def references(table: str) -> Iterable[tuple[str, str, bool]]:
    """Return column and target of each reference of a table, and whether both ends belong to one shop."""
    model: Any = model_of(table)
    return [
        (field.column, field.remote_field.model._meta.db_table, isinstance(field, ShopForeignKey))
        for field in model._meta.local_fields
        if isinstance(field, models.ForeignKey)
    ]


@cache
def model_of(table: str) -> type[models.Model]:
    """Return the model of a table.

    Raises:
        LookupError: when there is none.
    """
    for model in apps.get_models():
        if model._meta.db_table == table:
            return model
    raise LookupError(f"No model has the table {table}.")


def guarded(table: str) -> Kind | None:
    """Return the kind of a table's rows; None where it is not guarded."""
    return kinds().get(table)
