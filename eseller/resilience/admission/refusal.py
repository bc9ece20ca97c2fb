"""The answer to who is sent away: made in advance, so that refusing costs microseconds."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterable, Mapping

from eseller.kernel.wsgi import Environ, StartResponse

_LANGUAGE = re.compile(r"/([a-z]{2})(?:-[A-Z]{2})?(?:/|$)")
_PROBLEM = json.dumps({"title": "Too many requests at once", "status": 503, "code": "busy", "retryable": True}).encode()
RETRY_SECONDS = (2, 8)
"""Spread, so that who was refused together does not come back together."""


class Refusal:
    """Says in the reader's language that it is busy, and when to come again (RFC 9110, section 15.6.4)."""

    def __init__(self, pages: Mapping[str, bytes], headers: Mapping[str, str]) -> None:
        """Answer with pages by language, the first where no other fits.

        Args:
            pages: HTML by language.
            headers: that all pages of the platform have.
        """
        self._pages, self._first = dict(pages), next(iter(pages))
        self._headers = list(headers.items())

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request with 503."""
        machine = environ["PATH_INFO"].startswith("/hooks/") or "json" in environ.get("HTTP_ACCEPT", "")[:200]
        body = _PROBLEM if machine else self._pages[self._language(environ)]
        headers = [
            ("Content-Type", "application/problem+json" if machine else "text/html; charset=utf-8"),
            ("Content-Length", str(len(body))),
            ("Cache-Control", "no-store"),
            ("Retry-After", str(random.randint(*RETRY_SECONDS))),  # noqa: S311  (spreads)
            *self._headers,
        ]
        start_response("503 Service Unavailable", headers)
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]

    def _language(self, environ: Environ) -> str:
        named = _LANGUAGE.match(environ["PATH_INFO"])
        if named and named[1] in self._pages:
            return named[1]
        wanted = environ.get("HTTP_ACCEPT_LANGUAGE", "")[:200].lower().replace(";", ",").split(",")
        return next((word.strip()[:2] for word in wanted if word.strip()[:2] in self._pages), self._first)
