"""The mails that orders cause. They are rendered when they are sent, from the order as it is then."""

from collections.abc import Callable
from typing import Any

import msgspec
from django.utils.translation import gettext as _

from eseller.commerce.orders.errors import UnknownOrder
from eseller.commerce.orders.links import language_prefix, order_path
from eseller.commerce.orders.queries import order_for_mail, tracking_of
from eseller.commerce.orders.records import OrderStatus
from eseller.kernel.money import Money
from eseller.services import outbox
from eseller.services.outbox import Mail, Payload, Render
from eseller.services.sending import shop_url
from eseller.tenancy.hosts import ShopInfo
from eseller.tenancy.sql import fetch, fetch_json, typed
from eseller.ui.formats import locale_for

_PARCEL = """
SELECT json_build_object('tracking_number', f.tracking_number, 'lines', coalesce((
    SELECT json_agg(json_build_array(x.order_line_id, x.quantity) ORDER BY x.id)
    FROM orders_fulfilmentline x WHERE x.fulfilment_id = f.id), '[]'))::text
FROM orders_fulfilment f WHERE f.id = %s
"""


class Parcel(msgspec.Struct, frozen=True):
    """What a mail tells of a parcel; ``lines`` are (order line id, quantity)."""

    tracking_number: str
    lines: tuple[tuple[int, int], ...]


def tell(
    kind: str, *, order_id: int, recipient: str, language: str, about: int | str = "", reason: str = ""
) -> None:
    """Put a mail about an order in the outbox, once for each kind and ``about``. Call it inside a ``shop_transaction``.

    Args:
        kind: such as ``order_confirmation``.
        order_id: the order.
        recipient: its e-mail.
        language: its language.
        about: which parcel or refund, where there can be several.
        reason: a code that the text depends on.
    """
    key = f"{kind}:{order_id}" + (f":{about}" if about else "")
    payload = {"order": order_id} | ({"about": about} if about else {}) | ({"reason": reason} if reason else {})
    outbox.put(kind=kind, key=key, recipient=recipient, language=language, payload=payload)


def register_mails() -> None:
    """Say how these mails are made; called when the application starts."""
    for kind, (subject, more) in _KINDS.items():
        outbox.register(kind, _render(kind, subject, more))


Subject = Callable[[ShopInfo, OrderStatus], str]
More = Callable[[OrderStatus, Payload], dict[str, Any] | None]


def _render(kind: str, subject: Subject, more: More) -> Render:
    def render(shop: ShopInfo, payload: Payload, language: str) -> Mail | None:
        try:
            order = order_for_mail(payload["order"], language=language)
        except UnknownOrder:
            return None
        values = more(order, payload)
        if values is None:
            return None
        path = order_path(order.public_id, shop_id=shop.id, language_prefix=language_prefix(shop, language))
        names = locale_for(language).territories
        shared = {"order": order, "shop": shop, "url": shop_url(shop, path), "countries": names}
        return Mail(subject=subject(shop, order), template=f"mail/{kind}", values=shared | values)

    return render


def _nothing(order: OrderStatus, payload: Payload) -> dict[str, Any] | None:  # noqa: ARG001
    return {}


def _reason(order: OrderStatus, payload: Payload) -> dict[str, Any] | None:  # noqa: ARG001
    return {"reason": payload.get("reason", "")}


def _paid(order: OrderStatus, payload: Payload) -> dict[str, Any] | None:
    return {"paid": Money(int(payload["about"]), order.currency)}


def _parcel(order: OrderStatus, payload: Payload) -> dict[str, Any] | None:
    parcel = fetch_json(_PARCEL, [payload["about"]], Parcel)
    if parcel is None:
        return None
    pieces = dict(parcel.lines)
    sent = [(line, pieces[line.id]) for line in order.lines if line.id in pieces]
    link = tracking_of(order.number, parcel.tracking_number)
    return {"sent": sent, "tracking_number": parcel.tracking_number, "tracking_url": link}


def _refund(order: OrderStatus, payload: Payload) -> dict[str, Any] | None:
    rows = fetch("SELECT amount, off_bill FROM payments_refund WHERE id = %s", [payload["about"]])
    if not rows:
        return None
    given, taken_off = (typed(Money, amount=amount, currency=order.currency) for amount in rows[0])
    return {"refunded": given - taken_off, "taken_off": taken_off}


_KINDS: dict[str, tuple[Subject, More]] = {
    "order_confirmation": (
        lambda shop, order: _("Your order %(number)s at %(shop)s") % {"number": order.number, "shop": shop.name},
        _nothing,
    ),
    "payment_received": (
        lambda _shop, order: _("We have received your payment for order %(number)s") % {"number": order.number},
        _paid,
    ),
    "order_shipped": (
        lambda _shop, order: _("Your order %(number)s is on its way") % {"number": order.number},
        _parcel,
    ),
    "order_cancelled": (
        lambda _shop, order: _("Your order %(number)s was cancelled") % {"number": order.number},
        _reason,
    ),
    "order_refunded": (
        lambda _shop, order: _("A refund for order %(number)s") % {"number": order.number},
        _refund,
    ),
}
