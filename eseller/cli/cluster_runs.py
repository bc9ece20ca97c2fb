"""``eseller cluster switchover``, ``failover`` and ``watch``: what moves the primary."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

from eseller.cli.cluster import Receipts, To, Waive, Workers, group, telling
from eseller.cli.shop import AsJson

if TYPE_CHECKING:
    from eseller.cluster.run.runner import Outcome
    from eseller.node.watching import Seen


@group.command("switchover")
def switchover(
    to: To = "",
    waive: Waive = None,
    resume: Annotated[bool, typer.Option("--resume", help="Take up the run that was broken off.")] = False,
    give_up: Annotated[bool, typer.Option("--give-up", help="End the run that was broken off.")] = False,
    worker: Workers = None,
    receipts: Receipts = None,
    as_json: AsJson = False,
) -> None:
    """Make a secondary primary: gate, services, catching up, Patroni, platform, survey, services again.

    Exit codes: 0 done, 1 not, 2 wrong use.
    """
    from eseller.config.environment import environment
    from eseller.node import switching
    from eseller.node.sources import sources
    from eseller.node.workers import workers

    env, places = environment(), workers(worker or ())
    if give_up:
        typer.echo(f"The run {switching.give_up(env, workers=places)} was given up; services run again.")
        return
    with telling() as say:
        if resume:
            outcome = switching.resume(env, sources(), workers=places, receipts=receipts or (), say=say)
        else:
            outcome = switching.begin(
                env, sources(), workers=places, to=to, waive=waive or (), receipts=receipts or (), say=say
            )
    _show_outcome(outcome, as_json=as_json)


@group.command("failover")
def failover(
    to: To = "",
    waive: Waive = None,
    worker: Workers = None,
    receipts: Receipts = None,
    as_json: AsJson = False,
) -> None:
    """Take a sick primary out: its PostgreSQL is killed first, then Patroni promotes who has all that was acknowledged.

    For one that is alive and does not do its work; the gate is asked like for a switchover.
    Exit codes: 0 done, 1 not, 2 wrong use.
    """
    from eseller.config.environment import environment
    from eseller.node import switching
    from eseller.node.sources import sources
    from eseller.node.workers import workers

    with telling() as say:
        outcome = switching.begin(
            environment(), sources(), workers=workers(worker or ()), to=to, waive=waive or (), fence=True,
            receipts=receipts or (), say=say,
        )  # fmt: skip
    _show_outcome(outcome, as_json=as_json)


@group.command("watch")
def watch(
    act: Annotated[bool, typer.Option("--act", help="Take a grey primary out, never without the gate.")] = False,
    waive: Waive = None,
    worker: Workers = None,
    receipts: Receipts = None,
) -> None:
    """Feel the primary's pulse each second, and tell when it lives and does not do its work. One line of JSON each."""
    import msgspec

    from eseller.config.environment import environment
    from eseller.node.sources import sources
    from eseller.node.watching import Watch
    from eseller.node.workers import workers

    def tell(seen: Seen) -> None:
        typer.echo(json.dumps(msgspec.to_builtins(seen)))

    Watch(
        environment(), sources(), act=act, waive=waive or (), workers=workers(worker or ()), receipts=receipts or (),
        tell=tell,
    ).run()  # fmt: skip


def _show_outcome(outcome: Outcome, *, as_json: bool) -> None:
    import msgspec

    if as_json:
        typer.echo(json.dumps(msgspec.to_builtins(outcome)))
    else:
        for step, seen in outcome.evidence.items():
            # A step that the run goes on without has failed as well.
            bad = "why" in seen
            mark = typer.style("NO" if bad else "ok", fg="red" if bad else "green")
            typer.echo(f"{mark:>8}  {step:<11} " + "; ".join(f"{name} {value}" for name, value in seen.items())[:400])
        verdict = f"Done in {outcome.seconds:.1f} s." if outcome.done else f"Not done: {outcome.why}"
        typer.secho(f"{verdict} Run {outcome.run}.", fg="green" if outcome.done else "red", bold=True)
    if not outcome.done:
        raise typer.Exit(1)
