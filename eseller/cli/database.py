"""Commands that prepare the database."""

from __future__ import annotations

from typing import Annotated

import typer

from eseller.cli import panels


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("init", rich_help_panel=panels.OPERATOR)(init)
    app.command("migrate", rich_help_panel=panels.OPERATOR)(migrate)


def init() -> None:
    """Make the secret, the data directory, the database and its three roles; can be run again."""
    from eseller.config.checks import missing_login
    from eseller.config.environment import environment
    from eseller.node.database import running_database

    env = environment()
    if not env.prepares:
        raise missing_login("DATABASE_URL")
    with running_database(env):
        typer.echo(f"The database {env.role_url('web').name} and its roles are ready.")


def migrate(
    quiet: Annotated[bool, typer.Option("--quiet", help="Tell errors only.")] = False,
) -> None:
    """Bring the tables and static files to what this release needs."""
    from eseller.config.environment import environment
    from eseller.node.database import running_database
    from eseller.node.migrate import migrate as run

    with running_database(environment()):
        run(verbosity=0 if quiet else 1)
