"""``eseller bench``: figures, measured here and now."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from eseller.cli import panels

group = typer.Typer(help="Measure how fast things are on this machine.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.add_typer(group, name="bench", rich_help_panel=panels.DEVELOPER)


@group.command("shop")
def shop(
    seconds: Annotated[int, typer.Option(min=1, max=300, help="Load for each figure, in seconds.")] = 10,
    products: Annotated[int, typer.Option(min=20, max=100_000, help="Products in the shop.")] = 1000,
    processes: Annotated[int, typer.Option(min=1, max=64, help="Web processes.")] = 2,
    threads: Annotated[int, typer.Option(min=1, max=64, help="Threads of each.")] = 4,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Pages, cart and orders of a shop without a page cache; load by wrk on the same machine."""
    import msgspec
    from rich.console import Console
    from rich.table import Table

    from eseller.bench.shop import measure

    console = Console(stderr=True)
    with console.status("") as status:
        figures = list(
            measure(
                products=products,
                seconds=seconds,
                processes=processes,
                threads=threads,
                say=lambda text: status.update(f"{text} …"),
            )
        )
    if as_json:
        found = {figure.name: msgspec.to_builtins(figure) | {"good": figure.good} for figure in figures}
        typer.echo(json.dumps({"products": products, "seconds": seconds, "figures": found}))
    else:
        table = Table("", "measured", "wanted", "errors", "p50 ms", "p99 ms", title="Shop, no page cache")
        for figure in figures:
            sign = "≥" if figure.unit == "/s" else "<"
            wanted = f"{sign} {figure.wanted:g} {figure.unit}"
            style = "" if figure.good else "red"
            load = figure.load
            cells = [f"{figure.value:g} {figure.unit}", wanted, str(figure.errors), f"{load.p50_ms}", f"{load.p99_ms}"]
            table.add_row(figure.name, *cells, style=style)
        Console().print(table)
    if not all(figure.good for figure in figures):
        raise typer.Exit(1)
