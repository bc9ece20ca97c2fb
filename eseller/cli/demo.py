"""``eseller demo``: a platform with shops, goods and orders to look at."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from eseller.cli import panels
from eseller.cli.up import Port, use_port

MIGRATE = (sys.executable, "-m", "eseller.node.migrate")
STEPS = {"migrate": MIGRATE, "demo": (sys.executable, "-m", "eseller.cli.main", "demo", "--load-only")}
"""What makes the demonstration's database."""
TEST_HOST = "test-purchases.localhost"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("demo", rich_help_panel=panels.NEWCOMER)(demo)


def demo(
    port: Port = None,
    load_only: Annotated[
        bool, typer.Option("--load-only", help="Fill the database and end.", hidden=True)
    ] = False,
) -> None:
    """Run three shops with goods, pictures and a month of orders; they are made the first time only."""
    os.environ.setdefault("ESELLER_DEMO", "true")
    use_port(port)
    if load_only:
        _load()
        return
    from eseller.config.environment import environment
    from eseller.node.console import Console
    from eseller.node.up import Plan, up

    os.environ.setdefault("ESELLER_PURCHASE_URL", environment().link(TEST_HOST, "/p/test-purchase"))
    environment.cache_clear()
    up(environment(), console=Console(), plan=Plan(steps=STEPS))


def _load() -> None:
    """Migrated tables, Django set up, then the demo's own loader."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "eseller.config.settings")
    import django

    django.setup()
    from eseller.demo.load import load_demo
    from eseller.node.test_shop import make_test_shop

    failures = load_demo()
    make_test_shop(host=TEST_HOST, country="DK", currency="DKK", actor="demo")
    for failure in failures:
        typer.secho(failure, fg=typer.colors.RED, err=True)
    if failures:
        summary = f"{len(failures)} steps of the demo's orders failed; all else is there."
        typer.secho(summary, fg=typer.colors.RED, err=True)
