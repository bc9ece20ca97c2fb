"""``eseller records``: what the record guard has found, and letting rows go."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from eseller.cli import panels, snapshots
from eseller.cli.shop import AsJson, platform

if TYPE_CHECKING:
    from rich.table import Table

ACTOR = "operator"
group = typer.Typer(help="Rows that are not what they must be, and what is shown instead.", no_args_is_help=True)
Number = Annotated[int, typer.Argument(metavar="FINDING", min=1, help="Its number, as the list shows it.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(group, name="records", rich_help_panel=panels.OPERATOR)
    group.add_typer(snapshots.group, name="snapshot")


@group.command("scan")
def scan(
    table: Annotated[list[str] | None, typer.Option("--table", help="Only this one; several times for more.")] = None,
    share: Annotated[float, typer.Option(min=0.01, max=1, help="Of the time; the rest is left to the shops.")] = 0.5,
    as_json: AsJson = False,
) -> None:
    """Judge all rows of the guarded tables now. Fails when a row is bad."""
    with platform():
        from eseller.resilience.records.kind import kinds

        unknown = sorted(set(table or ()) - set(kinds()))
        if unknown:
            raise typer.BadParameter(f"No guarded table is called {', '.join(unknown)}.", param_hint="--table")
        rows, bad = _scan(table or list(kinds()), share, quiet=as_json)
    if as_json:
        typer.echo(json.dumps({"rows": rows, "bad": bad}))
    else:
        typer.echo(f"{rows} rows judged, {bad} bad." + (" See them with: eseller records list" if bad else ""))
    if bad:
        raise typer.Exit(1)


def _scan(tables: list[str], share: float, *, quiet: bool) -> tuple[int, int]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    from eseller.resilience.records.kind import kinds
    from eseller.tenancy.guard.scan import Step, scan, start_over

    start_over(tables)
    counts = {"rows": 0, "bad": 0}
    rows = TextColumn("{task.fields[rows]} rows")
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), rows)
    with Progress(*columns, console=Console(stderr=True), disable=quiet, transient=True) as bar:
        task = bar.add_task("tables", total=len(tables), rows=0)

        def told(step: Step) -> None:
            counts["bad"] += step.bad
            counts["rows"] += step.rows if step.ended else 0
            bar.update(task, description=step.table, advance=step.ended, rows=counts["rows"])

        scan([kinds()[name] for name in tables], share=share, told=told)
    return counts["rows"], counts["bad"]


@group.command("list")
def list_(
    state: Annotated[str, typer.Option(help="open, waived or closed; otherwise all that are not closed.")] = "",
    shop: Annotated[str, typer.Option(help="Only those of a shop.")] = "",
    table: Annotated[str, typer.Option(help="Only those of a table.")] = "",
    as_json: AsJson = False,
) -> None:
    """List findings, newest first."""
    if state not in ("", "open", "waived", "closed"):
        raise typer.BadParameter("It is open, waived or closed.", param_hint="--state")
    with platform():
        from eseller.tenancy.guard.operating import list_findings

        found = list_findings(state=state, shop=shop, table=table)
    if as_json:
        typer.echo(json.dumps({"findings": found}))
        return
    from rich.console import Console

    if not found:
        typer.echo("No finding.")
    else:
        Console().print(_table(found))


def _table(found: list[dict[str, Any]]) -> Table:
    from rich.markup import escape
    from rich.table import Table

    table = Table("No.", "Shop", "Row", "Field", "Value", "What it must be", "Written by", box=None, pad_edge=False)
    for one in found:
        cells = (one["shop"] or "(platform)", f"{one['table']} {one['row']}", one["column"], one["value"][:40])
        table.add_row(str(one["id"]), *(escape(cell) for cell in (*cells, one["rule"], _writer(one))))
    return table


def _writer(one: dict[str, Any]) -> str:
    return one["writer"] or (f"database user {one['writer_db_user']}" if one["writer_db_user"] else "not known")


@group.command("show")
def show(finding: Number, as_json: AsJson = False) -> None:
    """Show all that is known of a finding."""
    with platform():
        from eseller.tenancy.guard.operating import show_finding

        found = show_finding(finding)
    if as_json:
        typer.echo(json.dumps(found))
        return
    for name, value in found.items():
        if value not in ("", None, []):
            typer.echo(f"{name:15} {value if isinstance(value, str | int) else json.dumps(value, ensure_ascii=False)}")
    shown = "the row is left out" if found["patch"] is None else "these fields are shown instead"
    typer.echo(f"{'on pages':15} {shown}")


@group.command("release")
def release(
    finding: Number,
    override: Annotated[
        str, typer.Option("--override", metavar="REASON", help="Let the row go as it is, for this reason.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Judge the row again and let it go if it is good now, or as it is with --override."""
    with platform():
        from eseller.tenancy.guard.operating import release as let_go

        outcome = let_go(finding, by=ACTOR, reason=override)
    words = {
        "closed": "The row is good now, and shown again.",
        "waived": "The row is shown as it is. If a page fails over it, it is quarantined anew.",
        "still bad": "The row is still bad. Mend it, or let it go as it is with: --override REASON",
    }
    typer.echo(json.dumps({"finding": finding, "outcome": outcome}) if as_json else words[outcome])
    if outcome == "still bad":
        raise typer.Exit(1)
