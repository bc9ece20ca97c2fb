"""Reads of customers. Call them inside a ``shop_transaction``."""

from typing import Any

from eseller.commerce.customers.records import CustomerInfo, SavedAddress
from eseller.commerce.customers.rules import LONGEST
from eseller.kernel import clock
from eseller.kernel.ids import hash_token
from eseller.tenancy.sql import fetch, fetch_json, fetch_records, typed

_OF_SESSION = """
SELECT c.id, c.email, c.name, c.language
FROM customers_customersession s JOIN customers_customer c ON c.id = s.customer_id
WHERE s.token_hash = %s AND s.expires_at > %s
"""
_BOOK = f"""
SELECT id, is_default, {", ".join(LONGEST)} FROM customers_address WHERE customer_id = %s ORDER BY is_default DESC, id
"""  # noqa: S608  (names of ours)
_EXPORT = """
SELECT json_build_object(
    'email', c.email, 'name', c.name, 'language', c.language, 'created_at', c.created_at,
    'addresses', (SELECT coalesce(json_agg(to_jsonb(a) - '{id,shop_id,customer_id}'::text[] ORDER BY a.id), '[]')
                  FROM customers_address a WHERE a.customer_id = c.id),
    'sessions', (SELECT coalesce(json_agg(json_build_object('created_at', s.created_at, 'expires_at', s.expires_at)
                                          ORDER BY s.id), '[]')
                 FROM customers_customersession s WHERE s.customer_id = c.id),
    'orders', (SELECT coalesce(json_agg(json_build_object(
                   'number', o.number, 'placed_at', o.placed_at, 'state', o.state, 'email', o.email, 'note', o.note,
                   'reference', o.customer_reference, 'currency', o.currency, 'total', o.total,
                   'addresses', (SELECT json_agg(to_jsonb(x) - '{id,shop_id,order_id}'::text[] ORDER BY x.id)
                                 FROM orders_orderaddress x WHERE x.order_id = o.id),
                   'lines', (SELECT json_agg(json_build_object('title', l.title, 'options', l.options,
                                                               'quantity', l.quantity, 'total', l.total)
                                             ORDER BY l.position) FROM orders_orderline l WHERE l.order_id = o.id)
               ) ORDER BY o.id), '[]') FROM orders_order o WHERE o.customer_id = c.id)
)::text FROM customers_customer c WHERE c.id = %s
"""


def customer_of_session(token: str) -> CustomerInfo | None:
    """Return who a session's token belongs to, or None when it is unknown or over. One statement."""
    found = fetch_records(_OF_SESSION, [hash_token(token), clock.now()], CustomerInfo)
    return found[0] if found else None


def address_book(customer_id: int) -> tuple[SavedAddress, ...]:
    """Return a customer's addresses, the default first."""
    return tuple(
        typed(SavedAddress, id=row[0], is_default=row[1], address=dict(zip(LONGEST, row[2:], strict=True)))
        for row in fetch(_BOOK, [customer_id])
    )


def export(customer_id: int) -> dict[str, Any] | None:
    """Return all that the shop keeps about a customer as JSON values, amounts in minor units; None when unknown."""
    return fetch_json(_EXPORT, [customer_id], dict[str, Any])
