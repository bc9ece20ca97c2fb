"""Write an order and all that belongs to it. Only ``place_order`` calls this."""

import msgspec

from eseller.commerce.customers.records import PostalAddress
from eseller.commerce.orders.checkout import CheckoutDetails, Quote
from eseller.commerce.orders.checks import digest
from eseller.commerce.orders.errors import AlreadyPlaced
from eseller.commerce.payments.records import PaymentOption
from eseller.kernel import clock
from eseller.kernel.ids import new_token
from eseller.tenancy.faults import translated
from eseller.tenancy.hosts import ShopInfo
from eseller.tenancy.sql import fetch

FIRST_NUMBER = 1001
# One statement, so that the series' row is locked for as short a time as can be.
_MAKE = """
WITH series AS (
    INSERT INTO orders_numberseries AS n (shop_id, name, last) VALUES (%(shop)s, 'order', %(first)s)
    ON CONFLICT (shop_id, name) DO UPDATE SET last = n.last + 1 RETURNING last
), made AS (
    INSERT INTO orders_order (
        shop_id, number, public_id, checkout_key, from_cart, form_digest, state, payment_state, fulfilment_state,
        customer_id, email, language, currency, prices_include_vat, payment_method, shipping_method, shipping_name,
        note, customer_reference, net, vat, total, created_at, placed_at)
    SELECT %(shop)s, %(prefix)s || last, %(public_id)s, %(checkout_key)s, %(cart)s, %(digest)s, %(state)s,
        %(payment_state)s, 'unfulfilled', %(customer)s, %(email)s, %(language)s, %(currency)s, %(includes_vat)s,
        %(payment_method)s, %(shipping_method)s, %(shipping_name)s, %(note)s, %(customer_reference)s, %(net)s,
        %(vat)s, %(total)s, %(now)s, %(placed_at)s
    FROM series RETURNING id, number
), addresses AS (
    INSERT INTO orders_orderaddress (
        shop_id, order_id, kind, name, company, line1, line2, postcode, city, region, country, phone)
    SELECT %(shop)s, made.id, a.* FROM made, jsonb_to_recordset(%(addresses)s::jsonb) AS a (
        kind text, name text, company text, line1 text, line2 text, postcode text, city text, region text,
        country text, phone text)
), lines AS (
    INSERT INTO orders_orderline (
        shop_id, order_id, fulfilled, refunded, position, kind, variant_id, sku, title, options, quantity, unit_price,
        vat_class, vat_rate_bp, net, vat, total)
    SELECT %(shop)s, made.id, 0, 0, l.* FROM made, jsonb_to_recordset(%(lines)s::jsonb) AS l (
        position int, kind text, variant_id bigint, sku text, title text, options text, quantity int, unit_price bigint,
        vat_class text, vat_rate_bp int, net bigint, vat bigint, total bigint)
), split AS (
    INSERT INTO orders_ordervat (shop_id, order_id, rate_bp, net, vat)
    SELECT %(shop)s, made.id, v.* FROM made, jsonb_to_recordset(%(split)s::jsonb) AS v (
        rate_bp int, net bigint, vat bigint)
), event AS (
    INSERT INTO orders_orderevent (shop_id, order_id, kind, data, actor, at)
    SELECT %(shop)s, made.id, CASE WHEN %(state)s = 'open' THEN 'placed' ELSE 'begun' END, '{}', %(actor)s, %(now)s
    FROM made
)
SELECT id, number FROM made
"""
_PAY = """
INSERT INTO payments_payment (
    shop_id, order_id, token, provider, state, currency, amount, authorised, captured, refunded, reference, failure,
    created_at)
VALUES (%(shop)s, %(order)s, %(token)s, %(provider)s, %(payment)s, %(currency)s, %(amount)s, 0, 0, 0,
    %(reference)s, '', %(now)s)
"""


class Made(msgspec.Struct, frozen=True, kw_only=True):
    """An order and its last payment, as placing needs them."""

    order_id: int
    public_id: str
    number: str
    state: str
    payment_state: str
    email: str
    total: int
    currency: str
    language: str
    provider: str
    payment_token: str
    payment: str
    failure: str = ""
    form_digest: str = ""


def make_order(
    *,
    shop: ShopInfo,
    quote: Quote,
    details: CheckoutDetails,
    option: PaymentOption,
    cart_id: int,
    customer_id: int | None,
    online: bool,
    actor: str,
) -> Made:
    """Write the order with two statements: ``pending`` where a provider is to be asked, else ``open``.

    Where there is nothing to pay it is paid.

    Raises:
        AlreadyPlaced: when another request was quicker with the same checkout key; the transaction is over then.
    """
    now = clock.now()
    state = "pending" if online else "open"
    payment_state, payment = ("unpaid", "pending") if quote.total else ("paid", "captured")
    public_id, token = new_token(), new_token()
    if quote.shipping is None:
        raise ValueError("an order without delivery")
    values = {
        "shop": shop.id,
        "first": FIRST_NUMBER,
        "prefix": shop.order_prefix,
        "public_id": public_id,
        "checkout_key": details.checkout_key,
        "cart": cart_id,
        "digest": digest(details),
        "state": state,
        "payment_state": payment_state,
        "customer": customer_id,
        "email": details.email,
        "language": details.language,
        "currency": shop.currency,
        "includes_vat": shop.prices_include_vat,
        "payment_method": option.code,
        "shipping_method": quote.shipping.code,
        "shipping_name": quote.shipping.name[:120],
        "note": details.note,
        "customer_reference": details.customer_reference,
        "net": quote.net.amount,
        "vat": quote.vat.amount,
        "total": quote.total.amount,
        "now": now,
        "placed_at": None if online else now,
        "addresses": _json(_addresses(details)),
        "lines": _json(quote.priced),
        "split": _json(quote.vat_split),
        "actor": actor,
    }
    with translated({"order_checkout_once": AlreadyPlaced}):
        ((order_id, number),) = fetch(_MAKE, values)
    # What a buyer quotes with a transfer is the number that they know; a provider gives its own reference later.
    attempt = {"order": order_id, "token": token, "provider": option.provider, "amount": quote.total.amount}
    fetch(_PAY, values | attempt | {"payment": payment, "reference": "" if online else number})
    return Made(
        order_id=order_id,
        public_id=public_id,
        number=number,
        state=state,
        payment_state=payment_state,
        email=details.email,
        total=quote.total.amount,
        currency=shop.currency,
        language=details.language,
        provider=option.provider,
        payment_token=token,
        payment=payment,
    )


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()


def _addresses(details: CheckoutDetails) -> list[dict[str, str]]:
    kinds: list[tuple[str, PostalAddress | None]] = [("shipping", details.shipping), ("billing", details.billing)]
    return [{"kind": kind} | msgspec.structs.asdict(address) for kind, address in kinds if address is not None]
