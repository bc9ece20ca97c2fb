"""``eseller cache``: whether the caching server is set so that it can't harm the platform."""

from __future__ import annotations

import json

import typer

from eseller.cli import panels
from eseller.cli.shop import AsJson


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(help="The caching server.", no_args_is_help=True)
    group.callback()(_cache)
    group.command("check")(check)
    app.add_typer(group, name="cache", rich_help_panel=panels.OPERATOR)


def _cache() -> None:
    """The caching server."""


def check(as_json: AsJson = False) -> None:
    """Judge our settings and the running server's own, and say what each fault would do to the platform.

    Exit codes: 0 nothing dangerous, 1 something is, 2 wrong use.
    """
    import msgspec

    from eseller.config.caching import cache_findings
    from eseller.config.environment import environment
    from eseller.resilience.cache.rules import Severity

    env = environment()
    found = cache_findings(env, {})
    dangerous = any(finding.severity is Severity.ERROR for finding in found)
    if as_json:
        told = {"ok": not dangerous, "server": bool(env.cache_url), "findings": msgspec.to_builtins(found)}
        typer.echo(json.dumps(told))
    else:
        for finding in found:
            colour = typer.colors.RED if finding.severity is Severity.ERROR else typer.colors.YELLOW
            typer.secho(f"{finding.severity}: {finding.setting} = {finding.value}", fg=colour)
            typer.echo(f"  {finding.rule}\n  {finding.effect}\n  {finding.remedy}")
        if not env.cache_url:
            typer.echo("No caching server is named (CACHE_URL): each process keeps its own pages.")
        elif not found:
            typer.echo("Nothing speaks against it.")
    if dangerous:
        raise typer.Exit(1)
