"""``eseller incidents`` and ``eseller status``: what has happened, what the public is told, and the public site."""

from __future__ import annotations

import getpass
import json
import os
from pathlib import Path
from typing import Annotated, Any

import typer

from eseller.cli import panels
from eseller.cli.shop import AsJson

group = typer.Typer(help="Incidents: open them, tell the public, note what is done.", no_args_is_help=True)
status = typer.Typer(help="The public status site.", no_args_is_help=True)
Number = Annotated[int, typer.Argument(min=1, help="Number of the incident, as the list shows it.")]
By = Annotated[str, typer.Option("--by", help="Who you are; your login unless given.")]
Parts = Annotated[
    list[str] | None,
    typer.Option(
        "--component", metavar="NAME=STATE",
        help="How a component does: degraded_performance, partial_outage, major_outage or operational. More than one.",
    ),
]  # fmt: skip


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(group, name="incidents", rich_help_panel=panels.OPERATOR)
    app.add_typer(status, name="status", rich_help_panel=panels.OPERATOR)


@group.command("list")
def list_(
    everything: Annotated[bool, typer.Option("--all", help="Those that are over as well.")] = False,
    as_json: AsJson = False,
) -> None:
    """List incidents, the newest first. Exit codes: 0 none is open, 1 some are."""
    _django()
    from eseller.operations.incidents.models import Incident

    rows = [one for one in Incident.objects.all()[:200] if everything or not one.is_over]
    if as_json:
        typer.echo(json.dumps([_plain(one) for one in rows]))
    else:
        for one in rows:
            _show(one)
        if not rows:
            typer.secho("No incident is open.", fg=typer.colors.GREEN)
    if any(not one.is_over for one in rows):
        raise typer.Exit(1)


@group.command("show")
def show(number: Number, as_json: AsJson = False) -> None:
    """Show an incident with its timeline."""
    _django()
    from eseller.operations.incidents.models import Entry, Incident

    incident = Incident.objects.filter(pk=number).first()
    if incident is None:
        raise typer.BadParameter(f"There is no incident {number}.")
    lines = list(Entry.objects.filter(incident=incident))
    if as_json:
        told = [{"id": one.pk, "at": one.at.isoformat(), "kind": one.kind, "text": one.text, "by": one.by,
                 "hidden": one.is_hidden} for one in lines]  # fmt: skip
        typer.echo(json.dumps(_plain(incident) | {"timeline": told}))
        return
    _show(incident)
    for one in lines:
        mark = " (hidden)" if one.is_hidden else ""
        typer.secho(f"  {one.pk:>6} {one.at:%d %b %H:%M:%S}  {one.text}{mark}", dim=one.is_hidden)


@group.command("open")
def open_(
    title: Annotated[str, typer.Argument(help="What is wrong, as the public may read it.")],
    severity: Annotated[str, typer.Option(help="minor, major or critical.")] = "minor",
    component: Parts = None,
    by: By = "",
) -> None:
    """Open an incident; the public hears of it with the first update."""
    _django()
    from eseller.operations.incidents import actions
    from eseller.operations.incidents.states import Severity

    how_bad = _one_of(Severity, severity, "--severity")
    incident, _ = actions.open_incident(title, by=_name(by), severity=how_bad, impacts=_impacts(component))
    typer.echo(f"Incident {incident.pk} is open. Tell the public: eseller incidents update {incident.pk} …")


@group.command("update")
def update(
    number: Number,
    state: Annotated[str, typer.Argument(help="investigating, identified, monitoring or resolved.")],
    text: Annotated[str, typer.Argument(help="What the public reads, in Markdown.")],
    component: Parts = None,
    minutes: Annotated[
        int | None, typer.Option(min=5, max=1440, help="The next update follows by then; by severity unless given.")
    ] = None,
    reason: Annotated[str, typer.Option(help="Published: why all is well though telemetry says it is not.")] = "",
    by: By = "",
) -> None:
    """Tell the public something; it can't be changed afterwards."""
    _django()
    from eseller.operations.incidents import actions
    from eseller.operations.incidents.states import Public

    made = actions.post_update(
        number, _one_of(Public, state, "STATE"), text, by=_name(by), impacts=_impacts(component), next_minutes=minutes,
        failing=_failing(), reason=reason,
    )  # fmt: skip
    due = made.incident.update_due_at
    typer.echo("Told." + (f" The next update is due by {due:%H:%M} UTC." if due else ""))


@group.command("move")
def move(
    number: Number,
    state: Annotated[str, typer.Argument(help="started, mitigated, resolved or closed.")],
    by: By = "",
) -> None:
    """Bring an incident to another state, as operators know it."""
    _django()
    from eseller.operations.incidents import actions
    from eseller.operations.incidents.states import State

    incident = actions.move(number, _one_of(State, state, "STATE"), by=_name(by))
    typer.echo(f"Incident {number} is {incident.state}.")


@group.command("note")
def note(number: Number, text: str, hidden: Annotated[bool, typer.Option("--hidden")] = False, by: By = "") -> None:
    """Add a line to the timeline; hidden ones never become public."""
    _django()
    from django.db import transaction

    from eseller.operations.incidents import actions

    with transaction.atomic():
        actions.note(actions.find(number), "note", text, by=_name(by), hidden=hidden)
    typer.echo("Noted.")


@group.command("hide")
def hide(number: Number, line: Annotated[int, typer.Argument(help="Number of the line.")], by: By = "") -> None:
    """Hide a line of the timeline from the public; it stays as it is."""
    _django()
    from eseller.operations.incidents import actions

    actions.hide(number, line, by=_name(by))
    typer.echo("Hidden.")


@group.command("assign")
def assign(
    number: Number,
    lead: Annotated[str | None, typer.Option(help="Who leads the work.")] = None,
    speaker: Annotated[str | None, typer.Option(help="Who tells the public.")] = None,
    scribe: Annotated[str | None, typer.Option(help="Who writes down what is done.")] = None,
    by: By = "",
) -> None:
    """Say who leads the work, and who tells the public."""
    _django()
    from eseller.operations.incidents import actions

    actions.assign(number, by=_name(by), lead=lead, speaker=speaker, scribe=scribe)
    typer.echo("Assigned.")


@group.command("count")
def count(
    number: Number,
    shops: Annotated[int | None, typer.Option(min=0, help="Shops that were affected.")] = None,
    failed: Annotated[int | None, typer.Option("--failed-requests", min=0, help="Requests that failed.")] = None,
    lost: Annotated[int | None, typer.Option("--lost-orders", min=0, help="Orders that were lost.")] = None,
    by: By = "",
) -> None:
    """Say how much it was; what is left out stays as it is."""
    _django()
    from eseller.operations.incidents import actions
    from eseller.operations.incidents.models import Incident

    known = Incident.objects.filter(pk=number).first()
    if known is None:
        raise typer.BadParameter(f"There is no incident {number}.")
    actions.count(
        number, by=_name(by), shops=known.shops if shops is None else shops,
        failed_requests=known.failed_requests if failed is None else failed,
        lost_orders=known.lost_orders if lost is None else lost,
    )  # fmt: skip
    typer.echo("Counted.")


@status.command("export")
def export(folder: Annotated[Path, typer.Argument(help="An empty directory, or one of an earlier export.")]) -> None:
    """Write the public site, its feeds and its JSON as files that any host can serve."""
    _django()
    from eseller.operations.portal.export import NotOurs
    from eseller.operations.portal.export import export as write

    try:
        count, changed = write(folder.absolute())
    except NotOurs as error:
        raise typer.BadParameter(str(error)) from error
    typer.echo(f"{count} files in {folder}, {changed} of them new or changed.")


def _django() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "eseller.config.operations_site"
    import django

    django.setup()


def _name(by: str) -> str:
    return by or getpass.getuser()


def _one_of(kind: Any, word: str, hint: str) -> Any:
    try:
        return kind(word)
    except ValueError:
        raise typer.BadParameter(f"It is one of {', '.join(kind)}.", param_hint=hint) from None


def _impacts(listed: list[str] | None) -> dict[str, Any]:
    from eseller.operations.incidents.states import ComponentState

    pairs = [one.partition("=") for one in listed or ()]
    return {name: _one_of(ComponentState, state, "--component") for name, _, state in pairs}


def _failing() -> set[str]:
    """The components that the watch says are failing; none where it does not answer, since it says nothing."""
    import msgspec

    from eseller.config.environment import operations_environment
    from eseller.operations.alerts.escalation import Alert
    from eseller.operations.incidents import clerk
    from eseller.resilience.control.calling import get
    from eseller.resilience.control.errors import Unreachable

    env = operations_environment()
    try:
        told = get(env.watch_port, "/alerts", host=env.private_reached_at, seconds=2.0)
        return clerk.failing(msgspec.convert(told, list[Alert]))
    except (Unreachable, msgspec.ValidationError):
        typer.secho("The watch does not answer: what it would say is not known.", fg=typer.colors.YELLOW, err=True)
        return set()


def _plain(incident: Any) -> dict[str, Any]:
    return {
        "number": incident.pk, "title": incident.title, "severity": incident.severity, "state": incident.state,
        "public": incident.public, "opened_at": incident.opened_at.isoformat(), "lead": incident.lead,
        "update_due_at": incident.update_due_at.isoformat() if incident.update_due_at else None,
    }  # fmt: skip


def _show(incident: Any) -> None:
    colour = typer.colors.GREEN if incident.is_over else typer.colors.RED
    public = f"the public knows: {incident.public}" if incident.public else "the public does not know"
    typer.echo(f"{incident.pk:>4}  " + typer.style(incident.title, fg=colour, bold=not incident.is_over))
    typer.echo(f"      {incident.severity}, {incident.state}, {public}, since {incident.began_at:%d %b %H:%M} UTC")
    if incident.update_due_at:
        typer.echo(f"      the next update is due by {incident.update_due_at:%H:%M} UTC")
