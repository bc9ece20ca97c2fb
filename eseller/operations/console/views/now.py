"""What is wrong now, worst first, with the one thing to do next; and the alerts."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from eseller.operations.alerts.escalation import Alert
from eseller.operations.alerts.escalation import State as AlertState
from eseller.operations.console import credentials, runbooks, telling
from eseller.operations.console.charts import LATELY, chart
from eseller.operations.console.guard import client_of, page
from eseller.operations.console.models import Role, Session
from eseller.operations.console.views.frame import frame, open_incidents, show
from eseller.operations.incidents import actions
from eseller.operations.incidents.components import of_watched
from eseller.operations.incidents.states import ComponentState, Severity
from eseller.operations.watch.burn import Severity as Urgency

PLACES = (
    ("patroni/", "database"), ("cache/", "cache"), ("errors/shop/", "shops"), ("silent/", "nodes"),
    ("health/", "nodes"), ("anew/", "nodes"), ("errors/", "shops"), ("slow/", "charts"), ("slower/", "charts"),
    ("overdue/", "incidents"), ("records/", "records"), ("shops/", "shops"), ("purchase/", "charts"),
)  # fmt: skip
"""Which page of the console is about what kind of finding."""
SHORT = 6


@page()
def now(request: HttpRequest, session: Session) -> HttpResponse:
    """The page that an operator has open."""
    return show(request, "now", {**frame(session, "now"), **_now()})


@page()
def part(request: HttpRequest, session: Session) -> HttpResponse:
    """The part of it that is asked for again and again."""
    return show(request, "now_part", {**frame(session, "now"), **_now()})


def _now() -> dict[str, Any]:
    picture, alerts = telling.picture(), telling.alerts()
    open_alerts = sorted((one for one in alerts or () if not one.is_over), key=_worst_first)
    known = {one.finding.key for one in open_alerts}
    lines = telling.history("hours") or []
    return {
        "picture": picture, "alerts": open_alerts, "incidents": open_incidents(), "page_for": page_for,
        # What was found this second has no alert yet.
        "fresh": [one for one in (picture.findings if picture else ()) if one.key not in known],
        "charts": [chart(one, last=LATELY) for one in lines if one.name.endswith((" requests/s", " failed/s"))][:SHORT],
        "runbook_of": runbooks.address,
    }  # fmt: skip


def _worst_first(one: Alert) -> tuple[bool, bool, float]:
    """What nobody has yet, what can't wait, what is newest."""
    return one.state is AlertState.ACKNOWLEDGED, one.finding.severity is not Urgency.PAGE, -one.opened_at


def page_for(key: str) -> str:
    """Address of the console's page that is about a finding; empty: there is none."""
    name = next((name for start, name in PLACES if key.startswith(start)), "")
    return reverse(f"console:{name}") if name else ""


@page(act=Role.OPERATOR)
def alerts(request: HttpRequest, session: Session) -> HttpResponse:
    """All alerts, and the messages that have gone out; try whether one comes."""
    if request.method == "POST":
        given = {"kind": request.POST.get("kind", "")[:20], "name": request.POST.get("to", "").strip()[:100]}
        number = telling.act("test-message", given)["message"]
        what = f"Sent a test to {given['kind']} {given['name']}, message {number}"
        credentials.log(session.operator.name, "alert", what, client=client_of(request))
        return HttpResponseRedirect(reverse("console:alerts"), status=303)
    told = telling.alerts()
    context = {
        **frame(session, "alerts"), "alerts": told, "open": [one for one in told or () if not one.is_over],
        "over": [one for one in told or () if one.is_over], "messages": (telling.messages() or [])[:50],
        "letters": (telling.letters() or [])[:20],
    }  # fmt: skip
    return show(request, "alerts", context)


@page(act=Role.OPERATOR)
def alert(request: HttpRequest, session: Session, number: int) -> HttpResponse:
    """One alert: take it, close it, make an incident of it."""
    told = telling.alerts()
    found = next((one for one in told or () if one.number == number), None)
    if found is None and told is not None:
        raise Http404
    if request.method == "POST" and found is not None:
        return _do(request, session, found)
    messages = [one for one in telling.messages() or () if number in one.alerts][:50]
    context = {
        **frame(session, "alerts"), "alert": found, "messages": messages, "page_for": page_for,
        "runbook_of": runbooks.address,
    }  # fmt: skip
    return show(request, "alert", context, status=200 if found is not None else 503)


def _do(request: HttpRequest, session: Session, found: Alert) -> HttpResponse:
    name, what = session.operator.name, request.POST.get("do", "")
    target = request.POST.get("back") or reverse("console:alert", kwargs={"number": found.number})
    if not target.startswith("/console/") or "//" in target:
        target = reverse("console:now")
    if what in ("take", "close"):
        told = telling.act(f"{what}-alert", {"number": found.number, "by": name})
        credentials.log(
            name, "alert", f"{what.capitalize()} alert {found.number}, {found.finding.title} It is {told['state']}, "
            f"by {told['by']}", client=client_of(request),
        )  # fmt: skip
    elif what == "incident":
        incident, new = actions.open_incident(
            found.finding.title, by=name, severity=Severity.MAJOR if found.finding.severity is Urgency.PAGE
            else Severity.MINOR, key=found.finding.key,
            impacts=dict.fromkeys(of_watched(found.finding.component), ComponentState.DEGRADED),
        )  # fmt: skip
        if new:
            credentials.log(name, "incident", f"Opened incident {incident.pk} of alert {found.number}")
        target = reverse("console:incident", kwargs={"number": incident.pk})
    return HttpResponseRedirect(target, status=303)


@page()
def runbook(request: HttpRequest, session: Session, name: str) -> HttpResponse:
    """What to do about a kind of alert, as it is written in the repository."""
    text = runbooks.read(name)
    if text is None:
        raise Http404
    return show(request, "runbook", {**frame(session, "alerts"), "text": runbooks.as_html(text), "title": name})
