"""Letters of what the public was told: made once for each event, for everybody who wants to know."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction

from eseller.operations.incidents.models import Maintenance, Update
from eseller.operations.subscribers.models import Letter, Spread, Subscriber

LATE = timedelta(days=1)
"""What is older is no news: it is not spread after a standstill of that length."""
KEPT = timedelta(days=30)
_BATCH = 1000


def spread(places: Iterable[str], now: datetime) -> int:
    """Make letters of all that is new; returns how many events there were.

    Args:
        places: names of where the public reads posts.
        now: the time.
    """
    done = 0
    known = set(Spread.objects.filter(at__gt=now - 2 * LATE).values_list("event", flat=True))
    for event, content, slugs in _events(now):
        if event not in known and _spread_one(event, content, slugs, tuple(places)):
            done += 1
    if done:
        Letter.objects.filter(made_at__lt=now - KEPT).exclude(state=Letter.State.WAITING).delete()
        Spread.objects.filter(at__lt=now - KEPT).delete()
    return done


@transaction.atomic
def _spread_one(event: str, content: dict[str, Any], slugs: set[str], places: tuple[str, ...]) -> bool:
    _, new = Spread.objects.get_or_create(event=event)
    if not new:
        return False
    wanted = Subscriber.objects.filter(confirmed_at__isnull=False).only("pk", "components")
    letters = [
        Letter(subscriber=one, event=event, content=content) for one in wanted.iterator(_BATCH)
        if not one.components or slugs & set(one.components)
    ]  # fmt: skip
    letters += [Letter(place=place, event=event, content=content) for place in dict.fromkeys(places)]
    Letter.objects.bulk_create(letters, batch_size=_BATCH)
    return True


def _events(now: datetime) -> Iterator[tuple[str, dict[str, Any], set[str]]]:
    updates = Update.objects.filter(at__gt=now - LATE).select_related("incident").order_by("at", "id")
    for one in updates.prefetch_related("incident__impacts__component"):
        impacts = list(one.incident.impacts.all())
        yield f"update/{one.pk}", {
            "type": "incident.updated", "title": one.incident.title, "state": one.public, "body": one.body,
            "at": one.at.isoformat(), "severity": one.incident.severity, "code": one.incident.code,
            "url": f"{settings.SITE_URL}/incidents/{one.incident.code}/",
            "components": sorted({impact.component.name for impact in impacts}),
        }, {impact.component.slug for impact in impacts}  # fmt: skip
    planned = Maintenance.objects.filter(changed_at__gt=now - LATE).prefetch_related("components")
    for row in planned.order_by("changed_at", "id"):
        # A change of its text alone is no news; of its state it is.
        yield f"maintenance/{row.pk}/{row.state}", {
            "type": "maintenance.updated", "title": row.title, "state": row.state, "body": row.body,
            "at": row.changed_at.isoformat(), "begins": row.begins_at.isoformat(), "ends": row.ends_at.isoformat(),
            "code": row.code, "url": f"{settings.SITE_URL}/maintenance/#{row.code}",
            "components": [one.name for one in row.components.all()],
        }, {one.slug for one in row.components.all()}  # fmt: skip
