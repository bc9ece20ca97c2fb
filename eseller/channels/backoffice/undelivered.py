"""Mails that were given up, so that somebody can call the customer or send them again."""

from datetime import datetime, timedelta

import msgspec
from django.utils.translation import gettext as _

from eseller.kernel import clock
from eseller.tenancy.sql import fetch

SHOWN = timedelta(days=30)
_ROWS = """
SELECT m.kind, m.recipient, o.number, m.created_at, m.last_error LIKE 'SMTPRecipientsRefused%%'
FROM services_outboxmessage m LEFT JOIN orders_order o ON o.id = (m.payload ->> 'order')::bigint
WHERE m.state = 'failed' AND m.kind = ANY(%(kinds)s) AND {which} ORDER BY m.id DESC LIMIT 8
"""


class Undelivered(msgspec.Struct, frozen=True):
    """A mail that will not arrive."""

    kind: str
    recipient: str
    number: str | None
    """Of the order that it is about."""
    at: datetime
    refused: bool
    """The mail server will not take this address; otherwise there was trouble for a day."""

    @property
    def name(self) -> str:
        """What the mail is, in the active language."""
        return _names()[self.kind]


def undelivered(*, number: str | None = None) -> list[Undelivered]:
    """Return the mails about an order, or those of the last month, that were given up; newest first, at most eight."""
    which = "m.created_at > %(since)s" if number is None else "o.number = %(number)s"
    values = {"kinds": list(_names()), "since": clock.now() - SHOWN, "number": number}
    return [Undelivered(*row) for row in fetch(_ROWS.format(which=which), values)]


def _names() -> dict[str, str]:
    # Who waits for the link to a new password asks again.
    return {
        "order_confirmation": _("Order confirmation"),
        "payment_received": _("Receipt of the payment"),
        "order_shipped": _("Notice of the parcel"),
        "order_cancelled": _("Notice of the cancellation"),
        "order_refunded": _("Notice of the refund"),
        "staff_invitation": _("Invitation"),
    }
