"""``eseller cluster scrub`` and ``rebuild``."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from eseller.cli.cluster import group, telling
from eseller.cli.shop import AsJson


@group.command("scrub")
def scrub(
    node: Annotated[str, typer.Argument(help="Which; without it all, secondaries first.")] = "", as_json: AsJson = False
) -> None:
    """Read all pages of nodes through, against their checksums; the gate goes by what was found.

    Exit codes: 0 all are whole, 1 some are not or could not be read, 2 wrong use.
    """
    import msgspec

    from eseller.config.environment import environment
    from eseller.node.scrubbing import scrub_nodes
    from eseller.node.sources import sources

    with telling() as say:
        found = scrub_nodes(environment(), sources(), node, say=say)
    if as_json:
        typer.echo(json.dumps({"nodes": msgspec.to_builtins(found)}))
    else:
        for one in sorted(found, key=lambda one: one.good):
            words = "; ".join(one.damaged) or one.why or "all pages are whole"
            colour = typer.colors.GREEN if one.good else typer.colors.RED
            typer.echo(typer.style(f"{one.node:>12}  ", fg=colour) + f"{words} ({one.seconds:,.1f} s)")
            if one.damaged:
                typer.echo(f"{'':14}Next, if it is no primary: eseller cluster rebuild {one.node}")
    if not all(one.good for one in found):
        raise typer.Exit(1)


@group.command("rebuild")
def rebuild(node: Annotated[str, typer.Argument(help="A secondary; a primary is never thrown away.")]) -> None:
    """Throw a secondary's data away and copy it anew from the primary.

    Exit codes: 0 it was begun, 1 it was not, 2 wrong use.
    """
    from eseller.node import scrubbing
    from eseller.node.sources import sources

    typer.echo(f"{node}: {scrubbing.rebuild(sources(), node)}")
    typer.echo("Then, when it streams again: eseller cluster scrub " + node)
