"""Signed messages between a provider and a shop, in the shape of Standard Webhooks."""

import base64
import hashlib
import hmac
import time
from collections.abc import Mapping

from django.conf import settings

from eseller.commerce.payments.errors import Forged

TOLERANCE_SECONDS = 300
MAX_BODY = 64 * 1024


def signed_headers(*, shop_id: int, message_id: str, body: bytes, at: int | None = None) -> dict[str, str]:
    """Return the headers that prove a message to a shop; ``at`` is seconds since 1970, now where None."""
    timestamp = str(int(time.time()) if at is None else at)
    signature = base64.b64encode(_digest(shop_id, message_id, timestamp, body)).decode()
    return {
        "webhook-id": message_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": f"v1,{signature}",
    }


def verify(*, shop_id: int, headers: Mapping[str, str], body: bytes) -> str:
    """Check signature and age in constant time and return the message's id.

    Raises:
        Forged: when anything is missing, wrong, older than five minutes or from the future.
    """
    message_id, timestamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if len(body) > MAX_BODY or not 0 < len(message_id) <= 100 or not (timestamp.isascii() and timestamp.isdigit()):
        raise Forged
    if len(timestamp) > 12 or abs(time.time() - int(timestamp)) > TOLERANCE_SECONDS:
        raise Forged
    wanted = _digest(shop_id, message_id, timestamp, body)
    # Several signatures may be given while a key changes; one of ours is enough.
    candidates = [part.removeprefix("v1,") for part in headers.get("webhook-signature", "")[:1000].split()]
    if not any(hmac.compare_digest(base64.b64encode(wanted), candidate.encode()) for candidate in candidates):
        raise Forged
    return message_id


def _digest(shop_id: int, message_id: str, timestamp: str, body: bytes) -> bytes:
    key = hmac.new(settings.SECRET_KEY.encode(), f"payment callbacks of shop {shop_id}".encode(), hashlib.sha256)
    return hmac.new(key.digest(), f"{message_id}.{timestamp}.".encode() + body, hashlib.sha256).digest()
