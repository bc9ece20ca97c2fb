"""Commands that operators ask for: asked here, run by the hand, each once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from eseller.operations.console import levers
from eseller.operations.console.credentials import log
from eseller.operations.console.models import OUTPUT, Errand
from eseller.operations.incidents import actions
from eseller.operations.incidents.models import Incident
from eseller.operations.incidents.states import State

KEPT = 1000


@transaction.atomic
def ask(lever: levers.Lever, given: Mapping[str, str], *, by: str, client: str = "") -> Errand:
    """Have a lever pulled; it is in the log, and in the timeline of the incident that is open.

    Raises:
        BadArguments: what was given is not what the lever takes.
    """
    arguments = levers.checked(lever, given)
    words = "eseller " + " ".join(lever.command(arguments))
    incident = None
    if lever.weight is not levers.Weight.LOOK:
        incident = Incident.objects.exclude(state__in=[State.RESOLVED, State.CLOSED]).order_by("-opened_at").first()
    errand = Errand.objects.create(
        lever=lever.name, arguments=arguments, words=words[:500], by=by, incident=incident.pk if incident else None
    )
    log(by, "lever", f"{lever.title}: {words}", client=client)
    return errand


def take(now: datetime) -> Errand | None:
    """Take the next one to run; nobody else gets it."""
    with transaction.atomic():
        waiting = Errand.objects.select_for_update(skip_locked=True).filter(state=Errand.State.WAITING)
        errand = waiting.order_by("asked_at", "id").first()
        if errand is not None:
            errand.state, errand.began_at = Errand.State.RUNNING, now
            errand.save(update_fields=["state", "began_at"])
            _note(errand, "begins")
    return errand


def tell(errand: Errand, output: str) -> None:
    """Keep what a command has said so far."""
    Errand.objects.filter(pk=errand.pk).update(output=output[-OUTPUT:].replace("\x00", ""))


@transaction.atomic
def end(errand: Errand, state: Errand.State, output: str, code: int | None = None) -> None:
    """Keep what came of it."""
    errand.state, errand.ended_at, errand.code = state, timezone.now(), code
    errand.output = output[-OUTPUT:].replace("\x00", "")
    errand.save(update_fields=["state", "ended_at", "code", "output"])
    _note(errand, "is done" if state == Errand.State.DONE else f"ended: {state.label}")


def break_off_running() -> int:
    """Mark what ran when the hand last ended: nobody knows what came of it; returns how many."""
    return Errand.objects.filter(state=Errand.State.RUNNING).update(
        state=Errand.State.BROKEN, ended_at=Now(),
        output="The process that ran it ended. See what came of it before you ask again.",
    )  # fmt: skip


def forget_old() -> None:
    """Keep the newest ones."""
    oldest = Errand.objects.order_by("-asked_at", "-id").values_list("pk", flat=True)[KEPT:]
    Errand.objects.filter(pk__in=list(oldest[:KEPT])).delete()


def _note(errand: Errand, what: str) -> None:
    incident = Incident.objects.filter(pk=errand.incident).first() if errand.incident else None
    if incident is not None:
        source = f"errand/{errand.pk}/{what.partition(' ')[0]}"
        actions.note(incident, "lever", f"{errand.words} {what}", by=errand.by, source=source)
