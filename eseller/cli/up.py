"""Commands that start processes."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from eseller.cli import panels

if TYPE_CHECKING:
    from eseller.cluster.address import Role

Port = Annotated[
    int | None, typer.Option(help="Port for shoppers; ESELLER_PORT unless given.", min=1, max=65535)
]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("up", rich_help_panel=panels.OPERATOR)(up)
    app.command("web", rich_help_panel=panels.PROCESSES)(web)
    app.command("worker", rich_help_panel=panels.PROCESSES)(worker)


def up(port: Port = None) -> None:
    """Run everything on this machine: PostgreSQL unless DATABASE_URL names one, web processes, a worker."""
    from eseller.config.environment import environment
    from eseller.node.console import Console
    from eseller.node.up import up as run

    use_port(port)
    run(environment(), console=Console())


def web(index: Annotated[int, typer.Argument(help="Number of this process, from 0.", min=0)] = 0) -> None:
    """Run one web process; several may share the port."""
    from eseller.node.up import WEB

    _become((*WEB, str(index)), "web")


def worker(index: Annotated[int, typer.Argument(help="Number of this worker, from 0.", min=0)] = 0) -> None:
    """Run the worker process, which does the jobs of the queue."""
    from eseller.node.up import WORKER

    _become((*WORKER, str(index)), "web", "platform")


def _become(command: Sequence[str], *roles: Role) -> NoReturn:
    """Go on as another program, whose environment tells these roles' logins and no others."""
    from eseller.config.environment import environment
    from eseller.config.handing import handed

    os.execve(command[0], [*command], handed(environment(), *roles))  # noqa: S606 - our own, no shell is involved


def use_port(port: int | None) -> None:
    """Let an option of the command line win over the environment, in the processes that we start as well."""
    if port is not None:
        os.environ["ESELLER_PORT"] = str(port)
