"""Numbers without gaps: taken in the transaction that uses them, as late as can be."""

from eseller.tenancy.scope import require_scope
from eseller.tenancy.sql import fetch

_NEXT = """
INSERT INTO orders_numberseries AS n (shop_id, name, last) VALUES (%s, %s, 1)
ON CONFLICT (shop_id, name) DO UPDATE SET last = n.last + 1 RETURNING last
"""


def next_number(series: str) -> int:
    """Take the next number of a series of the current shop; a rollback gives it back."""
    return int(fetch(_NEXT, [require_scope(), series])[0][0])
