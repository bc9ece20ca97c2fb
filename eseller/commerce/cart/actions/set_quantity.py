"""Change how many of something are in the cart."""

from collections.abc import Mapping

from eseller.commerce.cart.records import CartOwner, CartSummary


def set_quantities(*, owner: CartOwner, quantities: Mapping[int, int], actor: str) -> CartSummary:
    """Set the quantities of some lines, by variant; 0 removes the line. Lines not named and unknown ones stay as they are.

    More than there is may be asked for here; the cart's view then tells how many are left.
    Call it inside a ``shop_transaction``.

    Raises:
        QuantityOutOfRange: when a quantity is not 0 to MAX_QUANTITY; then nothing changes.
    """
    raise NotImplementedError


def remove_line(*, owner: CartOwner, variant_id: int, actor: str) -> CartSummary:
    """Take a variant out of the cart. Call it inside a ``shop_transaction``."""
    return set_quantities(owner=owner, quantities={variant_id: 0}, actor=actor)


def empty_cart(*, owner: CartOwner, actor: str) -> None:
    """Throw the cart away. Call it inside a ``shop_transaction``."""
    raise NotImplementedError
