"""Change how many of something are in the cart."""

from collections.abc import Mapping

from django.utils.translation import gettext as _

from eseller.commerce.cart.errors import QuantityOutOfRange
from eseller.commerce.cart.models import MAX_LINES, MAX_QUANTITY
from eseller.commerce.cart.queries import cart_summary, owned_by, owner_values
from eseller.commerce.cart.records import CartOwner, CartSummary
from eseller.kernel.ids import new_token
from eseller.tenancy.sql import execute

_SET = """
WITH cart AS (
    UPDATE cart_cart c SET updated_at = now(), checkout_key = %(key)s WHERE {owned} RETURNING c.id
), wanted AS (
    SELECT * FROM unnest(%(variants)s::bigint[], %(quantities)s::int[]) AS w (variant_id, quantity)
), removed AS (
    DELETE FROM cart_cartline l USING cart, wanted
    WHERE l.cart_id = cart.id AND l.variant_id = wanted.variant_id AND wanted.quantity = 0
)
UPDATE cart_cartline l SET quantity = wanted.quantity FROM cart, wanted
WHERE l.cart_id = cart.id AND l.variant_id = wanted.variant_id AND wanted.quantity > 0
"""
_EMPTY = "DELETE FROM cart_cart c WHERE {owned}"


def set_quantities(*, owner: CartOwner, quantities: Mapping[int, int], actor: str) -> CartSummary:  # noqa: ARG001
    """Set the quantities of some lines, by variant; 0 removes the line. Other lines stay as they are.

    More than there is may be asked for here; the cart's view then tells how many are left.
    Call it inside a ``shop_transaction``.

    Raises:
        QuantityOutOfRange: when a quantity is not 0 to MAX_QUANTITY; then nothing changes.
    """
    if any(not 0 <= quantity <= MAX_QUANTITY for quantity in quantities.values()) or len(quantities) > MAX_LINES:
        raise QuantityOutOfRange(_("Choose a quantity from 0 to %(most)s.") % {"most": MAX_QUANTITY})
    variants = [variant for variant in quantities if 0 < variant < 2**63]
    values = {"key": new_token(), "variants": variants, "quantities": [quantities[variant] for variant in variants]}
    execute(_SET.format(owned=owned_by(owner)), owner_values(owner) | values)
    return cart_summary(owner)


def remove_line(*, owner: CartOwner, variant_id: int, actor: str) -> CartSummary:
    """Take a variant out of the cart. Call it inside a ``shop_transaction``."""
    return set_quantities(owner=owner, quantities={variant_id: 0}, actor=actor)


def empty_cart(*, owner: CartOwner, actor: str) -> None:  # noqa: ARG001
    """Throw the cart away. Call it inside a ``shop_transaction``."""
    execute(_EMPTY.format(owned=owned_by(owner)), owner_values(owner))
