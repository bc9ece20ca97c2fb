"""Where mails go: to a mail server, or into a directory that the mailbox page shows."""

import contextlib
import os
import secrets
import smtplib
import socket
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.backends.smtp import EmailBackend

KEPT = 500
"""So many mails stay in the mailbox; older ones make room."""
_PORTS = {"smtp": 25, "smtp+tls": 587, "smtps": 465}


def mailbox_dir() -> Path:
    """Return the directory of the mails that were not sent to a server, each a file ``*.eml``, newest last by name."""
    return Path(settings.DATA_DIR) / "mailbox"


def mail_connection() -> BaseEmailBackend:
    """Return what sends mails, by ``ESELLER_MAIL_URL``."""
    if not settings.MAIL_URL:
        return MailboxBackend()
    return ServerBackend(**smtp_options())


def smtp_options() -> dict[str, Any]:
    """Return the options of Django's SMTP backend that ``ESELLER_MAIL_URL`` asks for."""
    address = urlsplit(settings.MAIL_URL)
    return {
        "host": address.hostname or "localhost",
        "port": address.port or _PORTS[address.scheme],
        "username": unquote(address.username or ""),
        "password": unquote(address.password or ""),
        "use_tls": address.scheme == "smtp+tls",
        "use_ssl": address.scheme == "smtps",
        "timeout": settings.EMAIL_TIMEOUT,
    }


class _Hurried(smtplib.SMTP):
    """A talk with a mail server that is cut off in time: a server that says a letter now and then never times out."""

    _limit: threading.Timer | None = None

    def connect(self, *args: Any, **values: Any) -> tuple[int, bytes]:
        self._limit = threading.Timer(settings.MAIL_DEADLINE, self._cut)
        self._limit.daemon = True
        self._limit.start()
        try:
            return super().connect(*args, **values)
        except OSError:
            self.close()
            raise

    def close(self) -> None:
        if self._limit is not None:
            self._limit.cancel()
        super().close()

    def _cut(self) -> None:
        if self.sock is not None:
            with contextlib.suppress(OSError):
                self.sock.shutdown(socket.SHUT_RDWR)


class _HurriedTls(_Hurried, smtplib.SMTP_SSL):
    """The same over TLS."""


class ServerBackend(EmailBackend):
    """Hands mails to a mail server: each step has ``EMAIL_TIMEOUT``, all of it ``MAIL_DEADLINE``."""

    @property
    def connection_class(self) -> type[smtplib.SMTP]:
        """Return how we talk."""
        return _HurriedTls if self.use_ssl else _Hurried


class MailboxBackend(BaseEmailBackend):
    """Keeps mails as files. A file appears whole or not at all."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Write each mail to a file of its own and delete the oldest beyond KEPT."""
        folder = mailbox_dir()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for message in email_messages:
            _write(folder, message.message().as_bytes())
        for old in sorted(folder.glob("*.eml"))[:-KEPT]:
            old.unlink(missing_ok=True)
        return len(email_messages)


def _write(folder: Path, content: bytes) -> None:
    name = f"{time.time_ns():020d}-{secrets.token_hex(4)}.eml"
    # Of another kind than the finished ones, lest somebody who makes room takes it for an old mail.
    unfinished = folder / f"{name}.part"
    with unfinished.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(folder / name)
