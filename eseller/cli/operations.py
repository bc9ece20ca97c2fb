"""``eseller operations``: the operations plane's own database."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from eseller.cli import panels

group = typer.Typer(help="The operations plane's own database: backups, and back.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(group, name="operations", rich_help_panel=panels.OPERATOR)


@group.command("backup")
def backup() -> None:
    """Take a backup, restore it to a scratch database and compare the counts; only then it is kept."""
    from eseller.config.environment import environment
    from eseller.node.operations_backup import back_up

    typer.echo(f"{back_up(environment())} is good.")


@group.command("backups")
def backups_() -> None:
    """List the backups, the newest first; each was restored once."""
    from eseller.config.environment import environment
    from eseller.node.operations_backup import backups

    for path in backups(environment()):
        typer.echo(f"{path} {path.stat().st_size:,} bytes")


@group.command("restore")
def restore(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="As the list has it.")],
) -> None:
    """Bring a backup back; what there is now is kept beside it, under another name."""
    from eseller.config.environment import environment
    from eseller.node.operations_backup import restore as bring_back

    counted = bring_back(environment(), file.absolute())
    typer.echo(f"Restored: {sum(counted.values())} rows in {len(counted)} tables.")
