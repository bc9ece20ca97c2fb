"""All that the public sees of the platform's state, read at one moment; pages, feeds and JSON are made of it."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import msgspec
from django.db import connection, transaction
from django.db.models import Prefetch, Q
from django.utils import timezone

from eseller.operations.incidents import history
from eseller.operations.incidents.models import Component, Impact, Incident, Maintenance, Report, Update
from eseller.operations.incidents.states import ComponentState, MaintenanceState, Public, Severity, indicator, worst

MOST_INCIDENTS, MOST_REPORTS, MOST_PLANNED = 200, 500, 100
KEPT = timedelta(days=history.DAYS)


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """A component as it is now, and as it was."""

    number: int
    slug: str
    name: str
    description: str
    position: int
    state: ComponentState
    uptime: float
    days: tuple[history.Day, ...]
    created_at: datetime
    changed_at: datetime


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """One update."""

    number: int
    public: Public
    body: str
    at: datetime


class Affected(msgspec.Struct, frozen=True, kw_only=True):
    """A component in an incident: the worst that it came to, and how it is now."""

    slug: str
    name: str
    worst: ComponentState
    now: ComponentState


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """An incident as the public knows it; updates are the newest first."""

    number: int
    code: str
    title: str
    severity: Severity
    public: Public
    began_at: datetime
    opened_at: datetime
    changed_at: datetime
    monitoring_at: datetime | None
    resolved_at: datetime | None
    next_at: datetime | None
    updates: tuple[Told, ...]
    affected: tuple[Affected, ...]
    report: str

    @property
    def is_over(self) -> bool:
        """Whether the public was told that it is resolved."""
        return self.public in (Public.RESOLVED, Public.POSTMORTEM)


class Planned(msgspec.Struct, frozen=True, kw_only=True):
    """Planned work."""

    number: int
    code: str
    title: str
    body: str
    state: MaintenanceState
    begins_at: datetime
    ends_at: datetime
    created_at: datetime
    changed_at: datetime
    sequence: int
    components: tuple[str, ...]

    @property
    def is_over(self) -> bool:
        """Whether it is done, or will not be."""
        return self.state in (MaintenanceState.COMPLETED, MaintenanceState.CANCELLED)


class Line(msgspec.Struct, frozen=True):
    """A line of a report's timeline."""

    at: datetime
    text: str


class Task(msgspec.Struct, frozen=True, kw_only=True):
    """A preventive action of a report."""

    text: str
    owner: str
    due_on: date
    done_at: datetime | None
    proof: str


class Published(msgspec.Struct, frozen=True, kw_only=True):
    """A report as it is published; all its times are to be shown at one offset from UTC."""

    slug: str
    title: str
    offset_minutes: int
    began_at: datetime
    ended_at: datetime | None
    published_at: datetime
    original_published_on: date | None
    summary: str
    cause: str
    remedy: str
    lessons: str
    shops: int | None
    failed_requests: int | None
    lost_orders: int | None
    author: str
    reviewer: str
    lines: tuple[Line, ...]
    actions: tuple[Task, ...]

    @property
    def minutes(self) -> int | None:
        """How long it lasted."""
        return None if self.ended_at is None else round((self.ended_at - self.began_at).total_seconds() / 60)


class Situation(msgspec.Struct, frozen=True, kw_only=True):
    """All of it."""

    at: datetime
    parts: tuple[Part, ...]
    incidents: tuple[Shown, ...]
    planned: tuple[Planned, ...]
    reports: tuple[Published, ...]

    @property
    def open(self) -> tuple[Shown, ...]:
        """Incidents that are not resolved."""
        return tuple(one for one in self.incidents if not one.is_over)

    @property
    def past(self) -> tuple[Shown, ...]:
        """Those that are."""
        return tuple(one for one in self.incidents if one.is_over)

    @property
    def upcoming(self) -> tuple[Planned, ...]:
        """Planned work that is not over."""
        return tuple(one for one in self.planned if not one.is_over)

    @property
    def worst(self) -> ComponentState:
        """The worst state of a component."""
        return worst(part.state for part in self.parts)

    @property
    def indicator(self) -> Severity:
        """One word for all of it; what is told of is never shown as nothing, whatever its components say."""
        told = [Severity(one.severity) for one in self.open]
        order = list(Severity)
        return max([indicator(part.state for part in self.parts), *told], key=order.index)

    @property
    def changed_at(self) -> datetime:
        """When any of it last changed."""
        moments = [part.changed_at for part in self.parts] + [one.changed_at for one in self.incidents]
        return max([*moments, *(one.changed_at for one in self.planned)], default=self.at)


def gather(now: datetime | None = None) -> Situation:
    """Read it, by a number of statements that does not grow, at one moment of the database."""
    now = now or timezone.now()
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        planned = tuple(_planned(one) for one in _maintenance(now))
        return Situation(
            at=now, parts=tuple(_parts(now, planned)), incidents=tuple(_incidents(now)), planned=planned,
            reports=tuple(_reports()),
        )  # fmt: skip


def _parts(now: datetime, planned: tuple[Planned, ...]) -> list[Part]:
    # What the public was not told of yet is no part of its history either.
    impacts = Impact.objects.filter(
        Q(ended_at=None) | Q(ended_at__gt=now - KEPT - timedelta(days=1)), ~Q(incident__public="")
    ).order_by("began_at")
    in_work = {
        slug for one in planned for slug in one.components
        if one.state in (MaintenanceState.IN_PROGRESS, MaintenanceState.VERIFYING)
    }  # fmt: skip
    found = []
    for component in Component.objects.filter(is_shown=True).prefetch_related(Prefetch("impacts", impacts)):
        rows = list(component.impacts.all())
        spans = [history.Span(ComponentState(row.state), row.began_at, row.ended_at) for row in rows]
        current = [span.state for span in spans if span.ended is None]
        current += [ComponentState.MAINTENANCE] if component.slug in in_work else []
        moments = [moment for row in rows for moment in (row.began_at, row.ended_at) if moment is not None]
        found.append(
            Part(
                number=component.pk, slug=component.slug, name=component.name, description=component.description,
                position=component.position, state=worst(current), uptime=history.uptime(spans, now),
                days=tuple(history.days(spans, now)), created_at=component.created_at,
                changed_at=max([component.created_at, *moments]),
            )
        )  # fmt: skip
    return found


def _incidents(now: datetime) -> list[Shown]:
    rows = (
        Incident.objects.exclude(public="")
        .filter(Q(resolved_at=None) | Q(opened_at__gt=now - KEPT))
        .prefetch_related(
            Prefetch("updates", Update.objects.order_by("-at", "-id")),
            Prefetch("impacts", Impact.objects.select_related("component").order_by("began_at")),
        )
        .select_related("report")
        .order_by("-opened_at")[:MOST_INCIDENTS]
    )
    return [_shown(row) for row in rows]


def _shown(row: Incident) -> Shown:
    updates = tuple(
        Told(number=one.pk, public=Public(one.public), body=one.body, at=one.at) for one in row.updates.all()
    )
    affected: dict[str, list[Impact]] = {}
    for impact in row.impacts.all():
        affected.setdefault(impact.component.slug, []).append(impact)
    report = getattr(row, "report", None)
    return Shown(
        number=row.pk, code=row.code, title=row.title, severity=Severity(row.severity), public=Public(row.public),
        began_at=row.began_at, opened_at=row.opened_at, changed_at=row.changed_at,
        monitoring_at=max((one.at for one in updates if one.public is Public.MONITORING), default=None),
        resolved_at=max((one.at for one in updates if one.public is Public.RESOLVED), default=None),
        next_at=row.update_due_at, updates=updates,
        affected=tuple(
            Affected(
                slug=slug, name=impacts[0].component.name,
                worst=worst(ComponentState(one.state) for one in impacts),
                now=worst(ComponentState(one.state) for one in impacts if one.ended_at is None),
            )
            for slug, impacts in affected.items()
        ),
        report=report.slug if report is not None and report.state == Report.PUBLISHED else "",
    )  # fmt: skip


def _maintenance(now: datetime) -> list[Maintenance]:
    rows = Maintenance.objects.filter(ends_at__gt=now - KEPT).prefetch_related("components")
    return list(rows.order_by("begins_at")[:MOST_PLANNED])


def _planned(row: Maintenance) -> Planned:
    return Planned(
        number=row.pk, code=row.code, title=row.title, body=row.body, state=MaintenanceState(row.state),
        begins_at=row.begins_at, ends_at=row.ends_at, created_at=row.created_at, changed_at=row.changed_at,
        sequence=row.sequence, components=tuple(one.slug for one in row.components.all()),
    )  # fmt: skip


def _reports() -> list[Published]:
    rows = Report.objects.filter(state=Report.PUBLISHED).prefetch_related("lines", "actions").order_by("-began_at")
    return [
        Published(
            slug=row.slug, title=row.title, offset_minutes=row.offset_minutes, began_at=row.began_at,
            ended_at=row.ended_at, published_at=row.published_at or row.changed_at,
            original_published_on=row.original_published_on, summary=row.summary, cause=row.cause,
            remedy=row.remedy, lessons=row.lessons, shops=row.shops, failed_requests=row.failed_requests,
            lost_orders=row.lost_orders, author=row.author, reviewer=row.reviewer,
            lines=tuple(Line(one.at, one.text) for one in row.lines.all()),
            actions=tuple(
                Task(text=one.text, owner=one.owner, due_on=one.due_on, done_at=one.done_at, proof=one.proof)
                for one in row.actions.all()
            ),
        )
        for row in rows[:MOST_REPORTS]
    ]  # fmt: skip


