"""Where mails go: to a mail server, or into a directory that the mailbox page shows."""

import os
import secrets
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend

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
    connection: BaseEmailBackend = get_connection("django.core.mail.backends.smtp.EmailBackend", **smtp_options())
    return connection


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
    unfinished = folder / f".{name}"
    with unfinished.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(folder / name)
