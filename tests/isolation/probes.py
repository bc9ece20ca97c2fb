"""Tries to get at another shop's row in plain SQL. Returns what succeeded, in words; an intact wall returns nothing."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import sql

from eseller.config.environment import environment

BLIND = "sees not even its own row, so the attack proves nothing"
# What each attack needs the right to; {c} is the column that names the shop.
ATTACKS = {
    "read": ("SELECT", "SELECT 1 FROM {t} WHERE id = %(theirs)s"),
    "counted": ("SELECT", "SELECT count(*) FROM {t} WHERE {c} = %(other)s HAVING count(*) > 0"),
    "locked": ("UPDATE", "SELECT 1 FROM {t} WHERE id = %(theirs)s FOR UPDATE"),
    "changed": ("UPDATE", "UPDATE {t} SET id = id WHERE id = %(theirs)s"),
    "moved its own row": ("UPDATE", "UPDATE {t} SET {c} = %(other)s WHERE id = %(mine)s"),
    "put a row": ("INSERT", "INSERT INTO {t} ({c}, {n}) SELECT %(other)s, {n} FROM {t} WHERE id = %(mine)s"),
    "deleted": ("DELETE", "DELETE FROM {t} WHERE id = %(theirs)s"),
}


@contextmanager
def as_shop(shop_id: int) -> Iterator[Any]:
    """A plain connection as the web role, in a transaction of a shop."""
    with psycopg.connect(environment().role_url("web").url) as connection:
        assert connection.execute("SELECT current_user").fetchone() == ("eseller_web",)
        connection.execute("SELECT set_config('eseller.shop_id', %s, true)", [str(shop_id)])
        yield connection
        connection.rollback()


@contextmanager
def damaged(connection: Any, statements: list[str], shop_id: int) -> Iterator[None]:
    """Be the web role at work for a shop, after an administrator has damaged the walls. All of it is undone."""
    with connection.transaction(force_rollback=True):
        for statement in statements:
            connection.execute(statement)
        connection.execute("SET LOCAL ROLE eseller_web")
        connection.execute("SELECT set_config('eseller.shop_id', %s, true)", [str(shop_id)])
        yield


def leaks(
    connection: Any, table: str, *, mine: int, theirs: int, other_shop: int, column: str = "shop_id"
) -> set[str]:
    """Attack one row.

    Args:
        connection: as the web role, inside a transaction that named the attacker's shop.
        table: the table.
        mine: id of the attacker's row.
        theirs: id of the victim's row.
        other_shop: the victim.
        column: what names the shop.
    """
    values = {"mine": mine, "theirs": theirs, "other": other_shop}
    names = {"t": sql.Identifier(table), "c": sql.Identifier(column), "n": _columns(connection, table, column)}
    if not _passes(connection, sql.SQL("SELECT 1 FROM {t} WHERE id = %(mine)s").format(**names), values):
        return {BLIND}
    return {
        what
        for what, (_, statement) in ATTACKS.items()
        if _passes(connection, sql.SQL(statement).format(**names), values)
    }


def granted(connection: Any, table: str) -> set[str]:
    """Return the attacks on a table that the role's rights allow; what stands against these is the wall alone."""
    return {
        what
        for what, (right, _) in ATTACKS.items()
        if connection.execute("SELECT has_table_privilege(%s, %s)", [f'"{table}"', right]).fetchone()[0]
    }


def _passes(connection: Any, statement: sql.Composed, values: dict[str, int]) -> bool:
    """Tell whether a statement gets by the wall. A key or a reference refuses only a row that the wall let by."""
    with connection.transaction(force_rollback=True):
        try:
            with connection.transaction():
                return bool(connection.execute(statement, values).rowcount > 0)
        except psycopg.errors.InsufficientPrivilege:
            return False
        except psycopg.IntegrityError:
            return True


def _columns(connection: Any, table: str, column: str) -> sql.Composed:
    """Return the columns that a copy of a row gets from its original."""
    rows = connection.execute(
        "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped "
        "AND attgenerated = '' AND attname NOT IN ('id', %s) ORDER BY attnum",
        [f'"{table}"', column],
    )
    return sql.SQL(", ").join(sql.Identifier(name) for (name,) in rows)


def refused_by(connection: Any, table: str, column: str, *, mine: int, target: int) -> str | None:
    """Let the attacker's row refer to another shop's; return the constraint that refused, None where none did.

    The role needs the right to change the table.
    """
    statement = sql.SQL("UPDATE {t} SET {c} = %s WHERE id = %s")
    with connection.transaction(force_rollback=True):
        try:
            with connection.transaction():
                changed = connection.execute(
                    statement.format(t=sql.Identifier(table), c=sql.Identifier(column)), [target, mine]
                )
                assert changed.rowcount == 1
                connection.execute("SET CONSTRAINTS ALL IMMEDIATE")
        except psycopg.errors.ForeignKeyViolation as error:
            return error.diag.constraint_name
    return None
