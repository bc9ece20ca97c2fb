"""``eseller drill``: the incidents as exercises."""

from __future__ import annotations

import importlib
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from eseller.cli import panels
from eseller.cli.shop import AsJson

DRILLS = {
    "cache-overload": "The caching server is configured badly, hangs, is full, slow, emptied and killed, under load.",
    "malformed-record": "A record that all shops load is damaged by hand, and a product of each shop.",
    "primary-overload": "The primary's disk answers late with its secondaries behind; then a statement runs away.",
    "first-to-know": "Each part of the platform is stopped in turn: who knows when, and what does the public read?",
    "noisy-shop": "One shop is asked for fifty times as much as each of the others.",
}
group = typer.Typer(help="Exercises: real damage to a platform of their own, and real figures.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(group, name="drill", rich_help_panel=panels.OPERATOR)


@group.command("list")
def list_(as_json: AsJson = False) -> None:
    """List the drills."""
    if as_json:
        typer.echo(json.dumps({"drills": DRILLS}))
        return
    for name, what in DRILLS.items():
        typer.echo(f"{name:20} {what}")


@group.command("run")
def run(
    name: Annotated[str, typer.Argument(metavar="DRILL", help="Its name, as the list shows it.")],
    incident: Annotated[
        Path | None,
        typer.Option(
            "--incident", dir_okay=False,
            help="Run the watch and the clerk beside it, and write the draft report of the incident that it is here.",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Run a drill. Fails when something was not as it must be."""
    if name not in DRILLS:
        raise typer.BadParameter(f"No drill is called “{name}”. See them with: eseller drill list")
    import msgspec
    from rich.console import Console

    from eseller.node import rehearsal_incident

    if incident is not None:
        os.environ |= {rehearsal_incident.PATH: str(incident.absolute()), rehearsal_incident.NAME: name}
    drill = importlib.import_module(f"eseller.drills.{name.replace('-', '_')}")
    with Console(stderr=True).status("") as status:

        def say(text: str) -> None:
            status.update(f"{text} …")
            rehearsal_incident.tell(text)

        report = msgspec.to_builtins(drill.run(say))
    if as_json:
        typer.echo(json.dumps(report))
    else:
        for line in _lines(report):
            typer.echo(line)
    if report["verdict"] != "passed":
        raise typer.Exit(1)


def _lines(report: dict[str, Any], indent: str = "") -> Iterator[str]:
    for field, value in report.items():
        name = f"{indent}{field.replace('_', ' '):20}"
        if isinstance(value, tuple) and value and isinstance(value[0], dict):
            for one in value:
                yield ""
                yield from _lines(one, indent)
            yield ""
        else:
            told = "-" if value in (None, "", ()) else value
            yield f"{name} {', '.join(told) if isinstance(told, tuple) else told}"
