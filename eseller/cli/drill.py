"""``eseller drill``: the incidents as exercises."""

from __future__ import annotations

import importlib
import json
from typing import Annotated

import typer

from eseller.cli import panels
from eseller.cli.shop import AsJson

DRILLS = {
    "malformed-record": "A record that all shops load is damaged by hand, and a product of each shop.",
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
    as_json: AsJson = False,
) -> None:
    """Run a drill. Fails when something was not as it must be."""
    if name not in DRILLS:
        raise typer.BadParameter(f"No drill is called “{name}”. See them with: eseller drill list")
    import msgspec
    from rich.console import Console

    drill = importlib.import_module(f"eseller.drills.{name.replace('-', '_')}")
    with Console(stderr=True).status("") as status:
        report = msgspec.to_builtins(drill.run(lambda text: status.update(f"{text} …")))
    if as_json:
        typer.echo(json.dumps(report))
    else:
        for field, value in report.items():
            typer.echo(f"{field.replace('_', ' '):20} {', '.join(value) if isinstance(value, list) else value}")
    if report["verdict"] != "passed":
        raise typer.Exit(1)
