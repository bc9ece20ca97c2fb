"""A place for messages that need no server: ``mailbox://NAME`` as an address of Apprise writes to a file here."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import msgspec

from eseller.kernel import lines

SCHEMA = "mailbox"
MOST_BYTES, KEPT = 1024 * 1024, 200


class Letter(msgspec.Struct, frozen=True, kw_only=True):
    """A message that has come.

    Attributes:
        at: seconds since 1970.
        to: whose mailbox.
        title: what it is called.
        body: its text.
    """

    at: float
    to: str
    title: str
    body: str


class Mailbox:
    """Letters in a file.

    Args:
        path: the file.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def put(self, letter: Letter) -> None:
        """Keep a letter; the oldest go when there are many.

        Raises:
            OSError: it could not be written.
        """
        lines.append(self._path, letter)
        if self._path.stat().st_size > MOST_BYTES:
            kept = self.letters()[:KEPT]
            draft = self._path.with_suffix(".new")
            draft.write_bytes(b"".join(msgspec.json.encode(one) + b"\n" for one in reversed(kept)))
            draft.replace(self._path)

    def letters(self) -> list[Letter]:
        """What is there, the newest first."""
        return lines.read(self._path, Letter)[::-1]

    def offer(self) -> None:
        """Make Apprise know the address; the last mailbox of a process is the one that counts."""
        from apprise.decorators import notify
        from apprise.manager_plugins import NotificationManager

        known: Any = NotificationManager
        if SCHEMA in known():
            known().remove(SCHEMA)

        @notify(on=SCHEMA, name="Mailbox")  # type: ignore[untyped-decorator, no-untyped-call, unused-ignore]
        def bring(body: str, title: str, notify_type: str, meta: dict[str, Any], *_a: Any, **_k: Any) -> bool:  # noqa: ARG001
            try:
                self.put(Letter(at=time.time(), to=str(meta.get("host") or ""), title=title, body=body))
            except OSError:
                return False
            return True
