"""Messages on their way to people, through Apprise."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from functools import partial
from typing import Protocol

import apprise

from eseller.operations.alerts.book import Book
from eseller.operations.alerts.directory import Directory
from eseller.operations.alerts.escalation import Alert
from eseller.operations.alerts.messages import Message, way
from eseller.operations.alerts.words import compose

log = logging.getLogger(__name__)


class Link(Protocol):
    """Makes the address at which somebody can take an alert."""

    def __call__(self, alert: Alert, *, who: str) -> str:
        """The address."""


class Courier:
    """Brings what the book has to send.

    Args:
        book: of alerts and messages.
        directory: tells who is there to be told, each time anew.
        link: where an alert can be taken by whom; None: by command only.
    """

    def __init__(
        self, book: Book, directory: Callable[[], Directory], link: Link | None = None
    ) -> None:
        self._book, self._directory, self._link = book, directory, link

    def bring_one(self, now: float) -> bool:
        """Send the message whose turn it is, to all ways of all whom it is for.

        Args:
            now: seconds since 1970.

        Returns:
            Whether there was one.
        """
        message = self._book.next_message(now)
        if message is None:
            return False
        try:
            done, failed = self._bring(message, now)
        except Exception as error:
            log.exception("message %d could not be sent", message.number)
            done, failed = (), repr(error)
        if failed:
            log.warning("message %d has not come by all ways, and is tried again: %s", message.number, failed)
            self._book.failed(message.number, failed, now, done)
        else:
            self._book.sent(message.number)
        return True

    def _bring(self, message: Message, now: float) -> tuple[tuple[str, ...], str]:
        """Send a message by the ways by which it has not come yet; returns those that worked, and what did not."""
        known = {alert.number: alert for alert in self._book.alerts()}
        alerts = [known[number] for number in message.alerts if number in known]
        is_over = bool(alerts) and all(alert.is_over for alert in alerts)
        done, failed = list[str](), list[str]()
        for person in self._directory().told(message.aim, now):
            title, body = compose(alerts, partial(self._link, who=person.name) if self._link else None)
            for url in person.urls:
                if way(url) in (*message.done, *done):
                    continue
                error = send(url, title, body, is_over=is_over)
                failed += [error] if error else []
                done += [] if error else [way(url)]
        return tuple(done), "; ".join(failed)


def send(url: str, title: str, body: str, *, is_over: bool = False) -> str:
    """Send one message by one of Apprise's addresses; returns why that failed, empty if it did not."""
    sender = apprise.Apprise()
    if not sender.add(url):
        return f"{_shown(url)} is no address that messages can be sent to"
    kind = apprise.NotifyType.SUCCESS if is_over else apprise.NotifyType.WARNING
    with apprise.LogCapture(level=logging.WARNING, fmt="%(message)s") as told:  # type: ignore[no-untyped-call]
        if sender.notify(body=body, title=title, notify_type=kind, body_format=apprise.NotifyFormat.TEXT):
            return ""
        words = " ".join(told.getvalue().split())[:200]
    return f"{_shown(url)}: {words or 'it was refused'}"


def unusable(urls: Iterable[str]) -> list[str]:
    """Those addresses that Apprise can do nothing with, without what is secret in them."""
    return [_shown(url) for url in urls if not apprise.Apprise().add(url)]


def _shown(url: str) -> str:
    """The kind of an address alone: what follows may be a password."""
    return f"{url.partition('://')[0][:30]}://…"
