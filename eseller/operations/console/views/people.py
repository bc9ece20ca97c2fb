"""Operators: who there is, what they may do, links that let them in."""

from __future__ import annotations

import re

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse

from eseller.kernel.errors import EsellerError
from eseller.operations.console import credentials
from eseller.operations.console.guard import may, number_in, page
from eseller.operations.console.models import Operator, Role, Session
from eseller.operations.console.views.frame import frame, show
from eseller.operations.subscribers import subscribing
from eseller.operations.subscribers.models import Letter, Subscriber

LISTED = 100
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,60}")


class BadName(EsellerError):
    """A name has small letters, digits and hyphens, as in the file of who is told."""

    code = "name_bad"
    status = 422


@page(act=Role.ADMINISTRATOR)
def operators(request: HttpRequest, session: Session) -> HttpResponse:
    """All of them; an administrator makes links that let somebody in, and bars others."""
    link, who, me = "", "", session.operator
    if request.method == "POST":
        name, what = request.POST.get("who", "").strip().lower(), request.POST.get("do", "")
        if what == "add":
            if not _NAME.fullmatch(name):
                raise BadName
            role = request.POST.get("role", "")
            found = credentials.add(name, role=Role(role) if role in Role.values else Role.OPERATOR, by=me.name)
        else:
            known = Operator.objects.filter(name=name).first()
            if known is None:
                raise Http404
            found = known
        if what == "bar" and found != me:
            credentials.bar(found, by=me.name)
        elif what in ("add", "link"):
            if what == "link":
                credentials.reset(found, by=me.name)
            link, who = f"{settings.SITE_URL}/{credentials.setup_path(found)}", found.name
    context = {
        **frame(session, "operators"), "rows": Operator.objects.all()[:200], "roles": Role.choices, "link": link,
        "who": who, "may_manage": may(me, Role.ADMINISTRATOR),
    }  # fmt: skip
    return show(request, "operators", context)


@page(act=Role.OPERATOR)
def subscribers(request: HttpRequest, session: Session) -> HttpResponse:
    """Who is told of incidents by mail or webhook, and what could not be delivered."""
    if request.method == "POST":
        found = Subscriber.objects.filter(pk=number_in(request.POST.get("number", ""))).first()
        if found is None:
            raise Http404
        subscribing.remove(found)
        credentials.log(session.operator.name, "subscribers", f"Removed subscriber {found.pk}")
    context = {
        **frame(session, "subscribers"), "counts": subscribing.counts(), "rows": Subscriber.objects.all()[:LISTED],
        "letters": Letter.objects.select_related("subscriber")[:LISTED],
    }  # fmt: skip
    return show(request, "subscribers", context)
