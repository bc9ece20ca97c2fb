"""What can go wrong with orders. Sentences are in the active language."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from eseller.commerce.customers.errors import InvalidFields
from eseller.kernel.errors import EsellerError

if TYPE_CHECKING:
    from eseller.commerce.orders.checkout import Quote


class InvalidCheckout(InvalidFields):
    """The order form needs another look.

    Fields are ``email``, ``shipping_name`` … ``shipping_phone``, ``billing_name`` …, ``shipping_method``,
    ``payment_method``, ``card_number``, ``card_expiry``, ``card_cvc``, ``note``, ``customer_reference``.
    """

    code = "invalid_checkout"


class EmptyCart(EsellerError):
    """The cart is empty."""

    code = "empty_cart"


class CartProblems(EsellerError):
    """Something in the cart cannot be bought as it is."""

    code = "cart_problems"
    status = 409

    def __init__(self, quote: Quote) -> None:
        """Keep the quote whose lines tell their problems."""
        super().__init__()
        self.quote = quote


class TotalChanged(EsellerError):
    """The cart or its prices changed since this page was shown. Look again, then confirm."""

    code = "total_changed"
    status = 409

    def __init__(self, quote: Quote) -> None:
        """Keep the new quote, to be shown and confirmed."""
        super().__init__()
        self.quote = quote


class PaymentDeclined(InvalidCheckout):
    """The card was declined. Nothing was ordered; the cart is as it was."""

    code = "payment_declined"
    status = 402


class UnknownOrder(EsellerError):
    """There is no such order."""

    code = "unknown_order"
    status = 404


class NotAllowed(EsellerError):
    """This cannot be done with the order in its present state."""

    code = "not_allowed"
    status = 409


class BadAmount(InvalidFields):
    """The amount or number of pieces does not fit the order."""

    code = "bad_amount"




class AlreadyPlaced(EsellerError):
    """This order was placed a moment ago."""

    code = "already_placed"
    status = 409


def declined_sentence(failure: str) -> str:
    """Return what a shopper reads when the card's bank said no."""
    if failure == "insufficient_funds":
        return _("There is not enough money on this card. Nothing was charged. Try another card.")
    return _("Your bank declined this card. Nothing was charged. Try another card.")
