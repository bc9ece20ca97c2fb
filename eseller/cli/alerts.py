"""``eseller alerts``: what the watch has found, who has it, and what was sent to whom."""

from __future__ import annotations

import getpass
import json
from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from eseller.cli import panels
from eseller.cli.shop import AsJson

group = typer.Typer(help="Alerts of the watch: see them, take them, close them.", no_args_is_help=True)
Number = Annotated[int, typer.Argument(min=1, help="Number of the alert, as the list shows it.")]
By = Annotated[str, typer.Option("--by", help="Who you are; your login unless given.")]
At = Annotated[str, typer.Option("--at", metavar="HOST:PORT", help="Private port of the watch; this machine's own.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(group, name="alerts", rich_help_panel=panels.OPERATOR)


@group.command("list")
def list_(
    everything: Annotated[bool, typer.Option("--all", help="Those that are closed as well.")] = False,
    at: At = "",
    as_json: AsJson = False,
) -> None:
    """List the alerts, those that nobody has first. Exit codes: 0 none is open, 1 some are."""
    told = [one for one in _get("/alerts", at) if everything or one["state"] != "closed"]
    if as_json:
        typer.echo(json.dumps(told))
    else:
        for one in told:
            _show(one)
        if not told:
            typer.secho("No alert is open.", fg=typer.colors.GREEN)
    if any(one["state"] != "closed" for one in told):
        raise typer.Exit(1)


@group.command("take")
def take(number: Number, by: By = "", at: At = "") -> None:
    """Take an alert: nobody else is told of it. Exit codes: 0 it is yours, 1 somebody was first."""
    name = by or getpass.getuser()
    told = _call("take-alert", {"number": number, "by": name}, at)
    typer.echo(f"#{number} is {told['state']}" + (f" by {told['by']}" if told["by"] else ""))
    if told["by"] != name:
        raise typer.Exit(1)


@group.command("close")
def close(number: Number, by: By = "", at: At = "") -> None:
    """Close an alert; trouble that goes on opens another one."""
    told = _call("close-alert", {"number": number, "by": by or getpass.getuser()}, at)
    typer.echo(f"#{number} is {told['state']} by {told['by']}")


@group.command("test")
def try_(
    who: Annotated[str, typer.Argument(metavar="KIND:NAME", help="Such as person:ada or schedule:operators.")],
    at: At = "",
) -> None:
    """Send somebody a message about nothing, to see whether it comes."""
    kind, _, name = who.partition(":")
    if kind not in ("person", "schedule", "channel") or not name:
        raise typer.BadParameter("Write person:NAME, schedule:NAME or channel:NAME.")
    told = _call("test-message", {"kind": kind, "name": name}, at)
    typer.echo(f"Message {told['message']} is on its way; eseller alerts messages tells what came of it.")


@group.command("messages")
def messages(at: At = "", as_json: AsJson = False) -> None:
    """List what was sent, and what could not be sent yet and why; the newest first."""
    told = _get("/messages", at)
    if as_json:
        typer.echo(json.dumps(told))
        return
    for one in told:
        about = ", ".join(f"#{number}" for number in one["alerts"]) or "a test"
        typer.echo(f"{one['number']:>6}  {_at(one['made_at'])}  {one['delivery']:<8} {one['aim']['name']}: {about}")
        if one["error"]:
            typer.secho(f"        after {one['tries']} tries: {one['error']}", fg=typer.colors.YELLOW)


@group.command("letters")
def letters(at: At = "", as_json: AsJson = False) -> None:
    """Read what has come to the mailboxes of the watch's machine; the newest first."""
    told = _get("/letters", at)
    if as_json:
        typer.echo(json.dumps(told))
        return
    for one in told:
        typer.secho(f"{_at(one['at'])}  to {one['to']}: {one['title']}", bold=True)
        typer.echo("".join(f"    {line}\n" for line in one["body"].splitlines()))


@group.command("hook")
def hook(
    heartbeat: Annotated[str, typer.Option(help="A job's name: the address at which it tells that it is done.")] = "",
) -> None:
    """Print where Alertmanager, or a job, tells the watch what it has to tell; whoever knows it may do so."""
    from eseller.config.environment import operations_environment
    from eseller.operations.alerts import links
    from eseller.resilience.control.signing import read_keys

    env = operations_environment()
    secret = read_keys(env.control_keys)[0].secret
    if heartbeat:
        typer.echo(f"{env.operations_link}/{links.beat_path(secret, heartbeat)}")
        return
    typer.echo(f"url: {env.operations_link}/hooks/alertmanager")
    typer.echo(f"authorization: Bearer {links.hook_token(secret)}")


def _show(alert: dict[str, Any]) -> None:
    finding, taken = alert["finding"], alert["state"] == "acknowledged"
    state = f"{alert['by']} has it" if taken else alert["state"]
    colour = {"open": typer.colors.RED, "acknowledged": typer.colors.YELLOW}.get(alert["state"])
    title = typer.style(finding["title"], fg=colour, bold=not taken)
    typer.echo(f"#{alert['number']:<5} {title}  {finding['severity']}, {state}, since {_at(alert['opened_at'])}")
    for words in finding.get("evidence", ()):
        typer.secho(f"       {words}", dim=True)
    if alert["state"] != "closed" and finding.get("next_step"):
        typer.echo(f"       Next: {finding['next_step']}")


def _at(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%d %b %H:%M:%S UTC")


def _place(at: str) -> tuple[str, int]:
    from eseller.config.environment import environment

    env = environment()
    if not at:
        return env.private_reached_at, env.watch_port
    host, _, port = at.rpartition(":")
    if not host or not port.isdigit() or not 0 < int(port) < 2**16:
        raise typer.BadParameter(f"{at!r} is no HOST:PORT.")
    return host, int(port)


def _get(path: str, at: str) -> list[dict[str, Any]]:
    from eseller.resilience.control.calling import get

    host, port = _place(at)
    told: list[dict[str, Any]] = get(port, path, host=host)
    return told


def _call(verb: str, arguments: dict[str, Any], at: str) -> dict[str, Any]:
    from eseller.config.environment import environment
    from eseller.resilience.control.calling import call
    from eseller.resilience.control.errors import UnknownKey
    from eseller.resilience.control.signing import read_keys

    keys = read_keys(environment().control_keys)
    if not keys:
        raise UnknownKey("There is no key to sign with. Set ESELLER_CONTROL_KEYS, or run this where the secret is.")
    host, port = _place(at)
    return call(port, keys[0], verb, arguments, host=host)
