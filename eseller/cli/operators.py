"""``eseller operators``: who may sign in at the console."""

from __future__ import annotations

import getpass
import os
import re
from typing import Annotated, Any

import typer

from eseller.cli import panels

group = typer.Typer(help="Who may sign in at the operators' console.", no_args_is_help=True)
Name = Annotated[str, typer.Argument(help="Small letters, digits and hyphens, as in the file of who is told.")]
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,60}")


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(group, name="operators", rich_help_panel=panels.OPERATOR)


@group.command("list")
def list_() -> None:
    """List them."""
    models = _models()
    for one in models.Operator.objects.all():
        state = "barred" if not one.is_active else "ready" if one.is_set_up else "has to follow the link"
        last = f"{one.signed_in_at:%Y-%m-%d %H:%M}" if one.signed_in_at else "never"
        typer.echo(f"{one.name:<24} {one.role:<14} {state:<24} signed in: {last}")


@group.command("add")
def add(
    name: Name,
    role: Annotated[str, typer.Option(help="reader, operator or administrator.")] = "operator",
    email: Annotated[str, typer.Option(help="For your own overview.")] = "",
) -> None:
    """Let somebody in; prints the link by which they take a password and a second factor, once, within a day."""
    models = _models()
    from eseller.operations.console import credentials

    if not _NAME.fullmatch(name):
        raise typer.BadParameter("Small letters, digits and hyphens.", param_hint="NAME")
    if role not in models.Role.values:
        raise typer.BadParameter(f"It is one of {', '.join(models.Role.values)}.", param_hint="--role")
    made = credentials.add(name, email=email, role=models.Role(role), by=getpass.getuser())
    if made.is_set_up:
        typer.echo(f"{name} is {role}, and signs in as before.")
    else:
        _tell(made)


@group.command("link")
def link(name: Name) -> None:
    """Take password and second factor away, and print a new link; for who has lost their phone."""
    _models()
    from eseller.operations.console import credentials

    found = _find(name)
    credentials.reset(found, by=getpass.getuser())
    _tell(found)


@group.command("bar")
def bar(name: Name) -> None:
    """Let somebody in no more, from this moment on."""
    _models()
    from eseller.operations.console import credentials

    credentials.bar(_find(name), by=getpass.getuser())
    typer.echo(f"{name} is let in no more.")


def _find(name: str) -> Any:
    found = _models().Operator.objects.filter(name=name).first()
    if found is None:
        raise typer.BadParameter(f"There is no operator {name}; eseller operators list shows them.")
    return found


def _tell(operator: Any) -> None:
    from django.conf import settings

    from eseller.operations.console import credentials

    typer.echo(f"{settings.SITE_URL}/{credentials.setup_path(operator)}")


def _models() -> Any:
    os.environ["DJANGO_SETTINGS_MODULE"] = "eseller.config.operations_site"
    import django

    django.setup()
    from eseller.operations.console import models

    return models
