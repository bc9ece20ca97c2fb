"""``eseller maintenance``: planned work, which the public is told of before."""

from __future__ import annotations

import getpass
import os
from typing import Annotated

import typer

from eseller.cli import panels

group = typer.Typer(help="Planned work: announce it, list it, call it off.", no_args_is_help=True)
By = Annotated[str, typer.Option("--by", help="Who does it; your login unless given.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(group, name="maintenance", rich_help_panel=panels.OPERATOR)


@group.command("list")
def list_() -> None:
    """List planned work, what comes last first."""
    _django()
    from eseller.operations.incidents.models import Maintenance

    for one in Maintenance.objects.order_by("-begins_at")[:100]:
        times = f"{one.begins_at:%Y-%m-%d %H:%M} to {one.ends_at:%Y-%m-%d %H:%M} UTC"
        typer.echo(f"{one.pk:>5} {times}  {one.state}: {one.title}")


@group.command("plan")
def plan(
    title: Annotated[str, typer.Argument(help="What is done, as the public reads it.")],
    begins: Annotated[str, typer.Argument(help="Such as “2026-12-01 03:00”, UTC.")],
    ends: Annotated[str, typer.Argument(help="The same.")],
    text: Annotated[str, typer.Argument(help="What shops and shoppers notice, in Markdown.")],
    component: Annotated[list[str] | None, typer.Option(help="A component; more than one may be.")] = None,
    by: By = "",
) -> None:
    """Announce work; it begins and ends by itself at its times."""
    _django()
    from eseller.operations.incidents import planning

    made = planning.plan(
        title, text, begins=planning.moment(begins), ends=planning.moment(ends), components=component or (),
        by=by or getpass.getuser(),
    )  # fmt: skip
    typer.echo(f"Planned as {made.pk}. Call it off: eseller maintenance cancel {made.pk}")


@group.command("cancel")
def cancel(number: Annotated[int, typer.Argument(min=1, help="As the list shows it.")], by: By = "") -> None:
    """Call work off."""
    _django()
    from eseller.operations.incidents import planning

    typer.echo(f"Called off: {planning.cancel(number, by=by or getpass.getuser()).title}")


def _django() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "eseller.config.operations_site"
    import django

    django.setup()
