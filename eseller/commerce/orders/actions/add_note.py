"""Write on an order's timeline."""

from django.utils.translation import gettext as _

from eseller.commerce.customers.errors import InvalidFields
from eseller.commerce.customers.rules import tidy
from eseller.commerce.orders.locking import locked_order, note_event
from eseller.tenancy.scope import shop_transaction

LONGEST = 2000


def add_note(*, shop_id: int, number: str, text: str, actor: str) -> None:
    """Add the merchant's own note, which the customer does not see.

    Raises:
        UnknownOrder: when there is no such order.
        InvalidFields: with field ``text``.
    """
    text = tidy(text, lines=True)
    if not text:
        raise InvalidFields({"text": _("Fill this in.")})
    if len(text) > LONGEST:
        raise InvalidFields({"text": _("At most %(most)s characters.") % {"most": LONGEST}})
    with shop_transaction(shop_id, actor=actor, label="note"):
        note_event(locked_order(number), "note", actor, text=text)
