"""``eseller reports``: reports of incidents, from the draft to their publication."""

from __future__ import annotations

import getpass
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from eseller.cli import panels

group = typer.Typer(help="Reports of incidents: draft, review, publish.", no_args_is_help=True)
Slug = Annotated[str, typer.Argument(help="Name of the report, as the list shows it.")]
By = Annotated[str, typer.Option("--by", help="Who you are; your login unless given.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(group, name="reports", rich_help_panel=panels.OPERATOR)


@group.command("list")
def list_() -> None:
    """List the reports, the newest incident first."""
    _django()
    from eseller.operations.incidents.models import Report

    for one in Report.objects.all()[:500]:
        colour = typer.colors.GREEN if one.state == Report.PUBLISHED else typer.colors.YELLOW
        typer.echo(f"{typer.style(f'{one.state:<10}', fg=colour)} {one.slug}\n           {one.title}, by {one.author}")


@group.command("draft")
def draft(
    number: Annotated[int, typer.Argument(min=1, help="Number of the incident, which is over.")],
    offset: Annotated[str, typer.Option(help="Offset from UTC of all its times, such as UTC+1.")] = "UTC",
    by: By = "",
) -> None:
    """Draft the report of an incident from its timeline."""
    _django()
    from eseller.operations.incidents import reporting

    made = reporting.draft(number, by=by or getpass.getuser(), offset_minutes=reporting.offset_minutes(offset))
    typer.echo(f"{made.slug}: write it out with eseller reports write {made.slug}")


@group.command("write")
def write(slug: Slug) -> None:
    """Write a report as Markdown."""
    _django()
    from eseller.operations.incidents import reporting
    from eseller.operations.incidents.models import Report

    found = Report.objects.filter(slug=slug).first()
    if found is None:
        raise typer.BadParameter(f"There is no report {slug}; eseller reports list shows them.")
    typer.echo(reporting.write(found), nl=False)


@group.command("read")
def read(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="Markdown, as write makes it.")],
    replace: Annotated[str, typer.Option(help="The report that it is a new form of; not a published one.")] = "",
    by: By = "",
) -> None:
    """Make a draft of a Markdown file, or a new form of a draft."""
    _django()
    from eseller.operations.incidents import reporting

    text = file.read_text("utf-8", errors="replace")[: reporting.MOST_BYTES + 1]
    made = reporting.take_in(text, by=by or getpass.getuser(), replaces=replace)
    typer.echo(f"{made.slug} is a draft. Have it read: eseller reports submit {made.slug}")


@group.command("submit")
def submit(slug: Slug) -> None:
    """Give a draft to a second person to read."""
    _django()
    from eseller.operations.incidents import reporting

    reporting.submit(slug)
    typer.echo(f"Somebody else publishes it: eseller reports publish {slug}")


@group.command("publish")
def publish(slug: Slug, by: By = "") -> None:
    """Publish a report that somebody else has written; its date is that of now."""
    _django()
    from eseller.operations.incidents import reporting

    made = reporting.publish(slug, by=by or getpass.getuser())
    typer.echo(f"Published on {made.published_at:%Y-%m-%d}.")


@group.command("prove")
def prove(
    slug: Slug,
    number: Annotated[int, typer.Argument(min=1, help="Number of the action; eseller reports actions shows it.")],
    by: By = "",
) -> None:
    """Run the check that is written beside an action; where it passes, the action is done. Exit code 1: it is not."""
    _django()
    from eseller.operations.incidents import reporting
    from eseller.operations.incidents.models import Action

    action = Action.objects.filter(report__slug=slug, pk=number).first()
    if action is None:
        raise typer.BadParameter(f"The report {slug} has no action {number}.")
    check = reporting.check_of(action)
    if not check:
        raise typer.BadParameter("No check is written beside it: a person says that it is done (eseller reports done).")
    del os.environ["DJANGO_SETTINGS_MODULE"]  # the check is of the shops' plane
    passed = subprocess.run([sys.executable, "-m", "eseller.cli.main", *check], check=False).returncode == 0
    words = f"eseller {' '.join(check)} {'passed' if passed else 'failed'} on {datetime.now(UTC):%Y-%m-%d %H:%M} UTC"
    if passed:
        reporting.mark_done(slug, number, by=by or getpass.getuser(), proof=words)
    typer.echo(words)
    raise typer.Exit(0 if passed else 1)


@group.command("done")
def done(
    slug: Slug,
    number: Annotated[int, typer.Argument(min=1, help="Number of the action.")],
    proof: Annotated[str, typer.Option(help="What shows it.")] = "",
    by: By = "",
) -> None:
    """Say that what was promised is done."""
    _django()
    from eseller.operations.incidents import reporting

    typer.echo(f"Done: {reporting.mark_done(slug, number, by=by or getpass.getuser(), proof=proof).text}")


@group.command("actions")
def actions() -> None:
    """List what was promised and is not done yet, what is due first at the top."""
    _django()
    from eseller.operations.incidents.models import Action

    for one in Action.objects.filter(done_at=None).select_related("report").order_by("due_on")[:500]:
        typer.echo(f"{one.due_on} {one.report.slug} {one.pk}: {one.text} ({one.owner}) {one.proof}".rstrip())


def _django() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "eseller.config.operations_site"
    import django

    django.setup()
