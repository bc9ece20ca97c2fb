"""Subscribe, confirm, give up. An address is told of nothing before it has confirmed that it wants to be."""

from __future__ import annotations

import base64
import hashlib
import ipaddress
import secrets
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from cryptography.fernet import Fernet
from django.conf import settings
from django.core import signing
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import Count, Q
from django.utils import timezone

from eseller.kernel.errors import EsellerError
from eseller.operations.incidents.models import Component
from eseller.operations.subscribers.models import Kind, Letter, Subscriber

SALT = "eseller subscriber"
CONFIRM = "confirm"
UNCONFIRMED_FOR, ASK_AGAIN = timedelta(days=2), timedelta(hours=1)
LANGUAGES = ("en", "da", "de")
MOST = 100_000


class BadAddress(EsellerError):
    """That is no address of mail."""

    code = "address_bad"
    status = 422


class BadHook(EsellerError):
    """A webhook is an https address that can be reached from the internet, without a name or password in it."""

    code = "hook_bad"
    status = 422


class NoSuchSubscriber(EsellerError):
    """The link is not whole, or what it is of was given up already."""

    code = "subscriber_unknown"
    status = 404


class TooMany(EsellerError):
    """No more can subscribe just now. Tell us, please."""

    code = "subscribers_too_many"
    status = 503


def box() -> Fernet:
    """What webhooks' secrets are encrypted with."""
    return Fernet(base64.urlsafe_b64encode(hashlib.sha256(f"{SALT} {settings.SECRET_KEY}".encode()).digest()))


def token(subscriber: Subscriber) -> str:
    """What stands in the links of a subscriber; whoever has it may confirm and give up."""
    return signing.Signer(salt=SALT).sign(f"{subscriber.pk}-{subscriber.code}")


def of_token(told: str) -> Subscriber:
    """Whose links they are.

    Raises:
        NoSuchSubscriber: nobody's.
    """
    try:
        number, _, code = signing.Signer(salt=SALT).unsign(told[:300]).partition("-")
    except signing.BadSignature as error:
        raise NoSuchSubscriber from error
    found = Subscriber.objects.filter(pk=number, code=code).first()
    if found is None:
        raise NoSuchSubscriber
    return found


@transaction.atomic
def ask(
    kind: Kind, address: str, *, language: str = "en", components: tuple[str, ...] = ()
) -> tuple[Subscriber | None, str]:
    """Ask an address whether it wants to be told; it is told of nothing but that.

    Args:
        kind: by mail or webhook.
        address: of it.
        language: in which it is told.
        components: slugs of those of which it is told; empty: of all.

    Returns:
        The subscriber, and the secret with which a webhook is signed, which is shown this once. For an address that is
        known there is neither, and whoever asks is told the same: nobody finds out who has subscribed.

    Raises:
        BadAddress, BadHook, TooMany: as they say.
    """
    address = _mail(address) if kind is Kind.MAIL else hook(address)
    now = timezone.now()
    known = Subscriber.objects.select_for_update().filter(kind=kind, address=address).first()
    if known is not None and (known.confirmed_at or now - known.made_at < ASK_AGAIN):
        return None, ""
    if known is not None:
        known.delete()
    if Subscriber.objects.count() >= MOST:
        raise TooMany
    slugs = set(Component.objects.values_list("slug", flat=True))
    secret = "whsec_" + base64.b64encode(secrets.token_bytes(24)).decode() if kind is Kind.WEBHOOK else ""
    made = Subscriber.objects.create(
        kind=kind, address=address, language=language if language in LANGUAGES else "en", made_at=now,
        components=[one for one in components if one in slugs],
        secret=box().encrypt(secret.encode()).decode() if secret else "",
    )  # fmt: skip
    Letter.objects.create(subscriber=made, event=CONFIRM, content={})
    return made, secret


@transaction.atomic
def confirm(told: str) -> Subscriber:
    """Tell a subscriber from now on.

    Raises:
        NoSuchSubscriber: there is none.
    """
    found = of_token(told)
    if found.confirmed_at is None:
        found.confirmed_at = timezone.now()
        found.save(update_fields=["confirmed_at"])
    return found


def forget_unconfirmed() -> int:
    """Forget addresses that have not said that they want to be told, as their letter promises; returns how many."""
    late = Subscriber.objects.filter(confirmed_at=None, made_at__lt=timezone.now() - UNCONFIRMED_FOR)
    gone = late.count()
    late.delete()
    return gone


def remove(subscriber: Subscriber) -> None:
    """Forget somebody, with all that they were still to get."""
    subscriber.delete()


def counts() -> dict[str, int]:
    """How many there are, by kind, and how many letters wait."""
    by_kind = Subscriber.objects.aggregate(
        mail=Count("pk", filter=Q(kind=Kind.MAIL, confirmed_at__isnull=False)),
        webhook=Count("pk", filter=Q(kind=Kind.WEBHOOK, confirmed_at__isnull=False)),
        unconfirmed=Count("pk", filter=Q(confirmed_at=None)),
    )  # fmt: skip
    return {**by_kind, "waiting": Letter.objects.filter(state=Letter.State.WAITING).count()}


def _mail(address: str) -> str:
    address = address.strip()
    try:
        # It also keeps line breaks, which would begin headers of their own, out.
        validate_email(address)
    except ValidationError as error:
        raise BadAddress from error
    if len(address) > 254:
        raise BadAddress
    name, _, host = address.rpartition("@")
    return f"{name}@{host.lower()}"


def hook(url: str) -> str:
    """A webhook's address, if it is one.

    Raises:
        BadHook: it is none.
    """
    url = url.strip()
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise BadHook from error
    anywhere = settings.HOOKS_ANYWHERE
    plain = parts.username is None and parts.password is None and bool(parts.hostname) and not parts.fragment
    if not plain or len(url) > 500 or not url.isascii() or any(char.isspace() for char in url):
        raise BadHook
    if parts.scheme != "https" and not (anywhere and parts.scheme == "http"):
        raise BadHook
    if not anywhere and (port not in (None, 443) or _is_number(parts.hostname or "")):
        raise BadHook
    return url


def is_reachable(address: str) -> bool:
    """Whether a webhook may go to an IP address: not to what is private to us."""
    found = ipaddress.ip_address(address)
    mapped = getattr(found, "ipv4_mapped", None)
    found = mapped or found
    return settings.HOOKS_ANYWHERE or (found.is_global and not found.is_multicast and not found.is_reserved)


def _is_number(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def described(subscriber: Subscriber) -> dict[str, Any]:
    """What a subscriber is told of, for its own page."""
    names = Component.objects.filter(slug__in=subscriber.components).values_list("name", flat=True)
    return {"components": list(names), "kind": subscriber.kind, "address": subscriber.address}
