"""``eseller bench``: figures, measured here and now."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

from eseller.cli import panels

if TYPE_CHECKING:
    from eseller.bench.shop import Figure

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
    from rich.console import Console

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
    _show(figures, "Shop, no page cache", {"products": products, "seconds": seconds}, as_json=as_json)


@group.command("edge")
def edge(
    rounds: Annotated[int, typer.Option(min=1, max=50, help="Turns of each.")] = 5,
    seconds: Annotated[int, typer.Option(min=1, max=60, help="Of a turn.")] = 4,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """A kept page beside nginx and a bare Granian with the same bytes, in turns."""
    import msgspec
    from rich.console import Console

    from eseller.bench.edge import measure

    with Console(stderr=True).status("") as status:
        report = msgspec.to_builtins(measure(rounds=rounds, seconds=seconds, say=lambda text: status.update(text)))
    if as_json:
        typer.echo(json.dumps(report))
    else:
        for name, value in report.items():
            typer.echo(f"{name.replace('_', ' '):16} {value:g}" if isinstance(value, float) else f"{name:16} {value}")
    if report["verdict"] != "passed":
        raise typer.Exit(1)


@group.command("watch")
def watch(
    nodes: Annotated[int, typer.Option(min=1, max=2000, help="Processes to look at.")] = 200,
    shops: Annotated[int, typer.Option(min=1, max=100_000, help="Shops that they tell of.")] = 10_000,
    seconds: Annotated[int, typer.Option(min=5, max=600, help="For how long.")] = 30,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """What one process needs to watch many, which are simulated."""
    import msgspec
    from rich.console import Console

    from eseller.bench.watching import measure

    with Console(stderr=True).status("looking …"):
        report = msgspec.to_builtins(measure(nodes=nodes, shops=shops, seconds=seconds))
    if as_json:
        typer.echo(json.dumps(report))
    else:
        for name, value in report.items():
            typer.echo(f"{name.replace('_', ' '):12} {value}")
    if report["verdict"] != "passed":
        raise typer.Exit(1)


@group.command("records")
def records(
    rows: Annotated[int, typer.Option(min=1000, max=5_000_000, help="Rows to scan.")] = 1_000_000,
    rounds: Annotated[int, typer.Option(min=1, max=100, help="Pairs of pages with and without a scan.")] = 10,
    seconds: Annotated[int, typer.Option(min=1, max=60, help="Of each half of a pair.")] = 3,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """What the record guard costs: decoding, a scan of all rows, pages beside a scan."""
    from rich.console import Console

    from eseller.bench.records import measure

    with Console(stderr=True).status("") as status:
        found = measure(rows=rows, rounds=rounds, seconds=seconds, say=lambda text: status.update(f"{text} …"))
        figures = list(found)
    _show(figures, "Record guard", {"rows": rows, "rounds": rounds, "seconds": seconds}, as_json=as_json)


def _show(figures: list[Figure], title: str, given: dict[str, int], *, as_json: bool) -> None:
    """Print figures, and fail when one is not as wanted."""
    import msgspec
    from rich.console import Console
    from rich.table import Table

    if as_json:
        found = {figure.name: msgspec.to_builtins(figure) | {"good": figure.good} for figure in figures}
        typer.echo(json.dumps({**given, "figures": found}))
    else:
        table = Table("", "measured", "wanted", "errors", "p50 ms", "p99 ms", title=title)
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
