"""Incidents as an Atom feed, planned work as a calendar."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.utils.feedgenerator import Atom1Feed
from icalendar import Calendar, Event

from eseller.operations.incidents.states import MaintenanceState
from eseller.operations.portal.markdown import as_html
from eseller.operations.portal.situation import Planned, Shown, Situation

ENTRIES = 25
FEED = "application/atom+xml; charset=utf-8"
CALENDAR = "text/calendar; charset=utf-8"
_STATUS = {MaintenanceState.CANCELLED: "CANCELLED"}


def atom(found: Situation, *, name: str, url: str) -> str:
    """The newest incidents as Atom (RFC 4287); an entry keeps its id through all its updates.

    Args:
        found: what is so.
        name: of the page.
        url: its public address, without a slash at its end.
    """
    host = urlsplit(url).hostname or "localhost"
    feed = _Feed(
        title=f"{name}: incidents", link=f"{url}/", description=None, language="en", author_name=name,
        feed_url=f"{url}/history.atom", feed_guid=f"tag:{host},2005:/history",
    )  # fmt: skip
    feed.changed_at = found.changed_at
    for shown in found.incidents[:ENTRIES]:
        feed.add_item(
            title=shown.title, link=f"{url}/incidents/{shown.code}/", description="",
            unique_id=f"tag:{host},2005:Incident/{shown.number}", pubdate=shown.opened_at,
            updateddate=max([shown.changed_at, *(one.at for one in shown.updates)]), content=_told(shown),
        )  # fmt: skip
    return feed.writeString("utf-8")


class _Feed(Atom1Feed):
    """With HTML in its entries, as readers want it, and the time of the last change rather than that of reading."""

    changed_at: datetime | None = None

    def latest_post_date(self) -> datetime:
        return self.changed_at or super().latest_post_date()

    def add_item_elements(self, handler: Any, item: dict[str, Any]) -> None:
        super().add_item_elements(handler, item)
        handler.addQuickElement("content", item["content"], {"type": "html"})


def _told(shown: Shown) -> str:
    parts = []
    for one in shown.updates:
        moment = f"{one.at:%d %b %Y %H:%M} UTC"
        parts.append(f"<p><strong>{one.public.capitalize()}</strong>, {moment}</p>{as_html(one.body)}")
    return "".join(parts)


def calendar(found: Situation, *, name: str, url: str) -> bytes:
    """Planned work as iCalendar (RFC 5545); a change has a higher sequence, and what is cancelled says so."""
    told = Calendar()
    told.add("prodid", "-//eSeller Cloud//Status//EN")
    told.add("version", "2.0")
    told.add("method", "PUBLISH")
    told.add("x-wr-calname", f"{name}: maintenance")
    for planned in found.planned:
        told.add_component(_event(planned, url))
    return bytes(told.to_ical())


def _event(planned: Planned, url: str) -> Event:
    event = Event()
    event.add("uid", f"{planned.code}@{urlsplit(url).hostname or 'localhost'}")
    event.add("dtstamp", planned.changed_at)
    event.add("dtstart", planned.begins_at)
    event.add("dtend", planned.ends_at)
    event.add("summary", planned.title)
    event.add("description", planned.body)
    event.add("url", f"{url}/maintenance/#{planned.code}")
    event.add("status", _STATUS.get(planned.state, "CONFIRMED"))
    event.add("sequence", planned.sequence)
    event.add("last-modified", planned.changed_at)
    return event
