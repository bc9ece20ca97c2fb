"""``eseller cluster backup``, ``backups`` and ``restore``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from eseller.cli.cluster import group, telling
from eseller.cli.shop import AsJson

if TYPE_CHECKING:
    from eseller.cluster.backup.catalogue import Proof


@group.command("backup")
def backup(as_json: AsJson = False) -> None:
    """Take a backup, restore it to a scratch directory, and compare it with a secondary; only then it counts.

    Exit codes: 0 proved good, 1 not, 2 wrong use.
    """
    from eseller.config.environment import environment
    from eseller.node import backups
    from eseller.node.sources import sources

    with telling() as say:
        proof = backups.take(environment(), sources(), say=say)
    _show_proof(proof, as_json=as_json)


@group.command("backups")
def list_backups(
    prove: Annotated[str, typer.Option(metavar="NAME", help="Prove one again; “latest” is the newest.")] = "",
    as_json: AsJson = False,
) -> None:
    """List the backups, and which of them were proved to be restorable."""
    import msgspec

    from eseller.cluster.backup.catalogue import Catalogue
    from eseller.config.environment import environment
    from eseller.node import backups
    from eseller.node.sources import sources

    env = environment()
    if prove:
        with telling() as say:
            proof = backups.check(env, sources(), prove, say=say)
        _show_proof(proof, as_json=as_json)
        return
    known = backups.means(env).barman.backups()
    proofs = {proof.backup: proof for proof in Catalogue(env.data_dir).proofs()}
    if as_json:
        listed = [{**msgspec.to_builtins(one), "proof": msgspec.to_builtins(proofs.get(one.name))} for one in known]
        typer.echo(json.dumps({"backups": listed}))
        return
    for one in known:
        state, colour = _proved(proofs.get(one.name))
        typer.echo(f"{one.name}  {one.size / 2**20:10,.1f} MB  {one.status:<8}" + typer.style(state, fg=colour))
    if not known:
        typer.echo("There is no backup. Take one: eseller cluster backup")


@group.command("restore")
def restore(
    target: Annotated[Path, typer.Argument(metavar="DIRECTORY", help="Where to; it must not be there yet.")],
    name: Annotated[str, typer.Option("--backup", metavar="NAME", help="Which; the newest unless given.")] = "latest",
    time: Annotated[str, typer.Option("--to-time", metavar="TIME", help="Such as “2026-06-01 12:30:00+00”.")] = "",
) -> None:
    """Restore a backup to a directory, to its end or to a moment. Nothing that runs is touched."""
    from eseller.config.environment import environment
    from eseller.node import backups

    with telling() as say:
        found = backups.restore(environment(), name, target.absolute(), time=time, say=say)
    typer.echo(f"{found.name} is in {target}. See docs/runbooks/database-cluster.md for what comes next.")


def _proved(proof: Proof | None) -> tuple[str, str]:
    """A backup's state in words, and their colour."""
    if proof is None:
        return "never proved", typer.colors.YELLOW
    return ("proved good", typer.colors.GREEN) if proof.good else (f"BAD: {proof.why}", typer.colors.RED)


def _show_proof(proof: Proof, *, as_json: bool) -> None:
    import msgspec

    if as_json:
        typer.echo(json.dumps(msgspec.to_builtins(proof)))
    else:
        looked = ", ".join(f"{count:,} × {name}" for name, count in proof.checks.items())
        rows = sum(table.rows for table in proof.tables)
        typer.echo(f"Restored to {proof.lsn}, looked at in {proof.seconds:.1f} s: {rows:,} rows in it; {looked}")
        verdict = f"Backup {proof.backup} is good." if proof.good else f"Backup {proof.backup} is BAD: {proof.why}"
        typer.secho(verdict, fg="green" if proof.good else "red", bold=True)
    if not proof.good:
        raise typer.Exit(1)
