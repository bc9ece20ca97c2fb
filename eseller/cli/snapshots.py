"""``eseller records snapshot``: the versions of the reference data that all shops load."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer

from eseller.cli.shop import ACTOR, AsJson, platform

group = typer.Typer(help="Versions of the reference data that all shops load.", no_args_is_help=True)
Version = Annotated[int, typer.Argument(metavar="VERSION", min=1, help="Its number, as the list shows it.")]
SOON = "Every process follows within two seconds."


@group.command("list")
def list_(
    most: Annotated[int, typer.Option("--most", min=1, max=1000, help="How many.")] = 30, as_json: AsJson = False
) -> None:
    """List versions, newest first."""
    with platform():
        from eseller.tenancy.snapshots.operating import list_snapshots

        found = list_snapshots(most=most)
    if as_json:
        typer.echo(json.dumps({"snapshots": found}))
        return
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    table = Table("Version", "State", "Made", "Why", box=None, pad_edge=False)
    for one in found:
        state = one["state"] + (", current" if one["current"] else "") + (", pinned" if one["pinned"] else "")
        table.add_row(str(one["version"]), state, one["made_at"][:19], escape(one["reason"][:80]))
    Console().print(table)


@group.command("show")
def show(
    version: Annotated[int, typer.Argument(metavar="[VERSION]", help="The present one unless given.")] = 0,
    as_json: AsJson = False,
) -> None:
    """Show what a version holds and what its trial has shown."""
    with platform():
        from eseller.tenancy.snapshots.operating import show_snapshot

        found = show_snapshot(version or None)
    if as_json:
        typer.echo(json.dumps(found))
        return
    for name, value in found.items():
        typer.echo(f"{name:10} {value if isinstance(value, str | int) else json.dumps(value, ensure_ascii=False)}")


@group.command("diff")
def diff(
    before: Version,
    after: Version,
    as_json: AsJson = False,
) -> None:
    """Show the fields in which rows of two versions differ."""
    with platform():
        from eseller.tenancy.snapshots.operating import diff as between

        found = between(before, after)
    if as_json:
        typer.echo(json.dumps({"before": before, "after": after, "differences": found}))
        return
    for one in found:
        typer.echo(f"{one['table']} {one['row']} {one['field']}: {_value(one['before'])} → {_value(one['after'])}")
    if not found:
        typer.echo("The same rows in both.")


@group.command("pin")
def pin(version: Version, as_json: AsJson = False) -> None:
    """Stay with a version, whatever changes, until it is unpinned."""
    with platform():
        from eseller.tenancy.snapshots.operating import pin as hold

        hold(version, by=ACTOR)
    _tell(as_json, {"pinned": version}, f"Version {version} stays until: eseller records snapshot unpin. {SOON}")


@group.command("unpin")
def unpin(as_json: AsJson = False) -> None:
    """Go by the newest version again. Fails when none was pinned."""
    with platform():
        from eseller.tenancy.snapshots.operating import unpin as let_go

        version = let_go(by=ACTOR)
    _tell(as_json, {"unpinned": version}, f"Version {version} is no longer held. {SOON}" if version else "None was.")
    if version is None:
        raise typer.Exit(1)


@group.command("rollback")
def rollback(
    reason: Annotated[str, typer.Option("--reason", help="Why; kept with the version.")] = "rolled back",
    as_json: AsJson = False,
) -> None:
    """Take the present version back and stay with the one before until it is unpinned."""
    with platform():
        from eseller.tenancy.snapshots.operating import rollback as go_back

        version, before = go_back(by=ACTOR, reason=reason)
    sentence = f"Version {version} is taken back; {before} stays until: eseller records snapshot unpin. {SOON}"
    _tell(as_json, {"taken_back": version, "pinned": before}, sentence)


def _tell(as_json: bool, told: dict[str, Any], sentence: str) -> None:
    typer.echo(json.dumps(told) if as_json else sentence)


def _value(value: Any) -> str:
    return "(none)" if value is None else json.dumps(value, ensure_ascii=False)[:200]
