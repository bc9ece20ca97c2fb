"""``eseller config``: the settings, where they come from, and what is wrong with them."""

from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from eseller.cli import panels

if TYPE_CHECKING:
    from eseller.config.environment import Environment
    from eseller.config.setting import Problem

_UNTAXED = """
SELECT s.country, string_agg(s.slug, ', ' ORDER BY s.slug) FROM tenancy_shop s
WHERE NOT EXISTS (SELECT FROM pricing_vatrate r WHERE r.country = s.country) GROUP BY 1 ORDER BY 1
"""


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
    problems += _shops_without_vat(env)
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


def _shops_without_vat(env: Environment) -> list[Problem]:
    """Countries of shops that have no VAT rates; nothing where the database does not run or has no tables yet."""
    import psycopg

    from eseller.config.setting import Problem

    try:
        address = env.admin_address().at(env.role_url("platform").name)
        with psycopg.connect(address.url, connect_timeout=2) as connection:
            rows = connection.execute(_UNTAXED).fetchall()
    except (OSError, ValueError, psycopg.Error):
        return []
    return [
        Problem(
            code="W003",
            setting="VAT",
            message=f"{country} has no rates: {shops} cannot sell.",
            remedy=f"Run: eseller vat set {country} standard RATE",
        )
        for country, shops in rows
    ]


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
