"""Pull a lever: what it does is said before, what came of it after."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from eseller.operations.console import credentials, errands, levers
from eseller.operations.console.guard import client_of, page
from eseller.operations.console.models import Act, Errand, Role, Session
from eseller.operations.console.throttle import TooManyAttempts
from eseller.operations.console.views.frame import frame, show

LISTED = 50


@page()
def overview(request: HttpRequest, session: Session) -> HttpResponse:
    """All levers, and what was done with them."""
    groups: dict[str, list[levers.Lever]] = {}
    for lever in levers.ALL:
        groups.setdefault(lever.group, []).append(lever)
    context = {**frame(session, "levers"), "groups": groups, "errands": Errand.objects.defer("output")[:LISTED]}
    return show(request, "levers", context)


@page(act=Role.OPERATOR)
def lever(request: HttpRequest, session: Session, name: str) -> HttpResponse:
    """What a lever does, and what it needs to know; sent, it is pulled."""
    try:
        found = levers.find(name)
    except levers.UnknownLever as error:
        raise Http404 from error
    given = {field.name: request.POST.get(field.name, request.GET.get(field.name, ""))[:400] for field in found.fields}
    context = {**frame(session, "levers"), "lever": found, "given": given, "problem": ""}
    if request.method == "POST":
        try:
            levers.checked(found, given)
            if found.weight is levers.Weight.GRAVE:
                credentials.confirm(session.operator, request.POST.get("code", ""))
            errand = errands.ask(found, given, by=session.operator.name, client=client_of(request))
        except (levers.BadArguments, credentials.WrongCredentials, TooManyAttempts) as error:
            context["problem"] = error.message
            return show(request, "lever", context, status=error.status)
        return HttpResponseRedirect(reverse("console:errand", kwargs={"number": errand.pk}), status=303)
    return show(request, "lever", context)


@page()
def errand(request: HttpRequest, session: Session, number: int) -> HttpResponse:
    """What a command says, while it runs and after."""
    return _errand(request, session, number, "errand")


@page()
def errand_part(request: HttpRequest, session: Session, number: int) -> HttpResponse:
    """The part of it that is asked for again and again."""
    return _errand(request, session, number, "errand_part")


def _errand(request: HttpRequest, session: Session, number: int, template: str) -> HttpResponse:
    found = Errand.objects.filter(pk=number).first()
    if found is None:
        raise Http404
    context = {**frame(session, "levers"), "errand": found, "lever": levers.BY_NAME.get(found.lever)}
    return show(request, template, context)


@page()
def log(request: HttpRequest, session: Session) -> HttpResponse:
    """Who did what, the newest first."""
    before = request.GET.get("before", "")
    rows = Act.objects.all()
    if before.isascii() and before.isdigit() and len(before) < 19:
        rows = rows.filter(pk__lt=int(before))
    found = list(rows.order_by("-id")[: LISTED + 1])
    more = found[LISTED - 1].pk if len(found) > LISTED else None
    return show(request, "log", {**frame(session, "log"), "acts": found[:LISTED], "more": more})
