"""Carry a visitor's cart over to the customer who signs in."""

from eseller.commerce.cart.models import MAX_LINES
from eseller.kernel.ids import hash_token, new_token
from eseller.tenancy.sql import execute, fetch

_FIND = """
SELECT id, customer_id IS NOT NULL FROM cart_cart
WHERE customer_id = %(customer)s OR customer_id IS NULL AND token_hash = %(token)s
ORDER BY id FOR UPDATE
"""
_MERGE = """
WITH room AS (
    SELECT greatest(%(most)s - count(*), 0) AS lines FROM cart_cartline WHERE cart_id = %(own)s
), touched AS (
    UPDATE cart_cart SET updated_at = now(), checkout_key = %(key)s WHERE id = %(own)s
), known AS (
    UPDATE cart_cartline mine SET quantity = greatest(mine.quantity, other.quantity) FROM cart_cartline other
    WHERE mine.cart_id = %(own)s AND other.cart_id = %(guest)s AND other.variant_id = mine.variant_id
)
INSERT INTO cart_cartline (shop_id, cart_id, variant_id, quantity, added_at)
SELECT shop_id, %(own)s, variant_id, quantity, added_at FROM cart_cartline other
WHERE cart_id = %(guest)s
  AND NOT EXISTS (SELECT FROM cart_cartline mine WHERE mine.cart_id = %(own)s AND mine.variant_id = other.variant_id)
ORDER BY id LIMIT (SELECT lines FROM room)
"""


def merge_on_login(*, token: str | None, customer_id: int, actor: str) -> None:  # noqa: ARG001
    """Put what a cookie's cart holds in the customer's own cart; the greater quantity of each variant stays.

    Afterwards the cart is found by the customer (``CartOwner(customer_id=…)``), and the cookie has done its work.
    What would make the cart longer than MAX_LINES is left out.
    Call it inside a ``shop_transaction``.
    """
    if not token:
        return
    rows = fetch(_FIND, {"customer": customer_id, "token": hash_token(token)})
    own = next((cart for cart, is_own in rows if is_own), None)
    guest = next((cart for cart, is_own in rows if not is_own), None)
    if guest is None:
        return
    if own is None:
        execute("UPDATE cart_cart SET customer_id = %s, updated_at = now() WHERE id = %s", [customer_id, guest])
        return
    execute(_MERGE, {"own": own, "guest": guest, "most": MAX_LINES, "key": new_token()})
    execute("DELETE FROM cart_cart WHERE id = %s", [guest])
