"""Whether a database holds all that it should: receipts against orders, the ledger's own sums, its numbers and files.

All but the files is looked at in one snapshot, so that what is bought meanwhile confuses nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any, LiteralString

import msgspec
import psycopg
from psycopg import sql

from eseller.cluster.receipts import Receipt

Connection = psycopg.Connection[tuple[Any, ...]]
AT_ONCE = 5_000
"""Receipts that are compared by one statement."""
MOST_EXAMPLES = 5
LEDGER = (
    "orders_order", "orders_orderline", "orders_ordervat", "orders_invoice", "orders_numberseries", "payments_payment",
    "payments_paymentevent", "payments_refund", "inventory_stockitem", "inventory_movement", "inventory_reservation",
)  # fmt: skip
"""Tables of which two databases are compared by count and checksum."""


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """What came of one check.

    Attributes:
        name: what must hold.
        looked_at: how many of them there were.
        wrong: for how many of them it does not hold.
        examples: some of those.
    """

    name: str
    looked_at: int
    wrong: int
    examples: tuple[str, ...] = ()


class Table(msgspec.Struct, frozen=True):
    """A table of the ledger: rows, and a sum over what is in them that does not depend on their order."""

    name: str
    rows: int
    checksum: int


class Survey(msgspec.Struct, frozen=True, kw_only=True):
    """What was found.

    Attributes:
        checks: each with its counts.
        tables: of the ledger.
        complete: whether nothing was wrong.
    """

    checks: tuple[Check, ...]
    tables: tuple[Table, ...]
    complete: bool


class _Rule(msgspec.Struct, frozen=True):
    """A rule of the ledger: how many things there are, and which of them break it, by shop and name."""

    name: str
    table: LiteralString
    broken: LiteralString


_RULES = (
    _Rule(
        "an order's lines add up to it",
        "orders_order",
        """
        SELECT o.shop_id, o.number FROM orders_order o LEFT JOIN (
            SELECT shop_id, order_id, sum(net) AS net, sum(vat) AS vat, sum(total) AS total
            FROM orders_orderline GROUP BY shop_id, order_id
        ) l ON l.shop_id = o.shop_id AND l.order_id = o.id
        WHERE (l.net, l.vat, l.total) IS DISTINCT FROM (o.net, o.vat, o.total) OR o.total <> o.net + o.vat
        """,
    ),
    _Rule(
        "an order's VAT at each rate adds up to it",
        "orders_order",
        """
        SELECT o.shop_id, o.number FROM orders_order o LEFT JOIN (
            SELECT shop_id, order_id, sum(net) AS net, sum(vat) AS vat FROM orders_ordervat GROUP BY shop_id, order_id
        ) v ON v.shop_id = o.shop_id AND v.order_id = o.id
        WHERE (v.net, v.vat) IS DISTINCT FROM (o.net, o.vat)
        """,
    ),
    _Rule(
        "a checkout makes one order, and an order has a number of its own",
        "orders_order",
        """
        SELECT shop_id, min(number) FROM orders_order GROUP BY shop_id, checkout_key HAVING count(*) > 1
        UNION ALL SELECT shop_id, number FROM orders_order GROUP BY shop_id, number HAVING count(*) > 1
        """,
    ),
    _Rule(
        "payments: amount, authorised, captured, refunded never rise in this order",
        "payments_payment",
        """
        SELECT shop_id, token FROM payments_payment
        WHERE NOT (amount >= authorised AND authorised >= captured AND captured >= refunded AND refunded >= 0)
        """,
    ),
    _Rule(
        "what was refunded is the sum of the refunds",
        "payments_payment",
        """
        SELECT p.shop_id, p.token FROM payments_payment p LEFT JOIN (
            SELECT shop_id, payment_id, sum(amount - off_bill) AS amount FROM payments_refund
            GROUP BY shop_id, payment_id
        ) r ON r.shop_id = p.shop_id AND r.payment_id = p.id WHERE p.refunded > coalesce(r.amount, 0)
        """,
    ),
    _Rule(
        "stock is the sum of its movements",
        "inventory_stockitem",
        """
        SELECT s.shop_id, s.variant_id::text FROM inventory_stockitem s LEFT JOIN (
            SELECT shop_id, variant_id, sum(delta) AS delta FROM inventory_movement GROUP BY shop_id, variant_id
        ) m ON m.shop_id = s.shop_id AND m.variant_id = s.variant_id WHERE s.on_hand <> coalesce(m.delta, 0)
        """,
    ),
    _Rule(
        "what is reserved is the sum of the reservations",
        "inventory_stockitem",
        """
        SELECT s.shop_id, s.variant_id::text FROM inventory_stockitem s LEFT JOIN (
            SELECT shop_id, variant_id, sum(quantity) AS quantity FROM inventory_reservation
            WHERE state IN ('held', 'committed') GROUP BY shop_id, variant_id
        ) r ON r.shop_id = s.shop_id AND r.variant_id = s.variant_id
        WHERE s.tracked AND s.reserved <> coalesce(r.quantity, 0)
        """,
    ),
    _Rule(
        "numbers of invoices and of credit notes have no gaps",
        "orders_invoice",
        """
        SELECT i.shop_id, i.kind || ' ' || i.last FROM (
            SELECT shop_id, kind, count(*) AS many, min(number) AS first, max(number) AS last
            FROM orders_invoice GROUP BY shop_id, kind
        ) i LEFT JOIN orders_numberseries s ON s.shop_id = i.shop_id AND s.name = i.kind
        WHERE i.first <> 1 OR i.last <> i.many OR s.last IS DISTINCT FROM i.last
        """,
    ),
)
_RECEIPTS = """
SELECT r.shop_id, r.number FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::bigint[])
    AS r (shop_id, public_id, number, total)
JOIN tenancy_shop s ON s.id = r.shop_id
LEFT JOIN orders_order o ON o.shop_id = r.shop_id AND o.public_id = r.public_id
WHERE (o.number, o.total) IS DISTINCT FROM (r.number, r.total)
"""
_SEQUENCES = """
SELECT t.relname, a.attname, s.relname FROM pg_class s
JOIN pg_depend d ON d.objid = s.oid AND d.classid = 'pg_class'::regclass AND d.deptype IN ('a', 'i')
JOIN pg_class t ON t.oid = d.refobjid JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = d.refobjsubid
JOIN pg_namespace n ON n.oid = t.relnamespace
WHERE s.relkind = 'S' AND n.nspname = 'public' ORDER BY 1
"""
_INDEXES = """
SELECT c.oid::regclass::text FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_am a ON a.oid = c.relam
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE a.amname = 'btree' AND n.nspname = 'public' AND i.indisvalid AND i.indisready AND c.relpersistence = 'p'
ORDER BY 1
"""
_HEAPS = """
SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'r' AND n.nspname = 'public' AND c.relpersistence = 'p' ORDER BY 1
"""


def survey(
    connection: Connection, receipts: Iterable[Receipt], *, files: bool, say: Callable[[str], None] = lambda _: None
) -> Survey:
    """Look at everything.

    Args:
        connection: as an administrator, outside of a transaction.
        receipts: of all nodes; read before this begins, or orders that come meanwhile seem lost.
        files: whether indexes and tables are read through as well (amcheck), which takes time by their size.
        say: told what goes on.

    Raises:
        psycopg.Error: the database does not answer, or the login may not see all rows.
    """
    known = list(receipts)
    with connection.transaction():
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        # Where policies would hide rows from this login, an error must tell.
        connection.execute("SET LOCAL row_security = off")
        connection.execute("SET LOCAL statement_timeout = 0")
        say("receipts")
        checks = [_receipts(connection, known)]
        for rule in _RULES:
            say(rule.name)
            checks.append(_ruled(connection, rule))
        say("sequences")
        checks.append(_sequences(connection))
        say("checksums of the ledger")
        tables = ledger(connection)
    if files:
        checks += _files(connection, say)
    return Survey(checks=tuple(checks), tables=tables, complete=not any(check.wrong for check in checks))


def ledger(connection: Connection) -> tuple[Table, ...]:
    """Count the rows of the ledger's tables and sum up what is in them."""
    return tuple(_table(connection, name) for name in LEDGER)


def _receipts(connection: Connection, receipts: list[Receipt]) -> Check:
    wrong: list[str] = []
    remaining = iter(receipts)
    while some := list(islice(remaining, AT_ONCE)):
        columns = [[getattr(one, name) for one in some] for name in ("shop", "order", "number", "total")]
        wrong += (_named(row) for row in connection.execute(_RECEIPTS, columns))
    return _check("each order that somebody was told of is there, as it was told", len(receipts), wrong)


def _ruled(connection: Connection, rule: _Rule) -> Check:
    count = sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(rule.table))
    ((looked_at,),) = connection.execute(count).fetchall()
    return _check(rule.name, looked_at, [_named(row) for row in connection.execute(rule.broken)])


def _sequences(connection: Connection) -> Check:
    """A sequence that lags behind its column gives an id twice."""
    found = connection.execute(_SEQUENCES).fetchall()
    wrong = []
    for table, column, sequence in found:
        ask = sql.SQL("SELECT coalesce((SELECT max({}) FROM {}), 0), last_value FROM {}").format(
            sql.Identifier(column), sql.Identifier(table), sql.Identifier(sequence)
        )
        ((highest, last),) = connection.execute(ask).fetchall()
        if highest > last:
            wrong.append(f"{sequence} is at {last}, {table} at {highest}")
    return _check("sequences are ahead of their columns", len(found), wrong)


def _table(connection: Connection, name: str) -> Table:
    ask = sql.SQL("SELECT count(*), coalesce(sum(hashtextextended(t::text, 0)::numeric), 0) FROM {} t")
    ((rows, checksum),) = connection.execute(ask.format(sql.Identifier(name))).fetchall()
    return Table(name, rows, int(checksum) % 2**63)


def _files(connection: Connection, say: Callable[[str], None]) -> Iterator[Check]:
    """Read indexes and tables through; one by one, so that no lock is held for long."""
    connection.execute("CREATE EXTENSION IF NOT EXISTS amcheck")
    for name, which, ask in (
        ("indexes are sound and have all rows (amcheck)", _INDEXES, "SELECT bt_index_check(%s::regclass, true)"),
        ("tables are sound (amcheck)", _HEAPS, "SELECT blkno, msg FROM verify_heapam(%s::regclass)"),
    ):
        relations = [row[0] for row in connection.execute(which)]
        wrong = []
        for relation in relations:
            say(f"{relation}: amcheck")
            try:
                with connection.transaction():
                    connection.execute("SET LOCAL statement_timeout = 0")
                    found = connection.execute(ask.encode(), [relation]).fetchall()
            except (psycopg.errors.DataCorrupted, psycopg.errors.IndexCorrupted) as error:
                wrong.append(f"{relation}: {error}".strip())
            else:
                wrong += [f"{relation}, block {row[0]}: {row[1]}" for row in found if len(row) == 2]
        yield _check(name, len(relations), wrong)


def _named(row: tuple[Any, ...]) -> str:
    return f"shop {row[0]}, {row[1]}"


def _check(name: str, looked_at: int, wrong: list[str]) -> Check:
    return Check(name=name, looked_at=looked_at, wrong=len(wrong), examples=tuple(wrong[:MOST_EXAMPLES]))
