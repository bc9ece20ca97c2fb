"""``eseller cluster``: how the database fares, whether it may fail over, and whether it holds all that it should."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from eseller.cli import panels
from eseller.cli.shop import AsJson

if TYPE_CHECKING:
    from eseller.cluster.gate import Gate
    from eseller.cluster.report import Report
    from eseller.cluster.survey import Survey

group = typer.Typer(help="The database: how it fares, and how it fails over.", no_args_is_help=True)
Waive = Annotated[
    list[str] | None, typer.Option("--waive", metavar="FACT", help="A fact that need not hold; more than one may be.")
]
To = Annotated[str, typer.Option("--to", metavar="NODE", help="Who is to become primary.")]
Workers = Annotated[
    list[str] | None,
    typer.Option("--worker", metavar="HOST:PORT", help="Private port of a worker elsewhere; more than one may be."),
]
Receipts = Annotated[
    list[Path] | None,
    typer.Option(exists=True, file_okay=False, help="Receipts of another node, copied here; more than one may be."),
]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(group, name="cluster", rich_help_panel=panels.OPERATOR)


@group.callback()
def _cluster() -> None:
    """The database: how it fares, and how it fails over."""


@contextlib.contextmanager
def telling() -> Iterator[Callable[[str], None]]:
    """Show on the terminal what goes on, where a person looks; the block is given what to tell it by."""
    from rich.console import Console

    with Console(stderr=True).status("") as shown:
        yield lambda text: shown.update(f"{text} …")


@group.command("status")
def status(as_json: AsJson = False) -> None:
    """Show each node, what is wrong first, and what to do next.

    Exit codes: 0 all is well, 1 something is not, 2 wrong use.
    """
    import msgspec

    from eseller.cluster.gather import gather
    from eseller.cluster.report import report
    from eseller.node.sources import sources

    told = report(gather(sources()))
    if as_json:
        typer.echo(json.dumps(msgspec.to_builtins(told)))
    else:
        _show_status(told)
    if not told.well:
        raise typer.Exit(1)


@group.command("check")
def check(to: To = "", waive: Waive = None, as_json: AsJson = False) -> None:
    """Tell whether a fail-over is safe now, and if not, why.

    Exit codes: 0 it is, 1 it is not, 2 wrong use.
    """
    import msgspec

    from eseller.cluster.gate import judge
    from eseller.cluster.gather import gather
    from eseller.node.sources import sources

    gate = judge(gather(sources()), wanted=to, waive=waive or ())
    if as_json:
        typer.echo(json.dumps(msgspec.to_builtins(gate)))
    else:
        _show_gate(gate)
    if not gate.safe:
        raise typer.Exit(1)


@group.command("diagnose")
def diagnose(
    seconds: Annotated[float, typer.Option(min=2, max=60, help="For how long to look.")] = 6.0, as_json: AsJson = False
) -> None:
    """Tell a sick query from a sick node, on what evidence, and what to do next.

    Exit codes: 0 nothing is wrong, 1 something is, 2 wrong use.
    """
    import msgspec

    from eseller.cluster.diagnosis.judge import Verdict
    from eseller.cluster.diagnosis.judge import diagnose as judge_symptoms
    from eseller.cluster.diagnosis.look import look
    from eseller.node.sources import sources

    with telling() as say:
        found = judge_symptoms(look(sources(), seconds=seconds, say=say))
    if as_json:
        typer.echo(json.dumps(msgspec.to_builtins(found)))
    else:
        well = found.verdict is Verdict.WELL
        typer.secho(f"{found.verdict}: {found.sentence}", fg="green" if well else "red", bold=True)
        if found.next_step:
            typer.echo(f"Next: {found.next_step}")
        for words in found.evidence:
            typer.echo(f"  - {words}")
        if found.statement:
            typer.echo(f"  Statement ({found.shop or 'no shop'}, {found.route or 'no route'}): {found.statement[:300]}")
    if found.verdict is not Verdict.WELL:
        raise typer.Exit(1)


@group.command("verify")
def verify(
    receipts: Receipts = None,
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


def _show_gate(gate: Gate) -> None:
    verdict = f"A fail-over to {gate.candidate} is safe." if gate.safe else "A fail-over is NOT safe."
    typer.secho(verdict, fg=typer.colors.GREEN if gate.safe else typer.colors.RED, bold=True)
    for reason in gate.reasons:
        mark, colour = ("ok", typer.colors.GREEN) if reason.holds else ("NO", typer.colors.RED)
        if reason.waived:
            mark, colour = "waived", typer.colors.YELLOW
        typer.echo(typer.style(f"{mark:>8}  {reason.fact:<10}", fg=colour) + reason.words)
        if reason.remedy and not reason.holds:
            typer.echo(f"{'':20}{reason.remedy}")


def _show_status(told: Report) -> None:
    typer.secho(told.sentence, fg=typer.colors.GREEN if told.well else typer.colors.RED, bold=True)
    if told.next_step:
        typer.echo(f"Next: {told.next_step}")
    for node in told.nodes:
        colour = typer.colors.GREEN if node.well else typer.colors.RED
        typer.echo(typer.style(f"{node.name:>12}  {node.role:<10}", fg=colour) + node.words)


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
