"""``eseller cluster up`` and ``add-node``: a cluster on this machine."""

from __future__ import annotations

from typing import Annotated

import typer

from eseller.cli.cluster import group, telling
from eseller.cli.up import Port


@group.command("up")
def up(
    local: Annotated[bool, typer.Option("--local", help="On this machine; there is no other way.")] = False,
    nodes: Annotated[int, typer.Option(min=2, max=5, help="PostgreSQL nodes of a new cluster.")] = 3,
    demo: Annotated[bool, typer.Option("--demo", help="With the shops of the demonstration.")] = False,
    port: Port = None,
) -> None:
    """Run the platform on a cluster of its own: etcd, and PostgreSQL nodes under Patroni, all on this machine.

    For rehearsals. On hosts of their own, set DATABASE_URL and CLUSTER_PATRONI and run `eseller up`.
    """
    import os

    from eseller.cli.demo import STEPS
    from eseller.cli.up import use_port
    from eseller.cluster.layout import make_data_dir
    from eseller.cluster.local import layout
    from eseller.config.environment import environment
    from eseller.node.cluster import make_cluster
    from eseller.node.console import Console
    from eseller.node.up import Plan
    from eseller.node.up import up as run

    if not local:
        raise typer.BadParameter("Only a cluster on this machine can be started here: --local", param_hint="--local")
    if demo:
        os.environ.setdefault("ESELLER_DEMO", "true")
    use_port(port)
    env = environment()
    if env.embedded:
        if env.cluster.data.exists():
            raise typer.BadParameter(
                f"{env.data_dir} holds a database already. Set ESELLER_DATA to another directory.", param_hint="--local"
            )
        make_data_dir(env.data_dir)
        layout.write(env.data_dir, make_cluster(nodes))
        environment.cache_clear()
        env = environment()
    elif layout.read(env.data_dir) is None:
        raise typer.BadParameter("DATABASE_URL names another database. Unset it.", param_hint="--local")
    run(env, console=Console(), plan=Plan(steps=STEPS) if demo else None)


@group.command("add-node")
def add_node(
    wait: Annotated[float, typer.Option(min=0, help="Seconds to wait until it has everything and follows.")] = 120.0,
) -> None:
    """Add a PostgreSQL node with a data directory of its own to the local cluster, while the platform serves.

    It can become primary like any other: eseller cluster check --to NODE. Hosts of their own are added by starting
    Patroni there, see docs/runbooks/database-cluster.md.
    Exit codes: 0 it follows, 1 not yet, 2 wrong use.
    """
    import time

    from eseller.cluster.gather import gather
    from eseller.config.environment import environment
    from eseller.node import cluster
    from eseller.node.sources import sources

    node = cluster.add_node(environment())
    deadline = time.monotonic() + wait
    with telling() as say:
        while True:
            say(f"waiting for {node.name}")
            follows = [one.name for one in gather(sources()).replicas or () if one.streaming]
            if node.name in follows:
                typer.echo(f"{node.name} has everything and follows. Next: eseller cluster check --to {node.name}")
                return
            if time.monotonic() >= deadline:
                typer.echo(f"{node.name} does not follow yet. See how it fares: eseller cluster status")
                raise typer.Exit(1)
            time.sleep(0.5)
