"""Write down what was found, once for each bad row, with who wrote it and what to show instead."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from eseller.resilience.records.kind import Kind, kinds
from eseller.resilience.records.mend import Patch, patch_of
from eseller.tenancy.guard import figures, quarantine
from eseller.tenancy.guard.pages import pages_of, root_of
from eseller.tenancy.guard.rows import BadRow
from eseller.tenancy.sql import raw

VERSIONS = 20
"""So many changes of a row are looked back for a good version of it."""
_HISTORY = """
SELECT before, after, actor, db_user, at, request_id FROM public.tenancy_history
WHERE table_name = %s AND row_id = %s AND shop_id IS NOT DISTINCT FROM %s ORDER BY id DESC LIMIT %s
"""
_NOTE = """
INSERT INTO public.tenancy_finding AS f (shop_id, table_name, row_id, column_name, value, rule, problems, patch, pages,
    root_table, root_id, state, found_by, seen, closed_by, note, writer, writer_db_user, written_at, request_id)
VALUES (%(shop)s, %(table)s, %(row)s, %(column)s, %(value)s, %(rule)s, %(problems)s, %(patch)s, %(pages)s,
    %(root_table)s, %(root_id)s, 'open', %(found_by)s, 1, '', '', %(writer)s, %(db_user)s, %(at)s, %(request)s)
ON CONFLICT (shop_id, table_name, row_id) WHERE NOT state = 'closed' DO UPDATE SET
    seen = f.seen + 1, last_seen_at = now(), column_name = excluded.column_name, value = excluded.value,
    rule = excluded.rule, problems = excluded.problems, patch = excluded.patch, pages = excluded.pages,
    writer = excluded.writer, writer_db_user = excluded.writer_db_user, written_at = excluded.written_at,
    request_id = excluded.request_id,
    state = CASE WHEN excluded.found_by IN ('page', 'trial') THEN 'open' ELSE f.state END
RETURNING id, state
"""
_CLOSE = """
UPDATE public.tenancy_finding SET state = 'closed', closed_at = now(), closed_by = %s, note = left(%s, 500)
WHERE id = ANY (%s) AND state <> 'closed'
"""
_SURROGATES = re.compile("[\ud800-\udfff]")


def note(connection: Any, found: Sequence[BadRow], *, found_by: str) -> int:
    """Write down bad rows and quarantine them in this process.

    A finding that was waived stays so, unless a page has failed over it again.

    Args:
        connection: Django's, in a transaction.
        found: what is wrong.
        found_by: ``page``, ``change``, ``scan``, or ``trial`` of a snapshot.

    Returns:
        How many are open now.
    """
    entries: list[quarantine.Entry] = []
    for bad in found:
        patch, state = _note(connection, bad, found_by)
        if state == "open":
            entries.append((bad.shop_id, bad.table, bad.row_id, patch))
    quarantine.add(entries)
    figures.noted(found_by, len(found))
    return len(entries)


def _note(connection: Any, bad: BadRow, found_by: str) -> tuple[Patch, str]:
    kind = kinds()[bad.table]
    history, patch = _looked_back(connection, kind, bad)
    first, root = bad.problems[0], root_of(connection, kind, bad)
    values = {
        "shop": bad.shop_id,
        "table": bad.table,
        "row": bad.row_id,
        "column": first.column,
        "value": _storable(first.value)[:400],
        "rule": first.rule[:500],
        "problems": json.dumps([_problem(one.column, one.rule, one.value) for one in bad.problems]),
        "patch": None if patch is None else json.dumps(dict(patch)),
        "pages": pages_of(kind, root)[:50],
        "root_table": root.kind.table,
        "root_id": root.row_id,
        "found_by": found_by,
        "writer": history[0][2] if history else "",
        "db_user": history[0][3] if history else "",
        "at": history[0][4] if history else None,
        "request": history[0][5] if history else "",
    }
    ((_id, state),) = raw(connection, _NOTE, values)
    return patch, state


def shown_instead(connection: Any, bad: BadRow) -> Patch:
    """Return what is shown in the place of a bad row."""
    return _looked_back(connection, kinds()[bad.table], bad)[1]


def _looked_back(connection: Any, kind: Kind, bad: BadRow) -> tuple[list[tuple[Any, ...]], Patch]:
    """Return the latest changes of a bad row, and what is shown in its place."""
    history = raw(connection, _HISTORY, [bad.table, bad.row_id, bad.shop_id, VERSIONS])
    return history, _patch(kind, bad, history)


def _patch(kind: Kind, bad: BadRow, history: Sequence[tuple[Any, ...]]) -> Patch:
    if bad.instead is not None:
        return bad.instead
    versions: list[Mapping[str, Any]] = []
    for before, after, *_rest in history:
        versions += [row for row in (_json(after), _json(before)) if row]
    columns = [problem.column for problem in bad.problems]
    return patch_of(kind, bad.row, columns, versions, stand_ins=not bad.twice)


def _json(value: Any) -> Any:
    try:
        return json.loads(value) if isinstance(value, str | bytes) else value
    except (ValueError, RecursionError):
        # A version that cannot be read is none to go back to.
        return None


def _problem(column: str, rule: str, value: str) -> dict[str, str]:
    return {"column": column, "rule": rule, "value": _storable(value)}


def _storable(text: str) -> str:
    """PostgreSQL keeps neither NUL nor half a surrogate pair."""
    return _SURROGATES.sub("�", text.replace("\0", "\\x00"))


def close(connection: Any, ids: Iterable[int], *, by: str, note: str = "") -> None:
    """Close findings whose rows are good again, or gone."""
    raw(connection, _CLOSE, [by, note, list(ids)])
