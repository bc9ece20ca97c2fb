"""Tries to get at another shop's row in plain SQL. Returns what succeeded, in words; an intact wall returns nothing."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import sql

REFUSED = (psycopg.errors.InsufficientPrivilege, psycopg.errors.ForeignKeyViolation)


@contextmanager
def attempt(connection: Any) -> Iterator[None]:
    """Undo whatever the attempt did, and let a refusal by the wall pass."""
    with connection.transaction(force_rollback=True):
        try:
            with connection.transaction():
                yield
        except REFUSED:
            pass


def leaks(
    connection: Any, table: str, mine: int, theirs: int, other_shop: int, references: dict[str, int]
) -> list[str]:
    """Attack one row.

    Args:
        connection: as the web role, inside a transaction that named the attacker's shop.
        table: the table.
        mine: id of the attacker's row.
        theirs: id of the victim's row.
        other_shop: the victim.
        references: column of a reference → id of the victim's row that it could point at.
    """
    found: list[str] = []
    name = sql.Identifier(table)

    def run(statement: str, *params: Any) -> Any:
        return connection.execute(sql.SQL(statement).format(t=name), params)

    with attempt(connection):
        if run("SELECT 1 FROM {t} WHERE id = %s", theirs).fetchone():
            found.append("read")
    with attempt(connection):
        if run("SELECT count(*) FROM {t} WHERE shop_id = %s", other_shop).fetchone()[0]:
            found.append("counted")
    with attempt(connection):
        if run("UPDATE {t} SET id = id WHERE id = %s", theirs).rowcount:
            found.append("changed")
    with attempt(connection):
        if run("DELETE FROM {t} WHERE id = %s", theirs).rowcount:
            found.append("deleted")
    with attempt(connection):
        try:
            with connection.transaction():
                moved = run("UPDATE {t} SET shop_id = %s WHERE id = %s", other_shop, mine).rowcount
        except psycopg.errors.UniqueViolation:
            moved = 1  # only a row that passed the wall can collide behind it
        if moved:
            found.append("moved its own row into the other shop")
    with attempt(connection):
        if run("SELECT 1 FROM {t} WHERE id = %s FOR UPDATE", theirs).fetchone():
            found.append("locked")
    for column, target in references.items():
        with attempt(connection):
            statement = sql.SQL("UPDATE {t} SET {c} = %s WHERE id = %s").format(t=name, c=sql.Identifier(column))
            if connection.execute(statement, [target, mine]).rowcount:
                connection.execute("SET CONSTRAINTS ALL IMMEDIATE")
                found.append(f"referenced by {column}")
    return found
