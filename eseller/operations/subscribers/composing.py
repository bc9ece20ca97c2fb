"""What letters say: mails in the subscriber's language, webhooks as JSON, posts short enough for everywhere."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext

from eseller.operations.incidents.states import MaintenanceState, Public
from eseller.operations.portal import words
from eseller.operations.subscribers import subscribing
from eseller.operations.subscribers.models import Subscriber

MOST_POST = 270
"""Characters: X takes 280, Bluesky 300, Mastodon 500."""


def state_words(content: dict[str, Any]) -> str:
    """What the state is called, in the active language."""
    state = str(content["state"])
    if content["type"].startswith("incident"):
        return words.public(Public(state))
    return words.maintenance(MaintenanceState(state))


def mail(subscriber: Subscriber, content: dict[str, Any]) -> tuple[str, str]:
    """Subject and text of a mail; with nothing to tell, the question whether it is wanted."""
    token = subscribing.token(subscriber)
    base = f"{settings.SITE_URL}/subscribe"
    context: dict[str, Any] = {
        "name": settings.PAGE_NAME, "content": content, "confirm_url": f"{base}/confirm/{token}/",
        "stop_url": f"{base}/stop/{token}/",
    }  # fmt: skip
    with translation.override(subscriber.language), timezone.override("UTC"):
        if not content:
            subject = gettext("Please confirm: news of %(name)s") % {"name": settings.PAGE_NAME}
            return _line(subject), render_to_string("subscribers/confirm.txt", context)
        context |= {
            "state": state_words(content), "at": datetime.fromisoformat(content["at"]),
            "parts": ", ".join(words.component_name(one) for one in content["components"]),
            "begins": _moment(content, "begins"), "ends": _moment(content, "ends"),
        }  # fmt: skip
        subject = f"[{settings.PAGE_NAME}] {context['state']}: {content['title']}"
        return _line(subject), render_to_string("subscribers/news.txt", context)


def hook(subscriber: Subscriber, content: dict[str, Any]) -> dict[str, Any]:
    """The JSON of a webhook, in the envelope of Standard Webhooks: type, timestamp, data."""
    base = f"{settings.SITE_URL}/subscribe"
    token = subscribing.token(subscriber)
    if not content:
        return {
            "type": "subscription.requested", "timestamp": subscriber.made_at.isoformat(),
            "data": {"confirm_url": f"{base}/confirm/{token}/", "page": settings.SITE_URL},
        }  # fmt: skip
    data = {name: value for name, value in content.items() if name not in ("type", "at")}
    return {
        "type": content["type"], "timestamp": content["at"],
        "data": data | {"page": settings.SITE_URL, "unsubscribe_url": f"{base}/stop/{token}/"},
    }  # fmt: skip


def post(content: dict[str, Any]) -> str:
    """A post: the state, what it is about, as much of the text as there is room for, and the link."""
    with translation.override("en"):
        head = f"{state_words(content)}: {content['title']}"
    room = MOST_POST - len(content["url"]) - 2
    body = " ".join(str(content["body"]).split())
    text = f"{head}\n{body}"
    if len(text) > room:
        text = text[: room - 1].rstrip() + "…"
    return f"{text}\n{content['url']}"


def _moment(content: dict[str, Any], name: str) -> datetime | None:
    return datetime.fromisoformat(content[name]) if content.get(name) else None


def _line(text: str) -> str:
    """A header is one line."""
    return " ".join(text.split())[:200]
