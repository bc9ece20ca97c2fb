"""Hear what a payment provider says."""

from collections.abc import Mapping
from enum import StrEnum


class Heard(StrEnum):
    """What became of a callback. Answer 204 to the first two, 401 to forged ones, 404 to unknown ones."""

    APPLIED = "applied"
    REPEATED = "repeated"
    FORGED = "forged"
    UNKNOWN = "unknown"


def handle_callback(*, shop_id: int, provider: str, headers: Mapping[str, str], body: bytes) -> Heard:
    """Check a callback's signature and age, and apply it once. Call it outside any transaction.

    Args:
        provider: from the address, ``/hooks/<provider>``.
        headers: names in lower case: ``webhook-id``, ``webhook-timestamp``, ``webhook-signature``.
    """
    raise NotImplementedError


def second_step(*, shop_id: int, reference: str, approve: bool) -> str:
    """Take the test card's second step and return the path to send the shopper to (order page or checkout).

    Call it outside any transaction. Taking it again changes nothing.

    Raises:
        UnknownOrder: when there is no such payment.
    """
    raise NotImplementedError
