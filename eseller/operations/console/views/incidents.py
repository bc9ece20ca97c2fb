"""Incidents: what operators do, what the public is told, and the report of what it was."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from eseller.operations.console import credentials, telling
from eseller.operations.console.guard import client_of, number_in, page
from eseller.operations.console.models import Errand, Role, Session
from eseller.operations.console.views.frame import frame, open_incidents, operators, show
from eseller.operations.incidents import actions, clerk, planning, reporting
from eseller.operations.incidents.drafts import draft
from eseller.operations.incidents.models import Component, Incident, Maintenance, Report
from eseller.operations.incidents.states import FOLLOWERS, ComponentState, NotAllowed, Public, Severity, State
from eseller.operations.portal import words
from eseller.operations.portal.markdown import as_html

LISTED, LINES = 100, 500
TOLD = (Public.INVESTIGATING, Public.IDENTIFIED, Public.MONITORING, Public.RESOLVED)


@page(act=Role.OPERATOR)
def incidents(request: HttpRequest, session: Session) -> HttpResponse:
    """All of them; open one by hand."""
    if request.method == "POST":
        title = request.POST.get("title", "").strip()
        if not title:
            raise actions.EmptyUpdate("Say in a few words what is wrong.")
        incident, _ = actions.open_incident(
            title[:200], by=session.operator.name, severity=_one_of(Severity, request.POST.get("severity", "minor")),
            impacts=_impacts(request),
        )  # fmt: skip
        credentials.log(session.operator.name, "incident", f"Opened incident {incident.pk}: {title}")
        return HttpResponseRedirect(reverse("console:incident", kwargs={"number": incident.pk}), status=303)
    past = Incident.objects.filter(state__in=[State.RESOLVED, State.CLOSED]).select_related("report")[:LISTED]
    context = {
        **frame(session, "incidents"), "open": open_incidents(), "past": past, "components": Component.objects.all(),
        "severities": [one for one in Severity if one is not Severity.NONE], "words": words,
        "states": list(ComponentState),
    }  # fmt: skip
    return show(request, "incidents", context)


@page(act=Role.OPERATOR)
def incident(request: HttpRequest, session: Session, number: int) -> HttpResponse:
    """One of them."""
    found = Incident.objects.select_related("report").filter(pk=number).first()
    if found is None:
        raise Http404
    if request.method == "POST":
        _do(request, session, found)
        return HttpResponseRedirect(reverse("console:incident", kwargs={"number": number}), status=303)
    impacts = list(found.impacts.select_related("component"))
    names = list(dict.fromkeys(one.component.name for one in impacts))
    minutes = actions.NEXT_UPDATE[Severity(found.severity)]
    chosen = request.GET.get("draft") or (found.public if found.public in TOLD else Public.INVESTIGATING)
    chosen = chosen if chosen in TOLD else Public.INVESTIGATING
    current = {one.component.slug: one.state for one in impacts if one.ended_at is None}
    context = {
        **frame(session, "incidents"), "incident": found, "impacts": impacts, "minutes": minutes,
        "updates": found.updates.all()[:LISTED], "entries": found.entries.all()[:LINES], "words": words,
        "as_html": as_html, "steps": FOLLOWERS[State(found.state)], "chosen": Public(chosen), "current": current,
        "drafts": [
            {"label": words.public(one), "url": f"?draft={one}#tell", "current": one == chosen, "count": None}
            for one in TOLD
        ],
        "draft": draft(Public(chosen), names, minutes), "components": Component.objects.all(),
        "states": list(ComponentState), "people": operators(), "failing": _failing(),
        "report": getattr(found, "report", None), "errands": Errand.objects.filter(incident=number)[:20],
    }  # fmt: skip
    return show(request, "incident", context)


def _do(request: HttpRequest, session: Session, found: Incident) -> None:
    name, what = session.operator.name, request.POST.get("do", "")
    given = {key: str(value).strip() for key, value in request.POST.items()}
    number = int(found.pk)
    if what == "update":
        actions.post_update(
            number, _one_of(Public, given.get("public", "")), given.get("body", "")[:20_000], by=name,
            impacts=_impacts(request), next_minutes=_minutes(given.get("minutes", "")), failing=_failing(),
            reason=given.get("reason", ""),
        )  # fmt: skip
    elif what == "move":
        actions.move(number, _one_of(State, given.get("state", "")), by=name)
    elif what == "assign":
        actions.assign(
            number, by=name, lead=given.get("lead"), speaker=given.get("speaker"), scribe=given.get("scribe")
        )
    elif what == "note" and given.get("text"):
        with transaction.atomic():
            actions.note(actions.find(number), "note", given["text"], by=name, hidden="hidden" in given)
    elif what in ("hide", "show"):
        actions.hide(number, number_in(given.get("entry", "")), by=name, hidden=what == "hide")
    elif what == "numbers":
        actions.count(number, by=name, **{key: _count(given.get(key, "")) for key in actions.NUMBERS})
    elif what == "report":
        reporting.draft(number, by=name)
    credentials.log(name, "incident", f"Incident {number}: {what} {given.get('public') or given.get('state') or ''}",
                    client=client_of(request))  # fmt: skip


@page(act=Role.OPERATOR)
def report(request: HttpRequest, session: Session, slug: str) -> HttpResponse:
    """A report: write it, have it read, publish it, and see what was promised done."""
    found = Report.objects.filter(slug=slug).first()
    if found is None:
        raise Http404
    if request.method == "POST":
        name, what = session.operator.name, request.POST.get("do", "")
        target = slug
        if what == "write":
            target = reporting.take_in(request.POST.get("text", ""), by=name, replaces=slug).slug
        elif what == "submit":
            reporting.submit(slug)
        elif what == "publish":
            reporting.publish(slug, by=name)
        elif what == "done":
            reporting.mark_done(
                slug, number_in(request.POST.get("action", "")), by=name, proof=request.POST.get("proof", "")
            )
        credentials.log(name, "report", f"Report {slug}: {what}", client=client_of(request))
        return HttpResponseRedirect(reverse("console:report", kwargs={"slug": target}), status=303)
    context = {
        **frame(session, "incidents"), "report": found, "text": reporting.write(found), "actions": found.actions.all(),
        "mine": found.author == session.operator.name,
    }  # fmt: skip
    return show(request, "report", context)


@page(act=Role.OPERATOR)
def maintenance(request: HttpRequest, session: Session) -> HttpResponse:
    """Planned work: announce it, and call it off."""
    name = session.operator.name
    if request.method == "POST":
        given = request.POST
        if given.get("do") == "cancel":
            planning.cancel(number_in(given.get("number", "")), by=name)
        else:
            planning.plan(
                given.get("title", ""), given.get("body", ""), begins=planning.moment(given.get("begins", "")),
                ends=planning.moment(given.get("ends", "")), components=given.getlist("component"), by=name,
            )  # fmt: skip
        what = f"Maintenance: {given.get('do', '')} {given.get('title', '')}"
        credentials.log(name, "maintenance", what, client=client_of(request))
        return HttpResponseRedirect(reverse("console:maintenance"), status=303)
    rows = Maintenance.objects.prefetch_related("components").order_by("-begins_at")[:LISTED]
    context = {
        **frame(session, "maintenance"), "rows": rows, "components": Component.objects.all(), "words": words,
        "now": timezone.now(),
    }  # fmt: skip
    return show(request, "maintenance", context)


def _impacts(request: HttpRequest) -> dict[str, ComponentState]:
    found = {}
    for slug in Component.objects.values_list("slug", flat=True):
        if value := request.POST.get(f"component-{slug}", ""):
            found[slug] = _one_of(ComponentState, value)
    return found


def _failing() -> set[str]:
    told = telling.alerts()
    return clerk.failing(told) if told is not None else set()


def _one_of(kind: Any, word: str) -> Any:
    try:
        return kind(word)
    except ValueError:
        raise NotAllowed(f"It is one of {', '.join(kind)}.") from None


def _minutes(text: str) -> int | None:
    return min(1440, max(5, int(text))) if text.isascii() and text.isdigit() and len(text) < 6 else None


def _count(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None
