"""``eseller control``: tell a process at its private port what to do."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer

from eseller.cli import panels


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("control", rich_help_panel=panels.OPERATOR)(control)


def control(
    port: Annotated[int, typer.Argument(help="Private port of the process.", min=1, max=65535)],
    verb: Annotated[str, typer.Argument(help="ping, drain, undrain, reload, release-finding or another.")],
    arguments: Annotated[str, typer.Argument(help="JSON object of what the verb takes.")] = "{}",
    host: Annotated[str, typer.Option(help="Where it is; ESELLER_PRIVATE_HOST unless given.")] = "",
) -> None:
    """Make one process do something, by a call that is signed and journalled; prints its answer as JSON.

    Exit codes: 0 done, 1 it refused, failed or does not answer, 2 wrong use.
    """
    from eseller.config.environment import environment
    from eseller.resilience.control.calling import call
    from eseller.resilience.control.errors import UnknownKey
    from eseller.resilience.control.signing import read_keys

    env = environment()
    keys = read_keys(env.control_keys)
    if not keys:
        raise UnknownKey("There is no key to sign with. Set ESELLER_CONTROL_KEYS, or run this where the secret is.")
    typer.echo(json.dumps(call(port, keys[0], verb, _object(arguments), host=host or env.private_reached_at)))


def _object(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise typer.BadParameter('Write a JSON object, such as {"id": 7, "reason": "mended"}.', param_hint="ARGUMENTS")
    return found
