"""The ``eseller`` command: finds its sub-commands and turns errors into sentences and exit codes.

Exit codes: 0 done, 1 the thing asked is not so or failed, 2 wrong use. Modules here import Django and the
database driver only inside their commands, since ``eseller --help`` must be quick.
"""

from __future__ import annotations

import importlib
import pkgutil
import sys

import typer

import eseller
from eseller import cli

TEMPORARY_FAILURE_HINT = "Trying again may help."


def build() -> typer.Typer:
    """The command with all of its sub-commands: of each module in this package that has ``register(app)``."""
    app = typer.Typer(
        name="eseller",
        help="eSeller Cloud: many webshops for many merchants on one platform.",
        rich_markup_mode="markdown",
        add_completion=False,
        pretty_exceptions_enable=False,
    )

    @app.callback(invoke_without_command=True)
    def first(
        context: typer.Context, version: bool = typer.Option(False, "--version", help="Show the release.")
    ) -> None:
        if version:
            typer.echo(eseller.__version__)
        elif context.invoked_subcommand is None:
            typer.echo(context.get_help())

    for module in sorted(pkgutil.iter_modules(cli.__path__), key=lambda found: found.name):
        register = getattr(importlib.import_module(f"{cli.__name__}.{module.name}"), "register", None)
        if register is not None:
            register(app)
    return app


def run() -> None:
    """Entry point of the ``eseller`` command."""
    try:
        build()()
    except Exception as error:
        if not _expected(error):
            raise
        typer.secho(_sentence(error), fg=typer.colors.RED, err=True)
        sys.exit(1)


def _expected(error: Exception) -> bool:
    """Whether the error is one of ours, whose text is meant for a person."""
    return any(kind.__module__.split(".")[0] == "eseller" for kind in type(error).__mro__)


def _sentence(error: Exception) -> str:
    """What the error says to a person."""
    text = str(getattr(error, "message", "") or error)
    return f"{text} {TEMPORARY_FAILURE_HINT}" if getattr(error, "retryable", False) else text


if __name__ == "__main__":
    run()
