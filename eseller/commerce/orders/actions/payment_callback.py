"""Hear what a payment provider says."""

from collections.abc import Mapping
from enum import StrEnum

from eseller.commerce.orders.actions.settle import settle
from eseller.commerce.orders.errors import UnknownOrder
from eseller.commerce.orders.links import language_prefix, order_path
from eseller.commerce.payments import testcard
from eseller.commerce.payments.errors import BadEvent, Forged
from eseller.commerce.payments.provider import UnknownProvider
from eseller.commerce.payments.provider import provider as provider_of
from eseller.tenancy.hosts import shop_info
from eseller.tenancy.scope import shop_transaction
from eseller.tenancy.sql import fetch

_ORDER = """
SELECT o.public_id, o.language, o.state FROM orders_order o JOIN payments_payment p ON p.order_id = o.id
WHERE p.token = %s
"""


class Heard(StrEnum):
    """What became of a callback. Answer 204 to the first two, 401 to forged ones, 404 to unknown ones."""

    APPLIED = "applied"
    REPEATED = "repeated"
    FORGED = "forged"
    UNKNOWN = "unknown"


def handle_callback(*, shop_id: int, provider: str, headers: Mapping[str, str], body: bytes) -> Heard:
    """Check a callback's signature and age, and apply it once. Call it outside any transaction.

    Args:
        shop_id: whose host it came to.
        provider: from the address, ``/hooks/<provider>``.
        headers: names in lower case: ``webhook-id``, ``webhook-timestamp``, ``webhook-signature``.
        body: as it came, unparsed.
    """
    try:
        event = provider_of(provider).read_callback(shop_id=shop_id, headers=headers, body=body)
        settled = settle(
            shop_id=shop_id,
            payment_token=event.payment_token,
            kind=event.kind,
            told=event.told,
            event_id=event.event_id,
            actor=f"provider:{provider}",
        )
    except Forged:
        return Heard.FORGED
    except (UnknownProvider, UnknownOrder, BadEvent):
        return Heard.UNKNOWN
    return Heard.APPLIED if settled.news else Heard.REPEATED


def receive(shop_id: int, provider: str, headers: Mapping[str, str], body: bytes) -> Heard:
    """Hear a callback that a job of ours delivers; see ``handle_callback``."""
    return handle_callback(shop_id=shop_id, provider=provider, headers=headers, body=body)


def second_step(*, shop_id: int, reference: str, approve: bool) -> str:
    """Take the test card's second step and return the path to send the shopper to: their order, or the checkout.

    Call it outside any transaction. Taking it again changes nothing.

    Raises:
        UnknownOrder: when there is no such payment.
    """
    testcard.answer(shop_id=shop_id, reference=reference, approve=approve)
    charge = testcard.look(shop_id=shop_id, reference=reference)
    if charge is None:
        raise UnknownOrder
    settle(
        shop_id=shop_id,
        payment_token=charge.payment_token,
        kind="second_step",
        told=charge.told(),
        actor=f"provider:{testcard.CODE}",
    )
    with shop_transaction(shop_id, label="pay"):
        ((public_id, language, state),) = fetch(_ORDER, [charge.payment_token])
        prefix = language_prefix(shop_info(shop_id), language)
    if state == "cancelled" and not approve:
        return f"{prefix}/checkout"
    return order_path(public_id, shop_id=shop_id, language_prefix=prefix)
