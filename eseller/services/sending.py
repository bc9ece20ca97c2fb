"""Send a message of the outbox: claim it, render it, hand it to the mail server, note what became of it."""

import logging
from datetime import timedelta
from email.utils import formataddr, parseaddr
from smtplib import SMTPRecipientsRefused
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import timezone, translation

from eseller.kernel import clock
from eseller.kernel.errors import EsellerError
from eseller.services.mailer import mail_connection
from eseller.services.outbox import Mail, render_of
from eseller.services.texts import text
from eseller.tenancy.guard.diagnose import healed
from eseller.tenancy.hosts import ShopInfo, shop_info
from eseller.tenancy.scope import shop_transaction
from eseller.tenancy.sql import execute, fetch

log = logging.getLogger(__name__)
ACTOR = "job:send_mail"
CLAIM = timedelta(minutes=2)
"""Longer than a mail server may take; whoever dies with a claim loses it, and the message is queued again."""
_CLAIM = """
UPDATE services_outboxmessage SET attempts = attempts + 1, claimed_until = %(until)s
WHERE id = %(id)s AND state = 'pending' AND (claimed_until IS NULL OR claimed_until <= %(now)s)
RETURNING kind, recipient, language, payload::text, attempts
"""
_SENT = """
UPDATE services_outboxmessage SET state = 'sent', sent_at = %s, claimed_until = NULL, last_error = '' WHERE id = %s
"""
_FAILED = "UPDATE services_outboxmessage SET state = %s, claimed_until = NULL, last_error = %s WHERE id = %s"


class Unfinished(EsellerError):
    """Nobody who tried to send this message came to an end."""

    code = "mail_unfinished"


class Claimed(msgspec.Struct, frozen=True):
    """A message that is ours to send."""

    kind: str
    recipient: str
    language: str
    payload: str
    attempts: int


def deliver(*, shop_id: int, message_id: int, attempts: int) -> bool:
    """Send a pending message unless somebody else is at it. False where there is nothing for us to do.

    The mail is sent outside any transaction. If we die between sending and noting it, it is sent once more.

    Args:
        shop_id: whose message.
        message_id: which message.
        attempts: after so many the message has failed for good.

    Raises:
        Exception: whatever rendering or the mail server raised; the message is pending again, or failed.
    """
    claimed = _claim(shop_id, message_id)
    if claimed is None:
        return False
    try:
        _send(shop_id, claimed, attempts=attempts)
    except Exception as error:
        with shop_transaction(shop_id, actor=ACTOR, label="mail"):
            state = "failed" if claimed.attempts >= attempts or _is_final(error) else "pending"
            execute(_FAILED, [state, f"{type(error).__name__}: {error}"[:300].replace("\0", ""), message_id])
        log.warning("Mail %s of shop %s was not sent: %s", message_id, shop_id, type(error).__name__)
        raise
    with shop_transaction(shop_id, actor=ACTOR, label="mail"):
        execute(_SENT, [clock.now(), message_id])
    return True


def _claim(shop_id: int, message_id: int) -> Claimed | None:
    with shop_transaction(shop_id, actor=ACTOR, label="mail"):
        now = clock.now()
        rows = fetch(_CLAIM, {"id": message_id, "now": now, "until": now + CLAIM})
    return Claimed(*rows[0]) if rows else None


def _send(shop_id: int, claimed: Claimed, *, attempts: int) -> None:
    if claimed.attempts > attempts:
        raise Unfinished
    mail = rendered(shop_id, claimed)
    # Nobody is at such an address (RFC 2606): the watch's purchases have one each.
    if mail is not None and not claimed.recipient.endswith(".invalid"):
        mail.send()


def _is_final(error: Exception) -> bool:
    """Tell whether the mail server will never take the recipient: replies from 500 on (RFC 5321, 4.2.1)."""
    return isinstance(error, SMTPRecipientsRefused) and all(code >= 500 for code, _ in error.recipients.values())


def rendered(shop_id: int, claimed: Claimed) -> EmailMultiAlternatives | None:
    """Return the mail of a message; a bad row of the shop hides itself and not the mail. None: nothing to tell."""
    return healed(shop_id, lambda: _render(shop_id, claimed))


def _render(shop_id: int, claimed: Claimed) -> EmailMultiAlternatives | None:
    """Render in the recipient's language and the shop's time zone; None when there is nothing to tell any more."""
    with shop_transaction(shop_id, actor=ACTOR, label="mail"):
        shop = shop_info(shop_id)
        with translation.override(claimed.language), timezone.override(ZoneInfo(shop.time_zone)):
            mail = render_of(claimed.kind)(shop, msgspec.json.decode(claimed.payload), claimed.language)
            return None if mail is None else compose(shop, mail, claimed.recipient)


def compose(shop: ShopInfo, mail: Mail, recipient: str) -> EmailMultiAlternatives:
    """Return the mail with its text and HTML, in the active language."""
    subject = one_line(mail.subject)
    last_words = text("footer", translation.get_language() or "en", shop=shop.name, url=shop_url(shop))
    footer = (shop.name, *shop.address.splitlines(), shop.contact_email, last_words)
    values: dict[str, Any] = {
        "subject": subject,
        "shop_name": shop.name,
        "shop_url": shop_url(shop),
        "footer_text": " · ".join(part for part in footer if part),
    } | mail.values
    message = EmailMultiAlternatives(
        subject=subject,
        body=render_to_string(f"{mail.template}.txt", values).strip() + "\n",
        from_email=_sender(shop, mail.sender_name),
        to=[recipient],
        headers={"X-Shop": shop.slug, "Auto-Submitted": "auto-generated"},
        connection=mail_connection(),
    )
    message.attach_alternative(render_to_string(f"{mail.template}.html", values), "text/html")
    return message


def shop_url(shop: ShopInfo, path: str = "/") -> str:
    """Return the absolute address of a page of the shop."""
    usual = {"http": 80, "https": 443}[settings.LINK_SCHEME]
    port = "" if usual == settings.LINK_PORT else f":{settings.LINK_PORT}"
    return f"{settings.LINK_SCHEME}://{shop.primary_host}{port}{path}"


def one_line(text: str) -> str:
    """Return text that cannot break out of a header: no line breaks, no control characters."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())[:200]


def _sender(shop: ShopInfo, name: str | None) -> str:
    if name is None:
        return formataddr((one_line(shop.name), one_line(shop.contact_email)))
    return formataddr((one_line(name), parseaddr(settings.MAIL_FROM)[1]))
