"""Send goods."""

from collections.abc import Mapping

from django.utils.translation import gettext as _

from eseller.commerce.customers.rules import tidy
from eseller.commerce.inventory.actions.ship_stock import ship_stock
from eseller.commerce.orders import rules
from eseller.commerce.orders.actions.capture import capture_shipped
from eseller.commerce.orders.actions.issue_invoice import write_invoice
from eseller.commerce.orders.errors import BadAmount, NotAllowed
from eseller.commerce.orders.locking import allowed_now, locked_order, note_event
from eseller.commerce.orders.mails import tell
from eseller.commerce.orders.models import Fulfilment, FulfilmentLine, Order, OrderLine
from eseller.kernel import clock
from eseller.services.jobs import defer
from eseller.tenancy.scope import shop_transaction


def ship(
    *,
    shop_id: int,
    number: str,
    key: str,
    lines: Mapping[int, int] | None = None,
    tracking_number: str = "",
    actor: str,
) -> None:
    """Note a parcel, take its goods out of stock, issue the invoice if this is the first, tell the customer.

    A card that is authorised is charged now, in full with the first parcel: after the commit, and by a job as well.
    Should that fail, the parcel is noted all the same and the order's timeline says so. So call it outside any
    transaction.

    Args:
        shop_id: the shop.
        number: of the order.
        key: of the form that was sent (a token made when it was shown), so that a double click ships once.
        lines: pieces by order line id; all that is open where None.
        tracking_number: the carrier's, at most 80 characters.
        actor: who does it.

    Raises:
        UnknownOrder: when there is no such order.
        NotAllowed: when nothing is open, or the order is not.
        BadAmount: with field ``lines``, when more is sent than is open, or nothing.
    """
    from eseller.commerce.orders.tasks import finish_capture

    with shop_transaction(shop_id, actor=actor, durable=True, label="ship"):
        order = locked_order(number)
        if Fulfilment.objects.filter(key=key[:64]).exists():
            return
        if "ship" not in allowed_now(order):
            raise NotAllowed
        goods = list(order.lines.filter(kind="goods").order_by("position"))
        parcel = _parcel(goods, lines)
        fulfilment = Fulfilment.objects.create(
            order=order, key=key[:64], tracking_number=tidy(tracking_number)[:80], actor=actor, at=clock.now()
        )
        _send(order, fulfilment, goods, parcel, actor)
        charges = order.payment_state == rules.Paid.AUTHORISED
        if charges:
            defer(finish_capture, order=order.pk)
    if charges:
        capture_shipped(shop_id=shop_id, number=number, actor=actor)


def _parcel(goods: list[OrderLine], lines: Mapping[int, int] | None) -> dict[int, int]:
    """Return pieces by line id, checked."""
    opened = {line.pk: rules.open_pieces(line) for line in goods}
    wanted = opened if lines is None else lines
    parcel = {line: pieces for line, pieces in wanted.items() if pieces}
    if not parcel or any(not 0 < pieces <= opened.get(line, 0) for line, pieces in parcel.items()):
        raise BadAmount({"lines": _("Choose pieces that are still to be shipped.")})
    return parcel


def _send(
    order: Order, fulfilment: Fulfilment, goods: list[OrderLine], parcel: Mapping[int, int], actor: str
) -> None:
    FulfilmentLine.objects.bulk_create(
        FulfilmentLine(fulfilment=fulfilment, order_line_id=line, quantity=pieces) for line, pieces in parcel.items()
    )
    stock = {}
    for line in goods:
        if pieces := parcel.get(line.pk):
            line.fulfilled += pieces
            line.save(update_fields=["fulfilled"])
            if line.variant_id is not None:
                stock[line.variant_id] = pieces
    ship_stock(key=order.checkout_key, lines=stock, reference=order.number, actor=actor)
    order.fulfilment_state = rules.fulfilment_state(goods)
    if rules.is_complete(order.payment_state, order.fulfilment_state, due=order.due):
        order.state = rules.move(order.state, "complete")
    order.save(update_fields=["fulfilment_state", "state"])
    write_invoice(order_id=order.pk, actor=actor)
    note_event(order, "shipped", actor, parcel=fulfilment.pk, pieces=sum(parcel.values()))
    tell(
        "order_shipped",
        order_id=order.pk,
        recipient=order.email,
        language=order.language,
        about=fulfilment.pk,
    )
