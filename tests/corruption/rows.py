"""The rows that are damaged, and a copy of all of them as they were."""

from collections.abc import Sequence
from typing import Any

import psycopg

from eseller.resilience.records.kind import kinds
from tests.corruption.cases import Case
from tests.corruption.world import Busy

NEW_ID = 4_000_000_001
"""Of a second row; no sequence comes to it."""


class Good:
    """All rows of two shops as they were; table ``good_X`` is the copy of X."""

    def __init__(self, hand: psycopg.Connection[Any], world: Busy, other: Busy) -> None:
        """Copy them."""
        self._hand, self._world, self._other = hand, world, other
        for table in kinds():
            hand.execute(f"CREATE TABLE good_{table} AS SELECT * FROM {table}")

    def values(self, case: Case) -> dict[str, int]:
        """Return the parameters of a case's statement."""
        target = case.column.refers_to
        foreign = self._row(target, self._other) if target in kinds() and target is not None else 1
        return {"row": self.row(case), "foreign": foreign, "new": NEW_ID}

    def row(self, case: Case) -> int:
        """Return the id of the row that is damaged."""
        return self._row(case.column.table, self._world)

    def _row(self, table: str, world: Busy) -> int:
        """Return a row that pages show: that of the owner, of the order that was sent, and so on."""
        kind = kinds()[table]
        if table == "tenancy_user":
            return int(world.members["owner"].pk)
        if table == "payments_testcardcharge":
            return self._id(f"SELECT id FROM good_{table} WHERE reference = %s", [world.reference])
        if kind.shop is None:
            return self._id(f"SELECT min(id) FROM good_{table}")
        return self._id(f"SELECT min(id) FROM good_{table} WHERE {kind.shop} = %s", [world.shop.pk])

    def _id(self, sql: str, values: Sequence[Any] = ()) -> int:
        ((value,),) = self._hand.execute(sql, values or None).fetchall()
        assert value is not None, f"There is no row to damage; let tests/corruption/world.py make one: {sql} {values}"
        return int(value)

    def put_back(self, case: Case) -> None:
        """Put back what was there, as somebody does who writes it by hand."""
        table, name, row = case.column.table, case.column.name, {"row": self.row(case)}
        if case.is_cell and name != "id":
            good = f"(SELECT {name} FROM good_{table} WHERE id = %(row)s)"
            self._hand.execute(f"UPDATE {table} SET {name} = {good} WHERE id = %(row)s", row)
            return
        known = f"SELECT FROM good_{table} g WHERE g.id = t.id"
        self._hand.execute(f"DELETE FROM {table} t WHERE t.id = %(row)s OR NOT EXISTS ({known})", row)
        self._hand.execute(f"INSERT INTO {table} SELECT * FROM good_{table} WHERE id = %(row)s", row)
        # New rows of some tables are told of to nobody.
        self._hand.execute(f"UPDATE {table} SET id = id WHERE id = %(row)s", row)
