"""How often somebody may try something; counted in the operations plane's own database."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from eseller.kernel.errors import EsellerError
from eseller.kernel.ids import hash_token
from eseller.operations.console.models import Attempt

WINDOW = timedelta(minutes=15)


class TooManyAttempts(EsellerError):
    """Too many attempts. Wait a quarter of an hour, or have an administrator send a new link."""

    code = "too_many_attempts"
    status = 429


def hit(key: str, most: int) -> None:
    """Count an attempt.

    Raises:
        TooManyAttempts: there were too many in the last quarter of an hour.
    """
    digest, now = hash_token(key), timezone.now()
    Attempt.objects.filter(at__lt=now - WINDOW).delete()
    Attempt.objects.create(key=digest, at=now)
    if Attempt.objects.filter(key=digest, at__gt=now - WINDOW).count() > most:
        raise TooManyAttempts
