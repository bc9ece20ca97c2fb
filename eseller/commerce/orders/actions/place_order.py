"""Place an order."""

from collections.abc import Mapping

import msgspec

from eseller.commerce.cart.records import CartOwner, Problem
from eseller.commerce.inventory.actions.reserve import commit, reserve
from eseller.commerce.inventory.errors import Shortage, SoldOut
from eseller.commerce.orders import checks
from eseller.commerce.orders.actions.make_order import Made, make_order
from eseller.commerce.orders.actions.replace import replace
from eseller.commerce.orders.actions.settle import settle
from eseller.commerce.orders.checkout import CheckoutDetails, Placed, Quote, quote
from eseller.commerce.orders.errors import CartProblems, EmptyCart, PaymentDeclined, TotalChanged, declined_sentence
from eseller.commerce.orders.links import language_prefix, order_path
from eseller.commerce.orders.mails import tell
from eseller.commerce.payments.provider import StartRequest, provider
from eseller.commerce.payments.records import CardInput, PaymentOption
from eseller.kernel.errors import EsellerError
from eseller.kernel.ids import new_token
from eseller.kernel.money import Money
from eseller.tenancy.faults import retrying
from eseller.tenancy.hosts import ShopInfo
from eseller.tenancy.scope import shop_transaction
from eseller.tenancy.sql import execute, fetch

_FIND = """
SELECT o.id, o.public_id, o.number, o.state, o.payment_state, o.email, o.total, o.currency,
       o.language, p.provider, p.token, p.state, p.failure, o.form_digest
FROM orders_order o
JOIN LATERAL (SELECT * FROM payments_payment WHERE order_id = o.id ORDER BY id DESC LIMIT 1) p ON true
WHERE o.checkout_key = %s
"""
_TAKE_CART = "DELETE FROM cart_cart WHERE checkout_key = %s RETURNING id"
_LOCK_CART = "SELECT id FROM cart_cart WHERE checkout_key = %s FOR UPDATE"
_EARLIER = """
SELECT checkout_key FROM orders_order
WHERE state = 'pending' AND from_cart = (SELECT id FROM cart_cart WHERE checkout_key = %s)
"""


def place_order(*, shop: ShopInfo, owner: CartOwner, details: CheckoutDetails, actor: str) -> Placed:
    """Make an order of the cart, once for each ``details.checkout_key``, however often and at once it is called.

    Who sends another form while the order still waits for its payment (back from the bank, say) is taken at their last
    word: the first order is given up and its payment let go, and what was sent last is placed.

    Call it outside any transaction: it commits on its own, and calls the payment provider between.
    A cart of a signed-in customer belongs to them (``owner.customer_id``), and so does the order.

    Raises:
        InvalidCheckout: with a sentence for each field; PaymentDeclined is one (field ``card_number``).
        EmptyCart: when there is nothing to order.
        CartProblems: when a line cannot be bought as it is; carries the quote.
        SoldOut: when somebody else was quicker.
        TotalChanged: when the total is not the one that was shown; carries the new quote to confirm.
    """
    details = checks.tidied(details, shop)
    made = _found_or_made(shop, owner, details, actor)
    if _is_corrected(made, details):
        details = _corrected(shop, owner, details, made, actor)
        made = _found_or_made(shop, owner, details, actor)
    return _answer(shop, owner, details, made, actor)


def _found_or_made(shop: ShopInfo, owner: CartOwner, details: CheckoutDetails, actor: str) -> Made:
    made = _find(shop, details.checkout_key)
    if made is not None:
        return made
    try:
        return _make(shop, owner, details, actor)
    except EsellerError:
        # Another request with the same key may have been quicker, and this one saw what it left.
        made = _find(shop, details.checkout_key)
        if made is None:
            raise
        return made


def _is_corrected(made: Made, details: CheckoutDetails) -> bool:
    """Tell whether an order that was not acknowledged was made of another form than this one."""
    return made.state in ("pending", "cancelled") and made.form_digest not in ("", checks.digest(details))


def _corrected(shop: ShopInfo, owner: CartOwner, details: CheckoutDetails, made: Made, actor: str) -> CheckoutDetails:
    """Make room for a corrected form: return it with the key under which it is placed, once."""
    key = checks.corrected_key(details)
    if made.state == "pending":
        try:
            # Only a form that can be placed takes the place of an order.
            _checked(shop, owner, details)
        except EmptyCart:
            return details  # the bank is thinking: the goods have left the cart, and the order stands
        if not replace(shop_id=shop.id, key=details.checkout_key, successor=key, actor=actor):
            return details
    return msgspec.structs.replace(details, checkout_key=key)


def _find(shop: ShopInfo, key: str) -> Made | None:
    def look() -> Made | None:
        with shop_transaction(shop.id, label="place"):
            rows = fetch(_FIND, [key])
        return Made(**dict(zip(Made.__struct_fields__, rows[0], strict=True))) if rows else None

    return retrying(look)


def _make(shop: ShopInfo, owner: CartOwner, details: CheckoutDetails, actor: str) -> Made:
    """Check, reserve, write: three transactions, none of which waits for anybody outside."""
    now, option, earlier = _checked(shop, owner, details)
    for key in earlier:
        # The bank still waits for an order of this cart as it was; what is ordered now takes its place.
        replace(shop_id=shop.id, key=key, successor=details.checkout_key, actor=actor)
    goods = {line.variant_id: line.quantity for line in now.lines}
    reserve(
        shop_id=shop.id, key=details.checkout_key, lines=goods, minutes=shop.reservation_minutes, actor=actor
    )
    return retrying(lambda: _write(shop, owner, details, now, option, goods, actor))


def _checked(shop: ShopInfo, owner: CartOwner, details: CheckoutDetails) -> tuple[Quote, PaymentOption, list[str]]:
    """Return the quote, the way to pay, and the checkout keys of earlier orders, where all is as it should be."""
    now, earlier = retrying(lambda: _look(shop, owner, details))
    _check_goods(now)
    option = checks.check(details, now, shop)
    if now.checkout_key != details.checkout_key or details.expected_total not in (None, now.total.amount):
        raise TotalChanged(now)
    return now, option, earlier


def _look(shop: ShopInfo, owner: CartOwner, details: CheckoutDetails) -> tuple[Quote, list[str]]:
    """Return the quote, and the checkout keys of orders of the same cart that wait for their payment."""
    with shop_transaction(shop.id, label="place"):
        earlier = [key for (key,) in fetch(_EARLIER, [details.checkout_key])]
        return _quote(shop, owner, details), earlier


def _quote(shop: ShopInfo, owner: CartOwner, details: CheckoutDetails) -> Quote:
    with shop_transaction(shop.id, label="place"):
        return quote(
            owner=owner,
            shop=shop,
            language=details.language,
            country=details.shipping.country,
            shipping_method=details.shipping_method,
        )


def _check_goods(now: Quote) -> None:
    short = [line for line in now.lines if line.problem in (Problem.SOLD_OUT, Problem.TOO_MANY)]
    if any(line.problem for line in now.lines if line not in short):
        raise CartProblems(now)
    if short:
        raise SoldOut(tuple(Shortage(line.variant_id, line.quantity, line.left or 0) for line in short))


def _write(
    shop: ShopInfo,
    owner: CartOwner,
    details: CheckoutDetails,
    now: Quote,
    option: PaymentOption,
    goods: Mapping[int, int],
    actor: str,
) -> Made:
    online = bool(now.total) and provider(option.provider).online
    with shop_transaction(shop.id, actor=actor, durable=True, label="place"):
        cart = fetch(_LOCK_CART if online else _TAKE_CART, [details.checkout_key])
        if not cart:
            raise TotalChanged(now)
        if not online:
            commit(key=details.checkout_key, lines=len(goods))
        made = make_order(
            shop=shop,
            quote=now,
            details=details,
            option=option,
            cart_id=cart[0][0],
            customer_id=owner.customer_id,
            online=online,
            actor=actor,
        )
        if not online:
            tell("order_confirmation", order_id=made.order_id, recipient=made.email, language=made.language)
        return made


def _answer(shop: ShopInfo, owner: CartOwner, details: CheckoutDetails, made: Made, actor: str) -> Placed:
    """Answer for an order that exists, whoever made it; ask the provider where that is still to be done."""
    if made.state == "pending" and made.payment in ("pending", "action_required"):
        return _pay(shop, made, details.card, actor)
    if made.state == "cancelled":
        if made.payment == "declined":
            raise PaymentDeclined({"card_number": declined_sentence(made.failure)})
        raise TotalChanged(_new_quote(shop, owner, details))
    return _placed(shop, made, made.state, made.payment_state)


def _new_quote(shop: ShopInfo, owner: CartOwner, details: CheckoutDetails) -> Quote:
    """Let go of a checkout that came to nothing: what is in the cart can be ordered under a new key."""

    def renew() -> Quote:
        with shop_transaction(shop.id, label="place"):
            values = [new_token(), details.checkout_key]
            execute("UPDATE cart_cart SET checkout_key = %s WHERE checkout_key = %s", values)
            return _quote(shop, owner, details)

    return retrying(renew)


def _pay(shop: ShopInfo, made: Made, card: CardInput | None, actor: str) -> Placed:
    request = StartRequest(
        shop_id=shop.id, token=made.payment_token, amount=Money(made.total, made.currency), card=card
    )
    started = provider(made.provider).start(request)
    result = settle(shop_id=shop.id, payment_token=made.payment_token, kind="started", told=started.told, actor=actor)
    if result.payment == "declined":
        raise PaymentDeclined({"card_number": declined_sentence(started.told.failure)})
    path = started.action_path if result.payment == "action_required" else ""
    return _placed(shop, made, result.state, result.payment_state, path)


def _placed(shop: ShopInfo, made: Made, state: str, payment_state: str, action_path: str = "") -> Placed:
    prefix = language_prefix(shop, made.language)
    own_page = order_path(made.public_id, shop_id=shop.id, language_prefix=prefix)
    return Placed(
        public_id=made.public_id,
        number=made.number,
        state=state,
        payment_state=payment_state,
        total=made.total,
        next_path=prefix + action_path if action_path else own_page,
    )
