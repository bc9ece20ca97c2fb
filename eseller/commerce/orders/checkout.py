"""What an order would cost, and what a shopper fills in to place it."""

import msgspec

from eseller.commerce.cart.records import CartLineView, CartOwner
from eseller.commerce.customers.records import PostalAddress
from eseller.commerce.payments.records import CardInput, PaymentOption
from eseller.commerce.pricing.rules import VatPart
from eseller.commerce.shipping.records import ShippingOption
from eseller.kernel.money import Money
from eseller.tenancy.hosts import ShopInfo


class CheckoutDetails(msgspec.Struct, frozen=True, kw_only=True):
    """The order form. ``checkout_key`` and ``expected_total`` are those of the quote that was shown (hidden fields)."""

    checkout_key: str
    email: str
    language: str
    shipping: PostalAddress
    billing: PostalAddress | None = None
    shipping_method: str
    payment_method: str
    card: CardInput | None = None
    note: str = ""
    customer_reference: str = ""
    expected_total: int | None = None


class Quote(msgspec.Struct, frozen=True, kw_only=True):
    """What the cart would cost to a country now. ``shipping`` is None where nothing is delivered there."""

    checkout_key: str
    country: str
    lines: tuple[CartLineView, ...]
    shipping_options: tuple[ShippingOption, ...]
    shipping: ShippingOption | None
    payment_options: tuple[PaymentOption, ...]
    goods: Money
    """Goods as the shop enters prices: with or without VAT."""
    net: Money
    vat: Money
    total: Money
    vat_split: tuple[VatPart, ...]
    prices_include_vat: bool

    @property
    def can_be_placed(self) -> bool:
        """Whether nothing in cart and delivery stands in the way."""
        return bool(self.lines) and self.shipping is not None and not any(line.problem for line in self.lines)


class Placed(msgspec.Struct, frozen=True, kw_only=True):
    """What placing did. Send the shopper to ``next_path``: the order's page, or the bank's second step."""

    public_id: str
    number: str
    state: str
    payment_state: str
    next_path: str


def quote(
    *, owner: CartOwner, shop: ShopInfo, language: str, country: str | None = None, shipping_method: str | None = None
) -> Quote:
    """Compute what the cart would cost now. Call it inside a ``shop_transaction``.

    Args:
        country: destination; the shop's own (or first) where None or not delivered to.
        shipping_method: code; the first that delivers there where None or unknown.

    Raises:
        EmptyCart: when there is nothing in it.
    """
    raise NotImplementedError
