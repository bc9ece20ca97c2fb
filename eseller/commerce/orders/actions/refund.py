"""Give money back, or take it off what is still to be paid."""

from collections.abc import Mapping

import msgspec
from django.utils.translation import gettext as _

from eseller.commerce.customers.rules import tidy
from eseller.commerce.inventory.actions.reserve import release_pieces
from eseller.commerce.inventory.actions.ship_stock import return_stock
from eseller.commerce.orders import rules
from eseller.commerce.orders.actions.write_credit import write_credit
from eseller.commerce.orders.errors import BadAmount, NotAllowed
from eseller.commerce.orders.locking import is_invoiced, is_online, locked_order, note_event
from eseller.commerce.orders.mails import tell
from eseller.commerce.orders.models import Order, OrderLine
from eseller.commerce.orders.refunds import part_of
from eseller.commerce.payments.models import Payment, Refund
from eseller.commerce.payments.provider import provider
from eseller.commerce.payments.records import PaymentState
from eseller.commerce.pricing.rules import vat_split
from eseller.kernel import clock
from eseller.services.jobs import defer
from eseller.tenancy.scope import shop_transaction


class Part(msgspec.Struct, frozen=True):
    """Pieces of a line that are given back, and what they are worth."""

    line: OrderLine
    pieces: int
    vat_rate_bp: int
    net: int
    vat: int


def refund(
    *,
    shop_id: int,
    number: str,
    key: str,
    amount: int | None = None,
    lines: Mapping[int, int] | None = None,
    restock: bool = False,
    reason: str = "",
    actor: str,
) -> None:
    """Refund an amount or some lines, or all that is left; write a credit note where there is an invoice; tell.

    What was invoiced and is not paid yet is taken off first; only what is above that is given back. Pieces that were
    not shipped yet are given back first, and their stock is free again. Call it outside any transaction: the refund is
    written first, then the provider is asked, again by a job until it has done it.

    Args:
        shop_id: the shop.
        number: of the order.
        key: of the form that was sent, so that a double click refunds once.
        amount: minor units, VAT included; not together with lines.
        lines: pieces by order line id (delivery is a line too), at what was paid for them.
        restock: put the pieces that were shipped and came back on the shelf.
        reason: for the credit note and the timeline, at most 200 characters.
        actor: who does it.

    Raises:
        UnknownOrder: when there is no such order.
        NotAllowed: when nothing was paid or invoiced, or all of it is refunded.
        BadAmount: with fields ``amount`` or ``lines``.
    """
    with shop_transaction(shop_id, actor=actor, durable=True, label="refund"):
        order = locked_order(number)
        payment = write_refund(
            order=order, key=key, amount=amount, lines=lines, restock=restock, reason=reason, actor=actor
        )
    if payment is not None:
        push_refund(shop_id=shop_id, payment_id=payment)


def push_refund(*, shop_id: int, payment_id: int) -> None:
    """Have the provider give back what is written as refunded. Call it outside any transaction; repeat as you like."""
    with shop_transaction(shop_id, label="refund"):
        payment = Payment.objects.get(pk=payment_id)
    provider(payment.provider).refund(shop_id=shop_id, reference=payment.reference, total=payment.refunded)


def write_refund(
    *,
    order: Order,
    key: str,
    amount: int | None,
    lines: Mapping[int, int] | None,
    restock: bool,
    reason: str,
    actor: str,
) -> int | None:
    """Write a refund of a locked order, once for each key; return the payment to push, or None where none is to be.

    Raises:
        NotAllowed, BadAmount: as ``refund``.
    """
    key = key[:64]
    if Refund.objects.filter(key=key).exists():
        return None
    payment = Payment.objects.filter(order_id=order.pk).order_by("id").last()
    unpaid = _unpaid(order, payment)
    left = unpaid + (payment.captured - payment.refunded if payment else 0)
    if payment is None or not left:
        raise NotAllowed
    parts = _parts(order, None if lines is None and amount is not None else lines)
    given = _given(amount, lines, parts, left)
    off_bill = min(given, unpaid)
    made = Refund.objects.create(
        payment=payment,
        key=key,
        amount=given,
        off_bill=off_bill,
        reason=tidy(reason)[:200],
        actor=actor,
        at=clock.now(),
    )
    order.credited += off_bill
    payment.refunded += given - off_bill
    if not order.due:
        payment.state = PaymentState.VOIDED  # nothing is to be paid any more
    payment.save(update_fields=["refunded", "state"])
    _give_back_goods(order, parts if lines is not None or given == left else [], restock, actor)
    exact = vat_split(parts) if lines is not None else ()
    write_credit(order=order, key=f"credit_note:{made.pk}", amount=given, parts=exact, actor=actor)
    order.payment_state = rules.payment_state(order.due, Payment.objects.filter(order_id=order.pk).order_by("id"))
    order.fulfilment_state = rules.fulfilment_state(order.lines.all())
    done = rules.is_complete(order.payment_state, order.fulfilment_state, due=order.due)
    if order.state == rules.State.OPEN and done:
        order.state = rules.move(order.state, "complete")
    order.save(update_fields=["credited", "payment_state", "fulfilment_state", "state"])
    kind = "refunded" if given > off_bill else "credited"
    note_event(order, kind, actor, refund=made.pk, amount=given, off_bill=off_bill, restocked=restock)
    tell(
        "order_refunded", order_id=order.pk, recipient=order.email, language=order.language, about=made.pk
    )
    if given == off_bill:
        return None
    _push_later(payment.pk)
    return int(payment.pk)


def _unpaid(order: Order, payment: Payment | None) -> int:
    """Return how much can be taken off what is still to be paid, minor units."""
    payments = [payment] if payment else []
    return rules.creditable(
        state=order.state,
        due=order.due,
        online=is_online(payments),
        payments=payments,
        invoiced=is_invoiced(order),
    )


def _push_later(payment_id: int) -> None:
    from eseller.commerce.orders.tasks import finish_refund

    defer(finish_refund, payment=payment_id)


def _parts(order: Order, lines: Mapping[int, int] | None) -> list[Part]:
    """Return the pieces to give back, of the lines named or of all."""
    known = {line.pk: line for line in order.lines.order_by("position")}
    left = {pk: line.quantity - line.refunded for pk, line in known.items()}
    wanted = left if lines is None else {pk: pieces for pk, pieces in lines.items() if pieces}
    if any(not 0 <= pieces <= left.get(pk, 0) for pk, pieces in wanted.items()) or (lines is not None and not wanted):
        raise BadAmount({"lines": _("Choose pieces that were not refunded yet.")})
    return [_part(known[pk], pieces) for pk, pieces in wanted.items() if pieces]


def _part(line: OrderLine, pieces: int) -> Part:
    net = part_of(line.net, line.quantity, line.refunded, pieces)
    total = part_of(line.total, line.quantity, line.refunded, pieces)
    return Part(line, pieces, line.vat_rate_bp, net, total - net)


def _given(amount: int | None, lines: Mapping[int, int] | None, parts: list[Part], left: int) -> int:
    if amount is not None and lines is not None:
        raise BadAmount({"amount": _("Choose an amount or pieces, not both.")})
    if lines is not None:
        given = sum(part.net + part.vat for part in parts)
        if not 0 < given <= left:
            raise BadAmount({"lines": _("This is more than what can still be refunded.")})
        return given
    given = left if amount is None else amount
    if not 0 < given <= left:
        raise BadAmount({"amount": _("Write an amount up to what can still be refunded.")})
    return given


def _give_back_goods(order: Order, parts: list[Part], restock: bool, actor: str) -> None:
    waiting, shipped = {}, {}
    for part in parts:
        line = part.line
        unsent = min(part.pieces, rules.open_pieces(line))
        line.refunded += part.pieces
        line.save(update_fields=["refunded"])
        if line.variant_id is not None:
            waiting[line.variant_id], shipped[line.variant_id] = unsent, part.pieces - unsent
    release_pieces(key=order.checkout_key, lines=waiting)
    if restock:
        return_stock(lines=shipped, reference=order.number, actor=actor)

