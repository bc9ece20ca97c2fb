"""What rows of carts must be."""

from datetime import datetime
from typing import Annotated

from msgspec import Meta

from eseller.commerce.cart.models import MAX_QUANTITY
from eseller.resilience.records.fields import NEVER, Id, Sha256, Token
from eseller.resilience.records.kind import Fate, Kind, Row, register


class CartRow(Row):
    """A visitor's cart."""

    id: Id
    shop_id: Id
    token_hash: Sha256
    customer_id: Id | None
    checkout_key: Token
    created_at: datetime
    updated_at: datetime


class CartLineRow(Row):
    """A variant in a cart."""

    id: Id
    shop_id: Id
    cart_id: Id
    variant_id: Id
    quantity: Annotated[int, Meta(ge=1, le=MAX_QUANTITY, description=f"1 to {MAX_QUANTITY} pieces")]
    added_at: datetime


register(
    Kind(
        table="cart_cart",
        row=CartRow,
        label="cart",
        secret=frozenset({"token_hash", "checkout_key"}),
        pages=("cart", "checkout"),
        stand_ins={"created_at": NEVER, "updated_at": NEVER},
    ),
    # Pieces that nobody asked for would be paid for: a line without a sound quantity is left out.
    Kind(table="cart_cartline", row=CartLineRow, label="line of a cart", fate=Fate.LEFT_OUT, pages=("cart",)),
)
