"""What an order would cost, and what a shopper fills in to place it."""

import msgspec

from eseller.commerce.cart.queries import cart_view
from eseller.commerce.cart.records import CartLineView, CartOwner
from eseller.commerce.customers.records import PostalAddress
from eseller.commerce.orders.errors import EmptyCart
from eseller.commerce.payments.queries import payment_options
from eseller.commerce.payments.records import CardInput, PaymentOption
from eseller.commerce.pricing.queries import vat_rates
from eseller.commerce.pricing.rules import VatPart, line_amounts, rate_for, vat_split
from eseller.commerce.shipping.queries import options_for
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


class PricedLine(msgspec.Struct, frozen=True, kw_only=True):
    """A line as it will stand on the order, goods or shipping; amounts in minor units."""

    position: int
    kind: str
    variant_id: int | None
    sku: str
    title: str
    options: str
    quantity: int
    unit_price: int
    vat_class: str
    vat_rate_bp: int
    net: int
    vat: int
    total: int


class Quote(msgspec.Struct, frozen=True, kw_only=True):
    """What the cart would cost to a country now. ``shipping`` is None where nothing is delivered there."""

    checkout_key: str
    country: str
    lines: tuple[CartLineView, ...]
    priced: tuple[PricedLine, ...]
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
    total: int
    next_path: str


def quote(
    *,
    owner: CartOwner,
    shop: ShopInfo,
    language: str,
    country: str | None = None,
    shipping_method: str | None = None,
) -> Quote:
    """Compute what the cart would cost now, with four statements. Call it inside a ``shop_transaction``.

    Args:
        owner: whose cart.
        shop: the shop.
        language: of titles and names.
        country: destination; the shop's own (or first) where None or not delivered to.
        shipping_method: code; the first that delivers there where None or unknown.

    Raises:
        EmptyCart: when there is nothing in it.
    """
    cart = cart_view(owner, shop=shop, language=language)
    if not cart.lines or cart.checkout_key is None:
        raise EmptyCart
    destination = _destination(shop, country)
    options = options_for(
        country=destination,
        weight_g=sum(line.weight_g * line.quantity for line in cart.lines),
        value=cart.subtotal.amount,
        currency=shop.currency,
        language=language,
        default_language=shop.default_language,
    )
    chosen = next((option for option in options if option.code == shipping_method), options[0] if options else None)
    priced = _priced(shop, cart.lines, chosen, vat_rates(destination))
    net, vat = sum(line.net for line in priced), sum(line.vat for line in priced)
    return Quote(
        checkout_key=cart.checkout_key,
        country=destination,
        lines=cart.lines,
        priced=priced,
        shipping_options=options,
        shipping=chosen,
        payment_options=payment_options(language=language, default_language=shop.default_language),
        goods=cart.subtotal,
        net=Money(net, shop.currency),
        vat=Money(vat, shop.currency),
        total=Money(net + vat, shop.currency),
        vat_split=vat_split(priced),
        prices_include_vat=shop.prices_include_vat,
    )


def _destination(shop: ShopInfo, country: str | None) -> str:
    if country in shop.sells_to:
        return str(country)
    return shop.country if shop.country in shop.sells_to or not shop.sells_to else shop.sells_to[0]


def _priced(
    shop: ShopInfo, lines: tuple[CartLineView, ...], shipping: ShippingOption | None, rates: dict[str, int]
) -> tuple[PricedLine, ...]:
    wanted: list[tuple[Money, int, str, str, CartLineView | None]] = [
        (line.unit_price, line.quantity, line.vat_class, line.title, line)
        for line in lines
        if line.unit_price is not None
    ]
    if shipping is not None:
        wanted.append((shipping.price, 1, shipping.vat_class, shipping.name, None))
    result = []
    for position, (price, quantity, vat_class, title, line) in enumerate(wanted, 1):
        rate = rate_for(rates, vat_class)
        sums = line_amounts(price.amount, quantity, rate, includes_vat=shop.prices_include_vat, currency=shop.currency)
        result.append(
            PricedLine(
                position=position,
                kind="goods" if line else "shipping",
                variant_id=line.variant_id if line else None,
                sku=line.sku if line else "",
                title=title,
                options=line.options[:255] if line else "",
                quantity=quantity,
                unit_price=price.amount,
                vat_class=vat_class,
                vat_rate_bp=rate,
                net=sums.net,
                vat=sums.vat,
                total=sums.total,
            )
        )
    return tuple(result)
