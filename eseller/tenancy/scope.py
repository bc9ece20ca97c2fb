"""The current shop, bound to a database transaction.

Every statement on a shop-owned table runs in a transaction that has named its shop. The setting is local to the
transaction, so a pooled connection carries nothing over to its next borrower.
"""

import contextlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from django.db import connections, transaction

from eseller.kernel import context
from eseller.tenancy import deadlines, outages
from eseller.tenancy.connection import require_current
from eseller.tenancy.errors import ScopeMismatch, Unscoped

WEB = "default"
PLATFORM = "platform"
OWNER = "owner"

_UNSAFE = re.compile(r"[^A-Za-z0-9._/-]")
_SET = (
    "SELECT set_config('eseller.shop_id', %s, true), set_config('eseller.actor', %s, true), "
    "set_config('eseller.request_id', %s, true), set_config('application_name', %s, true)"
)


def current_scope() -> int | None:
    """Return the shop whose transaction is open in this thread, or None."""
    return getattr(connections[WEB], "eseller_shop_id", None)


def require_scope() -> int:
    """Return the shop whose transaction is open in this thread.

    Raises:
        Unscoped: when there is none.
    """
    shop_id = current_scope()
    if shop_id is None:
        raise Unscoped("Open a shop_transaction(shop_id) around this.")
    return shop_id


@contextmanager
def shop_transaction(
    shop_id: int, *, actor: str | None = None, durable: bool = False, label: str = ""
) -> Iterator[None]:
    """Run a block in a transaction of one shop.

    Joins an open transaction of the same shop (no savepoint, so an error inside rolls back the whole).

    Args:
        shop_id: the shop.
        actor: who does it; written to history.
        durable: demand to be the outermost block, so that leaving it means "committed".
        label: what the work is, shown in pg_stat_activity beside the shop.

    Raises:
        ScopeMismatch: inside the transaction of another shop.
    """
    connection: Any = connections[WEB]
    outer = getattr(connection, "eseller_shop_id", None)
    if outer is not None:
        if outer != shop_id:
            raise ScopeMismatch(f"Shop {shop_id} inside a transaction of shop {outer}.")
        if durable:
            raise RuntimeError("A durable shop transaction cannot be nested within another.")
        with context.use(actor=actor), transaction.atomic(using=WEB, savepoint=False):
            if actor is not None:
                _announce(connection, shop_id, label)
            yield
        return
    with context.use(shop_id=shop_id, actor=actor), contextlib.ExitStack() as after:
        with transaction.atomic(using=WEB, durable=durable):
            after.enter_context(deadlines.over(connection.connection))
            require_current(connection.connection)
            _announce(connection, shop_id, label)
            connection.eseller_shop_id = shop_id
            try:
                yield
            finally:
                connection.eseller_shop_id = None
            # What fails from here on may have been committed.
            outages.committing()
        outages.committed(connection.connection)


def _announce(connection: Any, shop_id: int, label: str) -> None:
    now = context.current()
    name = _UNSAFE.sub("_", f"shop-{shop_id}/{label}" if label else f"shop-{shop_id}")
    # Prepared on the server, and past Django's cursor: every request pays for this one.
    connection.ensure_connection()
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        cursor.execute(_SET, [str(shop_id), now.actor[:100], now.request_id[:64], name[:60]], prepare=True)


def analyse() -> None:
    """Let PostgreSQL look at its tables anew, as their owner: after a bulk load it plans blindly until it has."""
    with connections[OWNER].cursor() as cursor:
        cursor.execute("ANALYZE")
    connections[OWNER].close()


@contextmanager
def platform_transaction(*, actor: str | None = None) -> Iterator[None]:
    """Run a block in a transaction of the platform role, which sees all shops: for workers and cross-shop work."""
    with context.use(actor=actor), transaction.atomic(using=PLATFORM):
        now = context.current()
        with connections[PLATFORM].cursor() as cursor:
            cursor.execute(_SET, ["", now.actor[:100], now.request_id[:64], "platform"])
        yield
