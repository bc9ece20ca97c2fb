"""``eseller vat``: the VAT rates by country and class of goods, which all shops share."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import Annotated, Any

import typer

from eseller.cli import panels
from eseller.cli.shop import ACTOR, AsJson, platform

_PERCENT = re.compile(r"[0-9]{1,2}([.,][0-9]{1,2})? ?%?")


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(help="VAT rates by country and class of goods.", no_args_is_help=True)
    group.command("list")(list_)
    group.command("set")(set_)
    app.add_typer(group, name="vat", rich_help_panel=panels.OPERATOR)


def list_(
    country: Annotated[str, typer.Option("--country", help="Only this one, such as DK.")] = "",
    as_json: AsJson = False,
) -> None:
    """List the rates, and beside those that differ what came with this release."""
    with platform():
        rows = [row for row in _rates() if country.upper() in ("", row["country"])]
    if as_json:
        typer.echo(json.dumps({"rates": rows}))
        return
    from rich.console import Console
    from rich.table import Table

    table = Table("Country", "Class", "Rate", "Release", box=None, pad_edge=False)
    for row in rows:
        release = row["release_bp"]
        differs = release is not None and release != row["rate_bp"]
        table.add_row(row["country"], row["class"], percent(row["rate_bp"]), percent(release) if differs else "")
    Console().print(table)


def set_(
    country: Annotated[str, typer.Argument(metavar="COUNTRY", help="Two letters, such as DK.")],
    vat_class: Annotated[str, typer.Argument(metavar="CLASS", help="standard, reduced, food or one of your own.")],
    rate: Annotated[str, typer.Argument(metavar="RATE", help="Per cent, such as 25 or 5.5.")],
    as_json: AsJson = False,
) -> None:
    """Set a rate. Orders that were placed keep theirs."""
    rate_bp = _basis_points(rate)
    with platform():
        from eseller.commerce.pricing.actions.set_vat_rate import set_vat_rate
        from eseller.tenancy.actions.drafts import countries

        code = country.upper()
        if code not in countries():
            raise typer.BadParameter(f"“{country}” is no country. Its code is that of ISO 3166: GB, GR, not UK, EL.")
        changed = set_vat_rate(country=code, vat_class=vat_class, rate_bp=rate_bp, actor=ACTOR)
    if as_json:
        typer.echo(json.dumps({"country": code, "class": vat_class, "rate_bp": rate_bp, "changed": changed}))
        return
    typer.echo(f"{vat_class} in {code} is {percent(rate_bp)}{'' if changed else ', as it was'}.")


def _basis_points(rate: str) -> int:
    if not _PERCENT.fullmatch(rate):
        raise typer.BadParameter(f"“{rate}” is no rate. Write per cent with two decimals at most, such as 25 or 5.5.")
    return int(Decimal(rate.rstrip(" %").replace(",", ".")) * 100)


def percent(rate_bp: int) -> str:
    """Write basis points as per cent: 550 is “5.5 %”."""
    return f"{(Decimal(rate_bp) / 100).normalize():f} %"


def _rates() -> list[dict[str, Any]]:
    from eseller.commerce.pricing.models import VatRate
    from eseller.commerce.pricing.release import release_rates
    from eseller.tenancy.scope import PLATFORM, platform_transaction

    release = release_rates()
    with platform_transaction(actor=ACTOR):
        found = list(VatRate.objects.using(PLATFORM).order_by("country", "vat_class"))
    return [
        {
            "country": rate.country,
            "class": rate.vat_class,
            "rate_bp": rate.rate_bp,
            "release_bp": release.get(rate.country, {}).get(rate.vat_class),
        }
        for rate in found
    ]
