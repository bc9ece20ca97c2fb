"""An order's events in words."""

from typing import Any

from django.utils.translation import gettext as _

from eseller.commerce.orders.records import EventView, OrderDetail
from eseller.kernel.money import Money
from eseller.ui import formats


def timeline(order: OrderDetail, *, language: str, names: dict[str, str]) -> list[dict[str, Any]]:
    """Return the events, newest first, as the timeline component takes them.

    Args:
        order: the order.
        language: of amounts.
        names: names of members by actor, such as ``{"member:7": "Karen"}``.
    """
    items = []
    for event in reversed(order.events):
        title, state = _title(event)
        amount = event.data.get("amount")
        parts = [
            formats.money(Money(amount, order.currency), language) if isinstance(amount, int) else "",
            *[str(event.data[key])[:1000] for key in _TOLD if event.data.get(key)],
            _actor(event.actor, names),
        ]
        items.append(
            {"title": title, "at": event.at, "text": " · ".join(part for part in parts if part), "state": state}
        )
    return items


_TOLD = ("text", "reason", "tracking_number", "number", "failure")


def _title(event: EventView) -> tuple[str, str]:
    words = {
        "placed": (_("Ordered"), ""),
        "authorised": (_("Payment authorised"), "done"),
        "captured": (_("Payment taken"), "done"),
        "declined": (_("Payment declined"), "danger"),
        "payment_declined": (_("Payment declined"), "danger"),
        "paid": (_("Paid"), "done"),
        "marked_paid": (_("Payment noted"), "done"),
        "partly_paid": (_("Part payment noted"), "done"),
        "voided": (_("Payment voided"), ""),
        "shipped": (_("Parcel sent"), "done"),
        "invoiced": (_("Invoice issued"), ""),
        "invoice_issued": (_("Invoice issued"), ""),
        "refunded": (_("Refunded"), ""),
        "credit_note": (_("Credit note issued"), ""),
        "credited": (_("Credit note issued"), ""),
        "cancelled": (_("Cancelled"), "danger"),
        "expired": (_("Given up by the shopper"), ""),
        "completed": (_("Completed"), "done"),
        "note": (_("Note"), ""),
        "mail": (_("Mail written"), ""),
    }
    return words.get(event.kind, (event.kind.replace("_", " ").capitalize(), ""))


def _actor(actor: str, names: dict[str, str]) -> str:
    if actor in names:
        return names[actor]
    kind = actor.partition(":")[0]
    return {
        "member": _("A former member"),
        "customer": _("The customer"),
        "shopper": _("The customer"),
        "job": _("Automatic"),
        "provider": _("Payment provider"),
    }.get(kind, "")
