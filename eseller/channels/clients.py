"""Where a request comes from."""

from typing import Any

from django.conf import settings


def address_of(request: Any) -> str:
    """Return the client's address, for throttling.

    In production a proxy stands before us; the last address of its header is the one that it saw itself.
    """
    seen = str(request.META.get("REMOTE_ADDR", ""))
    if settings.ENV.production:
        seen = str(request.META.get("HTTP_X_FORWARDED_FOR", "")).rpartition(",")[2].strip() or seen
    return seen[:100]
