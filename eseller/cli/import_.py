"""``eseller import``: product files of other platforms into a shop."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from eseller.cli import panels

if TYPE_CHECKING:
    from eseller.channels.erp.errors import FileRefused
    from eseller.channels.erp.report import ImportReport

SHOWN_REFUSALS = 50
"""Rows of the table; ``--json`` has more."""


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(help="Bring goods of another platform into a shop.", no_args_is_help=True)
    group.command("shopify")(shopify)
    group.callback()(_group)
    app.add_typer(group, name="import", rich_help_panel=panels.MERCHANT)


def _group() -> None:
    """Bring goods of another platform into a shop."""


def shopify(
    file: Annotated[Path, typer.Argument(help="Product export (CSV).", exists=True, dir_okay=False, readable=True)],
    shop: Annotated[str, typer.Option("--shop", help="Name of the shop, as in NAME.localhost.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Tell what would happen; write nothing.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as one JSON object.")] = False,
) -> None:
    """Import a Shopify product export; running it again changes nothing that is there.

    Exit codes: 0 done (the report tells of rows left out), 1 nothing in the file can be used, 2 wrong use.
    """
    from eseller.config.environment import environment
    from eseller.node.database import running_database

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "eseller.config.settings")
    import django

    with running_database(environment()):
        django.setup()
        _import(file, shop, dry_run=dry_run, as_json=as_json)


def _import(file: Path, shop: str, *, dry_run: bool, as_json: bool) -> None:
    from eseller.channels.erp.errors import FileRefused

    shop_id = _find_shop(shop)
    try:
        report = _run(file, shop_id, dry_run=dry_run, quiet=as_json)
    except FileRefused as refusal:
        _print_refusal(refusal, as_json=as_json)
        raise typer.Exit(1) from None
    if as_json:
        typer.echo(json.dumps(summary(report)))
    else:
        _print_report(report)
    if report.refused and not report.products:
        raise typer.Exit(1)


def _find_shop(slug: str) -> int:
    from eseller.tenancy.models import Shop
    from eseller.tenancy.scope import PLATFORM, platform_transaction

    with platform_transaction(actor="cli:import"):
        shop_id = Shop.objects.using(PLATFORM).filter(slug=slug).values_list("pk", flat=True).first()
    if shop_id is None:
        raise typer.BadParameter(f"There is no shop “{slug}”.", param_hint="--shop")
    return shop_id


def _run(file: Path, shop_id: int, *, dry_run: bool, quiet: bool) -> ImportReport:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from eseller.channels.erp.shopify.importing import import_shopify

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    with file.open("rb") as source, Progress(*columns, console=console, disable=quiet, transient=True) as bar:
        task = bar.add_task("Products", total=None)
        return import_shopify(
            source,
            shop_id=shop_id,
            actor="cli:import",
            dry_run=dry_run,
            progress=lambda done, total: bar.update(task, completed=done, total=total),
        )


def summary(report: ImportReport) -> dict[str, Any]:
    """Return the report as JSON values."""
    import msgspec

    plain: dict[str, Any] = msgspec.to_builtins(report)
    return plain


def _print_refusal(refusal: FileRefused, *, as_json: bool) -> None:
    from eseller.channels.erp.report import ImportReport

    if as_json:
        error = {"code": refusal.code, "message": refusal.message}
        typer.echo(json.dumps({**summary(ImportReport(refused=1)), "error": error}))
    typer.secho(refusal.message, fg=typer.colors.RED, err=True)


def _print_report(report: ImportReport) -> None:
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    console = Console()
    console.print(
        f"Products {report.products}, variants {report.variants}, pictures {report.images}: "
        f"{report.created} new, {report.updated} changed, {report.unchanged} unchanged."
    )
    if report.dry_run:
        console.print("This was a dry run; nothing was written.")
    for note in report.notes:
        console.print(escape(note.text), style="dim")
    if not report.refused:
        return
    table = Table(title=f"{report.refused} refused", title_justify="left")
    for heading in ("Row", "Column", "Value", "Reason", "Lost"):
        table.add_column(heading, justify="right" if heading == "Row" else "left")
    for refusal in report.refusals[:SHOWN_REFUSALS]:
        cells = (str(refusal.row or ""), refusal.column, refusal.value, refusal.reason, refusal.lost)
        table.add_row(*(escape(cell) for cell in cells))
    console.print(table)
    if report.refused > SHOWN_REFUSALS:
        console.print(f"The first {SHOWN_REFUSALS} are shown; --json has more.")
