"""What rows of orders and their papers must be. What was computed at placing has no stand-in: nothing is invented."""

from datetime import datetime
from typing import Annotated, Any, Literal

from msgspec import Meta

from eseller.commerce.customers.kinds import NO_EMAIL, POSTAL, POSTAL_STAND_INS, UNKNOWN, PostalRow
from eseller.resilience.records.fields import (
    BLOCK,
    LINE,
    MOST,
    NEVER,
    WORDS,
    Actor,
    Amount,
    Balance,
    BasisPoints,
    Code,
    Currency,
    Email,
    Flag,
    Id,
    Language,
    MethodCode,
    Token,
    VatClass,
)
from eseller.resilience.records.kind import Fate, Kind, Row, Rule, register

Pieces = Annotated[int, Meta(ge=1, le=MOST, description="a number of pieces, 1 or more")]
Part = Annotated[int, Meta(ge=0, le=MOST, description="a number of pieces, 0 or more")]
Line255 = Annotated[str, Meta(max_length=255, pattern=LINE, description="at most 255 characters in a line")]
Public = Annotated[str, Meta(pattern="^[A-Za-z0-9_.:=-]{1,64}$", description="an unguessable name")]

ADDS_UP = Rule("total", "net and VAT together", lambda row: row.total == row.net + row.vat)


class OrderRow(Row):
    """A purchase."""

    id: Id
    shop_id: Id
    number: Annotated[str, Meta(max_length=24, pattern=WORDS, description="1 to 24 characters in a line")]
    public_id: Public
    checkout_key: Token
    from_cart: Id | None
    form_digest: Annotated[str, Meta(max_length=64, pattern="^[A-Za-z0-9_=-]*$", description="a digest, or nothing")]
    state: Literal["pending", "open", "completed", "cancelled"]
    payment_state: Literal[
        "unpaid", "authorised", "partially_paid", "paid", "partially_refunded", "refunded", "voided"
    ]
    fulfilment_state: Literal["unfulfilled", "partially_fulfilled", "fulfilled", "returned"]
    customer_id: Id | None
    email: Email
    language: Language
    currency: Currency
    prices_include_vat: Flag
    payment_method: MethodCode
    shipping_method: MethodCode
    shipping_name: Annotated[str, Meta(max_length=120, pattern=LINE, description="at most 120 characters in a line")]
    note: Annotated[str, Meta(max_length=2000, pattern=BLOCK, description="a text of at most 2000 characters")]
    customer_reference: Annotated[str, Meta(max_length=60, pattern=LINE, description="at most 60 characters in a line")]
    net: Amount
    vat: Amount
    total: Amount
    credited: Amount
    created_at: datetime
    placed_at: datetime | None
    cancelled_at: datetime | None

    rules = (
        ADDS_UP,
        Rule("credited", "no more than the total", lambda row: row.credited <= row.total),
    )


class OrderAddressRow(PostalRow):
    """Where an order is sent or billed."""

    id: Id
    shop_id: Id
    order_id: Id
    kind: Literal["shipping", "billing"]


class OrderLineRow(Row):
    """What was ordered."""

    id: Id
    shop_id: Id
    order_id: Id
    position: Annotated[int, Meta(ge=0, le=32767, description="a place in an order, 0 or more")]
    kind: Literal["goods", "shipping"]
    variant_id: Id | None
    sku: Annotated[str, Meta(max_length=100, pattern=LINE, description="at most 100 characters in a line")]
    title: Annotated[str, Meta(max_length=255, pattern=WORDS, description="1 to 255 characters in a line")]
    options: Line255
    quantity: Pieces
    unit_price: Amount
    vat_class: VatClass
    vat_rate_bp: BasisPoints
    net: Amount
    vat: Amount
    total: Amount
    fulfilled: Part
    refunded: Part

    rules = (
        ADDS_UP,
        Rule("fulfilled", "no more than were ordered", lambda row: row.fulfilled <= row.quantity),
        Rule("refunded", "no more than were ordered", lambda row: row.refunded <= row.quantity),
    )


class OrderVatRow(Row):
    """The order's VAT at one rate."""

    id: Id
    shop_id: Id
    order_id: Id
    rate_bp: BasisPoints
    net: Amount
    vat: Amount


class FulfilmentRow(Row):
    """A parcel that left."""

    id: Id
    shop_id: Id
    order_id: Id
    key: Code
    tracking_number: Annotated[str, Meta(max_length=80, pattern=LINE, description="at most 80 characters in a line")]
    at: datetime
    actor: Actor


class FulfilmentLineRow(Row):
    """How many of an order line a parcel held."""

    id: Id
    shop_id: Id
    fulfilment_id: Id
    order_line_id: Id
    quantity: Pieces


class PaperVat(Row):
    """A paper's VAT at one rate."""

    rate_bp: BasisPoints
    net: Balance
    vat: Balance


class ImprintRow(Row):
    """The seller and the terms as they were; see ``imprint.Imprint``."""

    name: Line255
    address: Annotated[str, Meta(max_length=500, pattern=BLOCK, description="a text of at most 500 characters")]
    vat_number: Line255
    contact_email: Line255
    bank_account: Line255
    payment_name: Line255
    instructions: Annotated[str, Meta(max_length=4000, pattern=BLOCK, description="a text of 4000 characters")]
    reference: Line255
    to_pay: Flag
    paid: Flag


class InvoiceRow(Row):
    """An invoice or credit note."""

    id: Id
    shop_id: Id
    order_id: Id
    kind: Literal["invoice", "credit_note"]
    number: Id
    printed_number: Annotated[str, Meta(max_length=40, pattern=LINE, description="at most 40 characters in a line")]
    imprint: ImprintRow | None
    key: Token
    issued_at: datetime
    currency: Currency
    net: Amount
    vat: Amount
    total: Amount
    vat_split: list[PaperVat]

    rules = (
        ADDS_UP,
        Rule("vat_split", "parts that add up to net and VAT", lambda row: _adds_up(row)),
    )


def _adds_up(row: Any) -> bool:
    return (row.net, row.vat) == (sum(part.net for part in row.vat_split), sum(part.vat for part in row.vat_split))


class OrderEventRow(Row):
    """What happened to an order."""

    id: Id
    shop_id: Id
    order_id: Id
    kind: Annotated[str, Meta(max_length=40, pattern="^[a-z_]+$", description="a name in small letters")]
    data: dict[str, Any]
    actor: Actor
    at: datetime


ORDER = ("order status", "mails", "back office")

register(
    Kind(
        table="orders_order",
        row=OrderRow,
        label="order",
        secret=frozenset({"public_id", "checkout_key", "form_digest", "email", "note", "customer_reference"}),
        pages=(*ORDER, "account", "invoices"),
        stand_ins={
            "from_cart": None,
            "form_digest": "",
            "customer_id": None,
            "email": NO_EMAIL,
            "shipping_name": "",
            "note": "",
            "customer_reference": "",
        },
    ),
    Kind(
        table="orders_orderaddress",
        row=OrderAddressRow,
        label="address of an order",
        secret=POSTAL,
        pages=(*ORDER, "invoices"),
        stand_ins=POSTAL_STAND_INS,
    ),
    Kind(
        table="orders_orderline",
        row=OrderLineRow,
        label="line of an order",
        pages=(*ORDER, "invoices"),
        stand_ins={
            "position": 0,
            "variant_id": None,
            "sku": "",
            "title": UNKNOWN,
            "options": "",
            "vat_class": "standard",
        },
    ),
    Kind(table="orders_ordervat", row=OrderVatRow, label="VAT of an order", fate=Fate.LEFT_OUT, pages=ORDER),
    Kind(
        table="orders_fulfilment",
        row=FulfilmentRow,
        label="parcel",
        pages=ORDER,
        stand_ins={"tracking_number": "", "actor": ""},
    ),
    Kind(
        table="orders_fulfilmentline",
        row=FulfilmentLineRow,
        label="line of a parcel",
        fate=Fate.LEFT_OUT,
        pages=ORDER,
    ),
    Kind(table="orders_invoice", row=InvoiceRow, label="invoice", fate=Fate.LEFT_OUT, pages=(*ORDER, "invoices")),
    Kind(
        table="orders_orderevent",
        row=OrderEventRow,
        label="event of an order",
        secret=frozenset({"data"}),
        pages=("back office",),
        stand_ins={"data": {}, "actor": "", "at": NEVER},
    ),
)
