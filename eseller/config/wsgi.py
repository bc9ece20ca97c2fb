"""Entry point of the commerce plane's web processes."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from django.core.wsgi import get_wsgi_application
from whitenoise import WhiteNoise

if TYPE_CHECKING:
    from wsgiref.headers import Headers

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "eseller.config.settings")


def _headers(headers: Headers, _path: str, _url: str) -> None:
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"


def make_application() -> Any:
    """Put the static files before Django: same files at every host, found in memory, no host lookup."""
    from django.conf import settings

    django = get_wsgi_application()
    return WhiteNoise(
        django,
        root=settings.STATIC_ROOT,
        prefix="static/",
        max_age=3600,
        allow_all_origins=False,
        add_headers_function=_headers,
        immutable_file_test=r"\.[0-9a-f]{12}\.\w+$",
    )


application = make_application()
