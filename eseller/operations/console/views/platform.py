"""What there is of the platform, as its own processes tell it at this moment."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from eseller.operations.console import levers, telling
from eseller.operations.console.charts import LATELY, chart
from eseller.operations.console.guard import page
from eseller.operations.console.models import Errand, Session
from eseller.operations.console.views.frame import frame, show
from eseller.operations.incidents.collecting import collect
from eseller.operations.watch.history import SCALES

DAYS, MOST_CHANGES, MOST_ROWS = 7, 200, 300
CHARTS = {
    "shops": ("storefront", "A test purchase", "Shops by chance", "orders noted"),
    "nodes": ("processes", "requests that wait", "oldest request", "requests refused"),
    "database": ("database",), "cache": ("kept pages", "pages made", "cache calls"),
    "records": ("rows", "snapshot"), "services": ("jobs waiting",),
}  # fmt: skip
"""How the figures begin that a page shows."""
SPANS = {"hours": "Six hours", "week": "A week", "year": "A year"}


def _page(session: Session, here: str, *groups: str, **more: Any) -> dict[str, Any]:
    """What a page about a part of the platform has: the picture, its levers, and the commands that were run of them."""
    found = levers.of_group(*groups)
    errands = Errand.objects.filter(lever__in=[one.name for one in found]).defer("output")[:10] if found else ()
    looked = Errand.objects.filter(lever__in=[one.name for one in found if one.weight is levers.Weight.LOOK])
    return {
        **frame(session, here), "picture": telling.picture(), "levers": found, "errands": errands,
        "charts": _charts(here),
        "latest": looked.first() if found else None, **more,
    }  # fmt: skip


@page()
def shops(request: HttpRequest, session: Session) -> HttpResponse:
    """Shops that fail, or are the busiest."""
    wanted = request.GET.get("q", "").strip()[:100]
    told = telling.shops()
    rows = [one for one in told or () if wanted.lower() in one.name.lower()][:MOST_ROWS]
    failing = [one for one in rows if one.failed]
    return show(
        request, "shops", _page(session, "shops", rows=rows, failing=failing, told=told, wanted=wanted)
    )


@page()
def nodes(request: HttpRequest, session: Session) -> HttpResponse:
    """All processes: which release, how they are, since when."""
    return show(request, "nodes", _page(session, "nodes", "nodes"))


@page()
def database(request: HttpRequest, session: Session) -> HttpResponse:
    """The database: what was last told of it, and what can be done."""
    alerts = [one for one in telling.alerts() or () if one.finding.component == "database" and not one.is_over]
    context = _page(session, "database", "database", alerts=alerts)
    return show(request, "database", {**context, "members": telling.members() or []})


@page()
def cache(request: HttpRequest, session: Session) -> HttpResponse:
    """Kept pages and the caching server."""
    context = _page(session, "cache", "cache")
    context["figures"] = _flat(telling.of_processes(context["picture"], "/figures", kind="web"), ("edge", "cache"))
    return show(request, "cache", context)


@page()
def records(request: HttpRequest, session: Session) -> HttpResponse:
    """Rows that are kept back, so that the page around them is there."""
    context = _page(session, "records", "records")
    told = telling.of_processes(context["picture"], "/findings")
    found = {
        one.get("id", number): one
        for _, _, said in told if isinstance(said, dict)
        for number, one in enumerate(said.get("findings") or []) if isinstance(one, dict)
    }  # fmt: skip
    context["findings"] = list(found.values())[:MOST_ROWS]
    context["is_told"] = any(isinstance(said, dict) for _, _, said in told)
    return show(request, "records", context)


@page()
def services(request: HttpRequest, session: Session) -> HttpResponse:
    """Background services at each worker."""
    context = _page(session, "services", "services")
    context["workers"] = telling.services(context["picture"])
    return show(request, "services", context)


@page()
def rollouts(request: HttpRequest, session: Session) -> HttpResponse:
    """What was changed lately: settings, services, switchovers, from the journals of this machine's processes."""
    found = collect(settings.OPERATIONS_DIR.parent, timezone.now() - timedelta(days=DAYS))
    return show(request, "rollouts", {**frame(session, "rollouts"), "rows": found[::-1][:MOST_CHANGES], "days": DAYS})


@page()
def charts(request: HttpRequest, session: Session) -> HttpResponse:
    """Figures over hours, a week or a year."""
    scale = request.GET.get("scale", "")
    scale = scale if scale in [one.name for one in SCALES] else SCALES[0].name
    told = telling.history(scale)
    context = {
        **frame(session, "charts"), "told": told, "charts": [chart(one) for one in told or ()],
        "spans": [
            {"label": SPANS[one.name], "url": f"?scale={one.name}", "current": one.name == scale, "count": None}
            for one in SCALES
        ],
    }  # fmt: skip
    return show(request, "charts", context)


def _charts(here: str) -> list[Any]:
    """The last hour of the figures that a page is about."""
    words = CHARTS.get(here, ())
    lines = (telling.history("hours") or []) if words else []
    return [chart(one, last=LATELY) for one in lines if one.name.startswith(words)]


def _flat(told: list[tuple[str, str, Any]], parts: tuple[str, ...]) -> list[tuple[str, list[tuple[str, Any]]]]:
    """Figures of some parts of processes, one level deep."""
    found = []
    for name, _, said in told:
        rows: list[tuple[str, Any]] = []
        for part in parts:
            figures = said.get(part) if isinstance(said, dict) else None
            rows += [
                (f"{part}: {key.replace('_', ' ')}", value) for key, value in (figures or {}).items()
                if isinstance(value, int | float | str) and value != ""
            ]  # fmt: skip
        found.append((name, rows))
    return found
