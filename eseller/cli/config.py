"""``eseller config``: the settings, where they come from, and what is wrong with them."""

from __future__ import annotations

import json
import os
import sys
from typing import Annotated, Any

import typer

from eseller.cli import panels


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(help="The settings of this node.", no_args_is_help=True)
    group.command("check")(check)
    app.add_typer(group, name="config", rich_help_panel=panels.OPERATOR)


def check(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object instead of a table.")] = False,
) -> None:
    """Show all settings, and every problem with its remedy; exit code 1 when one prevents a start."""
    from eseller.config.environment import examine

    env, problems = examine(os.environ)
    rows = _rows(env)
    if as_json:
        listed = [
            {"code": p.code, "setting": p.setting, "message": p.message, "remedy": p.remedy} for p in problems
        ]
        typer.echo(
            json.dumps({"ok": not any(p.stops for p in problems), "problems": listed, "settings": rows})
        )
    else:
        _print_table(rows)
        for problem in problems:
            colour = typer.colors.RED if problem.stops else typer.colors.YELLOW
            typer.secho(str(problem), fg=colour)
        if not problems:
            typer.echo("No problem found.")
    if any(problem.stops for problem in problems):
        sys.exit(1)


def _rows(env: Any) -> list[dict[str, str]]:
    """The settings for display; what is secret is only told to be set."""
    from eseller.config.environment import descriptions, examine

    defaults, _ = examine({})
    rows = []
    for name, about, _default in descriptions():
        value = getattr(env, name)
        given = value != getattr(defaults, name)
        shown = ("set" if value else "") if about.secret else str("" if value is None else value)
        rows.append(
            {
                "setting": about.variable,
                "value": shown or about.default_text,
                "given": "yes" if given else "",
                "about": about.doc,
                "example": about.example,
            }
        )
    return rows


def _print_table(rows: list[dict[str, str]]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table("Setting", "Value", "About", box=None, pad_edge=False)
    for row in rows:
        style = "bold" if row["given"] else ""
        table.add_row(row["setting"], row["value"], row["about"], style=style)
    Console().print(table)
