"""An order's events in words."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

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
        title, state = _title(event.kind)
        parts = [_amount(event, order.currency, language), *_told(event.data), _actor(event.actor, names)]
        text = " · ".join(part for part in parts if part)
        items.append({"title": title, "at": event.at, "text": text, "state": state})
    return items


def _amount(event: EventView, currency: str, language: str) -> str:
    """Return the amount that an event is about."""
    names = {"payment_authorised": "authorised", "payment_paid": "captured", "payment_partially_paid": "captured"}
    amount = event.data.get(names.get(event.kind, "amount"))
    return formats.money(Money(amount, currency), language) if isinstance(amount, int) and amount else ""


def _told(data: dict[str, Any]) -> list[str]:
    told = [str(data[key])[:1000] for key in ("text", "reason", "failure", "number") if data.get(key)]
    if pieces := data.get("pieces"):
        told.append(ngettext("%(num)s piece", "%(num)s pieces", pieces) % {"num": pieces})
    return told


def _title(kind: str) -> tuple[str, str]:
    words = {
        "begun": (_("Checkout begun"), ""),
        "placed": (_("Ordered"), "done"),
        "payment_declined": (_("Payment declined"), "danger"),
        "payment_authorised": (_("Payment authorised"), "done"),
        "payment_paid": (_("Paid"), "done"),
        "payment_partially_paid": (_("Partly paid"), "done"),
        "payment_partially_refunded": (_("Money given back"), ""),
        "payment_refunded": (_("Money given back"), ""),
        "payment_voided": (_("Payment voided"), ""),
        "shipped": (_("Parcel sent"), "done"),
        "capture_failed": (_("The card could not be charged"), "danger"),
        "invoice_issued": (_("Invoice issued"), ""),
        "credit_note_issued": (_("Credit note issued"), ""),
        "refunded": (_("Refunded"), ""),
        "credited": (_("Credited"), ""),
        "cancelled": (_("Cancelled"), "danger"),
        "expired": (_("Given up by the shopper"), ""),
        "replaced": (_("Ordered otherwise by the shopper"), ""),
        "completed": (_("Completed"), "done"),
        "note": (_("Note"), ""),
    }
    return words.get(kind, (kind.replace("_", " ").capitalize(), ""))


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
