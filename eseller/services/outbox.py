"""The outbox: a mail is written with the change that causes it, and sent by a job after the commit."""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from eseller.tenancy.hosts import ShopInfo

Payload = Mapping[str, Any]


class Mail(msgspec.Struct, frozen=True, kw_only=True):
    """A mail as it is to be rendered: ``template`` is ``mail/NAME`` without its ``.html`` or ``.txt``."""

    subject: str
    template: str
    values: dict[str, Any]
    sender_name: str | None = None
    """The shop's name where None."""


Render = Callable[[ShopInfo, Payload, str], Mail | None]
"""From shop, payload and language to the mail; None when there is nothing to tell any more. Runs in the shop's transaction."""


def register(kind: str, render: Render) -> None:
    """Say how mails of a kind are made; called in ``AppConfig.ready``."""
    raise NotImplementedError


def put(*, kind: str, key: str, recipient: str, language: str, payload: Payload) -> bool:
    """Write a mail in the current shop transaction; it is sent after the commit. False when ``key`` was used before.

    Args:
        kind: a registered kind, such as ``order_confirmation``.
        key: makes putting it twice harmless, such as ``order_confirmation:17``.
        payload: ids to render from; no personal data.
    """
    raise NotImplementedError
