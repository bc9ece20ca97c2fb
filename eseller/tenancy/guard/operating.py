"""What operators do with findings: list them, look at one, let a row go."""

import json
from typing import Any, Literal

import msgspec
from django.db import connections

from eseller.kernel.errors import EsellerError
from eseller.resilience.records.kind import kinds
from eseller.tenancy.guard import findings
from eseller.tenancy.guard.watch import judge_rows
from eseller.tenancy.scope import PLATFORM, platform_transaction
from eseller.tenancy.sql import raw

MOST = 1000
_COLUMNS = (
    *("id", "shop", "table", "row", "column", "value", "rule", "problems", "patch", "pages", "state", "found_by"),
    *("seen", "first_seen_at", "last_seen_at", "closed_at", "closed_by", "note", "writer", "writer_db_user"),
    *("written_at", "request_id"),
)
_SELECT = """
SELECT f.id, s.slug, f.table_name, f.row_id, f.column_name, f.value, f.rule, f.problems, f.patch, f.pages, f.state,
    f.found_by, f.seen, f.first_seen_at, f.last_seen_at, f.closed_at, f.closed_by, f.note, f.writer, f.writer_db_user,
    f.written_at, f.request_id
FROM public.tenancy_finding f LEFT JOIN public.tenancy_shop s ON s.id = f.shop_id
"""
_WAIVE = """
UPDATE public.tenancy_finding SET state = 'waived', closed_by = %s, note = left(%s, 500)
WHERE id = %s AND state = 'open' RETURNING id
"""
Outcome = Literal["closed", "waived", "still bad"]


class UnknownFinding(EsellerError):
    """There is no such finding. See them with: eseller records list."""

    code = "unknown_finding"
    status = 404


def list_findings(*, state: str = "", shop: str = "", table: str = "", most: int = MOST) -> list[dict[str, Any]]:
    """Return findings, newest first, as JSON values.

    Args:
        state: open, waived or closed; all that are not closed where it is empty.
        shop: only those of a shop, by its short name.
        table: only those of a table.
        most: how many.
    """
    where = "(CASE WHEN %(state)s = '' THEN f.state <> 'closed' ELSE f.state = %(state)s END)"
    where += " AND %(shop)s IN ('', s.slug) AND %(table)s IN ('', f.table_name)"
    return _found(where, {"state": state, "shop": shop, "table": table}, most)


def show_finding(finding_id: int) -> dict[str, Any]:
    """Return all that is known of a finding, as JSON values.

    Raises:
        UnknownFinding: when there is none.
    """
    found = _found("f.id = %(id)s", {"id": finding_id}, 1)
    if not found:
        raise UnknownFinding
    return found[0]


def release(finding_id: int, *, by: str, reason: str = "") -> Outcome:
    """Judge the row of a finding again and let it go if it is good now; with a reason, let it go as it is.

    A row that was let go so is shown as it is; if a page fails over it, it is quarantined anew.

    Raises:
        UnknownFinding: when there is none that is not closed.
    """
    finding = show_finding(finding_id)
    if finding["state"] == "closed":
        raise UnknownFinding("That finding is closed already.")
    if finding["table"] in kinds():
        judge_rows({finding["table"]: [finding["row"]]}, found_by="scan")
    else:
        _close(finding_id, by)
    if show_finding(finding_id)["state"] == "closed":
        return "closed"
    if not reason:
        return "still bad"
    with platform_transaction(actor=by):
        raw(connections[PLATFORM], _WAIVE, [by, reason, finding_id])
    return "waived"


def _close(finding_id: int, by: str) -> None:
    with platform_transaction(actor=by):
        findings.close(connections[PLATFORM], [finding_id], by=by, note="The table is no longer guarded.")


def _found(where: str, values: dict[str, Any], most: int) -> list[dict[str, Any]]:
    with platform_transaction():
        rows = raw(connections[PLATFORM], f"{_SELECT} WHERE {where} ORDER BY f.id DESC LIMIT {int(most)}", values)
    return [msgspec.to_builtins(_told(row)) for row in rows]


def _told(row: tuple[Any, ...]) -> dict[str, Any]:
    told = dict(zip(_COLUMNS, row, strict=True))
    for name in ("problems", "patch"):
        told[name] = json.loads(told[name]) if isinstance(told[name], str) else told[name]
    return told
