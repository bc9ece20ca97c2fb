"""An order, locked: everything that changes one begins here, so that two never do so at once."""

from collections.abc import Iterable

from eseller.commerce.orders.errors import UnknownOrder
from eseller.commerce.orders.models import Order, OrderEvent
from eseller.commerce.orders.rules import allowed
from eseller.commerce.payments.models import Payment
from eseller.commerce.payments.provider import provider
from eseller.kernel import clock


def locked_order(number: str) -> Order:
    """Lock and return the order of a number. Call it inside a ``shop_transaction``.

    Raises:
        UnknownOrder: when there is none.
    """
    order = Order.objects.select_for_update().filter(number=number).first()
    if order is None:
        raise UnknownOrder
    return order


def allowed_now(order: Order) -> frozenset[str]:
    """Return what may be done with an order now; see ``rules.allowed``."""
    payments = list(Payment.objects.filter(order_id=order.pk).order_by("id"))
    return allowed(
        state=order.state,
        due=order.due,
        online=is_online(payments),
        payments=payments,
        lines=list(order.lines.all()),
        invoiced=is_invoiced(order),
    )


def is_online(payments: Iterable[Payment]) -> bool:
    """Tell whether a provider is asked for the money; otherwise it comes by itself."""
    return any(provider(payment.provider).online for payment in payments)


def is_invoiced(order: Order) -> bool:
    """Tell whether an order has its invoice."""
    return order.invoices.filter(kind="invoice").exists()


def note_event(order: Order, kind: str, actor: str, **data: object) -> None:
    """Write on the order's timeline: ids and figures, no personal data."""
    OrderEvent.objects.create(order=order, kind=kind, data=data, actor=actor, at=clock.now())
