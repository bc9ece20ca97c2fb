"""What is around every page of the console."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation

from eseller.operations.console.guard import may
from eseller.operations.console.models import Operator, Role, Session
from eseller.operations.incidents.models import Incident
from eseller.operations.incidents.states import State

NAVIGATION = (
    ("", (
        ("now", "What is wrong now", "activity"), ("alerts", "Alerts", "bell"), ("incidents", "Incidents", "warning"),
    )),
    ("Platform", (
        ("shops", "Shops", "store"), ("nodes", "Nodes", "server"), ("database", "Database", "database"),
        ("cache", "Cache", "download"), ("records", "Records", "file"), ("services", "Services", "settings"),
        ("rollouts", "Changes", "history"), ("charts", "Charts", "chart"),
    )),
    ("Operations", (
        ("levers", "Levers", "wrench"), ("maintenance", "Maintenance", "calendar"),
        ("subscribers", "Subscribers", "mail"), ("log", "Log", "clock"), ("operators", "Operators", "users"),
    )),
)  # fmt: skip


def frame(session: Session, here: str) -> dict[str, Any]:
    """What every page needs to know: who it is for, and where it is."""
    operator = session.operator
    return {
        "name": settings.PAGE_NAME, "here": here, "operator": operator, "may_act": may(operator, Role.OPERATOR),
        "navigation": [
            (title, [{"label": label, "url": reverse(f"console:{key}"), "icon": icon, "current": key == here}
                     for key, label, icon in rows])
            for title, rows in NAVIGATION
        ],
        "at": timezone.now(), "moment_of": moment_of, "age": age,
    }  # fmt: skip


def show(request: HttpRequest, template: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    """Answer with a page; the console speaks English, as findings, runbooks and commands do, and tells UTC."""
    with translation.override("en"), timezone.override("UTC"):
        return HttpResponse(render_to_string(f"console/{template}.html", context, request=request), status=status)


def moment_of(seconds: float) -> datetime:
    """A moment of seconds since 1970."""
    return datetime.fromtimestamp(seconds, UTC)


def age(moment: datetime | float) -> str:
    """How long ago something was, in the largest unit that says it."""
    at = moment if isinstance(moment, datetime) else moment_of(moment)
    seconds = max(0, int((timezone.now() - at).total_seconds()))
    for unit, length in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= length:
            return f"{seconds // length} {unit}"
    return f"{seconds} s"


def open_incidents() -> list[Incident]:
    """Incidents that are not over, the newest first."""
    return list(Incident.objects.exclude(state__in=[State.RESOLVED, State.CLOSED])[:50])


def operators() -> list[Operator]:
    """Everybody who may sign in."""
    return list(Operator.objects.filter(is_active=True)[:200])
