"""The bodies of requests: received whole before the platform hears of them, within bounds, by threads of their own.

Granian calls the application before the body has arrived, and nothing can interrupt its ``wsgi.input.read``. So as
many threads as may be kept waiting by bodies are added to those that work, and whoever comes beyond that is told to
come again. Clients that stall are cut off by `eseller.node.laggards`.
"""

from __future__ import annotations

import contextlib
import tempfile
import threading
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import IO

from eseller.node.gauge import Application, Environ, StartResponse

HOOK_BYTES = 64 * 1024
FORM_BYTES = 2 * 1024 * 1024
# As many pictures as a form of the back office takes, each as large as it may be, and the form itself.
OFFICE_BYTES = 20 * 10 * 1024 * 1024 + FORM_BYTES
AT_ONCE = 12
"""Bodies of ordinary forms that are received at the same time; as many again may be larger."""
THREADS = 2 * AT_ONCE
WAIT_SECONDS = 1.0
IN_MEMORY_BYTES = 256 * 1024
_CHUNK = 64 * 1024


class Refused(Exception):
    """The body is not taken; the server closes the connection unless what came of it was little."""

    def __init__(self, status: HTTPStatus, text: str, *headers: tuple[str, str]) -> None:
        super().__init__(text)
        self.status, self.text, self.headers = status, text, headers


def limits(backoffice_host: str) -> Callable[[Environ], int]:
    """How many bytes a request may send, by host and path."""

    def limit(environ: Environ) -> int:
        host = str(environ.get("HTTP_HOST", ""))[:300].lower().rsplit(":", 1)[0].rstrip(".")
        if host == backoffice_host:
            return OFFICE_BYTES
        return HOOK_BYTES if environ["PATH_INFO"].startswith("/hooks/") else FORM_BYTES

    return limit


def received(
    application: Application, *, limit: Callable[[Environ], int], refused: Callable[[int], object] = lambda _: None
) -> Application:
    """The application, which finds each body whole; those that are too large or too many it never sees.

    Args:
        application: What is asked.
        limit: How many bytes a request may send.
        refused: Hears the status of what the application never sees.
    """
    small, large = threading.BoundedSemaphore(AT_ONCE), threading.BoundedSemaphore(AT_ONCE)

    def receiving(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        if environ.get("CONTENT_LENGTH", "0") == "0" and "HTTP_TRANSFER_ENCODING" not in environ:
            return application(environ, start_response)
        try:
            length = _length(environ, limit(environ))
            places = small if length <= FORM_BYTES else large
            body = _receive(environ["wsgi.input"], length, places)
        except Refused as refusal:
            refused(refusal.status)
            return _tell(refusal, start_response)
        with body:
            environ["wsgi.input"] = body
            return application(environ, start_response)

    return receiving


def _length(environ: Environ, most: int) -> int:
    """How long the body will be.

    Raises:
        Refused: It is too long, or nobody knows.
    """
    if "HTTP_TRANSFER_ENCODING" in environ:
        raise Refused(HTTPStatus.LENGTH_REQUIRED, "Say how long the body is (Content-Length).")
    length = int(environ["CONTENT_LENGTH"])
    if length > most:
        told = f"{most >> 20} MB" if most >> 20 else f"{most >> 10} kB"
        text = f"This is too large: at most {told} can be sent at once. Go back and send less, such as fewer pictures."
        raise Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, text)
    return length


def _receive(source: IO[bytes], length: int, places: threading.BoundedSemaphore) -> IO[bytes]:
    """Read the whole body into memory or, when it is long, an unnamed file.

    Raises:
        Refused: Too many others are being received, or the client went away.
    """
    # A crowd that sends at once is through in a moment; only those that stall hold places for longer.
    if not places.acquire(timeout=WAIT_SECONDS):
        text = "Too much is being sent to us just now. Go back and send it again in a moment."
        raise Refused(HTTPStatus.SERVICE_UNAVAILABLE, text, ("Retry-After", "5"))
    try:
        return _read(source, length)
    finally:
        places.release()


def _read(source: IO[bytes], length: int) -> IO[bytes]:
    with contextlib.ExitStack() as unless_whole:
        body = unless_whole.enter_context(tempfile.SpooledTemporaryFile(IN_MEMORY_BYTES))
        while body.tell() < length and (chunk := source.read(min(_CHUNK, length - body.tell()))):
            body.write(chunk)
        if body.tell() < length:
            raise Refused(HTTPStatus.BAD_REQUEST, "The body ended too early.")
        body.seek(0)
        unless_whole.pop_all()
    return body


def _tell(refusal: Refused, start_response: StartResponse) -> Iterable[bytes]:
    text = f"{refusal.text}\n".encode()
    headers = [
        ("Content-Type", "text/plain; charset=utf-8"),
        ("Content-Length", str(len(text))),
        ("Cache-Control", "no-store"),
        ("X-Content-Type-Options", "nosniff"),
        *refusal.headers,
    ]
    start_response(f"{refusal.status.value} {refusal.status.phrase}", headers)
    return [text]
