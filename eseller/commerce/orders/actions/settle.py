"""Apply what a payment provider said to a payment and its order."""

import msgspec

from eseller.commerce.inventory.actions.reserve import commit, release, reserve
from eseller.commerce.inventory.errors import ReservationGone, SoldOut
from eseller.commerce.orders import rules
from eseller.commerce.orders.actions.issue_invoice import write_invoice
from eseller.commerce.orders.errors import UnknownOrder
from eseller.commerce.orders.mails import tell
from eseller.commerce.payments.provider import provider
from eseller.commerce.payments.records import PaymentState
from eseller.commerce.payments.rules import HELD, Facts, Told, advance
from eseller.kernel import clock
from eseller.kernel.ids import new_token
from eseller.services.jobs import defer
from eseller.tenancy.faults import retrying
from eseller.tenancy.scope import require_scope, shop_transaction
from eseller.tenancy.sql import execute, fetch

SOLD_OUT, TOO_LATE = "sold_out", "too_late"
# The order is found by its key whatever the planner knows: a join was planned as a scan while the tables were small.
_LOCK = """
SELECT o.id, o.number, o.state, o.placed_at IS NOT NULL, o.payment_state, o.fulfilment_state, o.checkout_key,
       o.from_cart, o.total - o.credited, o.email, o.language, p.id, p.provider, p.reference, p.state, p.amount,
       p.authorised, p.captured, p.refunded
FROM orders_order o, payments_payment p
WHERE p.token = %(token)s AND o.id = (SELECT order_id FROM payments_payment WHERE token = %(token)s)
FOR UPDATE OF o, p
"""
_HEAR = """
WITH event AS (
    INSERT INTO payments_paymentevent (shop_id, payment_id, event_id, kind, amount, at)
    VALUES (%(shop)s, %(payment)s, %(event)s, %(kind)s, %(told)s, %(now)s)
    ON CONFLICT (shop_id, payment_id, event_id) DO NOTHING RETURNING id
)
UPDATE payments_payment SET state = %(state)s, authorised = %(authorised)s, captured = %(captured)s,
    refunded = %(refunded)s, reference = CASE WHEN reference = '' THEN %(reference)s ELSE reference END,
    failure = CASE WHEN failure = '' THEN %(failure)s ELSE failure END
WHERE id = %(payment)s AND EXISTS (SELECT FROM event)
"""
_ORDER = """
WITH event AS (
    INSERT INTO orders_orderevent (shop_id, order_id, kind, data, actor, at)
    VALUES (%(shop)s, %(order)s, %(kind)s, %(data)s::jsonb, %(actor)s, %(now)s)
)
UPDATE orders_order SET state = %(state)s, payment_state = %(payment_state)s,
    placed_at = CASE WHEN %(places)s THEN %(now)s ELSE placed_at END,
    cancelled_at = CASE WHEN %(cancels)s THEN coalesce(cancelled_at, %(now)s) END
WHERE id = %(order)s
"""
_GOODS = """
SELECT l.variant_id, l.quantity, o.checkout_key, s.reservation_minutes
FROM payments_payment p
JOIN orders_order o ON o.id = p.order_id
JOIN orders_orderline l ON l.order_id = p.order_id AND l.kind = 'goods' AND l.variant_id IS NOT NULL
JOIN tenancy_shop s ON s.id = l.shop_id
WHERE p.token = %s
"""
# What came too late makes the order only if it ran out of time and nothing was ordered in its stead since.
_MAY_REVIVE = """
SELECT EXISTS (SELECT FROM orders_orderevent WHERE order_id = o.id AND kind = 'expired' AND NOT data ? 'let_go')
    AND NOT EXISTS (
        SELECT FROM orders_order n WHERE n.id > o.id AND n.state <> 'cancelled'
            AND (n.from_cart = o.from_cart OR lower(n.email) = lower(o.email)))
FROM orders_order o WHERE o.id = %s
"""
# The cart was changed while the bank waited: what was bought leaves it, what was put in since stays.
_TAKE_OUT = """
WITH own AS (
    UPDATE cart_cart SET checkout_key = %(key)s, updated_at = %(now)s WHERE id = %(cart)s RETURNING id
), bought AS (
    SELECT variant_id, sum(quantity) AS quantity FROM orders_orderline
    WHERE order_id = %(order)s AND kind = 'goods' GROUP BY variant_id
), gone AS (
    DELETE FROM cart_cartline l USING own, bought b
    WHERE l.cart_id = own.id AND l.variant_id = b.variant_id AND l.quantity <= b.quantity
)
UPDATE cart_cartline l SET quantity = l.quantity - b.quantity FROM own, bought b
WHERE l.cart_id = own.id AND l.variant_id = b.variant_id AND l.quantity > b.quantity
"""


class Found(msgspec.Struct, frozen=True):
    """An order and the payment that was spoken of, both locked."""

    order_id: int
    number: str
    state: str
    placed: bool
    payment_state: str
    fulfilment_state: str
    checkout_key: str
    from_cart: int | None
    due: int
    email: str
    language: str
    payment_id: int
    provider: str
    reference: str
    payment: str
    amount: int
    authorised: int
    captured: int
    refunded: int

    def facts(self) -> Facts:
        """Return the payment as the rules see it."""
        return Facts(
            state=PaymentState(self.payment),
            amount=self.amount,
            authorised=self.authorised,
            captured=self.captured,
            refunded=self.refunded,
        )


class Settled(msgspec.Struct, frozen=True):
    """Where order and payment are now; ``news`` is False where the event was known already."""

    state: str
    payment_state: str
    payment: str
    news: bool


def settle(
    *, shop_id: int, payment_token: str, kind: str, told: Told, actor: str, event_id: str | None = None
) -> Settled:
    """Apply a provider's word once, and what follows from it for the order. Call it outside any transaction.

    A payment that comes when the stock was given back takes it again; where there is none left, or something else was
    ordered since, the payment is let go and the shopper is told.

    Args:
        shop_id: the shop.
        payment_token: of the payment.
        kind: what happened, as the provider calls it.
        told: where the payment is.
        actor: who says so.
        event_id: the provider's; what the word says where it has none.

    Raises:
        UnknownOrder: when the shop has no such payment.
        BadEvent: when the word cannot be true of it.
    """
    event = event_id or f"{kind}:{told.state}:{told.captured}:{told.refunded}"

    def apply() -> Settled:
        with shop_transaction(shop_id, actor=actor, durable=True, label="settle"):
            return apply_told(payment_token, event, kind, told, actor)

    try:
        return retrying(apply)
    except ReservationGone:
        pass
    try:
        _reserve_again(shop_id, payment_token, actor)
    except SoldOut:
        return let_go(shop_id=shop_id, payment_token=payment_token, kind=SOLD_OUT, actor=actor)
    return retrying(apply)


def let_go(*, shop_id: int, payment_token: str, kind: str, actor: str) -> Settled:
    """Void a payment at its provider, and cancel the order that waited for it. Call it outside any transaction."""
    with shop_transaction(shop_id, label="settle"):
        ((code,),) = fetch("SELECT provider FROM payments_payment WHERE token = %s", [payment_token])
    told = provider(code).void(shop_id=shop_id, token=payment_token)
    return settle(shop_id=shop_id, payment_token=payment_token, kind=kind, told=told, actor=actor)


def _reserve_again(shop_id: int, payment_token: str, actor: str) -> None:
    with shop_transaction(shop_id, label="settle"):
        rows = fetch(_GOODS, [payment_token])
    if rows:
        goods = {variant: quantity for variant, quantity, _key, _minutes in rows}
        _variant, _quantity, key, minutes = rows[0]
        reserve(shop_id=shop_id, key=key, lines=goods, minutes=minutes, actor=actor)


def apply_told(token: str, event: str, kind: str, told: Told, actor: str) -> Settled:
    """Do what ``settle`` does, within an open ``shop_transaction``.

    Raises:
        UnknownOrder, BadEvent: as ``settle``.
        ReservationGone: when the order's stock was given back; the transaction must not be committed then.
    """
    rows = fetch(_LOCK, {"token": token})
    if not rows:
        raise UnknownOrder
    found = Found(*rows[0])
    before = found.facts()
    after = advance(before, told)
    heard = execute(
        _HEAR,
        {
            "shop": require_scope(),
            "payment": found.payment_id,
            "event": event[:100],
            "kind": kind[:20],
            "told": max(told.authorised, told.captured, told.refunded),
            "now": clock.now(),
            "reference": told.reference,
            "failure": told.failure,
            **msgspec.structs.asdict(after),
        },
    )
    if not heard:
        return Settled(found.state, found.payment_state, found.payment, news=False)
    verb = rules.consequence(found.state, placed=found.placed, before=before, after=after)
    state, paid = _follow(found, verb, before, after, kind, told, actor)
    return Settled(state, paid, after.state, news=True)


def _follow(
    found: Found, verb: str | None, before: Facts, after: Facts, kind: str, told: Told, actor: str
) -> tuple[str, str]:
    """Change the order after its payment; return its two states."""
    if verb is None and kind == "started" and after.state is PaymentState.PENDING:
        # The bank answers later. Until then the goods are no longer in the cart, lest they be bought twice.
        _drop_cart(found.checkout_key)
    if verb == "revive" and not _may_revive(found):
        verb = None
        _give_back(found)
        _tell_cancelled(found, TOO_LATE)
    elif found.state == rules.State.CANCELLED and before.state is PaymentState.VOIDED and told.state in HELD:
        # It was let go while its beginning was under way.
        _give_back(found)
    paid = rules.payment_state(found.due, [after])
    state = rules.move(found.state, verb) if verb else found.state
    if kind == SOLD_OUT:
        _tell_cancelled(found, SOLD_OUT)
    if verb in ("place", "revive"):
        _place(found)
    elif verb == "decline":
        _cancel(found)
    elif state == rules.State.OPEN and rules.is_complete(paid, found.fulfilment_state, due=found.due):
        state = rules.move(state, "complete")
    if verb or (paid, state) != (found.payment_state, found.state):
        _write(found, state, paid, verb, kind, told, actor)
    if after.captured > before.captured:
        write_invoice(order_id=found.order_id, actor=actor)
    return state, paid


def _write(found: Found, state: str, paid: str, verb: str | None, kind: str, told: Told, actor: str) -> None:
    data = {"told": kind, "authorised": told.authorised, "captured": told.captured, "refunded": told.refunded}
    if told.failure:
        data["failure"] = told.failure
    names = {"place": "placed", "revive": "placed", "decline": "payment_declined", None: f"payment_{paid}"}
    execute(
        _ORDER,
        {
            "shop": require_scope(),
            "order": found.order_id,
            "kind": names[verb],
            "data": msgspec.json.encode(data).decode(),
            "actor": actor,
            "now": clock.now(),
            "state": state,
            "payment_state": paid,
            "places": verb in ("place", "revive"),
            "cancels": state == rules.State.CANCELLED,
        },
    )


def _place(found: Found) -> None:
    """Acknowledge the order: the stock is its own now, the cart has done its work, the shopper is told."""
    ((lines,),) = fetch(
        "SELECT count(*) FROM orders_orderline WHERE order_id = %s AND kind = 'goods' AND variant_id IS NOT NULL",
        [found.order_id],
    )
    commit(key=found.checkout_key, lines=lines)
    if not _drop_cart(found.checkout_key):
        now = {"key": new_token(), "now": clock.now()}
        execute(_TAKE_OUT, now | {"cart": found.from_cart, "order": found.order_id})
    tell("order_confirmation", order_id=found.order_id, recipient=found.email, language=found.language)


def _may_revive(found: Found) -> bool:
    # An order that is being made of the same cart holds it: wait for that.
    fetch("SELECT id FROM cart_cart WHERE id = %s FOR UPDATE", [found.from_cart])
    ((answer,),) = fetch(_MAY_REVIVE, [found.order_id])
    return bool(answer)


def _give_back(found: Found) -> None:
    from eseller.commerce.orders.tasks import finish_cancel

    defer(finish_cancel, order=found.order_id)


def _cancel(found: Found) -> None:
    release(key=found.checkout_key)
    kept = execute(
        "UPDATE cart_cart SET checkout_key = %s WHERE checkout_key = %s", [new_token(), found.checkout_key]
    )
    if not kept:
        # The shopper was told to wait, and does not see this answer on a page.
        _tell_cancelled(found, "declined")


def _tell_cancelled(found: Found, reason: str) -> None:
    tell("order_cancelled", order_id=found.order_id, recipient=found.email, language=found.language, reason=reason)


def _drop_cart(checkout_key: str) -> int:
    return execute("DELETE FROM cart_cart WHERE checkout_key = %s", [checkout_key])
