"""Orders, as pages show them."""

from datetime import datetime
from typing import Any

import msgspec

from eseller.commerce.customers.records import PostalAddress
from eseller.commerce.pricing.rules import VatPart
from eseller.kernel.money import Money

PAGE_SIZE = 50


class OrderFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which orders; empty is all that were placed. ``search`` looks at number, e-mail and name."""

    search: str = ""
    state: str = ""
    payment_state: str = ""
    fulfilment_state: str = ""
    unplaced: bool = False
    """Show also what never became an order: pending, declined, given up."""


class OrderRow(msgspec.Struct, frozen=True, kw_only=True):
    """An order in a list."""

    number: str
    public_id: str
    state: str
    payment_state: str
    fulfilment_state: str
    email: str
    name: str
    total: Money
    pieces: int
    created_at: datetime
    placed_at: datetime | None


class OrderPage(msgspec.Struct, frozen=True, kw_only=True):
    """A page of a list, newest first; ``number`` counts from 1."""

    rows: tuple[OrderRow, ...]
    number: int
    has_next: bool
    total_count: int


class OrderLineView(msgspec.Struct, frozen=True, kw_only=True):
    """A line as it was ordered. ``kind`` is goods or shipping; open is what is yet to be shipped."""

    id: int
    kind: str
    variant_id: int | None
    sku: str
    title: str
    options: str
    quantity: int
    fulfilled: int
    refunded: int
    unit_price: Money
    vat_rate_bp: int
    net: Money
    vat: Money
    total: Money
    image_sha256: str | None = None
    product_slug: str | None = None

    @property
    def open(self) -> int:
        """How many are still to be shipped."""
        return 0 if self.kind == "shipping" else max(0, self.quantity - self.fulfilled - self.refunded)


class EventView(msgspec.Struct, frozen=True):
    """What happened, when, by whom."""

    kind: str
    at: datetime
    actor: str
    data: dict[str, Any]


class PaymentView(msgspec.Struct, frozen=True, kw_only=True):
    """An attempt to pay."""

    provider: str
    state: str
    amount: Money
    authorised: Money
    captured: Money
    refunded: Money
    reference: str
    failure: str
    created_at: datetime


class PaperView(msgspec.Struct, frozen=True, kw_only=True):
    """An invoice or credit note; ``number`` as printed."""

    id: int
    kind: str
    number: str
    total: Money
    issued_at: datetime


class ParcelView(msgspec.Struct, frozen=True, kw_only=True):
    """A parcel that left; ``lines`` are (order line id, quantity)."""

    at: datetime
    tracking_number: str
    tracking_url: str
    lines: tuple[tuple[int, int], ...]


class OrderStatus(msgspec.Struct, frozen=True, kw_only=True):
    """What the shopper sees of their order."""

    number: str
    public_id: str
    state: str
    payment_state: str
    fulfilment_state: str
    email: str
    language: str
    currency: str
    prices_include_vat: bool
    payment_method: str
    payment_name: str
    payment_instructions: str
    """What a shopper must do to pay, in their language; empty where nothing is to be done."""
    payment_reference: str
    """What to quote with a transfer; of a pending order, the payment's second step to take. Empty otherwise."""
    shipping_name: str
    note: str
    customer_reference: str
    net: Money
    vat: Money
    total: Money
    outstanding: Money
    """Yet to be paid."""
    vat_split: tuple[VatPart, ...]
    lines: tuple[OrderLineView, ...]
    shipping: PostalAddress
    billing: PostalAddress | None
    parcels: tuple[ParcelView, ...]
    papers: tuple[PaperView, ...]
    created_at: datetime
    placed_at: datetime | None
    cancelled_at: datetime | None


class OrderDetail(OrderStatus, frozen=True, kw_only=True):
    """What the merchant sees. ``can`` holds what may be done now: capture, mark_paid, ship, cancel, refund, invoice."""

    id: int
    customer_id: int | None
    payments: tuple[PaymentView, ...]
    events: tuple[EventView, ...]
    can: frozenset[str]
    creditable: Money
    """Invoiced and not paid yet: may be taken off by a credit note."""
    refundable: Money
    """That, and what was captured and not refunded yet."""
