"""What rows of ways of delivery must be."""

from typing import Annotated, Literal

from msgspec import Meta

from eseller.resilience.records.fields import (
    Amount,
    Country,
    Currency,
    Flag,
    Id,
    Labels,
    MethodCode,
    Position,
    VatClass,
    WebAddress,
)
from eseller.resilience.records.kind import Fate, Kind, Row, Rule, register


class ShippingMethodRow(Row):
    """A way of delivery."""

    id: Id
    shop_id: Id
    code: MethodCode
    names: Labels
    basis: Literal["weight", "value"]
    vat_class: VatClass
    tracking_url: Annotated[WebAddress, Meta(max_length=200)]
    active: Flag
    position: Position

    rules = (Rule("names", "a name in one language at least", lambda row: bool(row.names)),)


class ShippingRateRow(Row):
    """What a way costs from a weight or value upwards."""

    id: Id
    shop_id: Id
    method_id: Id
    country: Country
    currency: Currency
    at_least: Amount
    amount: Amount


register(
    Kind(
        table="shipping_shippingmethod",
        row=ShippingMethodRow,
        label="way of delivery",
        pages=("checkout", "order status", "back office"),
        stand_ins={"tracking_url": "", "position": 0, "names": {}},
    ),
    Kind(
        table="shipping_shippingrate",
        row=ShippingRateRow,
        label="price of delivery",
        owner="method_id",
        fate=Fate.LEFT_OUT,
        pages=("checkout", "back office"),
        made_anew=True,
    ),
)
