"""Reads mails from the directory in which they are kept. A file that can't be read is left out."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from email import policy
from email.errors import MessageError
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path

import msgspec

from eseller.services.mailer import mailbox_dir

NAME = re.compile(r"[0-9]{20}-[0-9a-f]{8}\.eml")
MOST_BYTES = 2 * 1024 * 1024
MOST_LISTED = 500
_HEAD_BYTES = 64 * 1024


class Envelope(msgspec.Struct, frozen=True):
    """What the list shows of a mail."""

    name: str
    at: datetime
    shop: str
    sender: str
    recipient: str
    subject: str


class Letter(msgspec.Struct, frozen=True):
    """A whole mail; ``html`` is empty where it has none."""

    envelope: Envelope
    text: str
    html: str


def envelopes(shop: str = "") -> list[Envelope]:
    """Return the mails of a shop (all where empty), newest first."""
    return [letter for letter in _envelopes() if not shop or letter.shop == shop]


def shops() -> list[str]:
    """Return the shops that mails were sent for."""
    return sorted({letter.shop for letter in _envelopes() if letter.shop})


def letter(name: str) -> Letter | None:
    """Return one mail by the name of its file; None when there is none, or it is unreadable or too large."""
    path = _path(name)
    if path is None:
        return None
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
        if len(content) > MOST_BYTES:
            return None
        message = BytesParser(policy=policy.default).parsebytes(content)
        return Letter(_envelope(name, message), _part(message, "plain"), _part(message, "html"))
    except (OSError, ValueError, LookupError, MessageError):
        return None


def _envelopes() -> Iterator[Envelope]:
    parser = BytesParser(policy=policy.default)
    for path in sorted(mailbox_dir().glob("*.eml"), reverse=True)[:MOST_LISTED]:
        if not NAME.fullmatch(path.name):
            continue
        try:
            with path.open("rb") as file:
                head = file.read(_HEAD_BYTES)
            yield _envelope(path.name, parser.parsebytes(head, headersonly=True))
        except (OSError, ValueError, LookupError, MessageError):
            continue


def _path(name: str) -> Path | None:
    return mailbox_dir() / name if NAME.fullmatch(name) else None


def _envelope(name: str, message: EmailMessage) -> Envelope:
    return Envelope(
        name=name,
        at=datetime.fromtimestamp(int(name[:20]) / 1e9, tz=UTC),
        shop=str(message.get("X-Shop", ""))[:60],
        sender=str(message.get("From", ""))[:300],
        recipient=str(message.get("To", ""))[:300],
        subject=str(message.get("Subject", ""))[:300],
    )


def _part(message: EmailMessage, kind: str) -> str:
    part = message.get_body(preferencelist=(kind,))
    return str(part.get_content()) if part is not None else ""
