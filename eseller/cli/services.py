"""``eseller services``: which background services run; stop and start them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from eseller.cli import panels
from eseller.cli.shop import AsJson

group = typer.Typer(help="Background services: stop what can wait, start it again.", no_args_is_help=True)
Names = Annotated[list[str] | None, typer.Argument(metavar="[SERVICE]...", help="Names, as the list shows them.")]
At = Annotated[
    list[str] | None,
    typer.Option("--at", metavar="HOST:PORT", help="Private port of a worker elsewhere; more than one may be."),
]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(group, name="services", rich_help_panel=panels.OPERATOR)


@group.command("list")
def list_(at: At = None, as_json: AsJson = False) -> None:
    """List the services, the tier that is stopped first at the end."""
    _do({}, at, as_json=as_json)


@group.command("stop")
def stop(
    names: Names = None,
    tier: Annotated[int | None, typer.Option(min=2, max=4, help="Stop this tier and those below it.")] = None,
    why: Annotated[str, typer.Option(help="What for; the list shows it.")] = "",
    at: At = None,
    as_json: AsJson = False,
) -> None:
    """Stop services: their running jobs are finished, and the others wait in the queue."""
    if not names and tier is None:
        raise typer.BadParameter("Name services, or a tier: eseller services stop --tier 3")
    _do({"stop": names or [], "stop_tier": tier, "why": why, "by": "operator"}, at, as_json=as_json)


@group.command("start")
def start(
    names: Names = None,
    everything: Annotated[bool, typer.Option("--all", help="All that are stopped.")] = False,
    at: At = None,
    as_json: AsJson = False,
) -> None:
    """Start services again; what has waited is done now."""
    if not names and not everything:
        raise typer.BadParameter("Name services, or take all: eseller services start --all")
    _do({"start": names or [], "start_all": everything}, at, as_json=as_json)


def _do(wish: dict[str, Any], at: list[str] | None, *, as_json: bool) -> None:
    from eseller.node.workers import ask_workers, workers

    answers = ask_workers(workers(at or ()), wish)
    if as_json:
        typer.echo(json.dumps(answers))
    else:
        for where, told in answers.items():
            _show(where, told)


def _show(where: str, told: dict[str, Any]) -> None:
    typer.echo(f"Worker at {where}")
    for one in told["services"]:
        stopped = one["stopped"]
        state = "runs"
        if stopped:
            since = datetime.fromtimestamp(stopped["since"], UTC).strftime("%d %b %H:%M:%S UTC")
            state = f"stopped since {since} by {stopped['by']}: {stopped['why']}"
        colour = typer.colors.YELLOW if stopped else typer.colors.GREEN
        typer.echo(f"  {one['tier']}  " + typer.style(f"{one['name']:<14}", fg=colour) + f"{one['what']}; {state}")
    if not told["settled"]:
        typer.echo("  Some of their jobs still run.")
