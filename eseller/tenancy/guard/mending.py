"""Write what is shown in the place of bad rows, where somebody saves the form that shows it.

The form shows the last good values, and saving it must leave no bad row behind: neither one whose field the form
found unchanged, nor one that it does not show and makes a second time.
"""

import json
from collections.abc import Sequence
from functools import partial
from typing import Any

from django.db import connections, transaction

from eseller.kernel import context
from eseller.resilience.records.kind import Kind, kinds
from eseller.tenancy.guard import findings, quarantine
from eseller.tenancy.guard.watch import bad_among
from eseller.tenancy.scope import WEB, require_scope
from eseller.tenancy.sql import raw

_OPEN = """
SELECT id, table_name, row_id, patch FROM public.tenancy_finding
WHERE state = 'open' AND shop_id = %s AND (root_table = %s AND root_id = %s OR table_name = ANY (%s))
"""


def mend(root_table: str, root_id: int | None, *, tables: Sequence[str] = ()) -> None:
    """Mend the bad rows of something that is about to be saved, in the open shop transaction.

    Costs nothing while the shop has no bad rows.

    Args:
        root_table: the table of what is saved, such as that of products.
        root_id: its row; None for a new one.
        tables: further tables, all of whose rows the form shows.
    """
    shop_id = require_scope()
    if quarantine.of_shop(shop_id) is None:
        return
    connection = connections[WEB]
    for finding, table, row, patch in raw(connection, _OPEN, [shop_id, root_table, root_id, list(tables)]):
        kind = kinds().get(table)
        if kind is not None and row in {bad.row_id for bad in bad_among(connection, kind, [row])}:
            _write(connection, kind, row, json.loads(patch) if isinstance(patch, str) else patch)
        findings.close(connection, [finding], by=context.current().actor, note="Mended by saving the form.")
        transaction.on_commit(partial(quarantine.release, shop_id, table, row), using=WEB)


def _write(connection: Any, kind: Kind, row: int, patch: dict[str, Any] | None) -> None:
    if patch:
        setting = ", ".join(f"{column} = p.{column}" for column in patch)
        sql = f"""UPDATE public.{kind.table} t SET {setting}
            FROM jsonb_populate_record(NULL::public.{kind.table}, %s) p WHERE t.id = %s"""  # noqa: S608  (our own names)
        raw(connection, sql, [json.dumps(patch), row])
    elif kind.made_anew:
        raw(connection, f"DELETE FROM public.{kind.table} WHERE id = %s", [row])  # noqa: S608
