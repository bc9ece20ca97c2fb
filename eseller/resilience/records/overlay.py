"""Let a statement see the rows as they should be: each quarantined row patched or left out.

A common table expression that has a table's name stands in its place, so the statements of the pages stay as they
are, and one whose tables are all good is sent unchanged. PostgreSQL takes such expressions apart again (they are
``NOT MATERIALIZED``), so that indexes are used as before.
"""

import json
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import msgspec

from eseller.resilience.records.mend import Patch

_READS = re.compile(r"\s*(SELECT|WITH(?P<recursive>\s+RECURSIVE)?)\b", re.IGNORECASE)
_WRITES = re.compile(
    r"\b(INSERT\s+INTO|UPDATE|DELETE\s+FROM|FOR\s+(UPDATE|SHARE|NO\s+KEY|KEY\s+SHARE))\b", re.IGNORECASE
)
_MOST_STATEMENTS = 512


class Overlay(msgspec.Struct, frozen=True, eq=False):
    """The quarantined rows of one shop, by table and id."""

    tables: Mapping[str, Mapping[int, Patch]] = {}

    def __bool__(self) -> bool:
        """Tell whether there are any."""
        return bool(self.tables)


def apply(sql: str, overlay: Overlay, *, placeholders: bool = True) -> str:
    """Return a statement that sees patched rows; one that writes or locks is returned as it is.

    Args:
        sql: the statement.
        overlay: of the shop that it reads. It is made anew when anything changes, never altered.
        placeholders: whether the statement is sent with parameters, so that a percent sign must be doubled.
    """
    return _applied(sql, overlay, placeholders) if overlay else sql


@lru_cache(maxsize=_MOST_STATEMENTS)
def _applied(sql: str, overlay: Overlay, placeholders: bool) -> str:
    reads = _READS.match(sql)
    if reads is None or _WRITES.search(sql):
        return sql
    named = sorted(table for table in overlay.tables if re.search(rf"\b{table}\b", sql))
    if not named:
        return sql
    ctes = ", ".join(_stand_in(table, overlay.tables[table]) for table in named)
    ctes = ctes.replace("%", "%%") if placeholders else ctes
    if reads[1].upper() == "SELECT":
        return f"WITH {ctes} {sql}"
    return f"WITH{reads['recursive'] or ''} {ctes}, {sql[reads.end() :]}"


def _stand_in(table: str, rows: Mapping[int, Patch]) -> str:
    ids = ",".join(str(int(row)) for row in rows)
    whole = f"SELECT * FROM public.{table} WHERE id <> ALL ('{{{ids}}}'::bigint[])"  # noqa: S608  (numbers)
    patched = [
        f"(SELECT (jsonb_populate_record(x, {_literal(patch)}::jsonb)).* FROM public.{table} x "  # noqa: S608
        f"WHERE x.id = {int(row)} ORDER BY x.ctid LIMIT 1)"
        for row, patch in rows.items()
        if patch is not None
    ]
    return f"{table} AS NOT MATERIALIZED ({' UNION ALL '.join([whole, *patched])})"


def _literal(value: Mapping[str, Any]) -> str:
    """Return JSON as a literal of SQL; backslashes are plain in standard strings."""
    return "'" + json.dumps(value).replace("'", "''") + "'"
