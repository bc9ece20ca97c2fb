"""What a paper says of the seller, and how it is to be paid: kept with the paper, since both change afterwards."""

import msgspec

from eseller.commerce.orders.queries import order_for_mail
from eseller.tenancy.hosts import ShopInfo


class Imprint(msgspec.Struct, frozen=True, kw_only=True):
    """The seller as a paper names them, and the terms of the day on which it was issued, in the order's language."""

    name: str
    address: str
    vat_number: str
    contact_email: str
    bank_account: str
    payment_name: str
    instructions: str
    reference: str
    to_pay: bool
    """Whether the buyer was to send money; neither that nor paid: a card, say, that is charged when goods are sent."""
    paid: bool


def imprint_now(order_id: int, *, shop: ShopInfo, language: str) -> Imprint:
    """Return what a paper of an order says if it is issued now. Call it inside a ``shop_transaction``."""
    order = order_for_mail(order_id, language=language)
    return Imprint(
        name=shop.name,
        address=shop.address,
        vat_number=shop.vat_number,
        contact_email=shop.contact_email,
        bank_account=shop.bank_account,
        payment_name=order.payment_name,
        instructions=order.payment_instructions,
        reference=order.payment_reference,
        to_pay=order.payment_state in ("unpaid", "partially_paid"),
        paid=order.payment_state == "paid",
    )
