"""Bring letters to who is to get them; what could not be brought is tried again for three days."""

from __future__ import annotations

import http.client
import json
import logging
import socket
import ssl
from collections.abc import Mapping
from datetime import timedelta
from email.utils import parseaddr
from urllib.parse import urlsplit

import apprise
from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.utils import timezone
from standardwebhooks.webhooks import Webhook

from eseller.operations.subscribers import composing, subscribing
from eseller.operations.subscribers.models import Kind, Letter, Subscriber

log = logging.getLogger(__name__)
LEASE, GIVE_UP = timedelta(minutes=2), timedelta(days=3)
FIRST, LONGEST = 30.0, 3600.0
HOOK_SECONDS, MOST_READ = 10.0, 4096


class NotBrought(Exception):
    """It did not get there; it is tried again."""


class Refused(Exception):
    """It will never get there."""


def take() -> Letter | None:
    """Take the next letter that is due; nobody else gets it for some minutes."""
    now = timezone.now()
    with transaction.atomic():
        due = Letter.objects.select_for_update(skip_locked=True, of=("self",)).filter(
            state=Letter.State.WAITING, next_at__lte=now
        )
        letter = due.select_related("subscriber").order_by("next_at", "id").first()
        if letter is not None:
            letter.tries, letter.next_at = letter.tries + 1, now + LEASE
            letter.save(update_fields=["tries", "next_at"])
    return letter


def bring(letter: Letter, places: Mapping[str, tuple[str, ...]]) -> bool:
    """Bring a letter that was taken; returns whether it got there.

    Args:
        letter: which.
        places: where the public reads posts: Apprise's addresses by name.
    """
    try:
        if letter.subscriber is None:
            _post(letter, places)
        elif letter.subscriber.kind == Kind.MAIL:
            _mail(letter, letter.subscriber)
        else:
            _hook(letter, letter.subscriber)
    except Refused as error:
        _end(letter, Letter.State.GIVEN_UP, str(error))
        return False
    except NotBrought as error:
        if timezone.now() - letter.made_at > GIVE_UP:
            _end(letter, Letter.State.GIVEN_UP, str(error))
            return False
        wait = min(LONGEST, FIRST * 2 ** min(letter.tries - 1, 10))
        letter.next_at, letter.error = timezone.now() + timedelta(seconds=wait), str(error)[:300]
        letter.save(update_fields=["next_at", "error"])
        return False
    _end(letter, Letter.State.SENT, "")
    return True


def _end(letter: Letter, state: Letter.State, error: str) -> None:
    # An update, no save: who gave up meanwhile is not brought back.
    Letter.objects.filter(pk=letter.pk).update(state=state, error=error[:300], sent_at=timezone.now())


def _mail(letter: Letter, subscriber: Subscriber) -> None:
    subject, text = composing.mail(subscriber, letter.content)
    stop = f"{settings.SITE_URL}/subscribe/stop/{subscribing.token(subscriber)}/"
    domain = parseaddr(settings.MAIL_FROM)[1].rpartition("@")[2]
    headers = {
        # The same for each try, so that who gets it twice can tell.
        "Message-ID": f"<letter-{letter.pk}-{subscriber.code}@{domain}>",
        "Auto-Submitted": "auto-generated",
        "List-Unsubscribe": f"<{stop}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }  # fmt: skip
    mail = EmailMessage(subject, text, settings.MAIL_FROM, [subscriber.address], headers=headers)
    try:
        mail.send()
    except OSError as error:  # smtplib's errors are among them
        raise NotBrought(f"{type(error).__name__}: {error}") from error


def _hook(letter: Letter, subscriber: Subscriber) -> None:
    body = json.dumps(composing.hook(subscriber, letter.content), ensure_ascii=False)
    secret, now = subscribing.box().decrypt(subscriber.secret.encode()).decode(), timezone.now()
    name = f"msg_{letter.pk}"
    headers = {
        "Content-Type": "application/json", "User-Agent": "eseller-status", "webhook-id": name,
        "webhook-timestamp": str(int(now.timestamp())), "webhook-signature": Webhook(secret).sign(name, now, body),
    }  # fmt: skip
    status = _send(subscriber.address, body.encode(), headers)
    if status == http.HTTPStatus.GONE:
        # Standard Webhooks: whoever says so wants no more.
        subscribing.remove(subscriber)
        raise Refused("It is gone, and was removed.")
    if not http.HTTPStatus.OK <= status < http.HTTPStatus.MULTIPLE_CHOICES:
        raise NotBrought(f"It answered {status}.")


def _send(url: str, body: bytes, headers: Mapping[str, str]) -> int:
    """Post to an address that was looked at; what is private to us is not reached, whatever a name resolves to."""
    parts = urlsplit(subscribing.hook(url))
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        found = socket.getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise NotBrought(f"Its name is not known: {error}") from error
    address = next((str(one[4][0]) for one in found if subscribing.is_reachable(str(one[4][0]))), None)
    if address is None:
        raise Refused("It is at a private address.")
    connection: http.client.HTTPConnection
    try:
        plain = socket.create_connection((address, port), timeout=HOOK_SECONDS)
        connection = http.client.HTTPConnection(parts.hostname or "", port, timeout=HOOK_SECONDS)
        connection.sock = (
            ssl.create_default_context().wrap_socket(plain, server_hostname=parts.hostname)
            if parts.scheme == "https" else plain
        )  # fmt: skip
        try:
            target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            host = parts.netloc.rpartition("@")[2]
            connection.request("POST", target, body, {**headers, "Host": host})
            answer = connection.getresponse()
            answer.read(MOST_READ)
            return answer.status
        finally:
            connection.close()
    except (OSError, http.client.HTTPException) as error:
        raise NotBrought(f"{type(error).__name__}: {error}") from error


def _post(letter: Letter, places: Mapping[str, tuple[str, ...]]) -> None:
    urls = places.get(letter.place)
    if not urls:
        raise Refused("There is no such place any more.")
    ways = apprise.Apprise()
    for url in urls:
        ways.add(url)
    if not ways.notify(body=composing.post(letter.content)):
        raise NotBrought("It was not taken.")
