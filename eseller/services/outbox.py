"""The outbox: a mail is written with the change that causes it, and sent by a job after the commit."""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from eseller.services.jobs import defer
from eseller.tenancy.hosts import ShopInfo
from eseller.tenancy.scope import require_scope
from eseller.tenancy.sql import fetch

Payload = Mapping[str, Any]
_PUT = """
INSERT INTO services_outboxmessage
    (shop_id, kind, key, recipient, language, payload, state, attempts, last_error, created_at)
VALUES (%s, %s, %s, %s, %s, %s::jsonb, 'pending', 0, '', now())
ON CONFLICT (shop_id, key) DO NOTHING RETURNING id
"""
_AGAIN = """
UPDATE services_outboxmessage SET state = 'pending', attempts = 0, last_error = ''
WHERE state = 'failed' AND payload @> %s::jsonb RETURNING id
"""


class Mail(msgspec.Struct, frozen=True, kw_only=True):
    """A mail as it is to be rendered: ``template`` is ``mail/NAME`` without its ``.html`` or ``.txt``."""

    subject: str
    template: str
    values: dict[str, Any]
    sender_name: str | None = None
    """Of the platform's own mails, which come from the platform's address; None is the shop and its address."""


Render = Callable[[ShopInfo, Payload, str], Mail | None]
"""From shop, payload and language to the mail; None when there is nothing to tell any more.

Runs in the shop's transaction, with the language active.
"""
_renders: dict[str, Render] = {}


def register(kind: str, render: Render) -> None:
    """Say how mails of a kind are made; called in ``AppConfig.ready``."""
    _renders[kind] = render


def render_of(kind: str) -> Render:
    """Return how mails of a kind are made."""
    return _renders[kind]


def put(*, kind: str, key: str, recipient: str, language: str, payload: Payload) -> bool:
    """Write a mail in the current shop transaction; it is sent after the commit. Two statements.

    Args:
        kind: a registered kind, such as ``order_confirmation``.
        key: makes putting it twice harmless, such as ``order_confirmation:17``.
        recipient: the address.
        language: that the mail is written in.
        payload: ids to render from; no personal data.

    Returns:
        False when ``key`` was used before.
    """
    from eseller.services.tasks import send_mail

    if kind not in _renders:
        raise KeyError(f"No mail of the kind {kind} is registered.")
    values = [require_scope(), kind, key, recipient, language, msgspec.json.encode(payload).decode()]
    rows = fetch(_PUT, values)
    if rows:
        defer(send_mail, message=rows[0][0])
    return bool(rows)


def send_again(*, about: Payload) -> int:
    """Queue the mails once more that were given up and whose payload has all of ``about``; return how many.

    Call it inside a ``shop_transaction``.
    """
    from eseller.services.tasks import send_mail

    rows = fetch(_AGAIN, [msgspec.json.encode(about).decode()])
    for (message,) in rows:
        defer(send_mail, message=message)
    return len(rows)
