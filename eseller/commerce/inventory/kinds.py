"""What rows of stock must be."""

from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta

from eseller.resilience.records.fields import Flag, Id, Token
from eseller.resilience.records.kind import Fate, Kind, Row, Rule, register

Pieces = Annotated[int, Meta(ge=-1_000_000_000, le=1_000_000_000, description="a number of pieces")]


class StockItemRow(Row):
    """How many of a variant there are, and how many of them are reserved."""

    id: Id
    shop_id: Id
    variant_id: Id
    tracked: Flag
    on_hand: Pieces
    reserved: Annotated[int, Meta(ge=0, le=1_000_000_000, description="a number of pieces, 0 or more")]
    backorder: Flag

    rules = (
        Rule(
            "on_hand",
            "as many as are reserved, or more",
            lambda row: not row.tracked or row.backorder or row.on_hand >= row.reserved,
        ),
    )


class ReservationRow(Row):
    """Pieces that are kept for an order."""

    id: Id
    shop_id: Id
    key: Token
    variant_id: Id
    quantity: Annotated[int, Meta(ge=0, le=1_000_000_000, description="a number of pieces, 0 or more")]
    state: Literal["held", "committed", "shipped", "released"]
    expires_at: datetime | None
    created_at: datetime

    rules = (
        Rule("expires_at", "an end, since it is held", lambda row: row.state != "held" or row.expires_at is not None),
    )


register(
    Kind(
        table="inventory_stockitem",
        row=StockItemRow,
        label="stock",
        fate=Fate.LEFT_OUT,
        owner="variant_id",
        pages=("listings", "cart", "feed", "back office"),
    ),
    Kind(table="inventory_reservation", row=ReservationRow, label="reservation", owner="variant_id", pages=("cart",)),
)
