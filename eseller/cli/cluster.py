"""``eseller cluster``: whether the database holds all that it should."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from eseller.cli import panels
from eseller.cli.shop import AsJson

if TYPE_CHECKING:
    from eseller.cluster.survey import Survey

group = typer.Typer(help="The database: whether it holds all that it should.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(group, name="cluster", rich_help_panel=panels.OPERATOR)


@group.callback()
def _cluster() -> None:
    """The database: whether it holds all that it should."""


@group.command("verify")
def verify(
    receipts: Annotated[
        list[Path] | None,
        typer.Option(exists=True, file_okay=False, help="Receipts of another node, copied here; more than one may be."),
    ] = None,
    files: Annotated[
        bool, typer.Option("--files/--no-files", help="Read indexes and tables through (amcheck).")
    ] = True,
    as_json: AsJson = False,
) -> None:
    """Compare receipts of orders with the database, and check the ledger's sums, its numbers and the files.

    Exit codes: 0 complete, 1 something is missing or wrong, 2 wrong use.
    """
    import msgspec
    import psycopg
    from rich.console import Console

    from eseller.cluster.receipts import RECEIPTS, read_receipts
    from eseller.cluster.survey import survey
    from eseller.config.environment import environment
    from eseller.node.database import running_database

    env = environment()
    known = [one for folder in (env.data_dir / RECEIPTS, *(receipts or [])) for one in read_receipts(folder)]
    with running_database(env), Console(stderr=True).status("") as status:
        address = env.admin_address().at(env.role_url("web").name)
        with psycopg.connect(address.url, autocommit=True) as connection:
            found = survey(connection, known, files=files, say=lambda text: status.update(f"{text} …"))
    if as_json:
        typer.echo(json.dumps(msgspec.to_builtins(found)))
    else:
        _show(found, files=files)
    if not found.complete:
        raise typer.Exit(1)


def _show(found: Survey, *, files: bool) -> None:
    # What is wrong first: it is read by somebody who is tired.
    for check in sorted(found.checks, key=lambda check: not check.wrong):
        colour = typer.colors.RED if check.wrong else typer.colors.GREEN
        verdict = f"{check.wrong:,} wrong" if check.wrong else "good"
        typer.secho(f"{check.looked_at:>12,}  {check.name}: {verdict}", fg=colour)
        for example in check.examples:
            typer.echo(f"{'':14}{example}")
    for table in found.tables:
        typer.echo(f"{table.rows:>12,}  {table.name}, checksum {table.checksum:x}")
    files_too = "" if files else " The files were not read through."
    typer.echo(f"{'Complete.' if found.complete else 'Not complete: see the lines in red.'}{files_too}")
