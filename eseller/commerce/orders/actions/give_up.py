"""Cancel an order that waits for its payment: it was never acknowledged, so nobody is told."""

from eseller.commerce.inventory.actions.reserve import release
from eseller.commerce.orders import rules
from eseller.commerce.orders.locking import note_event
from eseller.commerce.orders.models import Order
from eseller.kernel import clock
from eseller.services.jobs import defer


def give_up(order: Order, *, kind: str, let_go: bool, actor: str) -> None:
    """Cancel a locked pending order and free its stock. Call it inside a ``shop_transaction``.

    Args:
        order: locked, and pending.
        kind: of the event on the timeline.
        let_go: have a job let go of its payment, which does so however this process ends.
        actor: who does it.
    """
    from eseller.commerce.orders.tasks import finish_cancel

    order.state = rules.move(order.state, "expire")
    order.cancelled_at = clock.now()
    order.save(update_fields=["state", "cancelled_at"])
    release(key=order.checkout_key)
    note_event(order, kind, actor, **({"let_go": True} if let_go else {}))
    if let_go:
        defer(finish_cancel, order=order.pk)
