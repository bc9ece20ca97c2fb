"""``eseller watch``: what is wrong now, live in a terminal."""

from __future__ import annotations

import asyncio
import json
import time
from typing import TYPE_CHECKING, Annotated

import typer

from eseller.cli import panels
from eseller.cli.shop import AsJson

if TYPE_CHECKING:
    from rich.console import Group

    from eseller.operations.watch.asking import Target
    from eseller.operations.watch.watch import Picture, Watch

LOOKS_OF_ONCE = 3
"""Counters tell nothing at first sight."""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("watch", rich_help_panel=panels.OPERATOR)(watch)


def watch(
    nodes: Annotated[
        list[str] | None,
        typer.Option("--node", metavar="HOST:PORT", help="Private port of a process; more than one. This node's own."),
    ] = None,
    once: Annotated[bool, typer.Option("--once", help="Look for two seconds, tell, and end.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show what is wrong now, worst first, and what to do next; live until Ctrl-C.

    Exit codes: 0 nothing is wrong (with --once), 1 something is, 2 wrong use.
    """
    from eseller.operations.watch.watch import Watch

    watching = Watch(_targets(nodes or []))
    if not (once or as_json):
        _live(watching)
        return
    picture = asyncio.run(_looked(watching))
    if as_json:
        import msgspec

        typer.echo(json.dumps(msgspec.to_builtins(picture)))
    else:
        from rich.console import Console

        Console().print(_shown(picture))
    if picture.findings:
        raise typer.Exit(1)


async def _looked(watching: Watch) -> Picture:
    picture = await watching.look()
    for _ in range(LOOKS_OF_ONCE - 1):
        await asyncio.sleep(1.0)
        picture = await watching.look()
    return picture


def _live(watching: Watch) -> None:
    from rich.live import Live

    from eseller.operations.watch.watch import EVERY_SECONDS

    with Live(screen=True, auto_refresh=False) as live:
        while True:
            began = time.monotonic()
            live.update(_shown(asyncio.run(watching.look())), refresh=True)
            time.sleep(max(0.0, EVERY_SECONDS - (time.monotonic() - began)))


def _targets(nodes: list[str]) -> list[Target]:
    """The processes to ask: those that are named, or this node's web processes and its worker."""
    from eseller.config.environment import environment
    from eseller.node.watched import targets
    from eseller.operations.watch.asking import Target

    env, named = environment(), []
    for one in nodes:
        host, _, port = one.rpartition(":")
        if not host or not port.isdigit() or not 0 < int(port) < 2**16:
            raise typer.BadParameter(f"{one!r} is no HOST:PORT.")
        named.append(Target(host, int(port)))
    return named or targets(env)


def _shown(picture: Picture) -> Group:
    """The picture for a terminal."""
    from rich.console import Group
    from rich.table import Table
    from rich.text import Text

    parts: list[Text | Table] = []
    if picture.findings:
        parts.append(Text(f"{len(picture.findings)} things are wrong.", style="bold red"))
    else:
        parts.append(Text("Nothing is wrong.", style="bold green"))
    for finding in picture.findings:
        parts.append(Text(f"  {finding.severity:<7}{finding.title}", style="red"))
        parts += [Text(f"         {words}", style="dim") for words in finding.evidence]
        parts.append(Text(f"         Next: {finding.next_step}"))
    table = Table(box=None, pad_edge=False)
    for heading in ("process", "at", "says", "release", "requests now", "waiting"):
        table.add_column(heading)
    for seen in picture.processes:
        reading, gauges = seen.reading, seen.reading.gauges
        says = f"nothing for {seen.silent:.0f} s" if seen.silent > 2 else reading.status or "?"
        told = [f"{gauges.get(name, 0):.0f}" for name in ("eseller_requests_active", "eseller_requests_waiting")]
        table.add_row(seen.service or "?", seen.name, says, reading.release or "?", *told)
    parts.append(table)
    for site, (rate, failed) in sorted(picture.rates.items()):
        parts.append(Text(f"{site}: {rate:,.1f} requests a second in the last minute, {failed:,.2f} of them failed"))
    return Group(*parts)
