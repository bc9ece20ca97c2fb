"""Planned work: announced before it begins, so that nobody is surprised."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from django.db import transaction
from django.utils import timezone

from eseller.kernel.errors import EsellerError
from eseller.operations.incidents.actions import components as known
from eseller.operations.incidents.models import Maintenance
from eseller.operations.incidents.states import MaintenanceState

LONGEST = timedelta(days=14)


class BadPlan(EsellerError):
    """Work has a title, says what people will notice, and ends after it begins."""

    code = "plan_bad"
    status = 422


class NoSuchPlan(EsellerError):
    """There is no planned work of that number that could still be called off."""

    code = "plan_unknown"
    status = 404


def moment(text: str) -> datetime:
    """Read a time such as ``2026-12-01 03:00`` or ``2026-12-01T03:00``; it is UTC unless it says otherwise.

    Raises:
        BadPlan: it is none.
    """
    try:
        told = datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise BadPlan(f"“{text[:40]}” is no time such as 2026-12-01 03:00.") from error
    return told.replace(tzinfo=UTC) if told.tzinfo is None else told.astimezone(UTC)


@transaction.atomic
def plan(
    title: str, body: str, *, begins: datetime, ends: datetime, components: Iterable[str] = (), by: str
) -> Maintenance:
    """Announce work.

    Raises:
        BadPlan: it says nothing, or is not in the future.
        NoSuchComponent: one of those.
    """
    now = timezone.now()
    if not title.strip() or not body.strip():
        raise BadPlan
    if not now < ends or not begins < ends or ends - begins > LONGEST:
        raise BadPlan(f"It ends after it begins, in the future, and takes at most {LONGEST.days} days.")
    affected = known(components)
    made = Maintenance.objects.create(
        title=title.strip()[:200], body=body.strip()[:20_000], begins_at=begins, ends_at=ends, created_by=by,
        created_at=now, changed_at=now,
    )  # fmt: skip
    made.components.set(affected)
    return made


@transaction.atomic
def cancel(number: int, *, by: str) -> Maintenance:  # noqa: ARG001 - who did it is in the console's log
    """Call work off.

    Raises:
        NoSuchPlan: there is none, or it is over.
    """
    found = Maintenance.objects.select_for_update().filter(pk=number).first()
    if found is None or found.state in (MaintenanceState.COMPLETED, MaintenanceState.CANCELLED):
        raise NoSuchPlan
    found.state, found.sequence, found.changed_at = MaintenanceState.CANCELLED, found.sequence + 1, timezone.now()
    found.save(update_fields=["state", "sequence", "changed_at"])
    return found
