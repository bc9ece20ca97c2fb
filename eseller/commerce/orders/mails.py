"""The mails that orders cause."""

from eseller.services import outbox


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


KINDS = ("order_confirmation", "payment_received", "order_shipped", "order_cancelled", "order_refunded")


def render(kind):
    return lambda *a: None
